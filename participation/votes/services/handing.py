"""A device of the staff in an owner's hands: for one ballot, for ten minutes, and for nothing else.

From the handing over until the member of staff proves who they are again, the sign-in opens only the pages of its
ticket (`desk/handed_over.py` refuses all others).
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update

from participation.accounts import throttle
from participation.accounts.services import note
from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.letters import last_four_typed
from participation.roll.models import Titleholder
from participation.votes.models import Vote
from participation.votes.services.station import refusal_now
from participation.votes.standing import Channel
from participation.votes.station_models import StationTicket

TICKET_LASTS = timedelta(minutes=10)


def hand_over(
    vote: Vote, elector_id: int, titleholder_id: int, home_id: int, sign_in_id: int, by_id: int, clock: Clock,
    *, channel: Channel = Channel.POLLING_POINT, document_seen: bool = False,
) -> StationTicket:  # fmt: skip
    """Begin: this sign-in now belongs to this owner's ballot. Raises Refusal when no ballot could be cast."""
    reasons = []
    in_the_way = refusal_now(vote, elector_id, titleholder_id, clock)
    if in_the_way is not None:
        raise Refusal(in_the_way)
    if not last_four_of(titleholder_id):
        reasons.append(no_last_four())
    if not document_seen:
        reasons.append(Reason("document_not_seen", say("It is not said that you have looked at the identity document."), say("Compare name and picture first, then tick the box."), "document_seen"))
    if reasons:
        raise Refusal(*reasons)
    at = clock.now()
    ticket = StationTicket(
        vote_id=vote.id, elector_id=elector_id, titleholder_id=titleholder_id, home_id=home_id, sign_in_id=sign_in_id,
        by_id=by_id, channel=str(channel), key="station-" + secrets.token_urlsafe(18), handed_at=at,
        expires_at=at + TICKET_LASTS,
    )  # fmt: skip
    db.session.add(ticket)
    db.session.flush()
    note("device-handed-over", at, person_id=by_id, by_id=by_id, detail=str(ticket.id))
    return ticket


def prove_identity(titleholder_id: int, typed: str, at: datetime) -> Refusal | None:
    """Compare four characters with the roll: five tries, then pauses that grow. Returned, so that the try is kept.

    At the station the owner types them, over the telephone the member of staff who hears them: one throttle for both.
    """
    subject = f"station:{titleholder_id}"
    counted = throttle.take_try(subject, at, growing=True)
    expected = last_four_of(titleholder_id)
    if not expected:
        return Refusal(no_last_four())
    if counted.allowed and hmac.compare_digest(last_four_typed(typed).encode(), expected.upper().encode()):
        throttle.forgive(subject)
        return None
    if counted.allowed:
        note("station-identity-wrong", at, detail=str(titleholder_id))
    if counted.paused_until is not None:
        return throttle.pause_refusal(counted.paused_until, at)
    return Refusal(Reason(
        "identity-wrong",
        say("These are not the four characters that the roll has for this owner."),
        say("Look at the end of the identity card number. You can try %(left)s more times.", left=counted.left),
        field="last_four",
    ))  # fmt: skip


def last_four_of(titleholder_id: int) -> str:
    return db.session.scalar(select(Titleholder.id_last_four).where(Titleholder.id == titleholder_id)) or ""


def open_ticket(sign_in_id: int, *, to_write: bool = False) -> StationTicket | None:
    """The ticket for which this sign-in has been handed over and not yet taken back; the newest.

    `to_write` locks it until the transaction ends, so that a cast and the taking back follow each other.
    """
    query = (
        select(StationTicket)
        .where(StationTicket.sign_in_id == sign_in_id, StationTicket.returned_at.is_(None))
        .order_by(StationTicket.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query.with_for_update() if to_write else query).one_or_none()


def take_back(sign_in_id: int, by_id: int, at: datetime) -> None:
    """The member of staff has proven who they are: the sign-in opens the desk again. The caller has checked that."""
    db.session.execute(
        update(StationTicket)
        .where(StationTicket.sign_in_id == sign_in_id, StationTicket.returned_at.is_(None))
        .values(returned_at=at)
    )
    note("device-taken-back", at, person_id=by_id, by_id=by_id)


def require_in_hand(ticket: StationTicket, at: datetime) -> None:
    """Refuse what needs the voter's ticket once it has lapsed or the owner has not proven who they are."""
    if ticket.returned_at is not None or at >= ticket.expires_at:
        raise Refusal(Reason("ticket_over", say("The ten minutes are over. Nothing was cast."), say("Give the device back; it can be handed over again at once.")))
    if ticket.proven_at is None:
        raise Refusal(Reason("not_proven", say("The last four characters have not been entered yet."), say("Enter them first.")))


def no_last_four() -> Reason:
    return Reason("no_last_four", say("The roll has no identity number of this owner, so nobody can be compared with it."), say("Complete the roll from the identity document, or hand out a paper sheet."))
