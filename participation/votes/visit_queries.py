"""Who was visited and how often: sums by stairwell and by visitor, and the history of each home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from participation.accounts.models import Person
from participation.database import db
from participation.roll.models import Building, Home, Stairwell
from participation.votes.models import Vote
from participation.votes.visit_models import Visit


class VisitLine(NamedTuple):
    """One visit with the name of the member of staff who made it."""

    visit: Visit
    by: str


class StairwellVisits(NamedTuple):
    """Sums of one stairwell: homes at whose door somebody stood, visits made, and the last of them."""

    stairwell_id: int
    building: str
    name: str
    homes: int
    visits: int
    last_at: datetime | None


class VisitorLine(NamedTuple):
    """What one member of staff has done at the doors."""

    name: str
    homes: int
    visits: int


class BuildingVisits(NamedTuple):
    """What the public is told: sums of one building."""

    building: str
    homes: int
    visits: int


def visits_of_homes(vote_id: int, home_ids: Sequence[int]) -> dict[int, list[VisitLine]]:
    """The history of each home, newest first; homes without a visit are left out."""
    rows = db.session.execute(
        select(Visit, Person.name)
        .join(Person, Person.id == Visit.by_id)
        .where(Visit.vote_id == vote_id, Visit.home_id.in_(home_ids))
        .order_by(Visit.made_at.desc(), Visit.id.desc())
    )
    found: dict[int, list[VisitLine]] = {}
    for visit, name in rows:
        found.setdefault(visit.home_id, []).append(VisitLine(visit, name))
    return found


def visits_by_stairwell(vote_id: int) -> dict[int, StairwellVisits]:
    """Stairwells in which somebody was visited, by id: one grouped query."""
    rows = db.session.execute(
        select(
            Stairwell.id, Building.name, Stairwell.name, func.count(Visit.home_id.distinct()), func.count(),
            func.max(Visit.made_at),
        )
        .join(Home, Home.id == Visit.home_id)
        .join(Stairwell, Stairwell.id == Home.stairwell_id)
        .join(Building, Building.id == Home.building_id)
        .where(Visit.vote_id == vote_id)
        .group_by(Stairwell.id, Building.name, Stairwell.name)
    )  # fmt: skip
    return {row[0]: StairwellVisits(*row) for row in rows}


def visits_by_visitor(vote_id: int) -> list[VisitorLine]:
    """Who stood at how many doors, in the order of their names."""
    rows = db.session.execute(
        select(Person.name, func.count(Visit.home_id.distinct()), func.count())
        .join(Person, Person.id == Visit.by_id)
        .where(Visit.vote_id == vote_id)
        .group_by(Person.id, Person.name)
        .order_by(Person.name, Person.id)
    )
    return [VisitorLine(*row) for row in rows]


def visits_by_building(vote: Vote) -> list[BuildingVisits]:
    """Sums for everybody, in the order of the roll. No home and no outcome can be told from them."""
    rows = db.session.execute(
        select(Building.name, func.count(Visit.home_id.distinct()), func.count())
        .join(Home, Home.id == Visit.home_id)
        .join(Building, Building.id == Home.building_id)
        .where(Visit.vote_id == vote.id)
        .group_by(Building.id, Building.name, Building.position)
        .order_by(Building.position, Building.id)
    )
    return [BuildingVisits(*row) for row in rows]
