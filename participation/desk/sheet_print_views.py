"""Printing ballot sheets: choose for whom, make the run, print its pages as often as needed."""

from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, render_template, request, session, url_for
from sqlalchemy import select

from participation.accounts.forms import plain
from participation.accounts.models import Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.correcting import FoundHome, find_homes
from participation.desk.doors import clock, errors_by_field, find_announced, me, undo
from participation.desk.paper_queries import electors_of_room, paper_figures
from participation.desk.places import places_of
from participation.desk.queries import vote_line
from participation.desk.sheet_pages import HOMES_ON_FRONT, PER_PAGE, printed_run
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.lookups import note_look_up
from participation.roll.models import Home
from participation.votes.models import Vote
from participation.votes.paper import paper_of
from participation.votes.phases import Phase
from participation.votes.services.sheets import print_sheets
from participation.votes.services.steps import wrong_phase
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/sheets")
@access(SUPPORT)
def paper_sheets(unit_slug: str, vote_id: int) -> str:
    return _choose_page(find_announced(unit_slug, vote_id, Role.SUPPORT), {"left_out": "1"})


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/paper/sheets")
@access(SUPPORT)
def make_sheets(unit_slug: str, vote_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    session["letters_contact"] = plain(request.form.get("contact", ""), 160)
    try:
        building_id, elector_id = _wanted(vote)
        run = print_sheets(
            vote_id, me().person_id, clock(), building_id=building_id, elector_id=elector_id,
            only_without_ballot=request.form.get("left_out") == "1",
        )  # fmt: skip
    except Refusal as refusal:
        return _choose_page(vote, request.form, undo(refusal)), 422
    return redirect(url_for("desk.print_run", unit_slug=unit_slug, vote_id=vote_id, run=run.run), 303)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/sheets/<run>")
@access(SUPPORT)
def print_run(unit_slug: str, vote_id: int, run: str) -> str:
    """The pages of a run. Loading them again changes nothing; what has been replaced since is left out."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    found = printed_run(vote.id, run[:40], page)
    if found is None:
        abort(404)
    paper = paper_of(vote)
    note_look_up(g.unit.id, me().person_id, "sheets", vote.title, clock().now())
    return render_template(
        "print/sheet.html", vote=vote, unit=g.unit, run=run, found=found, paper=paper, page=page,
        pages=max(1, -(-found.valid // PER_PAGE)), contact=session.get("letters_contact", ""), front=HOMES_ON_FRONT,
    )  # fmt: skip


def _wanted(vote: Vote) -> tuple[int | None, int | None]:
    """(building, elector) that the form asks for; raises Refusal where they do not exist."""
    building, room = request.form.get("building", ""), request.form.get("room", "").strip()[:40]
    known = dict(places_of(vote.unit_id).buildings)
    building_id = int(building[:12]) if building.isdecimal() else None
    if building and building_id not in known:
        raise Refusal(Reason("no_building", say("There is no such building."), say("Choose one of the list."), "building"))
    if not room:
        return building_id, None
    if building_id is None:
        raise Refusal(Reason("no_building", say("For one owner, the building is needed too."), say("Choose the building of the home."), "building"))
    homes = _homes_called(vote, building_id, room)
    electors = electors_of_room(vote.id, [home.home_id for home in homes])
    if not electors:
        raise Refusal(Reason("no_room", say("There is no such room on the voting roll of this building."), say("Write the room as the roll writes it."), "room"))
    if len(electors) > 1:
        labels = ", ".join(home.label for home in homes)
        raise Refusal(Reason("rooms_many", say("Several homes have this number: %(homes)s.", homes=labels), say("Write the whole name of the home, as it stands here."), "room"))
    return None, electors[0]


def _homes_called(vote: Vote, building_id: int, room: str) -> list[FoundHome]:
    """The homes of the building with this number, or the one with this whole label."""
    labelled = db.session.scalar(select(Home.id).where(Home.building_id == building_id, Home.label == room))
    return find_homes(vote, clock().now(), building_id=building_id, room=room, home_id=labelled)


def _choose_page(vote: Vote, typed: Any, reasons: tuple[Reason, ...] = ()) -> str:
    line = vote_line(vote, g.unit, clock().now())
    is_ready = line.phase in (Phase.NOTICE, Phase.OPEN)
    if not is_ready and not reasons:
        reasons = (wrong_phase(line.phase),)
    return render_template(
        "desk/paper/sheets.html", vote=vote, line=line, is_ready=is_ready, numbers=paper_figures(vote.id),
        buildings=places_of(vote.unit_id).buildings, typed=typed, contact=session.get("letters_contact", ""),
        reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip
