"""Reading the roll: as it stands, and as it stood on any past day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Row, Select, func, select

from participation.database import db
from participation.roll.models import Building, Home, HomeFact, Owner, OwnerMember, Stairwell, Titleholder, Unit


def facts_at(unit_id: int, at: datetime) -> Any:
    """Subquery: the latest fact of each home of the unit up to `at`, homes that have gone left out."""
    latest = (
        select(
            HomeFact,
            func.row_number()
            .over(partition_by=HomeFact.home_id, order_by=(HomeFact.effective_at.desc(), HomeFact.id.desc()))
            .label("rank"),
        )
        .where(HomeFact.unit_id == unit_id, HomeFact.effective_at <= at)
        .subquery()
    )
    return select(latest).where(latest.c.rank == 1, latest.c.owner_id.is_not(None)).subquery("facts")


def roll_at(
    unit_id: int, at: datetime, *, buildings: Sequence[int] = (), stairwell_id: int | None = None
) -> Select[Any]:
    """The roll on a day, home by home in order: (Home, area, kind, title, owner_id, voter_id)."""
    facts = facts_at(unit_id, at)
    query = (
        select(Home, facts.c.area, facts.c.kind, facts.c.title, facts.c.owner_id, facts.c.voter_id)
        .join(facts, facts.c.home_id == Home.id)
        .join(Building, Building.id == Home.building_id)
        .join(Stairwell, Stairwell.id == Home.stairwell_id)
        .order_by(Building.position, Stairwell.position, Home.id)
    )
    if buildings:
        query = query.where(Home.building_id.in_(buildings))
    if stairwell_id is not None:
        query = query.where(Home.stairwell_id == stairwell_id)
    return query


def totals_at(unit_id: int, at: datetime) -> tuple[int, int, int]:
    """(homes, heads, area in 1/100 m2) of the roll on a day."""
    facts = facts_at(unit_id, at)
    row = db.session.execute(
        select(func.count(), func.count(facts.c.owner_id.distinct()), func.coalesce(func.sum(facts.c.area), 0))
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def unit_by_slug(slug: str) -> Unit | None:
    return db.session.scalars(select(Unit).where(Unit.slug == slug)).one_or_none()


def units() -> Sequence[Unit]:
    return db.session.scalars(select(Unit).order_by(Unit.id)).all()


def owners_of_person(person_id: int | BindParameter[int]) -> Select[tuple[int]]:
    """Ids of the owners (heads) to which this person belongs; a `bindparam` for a statement that is made once."""
    return (
        select(OwnerMember.owner_id)
        .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
        .where(Titleholder.person_id == person_id)
    )


def members_of(owner_ids: Sequence[int]) -> dict[int, list[Titleholder]]:
    """The titleholders of each owner, in order."""
    rows: Sequence[Row[tuple[int, Titleholder]]] = db.session.execute(
        select(OwnerMember.owner_id, Titleholder)
        .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
        .where(OwnerMember.owner_id.in_(owner_ids))
        .order_by(OwnerMember.owner_id, Titleholder.id)
    ).all()
    members: dict[int, list[Titleholder]] = {}
    for owner_id, holder in rows:
        members.setdefault(owner_id, []).append(holder)
    return members


def is_owner_here(person_id: int, unit_id: int) -> bool:
    """Whether this person is registered as an owner in the neighbourhood."""
    found = db.session.scalar(
        select(Owner.id).where(Owner.unit_id == unit_id, Owner.id.in_(owners_of_person(person_id))).limit(1)
    )
    return found is not None
