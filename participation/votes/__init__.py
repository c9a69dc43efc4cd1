"""Statutory votes: rules, notice, ballots, counting, result."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
