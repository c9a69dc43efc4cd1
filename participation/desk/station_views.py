"""The polling point: find the owner on the roll, three answers, hand out a sheet or hand over this device."""

from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, render_template, request, url_for

from participation.accounts.forms import plain
from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import LARGEST_ID, clock, errors_by_field, find_announced, me, undo
from participation.desk.lookup_names import name_station_look_ups
from participation.desk.navigation import served
from participation.desk.queries import vote_line
from participation.desk.station_queries import MOST_FOUND, Answer, OwnerHere, answer_for, find_on_roll
from participation.kernel.refusal import Reason, Refusal
from participation.roll.lookups import note_look_up
from participation.votes.models import Vote
from participation.votes.services.handing import hand_over
from participation.votes.services.sheets import print_sheets
from participation.votes.services.station import not_on_the_roll
from participation.votes.standing import Channel
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)
DOOR = "door"  # `at=door` in an address: the device is at the owner's door, not at the polling point
name_station_look_ups()


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/station")
@access(SUPPORT)
def station(unit_slug: str, vote_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    return _search_page(vote)


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/station/search")
@access(SUPPORT)
def station_search(unit_slug: str, vote_id: int) -> str:
    """Not a GET: names and telephone numbers do not belong into addresses. Logged."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    words = plain(request.form.get("words", ""), 60)
    found = find_on_roll(vote, words)
    page = _search_page(vote, words=words, found=found[:MOST_FOUND], more=len(found) > MOST_FOUND)
    if found:
        places = ", ".join(home.label for home in found[:3]) + ("…" if len(found) > 3 else "")
        note_look_up(g.unit.id, me().person_id, "station-search", places, clock().now())
    return page


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/station/homes/<int:home_id>")
@access(SUPPORT)
def station_home(unit_slug: str, vote_id: int, home_id: int) -> str:
    """The three answers for each owner of a home; names masked."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    answer = _answer(vote, home_id)
    page = render_template(
        "desk/station/home.html", vote=vote, line=vote_line(vote, g.unit, clock().now()), answer=answer, home=answer.home,
        at=_at(request.args), stairwell_id=answer.home.stairwell_id, may_print=served(f"/desk/{unit_slug}/votes/{vote_id}/paper/sheets/0"),
    )  # fmt: skip
    note_look_up(g.unit.id, me().person_id, "station", answer.home.label, clock().now())
    return page


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/station/homes/<int:home_id>/owners/<int:holder_id>")
@access(SUPPORT)
def station_owner(unit_slug: str, vote_id: int, home_id: int, holder_id: int) -> str:
    """Compare the identity document with the roll, then hand the device over. The name stands in full here."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    answer, owner = _owner(vote, home_id, holder_id)
    page = _owner_page(vote, answer, owner, _at(request.args))
    note_look_up(g.unit.id, me().person_id, "station-name", answer.home.label, clock().now())
    return page


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/station/homes/<int:home_id>/owners/<int:holder_id>")
@access(SUPPORT)
def handing_over(unit_slug: str, vote_id: int, home_id: int, holder_id: int) -> Any:
    """From this answer on the device belongs to the owner's ballot, until staff take it back."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    answer, owner = _owner(vote, home_id, holder_id)
    at = _at(request.form)
    try:
        ticket = hand_over(
            vote, answer.home.elector_id or 0, holder_id, home_id, me().sign_in_id, me().person_id, clock(),
            channel=Channel.DOORSTEP if at == DOOR else Channel.POLLING_POINT, document_seen="document_seen" in request.form,
        )  # fmt: skip
    except Refusal as refusal:
        return _owner_page(vote, answer, owner, at, undo(refusal)), 422
    return redirect(url_for("desk.station_identity", unit_slug=unit_slug, vote_id=vote.id, ticket_id=ticket.id), 303)


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/station/homes/<int:home_id>/sheets")
@access(SUPPORT)
def hand_out_sheet(unit_slug: str, vote_id: int, home_id: int) -> Any:
    """Print a sheet for this owner now; an earlier one is void from this instant on."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    answer = _answer(vote, home_id)
    if answer.home.elector_id is None or not any(owner.can for owner in answer.owners):
        raise Refusal(*([answer.reason] if answer.reason else [not_on_the_roll()]))
    run = print_sheets(vote.id, me().person_id, clock(), elector_id=answer.home.elector_id)
    return redirect(url_for("desk.print_run", unit_slug=unit_slug, vote_id=vote_id, run=run.run), 303)


def _at(given: Any) -> str:
    return DOOR if given.get("at") == DOOR else ""


def _search_page(vote: Vote, **found: Any) -> str:
    line = vote_line(vote, g.unit, clock().now())
    return render_template("desk/station/search.html", vote=vote, line=line, **{"words": "", "found": None, "more": False, **found})


def _answer(vote: Vote, home_id: int) -> Answer:
    answer = answer_for(vote, home_id, clock().now()) if home_id <= LARGEST_ID else None
    if answer is None:
        abort(404)
    return answer


def _owner(vote: Vote, home_id: int, holder_id: int) -> tuple[Answer, OwnerHere]:
    answer = _answer(vote, home_id)
    owner = answer.owner(holder_id)
    if owner is None:
        abort(404)
    return answer, owner


def _owner_page(vote: Vote, answer: Answer, owner: OwnerHere, at: str, reasons: tuple[Reason, ...] = ()) -> str:
    return render_template(
        "desk/station/owner.html", vote=vote, line=vote_line(vote, g.unit, clock().now()), answer=answer, home=answer.home,
        owner=owner, at=at, reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip
