"""`flask demo`: load the demonstration neighbourhood, print the ways in."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from participation.accounts.visitor import clock_now
from participation.database import transaction


@click.group()
def demo() -> None:
    """Load the demonstration neighbourhood and print the ways in."""


@demo.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing when the site already holds a neighbourhood.")
@with_appcontext
def load_command(if_empty: bool) -> None:
    """Create the neighbourhood old-estate-36 with votes in different states (about ten seconds)."""
    from participation.demo import load

    with transaction(write=False):
        empty = load.is_empty()
    if not empty:
        if if_empty:
            return
        raise click.ClickException("The site already holds a neighbourhood; the demonstration loads into an empty site only.")
    load.load(clock_now(), click.echo)


@demo.command("links")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@with_appcontext
def links_command(as_json: bool) -> None:
    """Print one sign-in link per role."""
    from participation.demo import board
    from participation.demo.links import links

    with transaction(write=False):
        found = links()
    if as_json:
        click.echo(json.dumps([link._asdict() for link in found], ensure_ascii=False, indent=2))
        return
    for link in found:
        click.echo(f"{link.role:24} {link.url}  {link.name}" + (f"  PIN {link.pin}" if link.pin else ""))
    if found and (told := board.where()):
        click.echo(told)
