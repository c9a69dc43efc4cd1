"""The demonstration neighbourhood: old-estate-36 with three votes in different states."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
