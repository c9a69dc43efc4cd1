"""Places, homes, owners and households; the roll as dated facts, its import and its letters."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
    from participation.roll import letter_views

    app.register_blueprint(letter_views.blueprint)
