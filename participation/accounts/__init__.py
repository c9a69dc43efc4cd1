"""People, their ways of signing in, and the roles granted to them."""

from __future__ import annotations

from flask import Flask

from participation.extensions import login_manager


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
    from participation.accounts import staff_views, views, visitor, way_in_views  # noqa: F401  (they register themselves)
    from participation.accounts.redaction import CodesOut
    from participation.accounts.seen import touch

    # The cookie's random token alone says who is there: an address that changes with the mast is no sign of theft.
    login_manager.session_protection = None
    app.register_blueprint(views.blueprint)
    app.register_blueprint(staff_views.blueprint)
    app.before_request(touch)
    app.logger.addFilter(CodesOut())
