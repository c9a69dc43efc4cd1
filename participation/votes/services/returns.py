"""A sheet came back: when, by which way, with its picture. Nothing is decided here but what the clock decides.

The time at which the sheet was handed over counts, not the time at which somebody writes that down; both stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Ballot, BallotSetAside, Elector, Vote
from participation.votes.phases import Phase
from participation.votes.services.boxing import Pen
from participation.votes.services.steps import Held, hold, require
from participation.votes.sheet_codes import grouped, read_code
from participation.votes.sheet_models import Sheet, SheetOutcome, SheetReturn
from participation.votes.standing import Channel

BY_PAPER = (Channel.PAPER, Channel.POLLING_POINT, Channel.DOORSTEP)


@dataclass(frozen=True)
class Arrival:
    """How something that two persons will read came in. `key` makes a return that was sent twice one.

    picture, media_type: SHA-256 and kind of the photo or the recording, kept in the instance folder.
    """

    channel: Channel
    received_at: datetime
    by_id: int
    key: str
    picture: str | None = None
    media_type: str | None = None
    authority_id: int | None = None


class Returned(NamedTuple):
    """The return, what has become of it at once (late, void) or None, and whether this request made it."""

    sheet_return: SheetReturn
    outcome: SheetOutcome | None
    is_new: bool


def record_return(vote_id: int, typed_code: str, arrival: Arrival, clock: Clock) -> Returned:
    """Record that the sheet with this code was received, or return what this very request recorded before.

    Received at or after the closing: late, at once.  An older sheet than the one that was valid when it was
    received: void, at once.  Raises Refusal: unknown code, a code of another vote, recorded already, a time before
    the opening or in the future, the preliminary count is posted.
    """
    held = hold(vote_id, clock)
    known = _recorded(vote_id, arrival.key)
    if known is not None:
        return known
    require(held, Phase.OPEN, Phase.CLOSED)
    return take_in(held, sheet_of_code(vote_id, typed_code), arrival)


def take_in(held: Held, sheet: Sheet, arrival: Arrival) -> Returned:
    """`record_return` for a sheet that has been found already, while the log is held."""
    received = arrival.received_at.astimezone(UTC)
    elector = db.session.get_one(Elector, sheet.elector_id)
    check_time(held, received)
    if arrival.channel not in BY_PAPER:
        raise Refusal(Reason("channel", say("A sheet comes in on paper, at the polling point, or at the door."), say("Choose one of these."), "channel"))
    earlier = db.session.scalars(select(SheetReturn).where(SheetReturn.sheet_id == sheet.id)).first()
    if earlier is not None:
        raise Refusal(Reason("recorded_already", say("The sheet %(code)s has been recorded already.", code=grouped(sheet.code)), say("One sheet counts once. If two papers bear this code, keep both and look into it."), "code"))
    made = write_return(held, elector, sheet, arrival)
    outcome = None
    assert held.vote.closes_at is not None
    if received >= held.vote.closes_at:
        outcome = conclude(held, made, "late")
    elif _was_replaced(sheet, received):
        outcome = conclude(held, made, "void")
    return Returned(made, outcome, True)


def write_return(held: Held, elector: Elector, sheet: Sheet | None, arrival: Arrival) -> SheetReturn:
    """Seal the return in the record and store it. `sheet` is None for a recorded telephone call."""
    received = arrival.received_at.astimezone(UTC)
    salt, index = Pen(held).seal("sheet-received", {
        "vote": held.vote.id, "elector": elector.number, "sheet": sheet.code if sheet else None,
        "channel": str(arrival.channel), "received_at": received.isoformat(timespec="microseconds"),
        "recorded_at": held.now.isoformat(timespec="microseconds"), "picture": arrival.picture,
    })  # fmt: skip
    made = SheetReturn(
        vote_id=held.vote.id, sheet_id=sheet.id if sheet else None, elector_id=elector.id, channel=str(arrival.channel),
        received_at=received, recorded_at=held.now, recorded_by_id=arrival.by_id, picture=arrival.picture,
        media_type=arrival.media_type, authority_id=arrival.authority_id, idempotency_key=arrival.key, salt=salt,
        log_index=index,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def conclude(
    held: Held, sheet_return: SheetReturn, kind: str, ballot: Ballot | None = None, set_aside: BallotSetAside | None = None
) -> SheetOutcome:
    """What becomes of a return, for good and public: the kind alone, never whose or what."""
    index = Pen(held).append("sheet-outcome", {"received": sheet_return.log_index, "outcome": kind})
    outcome = SheetOutcome(
        return_id=sheet_return.id, vote_id=held.vote.id, at=held.now, kind=kind,
        ballot_id=ballot.id if ballot else None, set_aside_id=set_aside.id if set_aside else None, log_index=index,
    )  # fmt: skip
    db.session.add(outcome)
    db.session.flush()
    return outcome


def check_time(held: Held, received: datetime) -> None:
    """Refuse a time of receipt before the opening or after this instant."""
    assert held.vote.opens_at is not None
    if received < held.vote.opens_at:
        raise Refusal(Reason("before_opening", say("This time is before the vote opened."), say("Enter when the sheet was handed over. What came earlier is received when the vote opens."), "received_at"))
    if received > held.now:
        raise Refusal(Reason("in_the_future", say("This time is in the future."), say("Enter when the sheet was handed over."), "received_at"))


def sheet_of_code(vote_id: int, typed: str) -> Sheet:
    """The sheet of this vote with this code, as typed or scanned. Raises Refusal with words for every other case."""
    code = read_code(typed)
    if code is None:
        raise Refusal(Reason("code_unreadable", say("No sheet has this code: a character is wrong, missing, or two are swapped."), say("Compare it with the sheet, group by group, or scan it."), "code"))
    sheet = db.session.scalars(select(Sheet).where(Sheet.code == code)).one_or_none()
    if sheet is None:
        raise Refusal(Reason("code_unknown", say("No sheet with this code was ever printed here."), say("Keep the paper and look into where it comes from."), "code"))
    if sheet.vote_id != vote_id:
        vote, here = db.session.get_one(Vote, sheet.vote_id), db.session.get_one(Vote, vote_id)
        message = say("This sheet belongs to another vote.")
        if vote.unit_id == here.unit_id:
            message = say("This sheet belongs to vote %(number)s: %(title)s", number=vote.number, title=vote.title)
        raise Refusal(Reason("code_of_another_vote", message, say("Record it there, if that vote still takes ballots."), "code"))
    return sheet


def _recorded(vote_id: int, key: str) -> Returned | None:
    found = db.session.scalars(
        select(SheetReturn).where(SheetReturn.vote_id == vote_id, SheetReturn.idempotency_key == key)
    ).one_or_none()
    return Returned(found, db.session.get(SheetOutcome, found.id), False) if found is not None else None


def _was_replaced(sheet: Sheet, received: datetime) -> bool:
    """Whether a newer sheet of this elector had been printed when this one was handed over.

    A sheet that was in the box before the reprint was valid then, however late it is written down.
    """
    newer = db.session.scalar(
        select(func.min(Sheet.printed_at)).where(Sheet.elector_id == sheet.elector_id, Sheet.id > sheet.id)
    )
    return newer is not None and newer <= received
