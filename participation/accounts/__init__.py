"""People, their ways of signing in, and the roles granted to them."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
    from participation.accounts import views, visitor  # noqa: F401  (visitor registers the user loader)

    app.register_blueprint(views.blueprint)
