"""The roll at the desk: today's figures, the roll of a past day, building by building, and finding a home."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import abort, render_template, request

from participation.accounts.forms import plain
from participation.accounts.models import Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import LARGEST_ID, WATCHERS, clock, find_unit, me
from participation.kernel.sentences import say
from participation.roll.home_history import find_homes
from participation.roll.lookups import name_look_up, note_look_up
from participation.roll.masking import masked
from participation.roll.models import Building, Unit
from participation.roll.overview import (
    buildings_at,
    changes_between,
    homes_of_building,
    imports_of,
    totals_of_lines,
)
from participation.roll.uploads import has_expired, open_uploads, tidy_uploads
from participation.web.access import access, staff
from participation.web.filters import zone

SUPPORT = staff(Role.SUPPORT)
MOST_IMPORTS = 30
HOMES_PER_PAGE = 150
MOST_FOUND = 40

blueprint.add_app_template_filter(masked, "masked_name")
name_look_up("roll-search", say("A search on the roll"))
name_look_up("home-names", say("Names of a home's owners and tenants"))


@blueprint.get("/<unit_slug>/roll")
@access(staff(*WATCHERS))
def roll(unit_slug: str) -> str:
    """Today's roll, or the roll as it stood when `day` (in the address) ended. Totals only: no name is read."""
    unit, now = find_unit(unit_slug, *WATCHERS), clock().now()
    waiting = open_uploads(unit.id)
    if any(has_expired(upload, now) for upload in waiting):
        tidy_uploads(now)
        waiting = open_uploads(unit.id)
    today = buildings_at(unit.id, now)
    totals = totals_of_lines(unit.id, now, today)
    return render_template(
        "desk/roll_today.html", lines=today, totals=totals, waiting=waiting, past=_past(unit, now, totals["homes"]),
        imports=imports_of(unit.id, MOST_IMPORTS), today=now.astimezone(zone()).date(),
    )  # fmt: skip


def _past(unit: Unit, now: datetime, homes_now: int) -> dict[str, Any] | None:
    """The day asked for: its figures and what has changed since; `problem` where it is no day of the past."""
    typed = request.args.get("day", "").strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed[:10])
    except ValueError:
        return {"typed": typed[:10], "problem": say("This is not a date.")}
    if not 2000 <= day.year <= 2200 or day > now.astimezone(zone()).date():
        return {"typed": typed[:10], "problem": say("This day is not in the past.")}
    at = min(datetime.combine(day + timedelta(days=1), time(), zone()) - timedelta(microseconds=1), now)
    lines = buildings_at(unit.id, at)
    totals = totals_of_lines(unit.id, at, lines)
    since = changes_between(unit.id, at, now, homes_then=totals["homes"], homes_now=homes_now)
    return {"typed": typed[:10], "day": day, "totals": totals, "lines": lines, "since": since}


@blueprint.get("/<unit_slug>/roll/buildings/<int:building_id>")
@access(SUPPORT)
def roll_building(unit_slug: str, building_id: int) -> str:
    """The homes of a building without names."""
    unit = find_unit(unit_slug, Role.SUPPORT)
    building = db.session.get(Building, building_id) if building_id <= LARGEST_ID else None
    page = request.args.get("page", 1, type=int)
    if building is None or building.unit_id != unit.id or not 1 <= page <= 10_000:
        abort(404)
    line = next((one for one in buildings_at(unit.id, clock().now()) if one.id == building.id), None)
    pages = max(1, -(-(line.homes if line else 0) // HOMES_PER_PAGE))
    if page > pages:
        abort(404)
    homes = homes_of_building(unit.id, building.id, clock().now(), page=page, per_page=HOMES_PER_PAGE)
    return render_template("desk/roll_building.html", building=building, line=line, homes=homes, page=page, pages=pages)


@blueprint.post("/<unit_slug>/roll/search")
@access(SUPPORT)
def roll_search(unit_slug: str) -> str:
    """Find a home by its place or by an owner's name. Not a GET: names do not belong into addresses. Logged."""
    unit = find_unit(unit_slug, Role.SUPPORT)
    text = plain(request.form.get("words", ""), 60)
    found = find_homes(unit.id, text, clock().now(), MOST_FOUND + 1)
    page = render_template("desk/roll_search.html", words=text, found=found[:MOST_FOUND], more=len(found) > MOST_FOUND)
    if found:
        places = ", ".join(home.label for home in found[:3]) + ("…" if len(found) > 3 else "")
        note_look_up(unit.id, me().person_id, "roll-search", places, clock().now())
    return page
