"""Corrections to the frozen roll: find the home, say what and why, look at before and after, put it on record."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.correcting import (
    KINDS,
    FoundHome,
    Trial,
    building_options,
    correct,
    correction_lines,
    find_homes,
    try_out,
)
from participation.desk.doors import LARGEST_ID, WATCHERS, clock, errors_by_field, find_announced, me, undo
from participation.desk.places import places_of
from participation.desk.queries import vote_line
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.lookups import note_look_up
from participation.votes.models import Vote
from participation.votes.services.correcting import CORRECTABLE
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/corrections")
@access(staff(*WATCHERS))
def correction_list(unit_slug: str, vote_id: int) -> str:
    """The public entries; for the support centre also the way to a home (`building`, `room` in the address)."""
    vote = find_announced(unit_slug, vote_id, *WATCHERS)
    line = vote_line(vote, g.unit, clock().now())
    places = places_of(vote.unit_id)
    building, room = request.args.get("building", ""), request.args.get("room", "").strip()
    can_correct = g.may_write and line.phase in CORRECTABLE
    found = None
    if can_correct and room and building.isdecimal():
        found = find_homes(vote, clock().now(), building_id=int(building[:12]), room=room[:40])
    page = render_template(
        "desk/votes/corrections.html", vote=vote, line=line, lines=correction_lines(vote.id), can_correct=can_correct,
        buildings=building_options(places), building=building, room=room, found=found,
    )  # fmt: skip
    if found:
        note_look_up(g.unit.id, me().person_id, "correction", found[0].label, clock().now())
    return page


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/corrections/homes/<int:home_id>")
@access(SUPPORT)
def correcting_home(unit_slug: str, vote_id: int, home_id: int) -> str:
    """One home with what can be corrected about it."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    home = _home(vote, home_id)
    kind = request.args.get("kind", "area" if home.is_on_roll else "added")
    if kind not in KINDS:
        abort(404)
    page = _form_page(vote, home, kind, "", "")
    note_look_up(g.unit.id, me().person_id, "correction", home.label, clock().now())
    return page


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/corrections")
@access(SUPPORT)
def make_correction(unit_slug: str, vote_id: int) -> Any:
    """First shown as before and after; made when `confirmed`."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    given = request.form
    home = _home(vote, given.get("home", -1, type=int))
    kind, area, reason = given.get("kind", ""), given.get("area", ""), given.get("reason", "")
    if kind not in KINDS:
        abort(404)
    try:
        if kind == "added" and home.is_on_roll:
            raise Refusal(already_on_roll())
        if "confirmed" not in given:
            trial = try_out(vote_id, kind, home, area, reason, me().person_id, clock())
            return _form_page(vote, home, kind, area, reason, trial=trial)
        correct(vote_id, kind, home.home_id, area, reason, me().person_id, clock())
    except Refusal as refusal:
        return _form_page(vote, home, kind, area, reason, reasons=undo(refusal)), 422
    flash(gettext("The correction is on record."), "success")
    return redirect(url_for("desk.correction_list", unit_slug=unit_slug, vote_id=vote_id), 303)


def _home(vote: Vote, home_id: int) -> FoundHome:
    found = find_homes(vote, clock().now(), building_id=None, room="", home_id=home_id) if home_id <= LARGEST_ID else []
    if not found:
        abort(404)
    return found[0]


def already_on_roll() -> Reason:
    return Reason(
        "already_on_roll",
        say("This home is already on the voting roll."),
        say("Correct its area instead, or take it off first."),
    )


def _form_page(
    vote: Vote, home: FoundHome, kind: str, area: str, reason: str, *, trial: Trial | None = None,
    reasons: tuple[Reason, ...] = (),
) -> str:  # fmt: skip
    return render_template(
        "desk/votes/correction.html", vote=vote, home=home, kind=kind, area=area, reason=reason, trial=trial,
        reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip
