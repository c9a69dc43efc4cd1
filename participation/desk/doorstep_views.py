"""From door to door: a list of stairwells, and one page for all homes of a stairwell that also works offline.

static/js/desk/doorstep.js keeps visits on the device while there is no connection and sends them later; without
JavaScript each outcome is a button of a plain form.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from flask import abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from participation.accounts.forms import plain
from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import LARGEST_ID, clock, find_announced, me, undo
from participation.desk.doorstep_queries import Door, doors_of, stairwell_lines, stairwell_of
from participation.desk.queries import vote_line
from participation.kernel.refusal import Reason, Refusal
from participation.roll.lookups import note_look_up
from participation.roll.models import Building, Stairwell
from participation.votes.forms import new_key
from participation.votes.models import Vote
from participation.votes.phases import Phase
from participation.votes.services.visiting import LONGEST_NOTE, Outcome, Visited, record_visit
from participation.votes.visit_queries import visits_by_visitor
from participation.web.access import access, staff
from participation.web.language import said

SUPPORT = staff(Role.SUPPORT)
BASE = "/<unit_slug>/votes/<int:vote_id>/doorstep"
VISITING = (Phase.NOTICE, Phase.OPEN)
# What a visitor chooses at the door; voting here has its own way, and puts itself on record.
OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.VOTED_HERE)
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@blueprint.get(BASE)
@access(SUPPORT)
def doorstep(unit_slug: str, vote_id: int) -> str:
    """Which stairwells there are, who went there and how often. Sums only."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    return render_template(
        "desk/doorstep/list.html", vote=vote, line=vote_line(vote, g.unit, clock().now()), stairwells=stairwell_lines(vote),
        visitors=visits_by_visitor(vote.id),
    )  # fmt: skip


@blueprint.get(f"{BASE}/token")
@access(SUPPORT)
def doorstep_token(unit_slug: str, vote_id: int) -> Any:
    """What visits that waited on the device are sent with: a form of yesterday has lost its own."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    return jsonify(csrf_token=generate_csrf(), whose=_whose(vote))


@blueprint.get(f"{BASE}/<int:stairwell_id>")
@access(SUPPORT)
def doorstep_stairwell(unit_slug: str, vote_id: int, stairwell_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    building, stairwell = _stairwell(vote, stairwell_id)
    page = _page(vote, building, stairwell)
    note_look_up(g.unit.id, me().person_id, "doorstep", f"{building.name} / {stairwell.name}".rstrip(" /"), clock().now())
    return page


@blueprint.post(f"{BASE}/<int:stairwell_id>/visits")
@access(SUPPORT)
def make_visit(unit_slug: str, vote_id: int, stairwell_id: int) -> Any:
    """Put a visit on record. Answers in JSON to the device that had kept it, else with the next door."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    building, stairwell = _stairwell(vote, stairwell_id)
    doors = doors_of(vote, stairwell_id)
    at = next((n for n, door in enumerate(doors) if str(door.home.home_id) == request.form.get("home")), None)
    if at is None:
        abort(404)
    key = request.form.get("key", "")
    try:
        visited = record_visit(
            vote.id, doors[at].home.home_id, request.form.get("outcome", ""), plain(request.form.get("note", ""), LONGEST_NOTE),
            _made_at(), me().person_id, key if _KEY.fullmatch(key) else new_key(), clock(),
        )  # fmt: skip
    except Refusal as refusal:
        reasons = undo(refusal)
        if _wants_json():
            return jsonify(state="refused", words=[w for r in reasons for w in _words(r)]), 409
        return _page(vote, building, stairwell, reasons), 422
    if _wants_json():
        return jsonify(state="recorded" if visited.is_new else "known", words=[said(n) for n in visited.notices])
    return _next_door(visited, unit_slug, vote.id, stairwell_id, doors, at)


def _next_door(visited: Visited, unit_slug: str, vote_id: int, stairwell_id: int, doors: list[Door], at: int) -> Any:
    for notice in visited.notices:
        flash(said(notice), "warning")
    following = next((door for door in doors[at + 1 :] if door.status != "none"), doors[at])
    place = url_for("desk.doorstep_stairwell", unit_slug=unit_slug, vote_id=vote_id, stairwell_id=stairwell_id)
    return redirect(f"{place}#home-{following.home.home_id}", 303)


def _stairwell(vote: Vote, stairwell_id: int) -> tuple[Building, Stairwell]:
    found = stairwell_of(vote, stairwell_id) if stairwell_id <= LARGEST_ID else None
    if found is None:
        abort(404)
    return found


def _page(vote: Vote, building: Building, stairwell: Stairwell, reasons: tuple[Reason, ...] = ()) -> str:
    line = vote_line(vote, g.unit, clock().now())
    doors = doors_of(vote, stairwell.id)
    return render_template(
        "desk/doorstep/stairwell.html", vote=vote, line=line, building=building, stairwell=stairwell, doors=doors,
        on_roll=[door for door in doors if door.status != "none"], is_open=line.phase in VISITING, may_vote=line.phase is Phase.OPEN,
        outcomes=OUTCOMES, new_key=new_key, longest=LONGEST_NOTE, reasons=reasons, whose=_whose(vote),
    )  # fmt: skip


def _whose(vote: Vote) -> str:
    """Under which name a device keeps the visits of this member of staff: a colleague never sends them as their own."""
    return f"{vote.id}-{me().person_id}"


def _made_at() -> datetime:
    """The device's time of the visit; a form without it was sent at once."""
    try:
        made_at = datetime.fromisoformat(request.form.get("made_at", "")[:40])
    except ValueError:
        return clock().now()
    return made_at.astimezone(UTC) if made_at.tzinfo is not None else clock().now()


def _words(reason: Reason) -> list[str]:
    return [said(reason.message)] + ([said(reason.remedy)] if reason.remedy else [])


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
