"""The doors of a stairwell: which home has voted, which was visited, which waits. Never what anybody chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from participation.database import db
from participation.desk.station_queries import FoundHome, homes_in_vote
from participation.desk.turnout import PAPER
from participation.roll.models import Building, Home, Stairwell
from participation.votes.models import Ballot, ElectorHome, Vote
from participation.votes.services.visiting import Outcome
from participation.votes.sheet_models import SheetOutcome, SheetReturn
from participation.votes.visit_queries import StairwellVisits, VisitLine, visits_by_stairwell, visits_of_homes

NOT_REACHED = (Outcome.ABSENT, Outcome.MOVED)


@dataclass(frozen=True)
class Door:
    """One home, for the grid (floor, room, status, href) and for its own screen."""

    home: FoundHome
    floor: str
    room: str
    status: str  # voted, paper, visited, unreachable, waiting, none (components/grid.html)
    visits: tuple[VisitLine, ...]
    sheet_received_at: datetime | None  # of a sheet that is being read

    @property
    def href(self) -> str | None:
        return None if self.status == "none" else f"#home-{self.home.home_id}"

    @property
    def is_done(self) -> bool:
        """Nobody needs to ring here any more."""
        return self.home.voted_at is not None or self.sheet_received_at is not None


@dataclass(frozen=True)
class StairwellLine:
    """One stairwell in the list: homes on the roll, and how many of them have voted."""

    id: int
    building: str
    name: str
    homes: int
    voted: int
    visits: StairwellVisits | None


def doors_of(vote: Vote, stairwell_id: int) -> list[Door]:
    """The homes of a stairwell in the order of the roll, with whoever stood at each door; five queries."""
    places = {
        row.id: row
        for row in db.session.execute(
            select(Home.id, Home.floor, Home.number).where(Home.stairwell_id == stairwell_id).order_by(Home.id)
        )
    }
    homes = homes_in_vote(vote, places)
    visits = visits_of_homes(vote.id, list(places))
    sheets = _sheets_being_read(vote.id, [home.elector_id for home in homes if home.elector_id is not None])
    return [
        Door(home, place.floor, place.number, _status(home, theirs, sheet), theirs, sheet)
        for home in homes
        for place in (places[home.home_id],)
        for theirs in (tuple(visits.get(home.home_id, ())),)
        for sheet in (sheets.get(home.elector_id or 0),)
    ]


def _status(home: FoundHome, visits: Sequence[VisitLine], sheet: datetime | None) -> str:
    if home.elector_id is None:
        return "none"
    if home.voted_at is not None:
        return "paper" if home.channel in PAPER else "voted"
    if sheet is not None:
        return "visited"
    if not visits:
        return "waiting"
    return "unreachable" if visits[0].visit.outcome in NOT_REACHED else "visited"


def _sheets_being_read(vote_id: int, elector_ids: Sequence[int]) -> dict[int, datetime]:
    rows = db.session.execute(
        select(SheetReturn.elector_id, func.min(SheetReturn.received_at))
        .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
        .where(SheetReturn.vote_id == vote_id, SheetReturn.elector_id.in_(elector_ids), SheetOutcome.return_id.is_(None))
        .group_by(SheetReturn.elector_id)
    )
    return dict(rows.all())  # type: ignore[arg-type]


def stairwell_of(vote: Vote, stairwell_id: int) -> tuple[Building, Stairwell] | None:
    """A stairwell of the neighbourhood in which this vote has homes."""
    here = select(ElectorHome.home_id).join(Home, Home.id == ElectorHome.home_id)
    row = db.session.execute(
        select(Building, Stairwell)
        .join(Stairwell, Stairwell.building_id == Building.id)
        .where(
            Stairwell.id == stairwell_id, Building.unit_id == vote.unit_id,
            here.where(ElectorHome.vote_id == vote.id, Home.stairwell_id == stairwell_id).exists(),
        )
    ).one_or_none()  # fmt: skip
    return (row[0], row[1]) if row is not None else None


def stairwell_lines(vote: Vote) -> list[StairwellLine]:
    """Every stairwell of the vote in the order of the roll."""
    voted = select(Ballot.elector_id).where(Ballot.vote_id == vote.id).distinct().subquery()
    rows = db.session.execute(
        select(Stairwell.id, Building.name, Stairwell.name, func.count(), func.count(voted.c.elector_id))
        .join(Home, Home.stairwell_id == Stairwell.id)
        .join(Building, Building.id == Stairwell.building_id)
        .join(ElectorHome, (ElectorHome.home_id == Home.id) & (ElectorHome.vote_id == vote.id))
        .outerjoin(voted, voted.c.elector_id == ElectorHome.elector_id)
        .group_by(Stairwell.id, Building.name, Stairwell.name, Building.position, Building.id, Stairwell.position)
        .order_by(Building.position, Building.id, Stairwell.position, Stairwell.id)
    )
    visits = visits_by_stairwell(vote.id)
    return [StairwellLine(*row, visits.get(row[0])) for row in rows]
