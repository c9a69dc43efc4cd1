"""The roll in figures: by building and kind, between two days, and the imports that made it. No names here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import case, func, select

from participation.accounts.models import Person
from participation.database import db
from participation.roll.models import Building, Home, RollImport, Stairwell
from participation.roll.queries import facts_at

KINDS = ("dwelling", "shop", "parking", "other")


@dataclass(frozen=True)
class BuildingLine:
    """One building on one day. Areas in 1/100 m2; `kinds`: kind -> (homes, area), kinds without a home left out."""

    id: int
    name: str
    homes: int
    heads: int
    area: int
    kinds: dict[str, tuple[int, int]]


def buildings_at(unit_id: int, at: datetime) -> list[BuildingLine]:
    """The buildings with homes on the roll of that instant, in order; one query."""
    facts = facts_at(unit_id, at)
    kinds = [
        part
        for kind in KINDS
        for part in (
            func.sum(case((facts.c.kind == kind, 1), else_=0)),
            func.sum(case((facts.c.kind == kind, facts.c.area), else_=0)),
        )
    ]
    rows = db.session.execute(
        select(Building.id, Building.name, func.count(), func.count(facts.c.owner_id.distinct()), func.sum(facts.c.area), *kinds)
        .join(Home, Home.building_id == Building.id)
        .join(facts, facts.c.home_id == Home.id)
        .group_by(Building.id, Building.name, Building.position)
        .order_by(Building.position, Building.id)
    )
    return [
        BuildingLine(
            id_, name, int(homes), int(heads), int(area),
            {kind: (int(parts[2 * n]), int(parts[2 * n + 1])) for n, kind in enumerate(KINDS) if parts[2 * n]},
        )
        for id_, name, homes, heads, area, *parts in rows
    ]  # fmt: skip


def totals_of_lines(unit_id: int, at: datetime, lines: Sequence[BuildingLine]) -> dict[str, Any]:
    """Homes, heads, area, and homes and area by kind of a whole roll, in the shape of `preview.figures`.

    Heads are counted anew: an owner may hold homes in several buildings.
    """
    facts = facts_at(unit_id, at)
    heads = db.session.scalar(select(func.count(facts.c.owner_id.distinct()))) if lines else 0
    by_kind = {
        kind: {
            "homes": sum(line.kinds.get(kind, (0, 0))[0] for line in lines),
            "area": sum(line.kinds.get(kind, (0, 0))[1] for line in lines),
        }
        for kind in KINDS
    }
    return {
        "homes": sum(line.homes for line in lines),
        "heads": int(heads or 0),
        "area": sum(line.area for line in lines),
        "by_kind": {kind: part for kind, part in by_kind.items() if part["homes"]},
    }


class Between(NamedTuple):
    """What changed from one instant to a later one, in homes."""

    added: int
    gone: int
    changed_owner: int
    changed_area: int


def changes_between(unit_id: int, then: datetime, now: datetime, *, homes_then: int, homes_now: int) -> Between:
    """Counts of homes; `homes_then` and `homes_now` are the totals of the two days, known already."""
    before, after = facts_at(unit_id, then).alias("before"), facts_at(unit_id, now).alias("after")
    both, owner, area = db.session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(case((before.c.owner_id != after.c.owner_id, 1), else_=0)), 0),
            func.coalesce(func.sum(case((before.c.area != after.c.area, 1), else_=0)), 0),
        )
        .select_from(before)
        .join(after, after.c.home_id == before.c.home_id)
    ).one()
    return Between(homes_now - int(both), homes_then - int(both), int(owner), int(area))


def imports_of(unit_id: int, most: int) -> list[tuple[RollImport, str]]:
    """The latest imports and who made them ('' = the command line), newest first."""
    rows = db.session.execute(
        select(RollImport, Person.name)
        .outerjoin(Person, Person.id == RollImport.by_id)
        .where(RollImport.unit_id == unit_id)
        .order_by(RollImport.id.desc())
        .limit(most)
    )
    return [(record, name or "") for record, name in rows]


class HomeLine(NamedTuple):
    """One home of a building on one day. `area` in 1/100 m2."""

    id: int
    stairwell: str
    number: str
    floor: str
    kind: str
    title: str
    area: int


def homes_of_building(unit_id: int, building_id: int, at: datetime, *, page: int, per_page: int) -> list[HomeLine]:
    """One page (from 1) of a building's homes in the order of the roll."""
    facts = facts_at(unit_id, at)
    rows = db.session.execute(
        select(Home.id, Stairwell.name, Home.number, Home.floor, facts.c.kind, facts.c.title, facts.c.area)
        .join(Stairwell, Stairwell.id == Home.stairwell_id)
        .join(facts, facts.c.home_id == Home.id)
        .where(Home.building_id == building_id)
        .order_by(Stairwell.position, Stairwell.id, Home.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return [HomeLine(*row) for row in rows]
