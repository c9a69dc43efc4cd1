"""The building grid of turnout: which homes have voted. Never what anybody chose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select

from participation.database import db
from participation.roll.models import Building, Home, Stairwell
from participation.votes.models import Ballot, CoOwnerStatement, ElectorHome, RollCorrection
from participation.votes.secret_models import SecretMark
from participation.votes.sheet_queries import unread_sheet
from participation.votes.statements import STANDS

PAPER = ("paper", "doorstep", "polling_point")


@dataclass(frozen=True)
class HomeCell:
    """One home for components/grid.html."""

    floor: str
    room: str
    status: str  # voted, paper, sheet (received and not read yet), waiting, dispute, none
    href: str | None = None


@dataclass(frozen=True)
class StairwellGrid:
    name: str
    cells: tuple[HomeCell, ...]

    @property
    def on_roll(self) -> int:
        return sum(cell.status != "none" for cell in self.cells)

    @property
    def voted(self) -> int:
        return sum(cell.status not in ("none", "waiting", "sheet") for cell in self.cells)


@dataclass(frozen=True)
class BuildingSum:
    """ "voted" of "homes" on the voting roll."""

    id: int
    name: str
    homes: int
    voted: int


def corrected_homes(vote_id: int) -> Any:
    """Subquery: what the corrections add to each home (`delta`, 1/100 m2), and the newest of them (`latest`)."""
    return (
        select(
            RollCorrection.home_id,
            func.sum(RollCorrection.area_delta).label("delta"),
            func.max(RollCorrection.id).label("latest"),
        )
        .where(RollCorrection.vote_id == vote_id)
        .group_by(RollCorrection.home_id)
        .subquery("corrected")
    )


def _on_roll(corrected: Any) -> Any:
    """A home that corrections have brought down to nothing is off the roll; one registered with 0 m2 is on it."""
    return and_(
        ElectorHome.elector_id.is_not(None),
        or_(corrected.c.home_id.is_(None), ElectorHome.area + corrected.c.delta > 0),
    )


# A home that was taken off and added for its buyer is carried by the buyer's head: the newest correction names it.
CARRIER = func.coalesce(RollCorrection.elector_id, ElectorHome.elector_id)


def _standing(vote_id: int) -> Any:
    ballots = (
        select(Ballot.elector_id, func.max(Ballot.turn).label("turn"))
        .where(Ballot.vote_id == vote_id)
        .group_by(Ballot.elector_id)
    )
    # In a secret election only the mark says that somebody has voted; turn 0 meets no ballot.
    marks = select(SecretMark.elector_id, literal(0)).where(SecretMark.vote_id == vote_id)
    return ballots.union_all(marks).subquery("standing")


def building_sums(vote_id: int) -> list[BuildingSum]:
    """Every building that the vote concerns, in the order of the roll: one grouped query."""
    corrected, standing = corrected_homes(vote_id), _standing(vote_id)
    rows = db.session.execute(
        select(Building.id, Building.name, func.count(), func.count(standing.c.elector_id))
        .join(ElectorHome, ElectorHome.building_id == Building.id)
        .outerjoin(corrected, corrected.c.home_id == ElectorHome.home_id)
        .outerjoin(RollCorrection, RollCorrection.id == corrected.c.latest)
        .outerjoin(standing, standing.c.elector_id == CARRIER)
        .where(ElectorHome.vote_id == vote_id, _on_roll(corrected))
        .group_by(Building.id, Building.name, Building.position)
        .order_by(Building.position, Building.id)
    )
    return [BuildingSum(*row) for row in rows]


def building_grid(vote_id: int, building_id: int) -> list[StairwellGrid]:
    """The homes of one building by stairwell, each with whether it has voted: one query."""
    corrected, standing = corrected_homes(vote_id), _standing(vote_id)
    differs = (
        select(literal(1))
        .where(CoOwnerStatement.vote_id == vote_id, CoOwnerStatement.elector_id == Ballot.elector_id)
        .where(CoOwnerStatement.choices != Ballot.choices, STANDS)
        .exists()
    )
    status = case(
        (~func.coalesce(_on_roll(corrected), False), "none"),
        (standing.c.elector_id.is_(None) & unread_sheet(CARRIER).is_not(None), "sheet"),
        (standing.c.elector_id.is_(None), "waiting"),
        (differs, "dispute"),
        (Ballot.channel.in_(PAPER), "paper"),
        else_="voted",
    )
    rows = db.session.execute(
        select(Stairwell.id, Stairwell.name, Home.floor, Home.number, status)
        .join(Home, Home.stairwell_id == Stairwell.id)
        .outerjoin(ElectorHome, (ElectorHome.home_id == Home.id) & (ElectorHome.vote_id == vote_id))
        .outerjoin(corrected, corrected.c.home_id == Home.id)
        .outerjoin(RollCorrection, RollCorrection.id == corrected.c.latest)
        .outerjoin(standing, standing.c.elector_id == CARRIER)
        .outerjoin(
            Ballot,
            (Ballot.elector_id == standing.c.elector_id)
            & (Ballot.turn == standing.c.turn)
            & (Ballot.vote_id == vote_id),
        )
        .where(Stairwell.building_id == building_id)
        .order_by(Stairwell.position, Stairwell.id, Home.id)
    )
    return _by_stairwell(rows)


def _by_stairwell(rows: Iterable[Any]) -> list[StairwellGrid]:
    grids: dict[int, tuple[str, list[HomeCell]]] = {}
    for stairwell_id, name, floor, number, status in rows:
        grids.setdefault(stairwell_id, (name, []))[1].append(HomeCell(floor, number, status))
    return [StairwellGrid(name, tuple(cells)) for name, cells in grids.values()]
