"""What everybody may read: the first page, the notice board, the calculator, the site's health."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
    from participation.public import calculator_views  # noqa: F401  (hangs the calculator on the blueprint)
    from participation.public.views import blueprint

    app.register_blueprint(blueprint)
