"""The rooms of the desk in a row, and links to pages of other rooms: shown only where they exist."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException


def served(path: str) -> bool:
    """Whether this site has a page at `path`."""
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RoutingException):
        return False
    return True


def desk_nav() -> list[tuple[str, str, bool]]:
    """(url, label, current) of the rooms open to this visitor in the neighbourhood being worked on."""
    unit = g.get("unit")
    if unit is None:
        return []
    home = url_for("desk.unit", unit_slug=unit.slug)
    rooms = [("", gettext("Overview")), ("/votes", gettext("Votes"))]
    if g.get("may_watch"):
        rooms += [("/roll", gettext("Roll"))]
    if g.get("may_write"):
        rooms += [("/letters", gettext("Letters")), ("/people", gettext("Staff"))]
    if g.get("may_watch"):
        rooms += [("/look-ups", gettext("Look-ups"))]
    here = max((path for path, _ in rooms if _within(home + path, path == "")), key=len, default=None)
    return [(home + path, label, path == here) for path, label in rooms if not path or served(home + path)]


def _within(room: str, exactly: bool) -> bool:
    return request.path == room or (not exactly and request.path.startswith(room + "/"))


def page_context() -> dict[str, Any]:
    """What templates under /desk may use without being given it."""
    if not request.path.startswith("/desk"):
        return {}
    unit = g.get("unit")
    return {
        "desk_nav": desk_nav(),
        "unit": unit,
        "may_write": g.get("may_write", False),
        "may_watch": g.get("may_watch", False),
        "served": served,
    }
