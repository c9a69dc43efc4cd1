"""The demonstration neighbourhood: old-estate-36 with votes in different states, and one way in per role.

Only a trial installation shows the ways in; a production site answers 404.
"""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's page: signing in by a demonstration link."""
    from participation.demo import views

    app.register_blueprint(views.blueprint)
