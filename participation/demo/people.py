"""The people behind the demonstration's links. They are found again by a handle in `Person.login`; none has a passphrase."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from participation.accounts.models import Grant, Person, Role
from participation.database import db
from participation.roll.models import HomeFact, HouseholdMember, OwnerMember, Titleholder, Unit

SUPPORT = ("support", "second-support", "third-support")  # two read a sheet, a third settles what differs
# handle -> role and name, in the order in which the links are printed.
STAFF = {
    SUPPORT[0]: (Role.SUPPORT, "林静(支援中心)"),
    SUPPORT[1]: (Role.SUPPORT, "吴桐(支援中心)"),
    SUPPORT[2]: (Role.SUPPORT, "许岚(支援中心)"),
    "planner": (Role.PLANNER, "陈工(社区规划师)"),
    "observer": (Role.OBSERVER, "街道观察员(演示)"),
    "operator": (Role.OPERATOR, "运维员(演示)"),
}
RESIDENTS = ("owner", "owner-of-several-homes", "co-owner", "other-co-owner", "tenant")


def handle(role: str) -> str:
    return f"demo:{role}"


def make_staff(unit: Unit, at: datetime) -> dict[str, int]:
    """handle -> id of a person with this role in the neighbourhood; the observer is also the auditor of the final vote."""
    ids = {}
    for key, (role, name) in STAFF.items():
        person = Person(name=name, login=handle(key), created_at=at)
        db.session.add(person)
        db.session.flush()
        unit_id = None if role is Role.OPERATOR else unit.id
        db.session.add(Grant(person_id=person.id, role=role, unit_id=unit_id, begins_at=at))
        ids[key] = person.id
    db.session.flush()
    return ids


class Cast(NamedTuple):
    """Titleholders by the part they play."""

    owner: Titleholder
    owner_of_several_homes: Titleholder
    co_owner: Titleholder
    other_co_owner: Titleholder


def cast(unit_id: int) -> Cast:
    """The same people on every installation: chosen by their place on the roll."""
    homes = (
        select(HomeFact.owner_id, func.count().label("homes"), func.min(HomeFact.home_id).label("first"))
        .where(HomeFact.unit_id == unit_id, HomeFact.owner_id.is_not(None))
        .group_by(HomeFact.owner_id)
        .subquery()
    )
    sizes = (
        select(OwnerMember.owner_id, func.count().label("members")).group_by(OwnerMember.owner_id).subquery()
    )

    def holders(members: int, least: int, most: int) -> list[Titleholder]:
        return list(
            db.session.scalars(
                select(Titleholder)
                .join(OwnerMember, OwnerMember.titleholder_id == Titleholder.id)
                .join(homes, homes.c.owner_id == OwnerMember.owner_id)
                .join(sizes, sizes.c.owner_id == OwnerMember.owner_id)
                .where(sizes.c.members == members, homes.c.homes >= least, homes.c.homes <= most)
                .order_by(homes.c.first, Titleholder.id)
                .limit(2)
            )
        )

    single, several, pair = holders(1, 1, 1), holders(1, 3, 99), holders(2, 1, 1)
    return Cast(single[0], several[0], pair[0], pair[1])


def spared_persons(unit_id: int) -> list[int]:
    """People who have not voted in votes that are still open: the links are theirs."""
    return [holder.person_id for holder in cast(unit_id) if holder.person_id is not None]


def mark_residents(unit: Unit, at: datetime) -> None:
    """Give the residents their handles, and one home a tenant."""
    chosen = cast(unit.id)
    for role, holder in zip(RESIDENTS, chosen, strict=False):
        db.session.get_one(Person, holder.person_id).login = handle(role)
    home_id = db.session.scalars(
        select(HomeFact.home_id)
        .join(OwnerMember, OwnerMember.owner_id == HomeFact.owner_id)
        .where(OwnerMember.titleholder_id == chosen.owner_of_several_homes.id)
        .order_by(HomeFact.home_id)
        .limit(1)
    ).one()
    tenant = Person(name="赵小雨", login=handle("tenant"), created_at=at)
    db.session.add(tenant)
    db.session.flush()
    db.session.add(HouseholdMember(home_id=home_id, name=tenant.name, id_last_four="2468", since=at, person_id=tenant.id))
    db.session.flush()
