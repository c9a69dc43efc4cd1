"""Two persons read a returned sheet, neither seeing what the other read. Equal: that is the ballot. Else a third settles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from participation.accounts.models import Grant, Role
from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.behalf_models import Authority
from participation.votes.electors import weight_of
from participation.votes.models import Elector
from participation.votes.phases import Phase
from participation.votes.services.boxing import Origin, Pen, put_in_box
from participation.votes.services.casting import standing_ballot
from participation.votes.services.returns import conclude
from participation.votes.services.steps import Held, hold, require
from participation.votes.sheet_choices import Read, checked_reading
from participation.votes.sheet_models import SheetOutcome, SheetReading, SheetReturn
from participation.votes.standing import Channel

SCREEN = "screen"


class Reading(NamedTuple):
    """What this request left: the reading, and what became of the sheet by it (None: it waits for somebody)."""

    reading: SheetReading
    outcome: SheetOutcome | None

    @property
    def state(self) -> str:
        """second: waits for the other reader; differs: waits for the third; done."""
        return "done" if self.outcome else "second" if self._is_first else "differs"

    @property
    def _is_first(self) -> bool:
        return len(readings_of(self.reading.return_id)) == 1


def read_sheet(
    return_id: int, by_id: int, choices: Mapping[str, Any] | None, flaw: str | None, clock: Clock, *, source: str = SCREEN
) -> Reading:
    """The first or the second reading. Sent twice by one person with the same content, it is one.

    Raises Refusal: not of the support centre, read by this person before, waits for a third person, done, the
    preliminary count is posted, or what was entered is no ballot.
    """
    held, sheet_return, before = _held(return_id, by_id, clock)
    wanted = checked_reading(held.vote, choices, flaw)
    mine = next((reading for reading in before if reading.by_id == by_id), None)
    if mine is not None and _read(mine) == wanted and not mine.settles:
        return Reading(mine, db.session.get(SheetOutcome, return_id))
    _require_waiting(held, return_id)
    if mine is not None:
        raise Refusal(Reason("read_already", say("You have read this sheet already."), say("Another person reads it next; what you entered stays.")))
    if len(before) > 1:
        raise Refusal(Reason("differs", say("Two persons have read this sheet, and differently."), say("A third person settles it.")))
    reading = _store(held, sheet_return, by_id, wanted, source, settles=False)
    if not before or _read(before[0]) != wanted:
        return Reading(reading, None)
    return Reading(reading, _decide(held, sheet_return, wanted))


def settle(return_id: int, by_id: int, choices: Mapping[str, Any] | None, flaw: str | None, clock: Clock) -> Reading:
    """The third person, who is neither of the two, has looked at the sheet and at both readings, and decides.

    Raises Refusal as `read_sheet` does, and where the two have not both read it or do not differ.
    """
    held, sheet_return, before = _held(return_id, by_id, clock)
    wanted = checked_reading(held.vote, choices, flaw)
    mine = next((reading for reading in before if reading.by_id == by_id), None)
    if mine is not None and mine.settles and _read(mine) == wanted:
        return Reading(mine, db.session.get(SheetOutcome, return_id))
    _require_waiting(held, return_id)
    if mine is not None:
        raise Refusal(Reason("not_third", say("You are one of the two who read this sheet."), say("Somebody else of the support centre has to settle it.")))
    if len(before) < 2:
        raise Refusal(Reason("not_read_twice", say("Two persons have to read this sheet first."), say("Read it as the first or the second.")))
    reading = _store(held, sheet_return, by_id, wanted, SCREEN, settles=True)
    return Reading(reading, _decide(held, sheet_return, wanted))


def readings_of(return_id: int) -> list[SheetReading]:
    """The readings of a return in the order in which they came."""
    return list(db.session.scalars(select(SheetReading).where(SheetReading.return_id == return_id).order_by(SheetReading.id)))


def is_support(person_id: int, unit_id: int, at: datetime) -> bool:
    """Whether this person runs the support centre of the neighbourhood at this instant."""
    return db.session.scalars(
        select(Grant.id).where(
            Grant.person_id == person_id, Grant.unit_id == unit_id, Grant.role == Role.SUPPORT.value,
            Grant.begins_at <= at, or_(Grant.ends_at.is_(None), Grant.ends_at > at),
        )
    ).first() is not None  # fmt: skip


def _held(return_id: int, by_id: int, clock: Clock) -> tuple[Held, SheetReturn, list[SheetReading]]:
    sheet_return = db.session.get_one(SheetReturn, return_id)
    held = hold(sheet_return.vote_id, clock)
    if not is_support(by_id, held.vote.unit_id, held.now):
        raise Refusal(Reason("not_support", say("Only the support centre of this neighbourhood reads sheets."), say("Owners who watch the count see the record and the numbers.")))
    return held, sheet_return, readings_of(return_id)


def _require_waiting(held: Held, return_id: int) -> None:
    require(held, Phase.OPEN, Phase.CLOSED)
    if db.session.get(SheetOutcome, return_id) is not None:
        raise Refusal(Reason("done", say("This sheet is done; what became of it stands."), say("Take the next one.")))


def _read(reading: SheetReading) -> Read:
    return Read(reading.choices, reading.flaw)


def _store(held: Held, sheet_return: SheetReturn, by_id: int, read: Read, source: str, *, settles: bool) -> SheetReading:
    content = {"vote": held.vote.id, "received": sheet_return.log_index, **read.as_content(), "at": held.now.isoformat(timespec="microseconds")}
    salt, index = Pen(held).seal("sheet-settled" if settles else "sheet-read", content)
    reading = SheetReading(
        return_id=sheet_return.id, by_id=by_id, at=held.now, choices=read.choices, flaw=read.flaw, settles=settles,
        source=source, salt=salt, log_index=index,
    )  # fmt: skip
    db.session.add(reading)
    db.session.flush()
    return reading


def _decide(held: Held, sheet_return: SheetReturn, read: Read) -> SheetOutcome:
    """Into the box, with the weight that the elector has at this moment, or aside with its reason."""
    if read.flaw is not None:
        return conclude(held, sheet_return, read.flaw)
    elector = db.session.get_one(Elector, sheet_return.elector_id)
    weight = weight_of(elector)
    if weight.heads < 1:
        return conclude(held, sheet_return, "not_on_roll")
    authority = db.session.get(Authority, sheet_return.authority_id) if sheet_return.authority_id else None
    origin = Origin(
        Channel(sheet_return.channel), sheet_return.received_at, return_id=sheet_return.id,
        authority_id=sheet_return.authority_id, on_behalf=authority.kind if authority else None,
    )  # fmt: skip
    standing = standing_ballot(held.vote.id, elector.id)
    try:
        boxed = put_in_box(held, elector, weight, standing, read.choices or {}, f"sheet-{sheet_return.id}", origin)
    except Refusal as refusal:
        if "authority_ended" in refusal.codes:
            return conclude(held, sheet_return, "no_authority")
        raise
    return conclude(held, sheet_return, "counted" if boxed.ballot else "set_aside", boxed.ballot, boxed.set_aside)
