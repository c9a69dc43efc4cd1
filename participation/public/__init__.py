"""What everybody may read: the first page, the notice board, the calculator, the site's health."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
    from participation.public import (  # noqa: F401  (each hangs its pages on the blueprint)
        calculator_views,
        record_data_views,
        record_views,
    )
    from participation.public.views import blueprint

    app.register_blueprint(blueprint)
