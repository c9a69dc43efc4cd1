"""The voter's pages on a device of the staff: who I am, my ballot, look once more, the slip, and giving it back.

Each page asks for the ticket of this very sign-in.  No page says what was chosen once the ballot is in the box: the
filled-in ballot waits in the browser's cookie until it is cast and is forgotten there at once.
"""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from participation.accounts.models import Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import LARGEST_ID, clock, find_announced, me, undo
from participation.desk.handed_over import prove_staff
from participation.kernel.refusal import Reason, Refusal
from participation.roll.models import Home, Titleholder, Unit
from participation.votes.electors import homes_of
from participation.votes.forms import BallotForm, in_hand, keep_in_hand, let_go, read_ballot
from participation.votes.models import Ballot, Vote
from participation.votes.paper import paper_of
from participation.votes.receipts import grouped
from participation.votes.services.casting import checked_choices
from participation.votes.services.handing import open_ticket, prove_identity, require_in_hand, take_back
from participation.votes.services.station import cast_at_station, head_of_holder, refusal_now
from participation.votes.services.visiting import Outcome, record_visit
from participation.votes.standing import Channel
from participation.votes.station_models import StationTicket
from participation.web.access import STAFF, access, staff
from participation.web.qr import qr_svg

SUPPORT = staff(Role.SUPPORT)
BASE = "/<unit_slug>/votes/<int:vote_id>/station/tickets/<int:ticket_id>"


@blueprint.get(f"{BASE}/identity")
@access(SUPPORT)
def station_identity(unit_slug: str, vote_id: int, ticket_id: int) -> Any:
    """The first page in the owner's hands: the last four of the identity number."""
    vote, ticket = _ticket(unit_slug, vote_id, ticket_id)
    if ticket.receipt is not None or ticket.proven_at is not None:
        return _onward(vote, ticket)
    return _identity_page(vote, ticket)


@blueprint.post(f"{BASE}/identity")
@access(SUPPORT)
def proving_at_station(unit_slug: str, vote_id: int, ticket_id: int) -> Any:
    vote, ticket = _ticket(unit_slug, vote_id, ticket_id)
    if ticket.proven_at is None:
        if _is_over(ticket):
            return _cannot(vote, ticket)
        refusal = prove_identity(ticket.titleholder_id, request.form.get("last_four", ""), clock().now())
        if refusal is not None:
            return _identity_page(vote, ticket, refusal.reasons), 422
        ticket.proven_at = clock().now()
    return _onward(vote, ticket)


@blueprint.get(f"{BASE}/ballot")
@access(SUPPORT)
def station_ballot(unit_slug: str, vote_id: int, ticket_id: int) -> Any:
    vote, ticket = _ticket(unit_slug, vote_id, ticket_id)
    stop = _stop(vote, ticket)
    if stop is not None:
        return stop
    kept = in_hand(vote.id)
    choices = kept.choices if kept is not None and kept.key == ticket.key else {}
    return _ballot_page(vote, ticket, BallotForm(ticket.elector_id, choices, ticket.key))


@blueprint.post(f"{BASE}/review")
@access(SUPPORT)
def reviewing_at_station(unit_slug: str, vote_id: int, ticket_id: int) -> Any:
    """Take the filled-in ballot in hand and lead on to its review, by a redirect as on a phone."""
    vote, ticket = _ticket(unit_slug, vote_id, ticket_id)
    stop = _stop(vote, ticket)
    if stop is not None:
        return stop
    filled = _filled(vote, ticket)
    try:
        filled = filled._replace(choices=checked_choices(vote, filled.choices))
    except Refusal as missing:
        return _ballot_page(vote, ticket, filled, missing.reasons), 422
    keep_in_hand(vote.id, filled)
    return redirect(_url("station_review", vote, ticket), 303)


@blueprint.get(f"{BASE}/review")
@access(SUPPORT)
def station_review(unit_slug: str, vote_id: int, ticket_id: int) -> Any:
    vote, ticket = _ticket(unit_slug, vote_id, ticket_id)
    stop, filled = _stop(vote, ticket), in_hand(vote.id)
    if stop is not None:
        return stop
    if filled is None or filled.key != ticket.key:
        return redirect(_url("station_ballot", vote, ticket))
    return render_template("desk/station/review.html", filled=filled, **_context(vote, ticket))


@blueprint.post(f"{BASE}/ballots")
@access(SUPPORT)
def casting_at_station(unit_slug: str, vote_id: int, ticket_id: int) -> Any:
    """The owner's own confirmation. However often it is sent, the ticket makes one ballot."""
    vote, ticket = _ticket(unit_slug, vote_id, ticket_id)
    if ticket.receipt is not None:
        return _onward(vote, ticket)
    filled, channel = _filled(vote, ticket), Channel(ticket.channel)
    try:
        require_in_hand(ticket, clock().now())
        done = cast_at_station(
            vote.id, ticket.elector_id, ticket.titleholder_id, filled.choices, ticket.key, ticket.by_id, clock(),
            channel=channel,
        )  # fmt: skip
        if channel is Channel.DOORSTEP:
            now = clock().now()
            record_visit(vote.id, ticket.home_id, Outcome.VOTED_HERE, "", now, ticket.by_id, ticket.key, clock())
    except Refusal as refusal:
        reasons = undo(refusal)
        if all(reason.field for reason in reasons):
            return _ballot_page(vote, ticket, filled, reasons), 422
        return _cannot(vote, ticket, reasons)
    ticket.receipt = done.ballot.receipt
    let_go()
    return redirect(_url("station_slip", vote, ticket), 303)


@blueprint.get(f"{BASE}/slip")
@access(SUPPORT)
def station_slip(unit_slug: str, vote_id: int, ticket_id: int) -> Any:
    """The receipt on paper: number, code, time. Staff may print it again after taking the device back."""
    vote, ticket = _ticket(unit_slug, vote_id, ticket_id, after=True)
    if ticket.receipt is None:
        return redirect(url_for("desk.handed_over"))
    ballot = db.session.scalars(select(Ballot).where(Ballot.receipt == ticket.receipt)).one()
    address = current_app.config["PUBLIC_URL"] + url_for("votes.receipt", receipt=ballot.receipt)
    return render_template(
        "print/slip.html", vote=vote, number=grouped(ballot.receipt), received_at=ballot.received_at, log_index=ballot.log_index,
        channel=ballot.channel, labels=_labels(ticket), address=address, code=qr_svg(address), ticket=ticket,
        find_at=current_app.config["PUBLIC_URL"] + url_for("votes.find_receipt"),
    )  # fmt: skip


@blueprint.get("/handed-over")
@access(STAFF)
def handed_over() -> Any:
    """Where every other address of the desk leads while a voter holds the device: staff take it back here."""
    ticket = open_ticket(me().sign_in_id)
    return redirect(url_for("desk.index")) if ticket is None else _back_page(ticket)


@blueprint.post("/handed-over")
@access(STAFF)
def taking_back() -> Any:
    ticket = open_ticket(me().sign_in_id)
    if ticket is None:
        return redirect(url_for("desk.index"), 303)
    refusal = prove_staff(me().person_id, request.form.get("proof", ""), clock().now())
    if refusal is not None:
        return _back_page(ticket, refusal.reasons), 422
    take_back(me().sign_in_id, me().person_id, clock().now())
    let_go()
    flash(gettext("The device is back at the desk."), "success")
    return redirect(_desk_page(ticket), 303)


def _ticket(unit_slug: str, vote_id: int, ticket_id: int, *, after: bool = False) -> tuple[Vote, StationTicket]:
    """The open ticket of this sign-in, locked while it is written to; `after`: also one that was given back."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    ticket = open_ticket(me().sign_in_id, to_write=request.method == "POST")
    if ticket is None and ticket_id <= LARGEST_ID:
        past = db.session.get(StationTicket, ticket_id)
        if past is not None and past.sign_in_id == me().sign_in_id and past.vote_id == vote.id:
            if after:
                return vote, past
            abort(redirect(_desk_page(past), 303))
    if ticket is None or ticket.id != ticket_id or ticket.vote_id != vote.id:
        abort(404)
    return vote, ticket


def _url(endpoint: str, vote: Vote, ticket: StationTicket) -> str:
    unit = db.session.get_one(Unit, vote.unit_id)
    return url_for(f"desk.{endpoint}", unit_slug=unit.slug, vote_id=vote.id, ticket_id=ticket.id)


def _desk_page(ticket: StationTicket) -> str:
    """Where staff go on after this voter."""
    vote = db.session.get_one(Vote, ticket.vote_id)
    place: dict[str, Any] = {"unit_slug": db.session.get_one(Unit, vote.unit_id).slug, "vote_id": vote.id}
    if ticket.channel == Channel.DOORSTEP:
        home = db.session.get_one(Home, ticket.home_id)
        return url_for("desk.doorstep_stairwell", stairwell_id=home.stairwell_id, **place) + f"#home-{home.id}"
    return url_for("desk.station_home", home_id=ticket.home_id, **place)


def _onward(vote: Vote, ticket: StationTicket) -> Any:
    return redirect(_url("station_slip" if ticket.receipt else "station_ballot", vote, ticket), 303)


def _is_over(ticket: StationTicket) -> bool:
    return clock().now() >= ticket.expires_at


def _stop(vote: Vote, ticket: StationTicket) -> Any:
    """What is shown instead of the ballot; None while the owner may fill it in."""
    if ticket.receipt is not None:
        return _onward(vote, ticket)
    if not _is_over(ticket) and ticket.proven_at is None:
        return redirect(_url("station_identity", vote, ticket), 303)
    reason = None if _is_over(ticket) else refusal_now(vote, ticket.elector_id, ticket.titleholder_id, clock())
    return _cannot(vote, ticket, (reason,) if reason else ()) if reason or _is_over(ticket) else None


def _filled(vote: Vote, ticket: StationTicket) -> BallotForm:
    """The ballot in the form; for whom it is says the ticket, whatever the form says."""
    return read_ballot(paper_of(vote), request.form)._replace(elector_id=ticket.elector_id, key=ticket.key)


def _labels(ticket: StationTicket) -> tuple[str, ...]:
    """The homes of this head; of one that a correction made, the home that was looked up."""
    labels = tuple(home.label for home in homes_of(ticket.elector_id))
    return labels or (db.session.get_one(Home, ticket.home_id).label,)


def _context(vote: Vote, ticket: StationTicket) -> dict[str, Any]:
    head = head_of_holder(vote.id, ticket.elector_id, ticket.titleholder_id)
    assert head is not None
    return {
        "vote": vote, "paper": paper_of(vote), "ticket": ticket, "labels": _labels(ticket), "area": head.weight.area,
        "replaces": head.standing is not None,
    }  # fmt: skip


def _identity_page(vote: Vote, ticket: StationTicket, reasons: tuple[Reason, ...] = ()) -> str:
    holder = db.session.get_one(Titleholder, ticket.titleholder_id)
    return render_template("desk/station/identity.html", name=holder.name, reasons=reasons, **_context(vote, ticket))


def _ballot_page(vote: Vote, ticket: StationTicket, filled: BallotForm, reasons: tuple[Reason, ...] = ()) -> str:
    return render_template("desk/station/ballot.html", filled=filled, reasons=reasons, **_context(vote, ticket))


def _cannot(vote: Vote, ticket: StationTicket, reasons: tuple[Reason, ...] = ()) -> tuple[str, int]:
    """Why no ballot can be cast on this device now; without reasons: the time is over."""
    let_go()
    return render_template("desk/station/cannot.html", reasons=reasons, **_context(vote, ticket)), 409


def _back_page(ticket: StationTicket, reasons: tuple[Reason, ...] = ()) -> str:
    vote = db.session.get_one(Vote, ticket.vote_id)
    unit = db.session.get_one(Unit, vote.unit_id)
    return render_template(
        "desk/station/back.html", vote=vote, unit=unit, ticket=ticket, reasons=reasons,
        goes_on=ticket.receipt is None and not _is_over(ticket),
    )  # fmt: skip
