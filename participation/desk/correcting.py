"""Corrections as the desk works on them: finding the home, what it counts for now, and trying a correction out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from participation.database import db
from participation.desk.places import Places
from participation.desk.turnout import CARRIER, corrected_homes
from participation.kernel.clock import Clock
from participation.kernel.quantities import parse_hundredths
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.masking import masked
from participation.roll.models import Home, Stairwell
from participation.roll.queries import facts_at, members_of
from participation.votes.models import Ballot, Elector, ElectorHome, RollCorrection, Vote, VoteCount
from participation.votes.secret_models import SecretMark
from participation.votes.services.correcting import add_home, correct_area, remove_home

KINDS = ("area", "removed", "added")
MOST_FOUND = 40


@dataclass(frozen=True)
class FoundHome:
    """A home of the neighbourhood as this vote sees it. Areas in 1/100 m2; names masked."""

    home_id: int
    label: str
    is_on_roll: bool
    area: int  # in this vote
    roll_area: int | None  # on the roll today; None where the home has gone from it
    has_voted: bool
    names: tuple[str, ...]


def find_homes(
    vote: Vote, now: datetime, *, building_id: int | None, room: str, home_id: int | None = None
) -> list[FoundHome]:
    """Homes by building and room number (or by id), at most MOST_FOUND; a fixed number of queries."""
    facts = facts_at(vote.unit_id, now)
    corrected = corrected_homes(vote.id)
    marked = select(SecretMark.elector_id).where(SecretMark.vote_id == vote.id)
    voted = select(Ballot.elector_id).where(Ballot.vote_id == vote.id).union(marked).subquery()
    query = (
        select(
            Home.id,
            Home.label,
            ElectorHome.area,
            corrected.c.delta,
            facts.c.area,
            voted.c.elector_id,
            Elector.owner_id,
            facts.c.owner_id,
        )
        .join(Stairwell, Stairwell.id == Home.stairwell_id)
        .outerjoin(ElectorHome, (ElectorHome.home_id == Home.id) & (ElectorHome.vote_id == vote.id))
        .outerjoin(corrected, corrected.c.home_id == Home.id)
        .outerjoin(RollCorrection, RollCorrection.id == corrected.c.latest)
        .outerjoin(Elector, Elector.id == CARRIER)
        .outerjoin(facts, facts.c.home_id == Home.id)
        .outerjoin(voted, voted.c.elector_id == Elector.id)
        .where(Home.unit_id == vote.unit_id)
        .order_by(Stairwell.position, Home.id)
        .limit(MOST_FOUND)
    )
    if home_id is not None:
        query = query.where(Home.id == home_id)
    else:
        query = query.where(Home.building_id == building_id, Home.number == room)
    return _with_names([_Row(*row) for row in db.session.execute(query)])


class _Row(NamedTuple):
    home_id: int
    label: str
    frozen: int | None
    delta: int | None
    roll_area: int | None
    voted: int | None
    carrier: int | None  # whose head carries the home in this vote
    owner: int | None  # who owns it on the roll today

    @property
    def is_on_roll(self) -> bool:
        return self.frozen is not None and (self.delta is None or self.frozen + self.delta > 0)

    @property
    def shown_owner(self) -> int | None:
        """Off the voting roll it is today's owner who would be added."""
        return self.carrier if self.is_on_roll else self.owner


def _with_names(rows: list[_Row]) -> list[FoundHome]:
    names = members_of([row.shown_owner for row in rows if row.shown_owner is not None])
    return [
        FoundHome(
            row.home_id,
            row.label,
            row.is_on_roll,
            (row.frozen or 0) + int(row.delta or 0),
            row.roll_area,
            row.is_on_roll and row.voted is not None,
            tuple(masked(holder.name) for holder in names.get(row.shown_owner or 0, ())),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Totals:
    """The whole voting roll: heads and area in 1/100 m2."""

    heads: int
    area: int


@dataclass(frozen=True)
class Trial:
    """What a correction would do, found out by doing it and taking it back."""

    home_area_before: int
    home_area_after: int
    before: Totals
    after: Totals


def read_area(text: str) -> int:
    """'89.21' -> 8921 (1/100 m2). Raises Refusal (field area)."""
    try:
        return parse_hundredths(text)  # no commas: they divide thousands in one country and decimals in another
    except ValueError:
        raise Refusal(
            Reason(
                "area_unreadable",
                say("This is not an area."),
                say("Write square metres with at most two decimals, like 89.21."),
                "area",
            )
        ) from None


def correct(vote_id: int, kind: str, home_id: int, area: str, reason: str, by_id: int, clock: Clock) -> RollCorrection:
    """Make one correction of a kind from KINDS."""
    if kind == "area":
        return correct_area(vote_id, home_id, read_area(area), reason.strip(), by_id, clock)
    if kind == "removed":
        return remove_home(vote_id, home_id, reason.strip(), by_id, clock)
    if kind == "added":
        return add_home(vote_id, home_id, reason.strip(), by_id, clock)
    raise Refusal(
        Reason("correction_kind", say("It is not said what is to be corrected."), say("Choose one of the corrections."))
    )


def try_out(vote_id: int, kind: str, home: FoundHome, area: str, reason: str, by_id: int, clock: Clock) -> Trial:
    """Do it, read the figures, and take the whole transaction back. Raises what the correction itself would raise."""
    before = _totals(vote_id)
    correction = correct(vote_id, kind, home.home_id, area, reason, by_id, clock)
    delta, after = correction.area_delta, _totals(vote_id)
    db.session.rollback()
    return Trial(home.area, home.area + delta, before, after)


def _totals(vote_id: int) -> Totals:
    return Totals(
        *db.session.execute(select(VoteCount.roll_heads, VoteCount.roll_area).where(VoteCount.vote_id == vote_id)).one()
    )


@dataclass(frozen=True)
class CorrectionLine:
    correction: RollCorrection
    home: str


def correction_lines(vote_id: int) -> list[CorrectionLine]:
    """The public entries, newest first, with the homes' labels."""
    rows: Sequence[tuple[RollCorrection, str | None]] = db.session.execute(
        select(RollCorrection, Home.label)
        .outerjoin(Home, Home.id == RollCorrection.home_id)
        .where(RollCorrection.vote_id == vote_id)
        .order_by(RollCorrection.id.desc())
    ).all()  # fmt: skip
    return [CorrectionLine(correction, label or "") for correction, label in rows]


def building_options(places: Places) -> list[tuple[str, str]]:
    return [(str(id_), name) for id_, name in places.buildings]
