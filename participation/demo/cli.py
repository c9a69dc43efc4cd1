"""`flask demo`: the demonstration neighbourhood."""

from __future__ import annotations

import click


@click.group()
def demo() -> None:
    """Load the demonstration neighbourhood and print the ways in."""
