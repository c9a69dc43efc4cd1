"""Paper ballots as the desk sees them: numbers from the database, queues in order, never what anybody chose."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from participation.accounts.models import Person
from participation.database import db
from participation.desk.turnout import CARRIER, corrected_homes
from participation.votes.models import DoubleBallot, ElectorHome, RollCorrection
from participation.votes.sheet_models import Sheet, SheetOutcome, SheetReading, SheetReturn

MOST_SHOWN = 200


@dataclass
class PaperFigures:
    """How far the paper of a vote is. `outcomes`: kind -> number, as SheetOutcome names them."""

    printed: int = 0  # sheets ever printed
    valid: int = 0  # owners who hold a sheet that is valid
    received: int = 0
    unread: int = 0  # nobody has read it yet
    once: int = 0  # waits for the second reading
    differing: int = 0  # waits for the third person
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return self.unread + self.once + self.differing


def paper_figures(vote_id: int) -> PaperFigures:
    """Two grouped queries, however many sheets there are."""
    printed, valid = db.session.execute(
        select(func.count(), func.count(Sheet.elector_id.distinct())).where(Sheet.vote_id == vote_id)
    ).one()
    figures = PaperFigures(printed, valid)
    of_return = _readings()
    for kind, readings, number in db.session.execute(
        select(SheetOutcome.kind, of_return.c.readings, func.count())
        .select_from(SheetReturn)
        .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
        .outerjoin(of_return, of_return.c.return_id == SheetReturn.id)
        .where(SheetReturn.vote_id == vote_id)
        .group_by(SheetOutcome.kind, of_return.c.readings)
        .order_by(SheetOutcome.kind)
    ):
        figures.received += number
        if kind is not None:
            figures.outcomes[kind] = figures.outcomes.get(kind, 0) + number
        elif not readings:
            figures.unread += number
        elif readings == 1:
            figures.once += number
        else:
            figures.differing += number
    return figures


def _readings() -> Any:
    return (
        select(SheetReading.return_id, func.count().label("readings")).group_by(SheetReading.return_id).subquery("of_return")
    )


def _for_reader(vote_id: int, person_id: int) -> Any:
    """The returns that wait for a first or second reading and that this person has not read."""
    mine = select(SheetReading.id).where(SheetReading.return_id == SheetReturn.id, SheetReading.by_id == person_id).exists()
    number = select(func.count()).where(SheetReading.return_id == SheetReturn.id).correlate(SheetReturn).scalar_subquery()
    return (
        select(SheetReturn)
        .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
        .where(SheetReturn.vote_id == vote_id, SheetOutcome.return_id.is_(None), ~mine, number < 2)
    )


def waiting_for(vote_id: int, person_id: int) -> int:
    """How many returns this person could read now."""
    return db.session.scalar(select(func.count()).select_from(_for_reader(vote_id, person_id).subquery())) or 0


def next_for(vote_id: int, person_id: int) -> SheetReturn | None:
    """The next return for this person to read: in the order in which they were recorded."""
    return db.session.scalars(_for_reader(vote_id, person_id).order_by(SheetReturn.id).limit(1)).one_or_none()


class ReturnLine(NamedTuple):
    """A returned sheet in a list. `code` is None for a recorded call."""

    id: int
    code: str | None
    channel: str
    received_at: datetime
    readers: tuple[str, ...]
    reader_ids: tuple[int, ...]


def differing(vote_id: int) -> list[ReturnLine]:
    """The queue for the third person: what two read differently, oldest first, with who read it."""
    of_return = _readings()
    rows = db.session.execute(
        select(SheetReturn, Sheet.code)
        .join(of_return, of_return.c.return_id == SheetReturn.id)
        .outerjoin(Sheet, Sheet.id == SheetReturn.sheet_id)
        .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
        .where(SheetReturn.vote_id == vote_id, SheetOutcome.return_id.is_(None), of_return.c.readings > 1)
        .order_by(SheetReturn.id)
        .limit(MOST_SHOWN)
    ).all()
    readers: dict[int, list[tuple[int, str]]] = {}
    for return_id, person_id, name in db.session.execute(
        select(SheetReading.return_id, Person.id, Person.name)
        .join(Person, Person.id == SheetReading.by_id)
        .where(SheetReading.return_id.in_([found.id for found, _ in rows]))
        .order_by(SheetReading.id)
    ):
        readers.setdefault(return_id, []).append((person_id, name))
    return [
        ReturnLine(
            found.id, code, found.channel, found.received_at,
            tuple(name for _, name in readers[found.id]), tuple(id_ for id_, _ in readers[found.id]),
        )
        for found, code in rows
    ]  # fmt: skip


def sheet_code(sheet_return: SheetReturn) -> str | None:
    return db.session.scalar(select(Sheet.code).where(Sheet.id == sheet_return.sheet_id))


def return_of_code(vote_id: int, code: str) -> SheetReturn | None:
    """The return of the sheet with this code, if it has come in."""
    return db.session.scalars(
        select(SheetReturn).join(Sheet, Sheet.id == SheetReturn.sheet_id).where(Sheet.vote_id == vote_id, Sheet.code == code)
    ).one_or_none()


def count_two_ways(vote_id: int) -> int:
    return db.session.scalar(select(func.count()).where(DoubleBallot.vote_id == vote_id)) or 0


def electors_of_room(vote_id: int, home_ids: list[int]) -> list[int]:
    """The electors who carry these homes in the vote now, each once, in the order of the homes."""
    corrected = corrected_homes(vote_id)
    found = db.session.scalars(
        select(CARRIER)
        .select_from(ElectorHome)
        .outerjoin(corrected, corrected.c.home_id == ElectorHome.home_id)
        .outerjoin(RollCorrection, RollCorrection.id == corrected.c.latest)
        .where(
            ElectorHome.vote_id == vote_id, ElectorHome.home_id.in_(home_ids),
            or_(corrected.c.home_id.is_(None), ElectorHome.area + corrected.c.delta > 0),
        )
        .order_by(ElectorHome.home_id)
    )  # fmt: skip
    return list(dict.fromkeys(found))
