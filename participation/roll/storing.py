"""Storing what an import brings: places, titleholders and heads that are not known yet, in batches."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import insert, select
from sqlalchemy.orm import InstrumentedAttribute

from participation.database import Base, db
from participation.roll.importing import (
    DEVELOPER_KEY,
    HomeIdentity,
    OwnerKey,
    RollHolder,
    RollHome,
    home_identity,
    owner_key,
)
from participation.roll.models import Building, Home, Owner, OwnerMember, Stairwell, Titleholder, Unit

BATCH = 2000
DEVELOPER = "developer"
Progress = Callable[[int, int | None], None]


def insert_all(column: InstrumentedAttribute[int], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows in batches and return their new ids in the same order."""
    ids: list[int] = []
    connection = db.session.connection()  # plain rows: the mapper would double the time for which writers wait
    for start in range(0, len(rows), BATCH):
        statement = insert(column.class_.__table__).returning(column, sort_by_parameter_order=True)
        ids += connection.execute(statement, list(rows[start : start + BATCH])).scalars().all()
    return ids


def insert_rows(table: type[Base], rows: Sequence[Mapping[str, Any]], progress: Progress | None = None) -> None:
    connection = db.session.connection()
    for start in range(0, len(rows), BATCH):
        connection.execute(insert(table.__table__), list(rows[start : start + BATCH]))
        if progress:
            progress(min(start + BATCH, len(rows)), len(rows))


def home_ids(unit_id: int) -> dict[HomeIdentity, int]:
    rows = db.session.execute(
        select(Home.id, Building.name, Stairwell.name, Home.number)
        .join(Building, Building.id == Home.building_id)
        .join(Stairwell, Stairwell.id == Home.stairwell_id)
        .where(Home.unit_id == unit_id)
    )
    return {home_identity(building, stairwell, number): id_ for id_, building, stairwell, number in rows}


def store_homes(unit: Unit, wanted: Sequence[RollHome]) -> dict[HomeIdentity, int]:
    """Ids of the homes, the missing places made in the order of the file."""
    known = home_ids(unit.id)
    missing = [home for home in wanted if home.identity not in known]
    buildings = _places(Building, {"unit_id": unit.id}, ((home.identity[:1], home.building) for home in missing))
    per_building: dict[tuple[str, ...], list[RollHome]] = {}
    for home in missing:
        per_building.setdefault(home.identity[:1], []).append(home)
    stairwells: dict[tuple[str, ...], int] = {}
    for key, within in per_building.items():
        named = ((home.identity[1:2], home.stairwell) for home in within)
        found = _places(Stairwell, {"building_id": buildings[key]}, named)
        stairwells |= {key + name: id_ for name, id_ in found.items()}
    rows = [
        {"unit_id": unit.id, "building_id": buildings[home.identity[:1]], "stairwell_id": stairwells[home.identity[:2]],
         "number": home.number, "floor": home.floor, "label": home.label}
        for home in missing
    ]  # fmt: skip
    return known | dict(zip((home.identity for home in missing), insert_all(Home.id, rows), strict=True))


def _places(table: Any, parent: dict[str, int], named: Iterable[tuple[tuple[str, ...], str]]) -> dict[tuple[str, ...], int]:
    """Ids of buildings of a unit, or stairwells of a building, by their normalised name; new ones come last."""
    ((column, parent_id),) = parent.items()
    existing = db.session.execute(select(table.id, table.name).where(getattr(table, column) == parent_id)).all()
    ids: dict[tuple[str, ...], int] = {home_identity(name, "", "")[:1]: id_ for id_, name in existing}
    new = {key: name for key, name in named if key not in ids}
    rows = [{column: parent_id, "name": name, "position": len(ids) + n} for n, name in enumerate(new.values(), start=1)]
    return ids | dict(zip(new, insert_all(table.id, rows), strict=True))


def store_titleholders(unit: Unit, wanted: Sequence[RollHome]) -> dict[tuple[str, str], int]:
    """Ids of all persons on the roll by (name, last four); new ones are stored without their whole number."""
    ids = {
        (name, four): id_
        for id_, name, four in db.session.execute(
            select(Titleholder.id, Titleholder.name, Titleholder.id_last_four).where(Titleholder.unit_id == unit.id)
        )
    }
    new: dict[tuple[str, str], RollHolder] = {}
    for home in wanted:
        for holder in home.holders:
            if holder.person not in ids:
                new.setdefault(holder.person, holder)
    rows = [
        {"unit_id": unit.id, "name": h.name, "id_last_four": h.id_last_four or "", "id_hash": keyed_hash(h.id_number),
         "phone": h.phone, "is_developer": h.is_developer}
        for h in new.values()
    ]  # fmt: skip
    return ids | dict(zip(new, insert_all(Titleholder.id, rows), strict=True))


def keyed_hash(id_number: str | None) -> bytes | None:
    """HMAC-SHA-256 of a whole identity number under the site's secret: equal numbers can be told, none can be read."""
    if not id_number:
        return None
    return hmac.new(current_app.config["SECRET_KEY"].encode(), b"identity:" + id_number.encode(), hashlib.sha256).digest()


def store_owners(unit: Unit, wanted: Sequence[RollHome], holders: Mapping[tuple[str, str], int]) -> dict[OwnerKey, int]:
    """Ids of the heads by owner key: the set of titleholders, the developer once."""
    by_name = dict(db.session.execute(select(Owner.key, Owner.id).where(Owner.unit_id == unit.id)).all())
    ids: dict[OwnerKey, int] = {}
    new: dict[str, OwnerKey] = {}
    members: dict[OwnerKey, set[int]] = {}
    for home in wanted:
        key = owner_key(home)
        people = {holders[holder.person] for holder in home.holders}
        if key == DEVELOPER_KEY:
            # A buyer to whom the home is not delivered yet stands in its row, but the ballot is the developer's.
            members.setdefault(key, set()).update(holders[h.person] for h in home.holders if h.is_developer)
        else:
            members.setdefault(key, set()).update(people)
        name = DEVELOPER if key == DEVELOPER_KEY else "+".join(map(str, sorted(people)))
        if name in by_name:
            ids[key] = by_name[name]
        else:
            new.setdefault(name, key)
    created = insert_all(Owner.id, [{"unit_id": unit.id, "key": name} for name in new])
    ids |= dict(zip(new.values(), created, strict=True))
    rows = [
        {"owner_id": id_, "titleholder_id": person}
        for key, id_ in zip(new.values(), created, strict=True) for person in sorted(members[key])
    ]  # fmt: skip
    if DEVELOPER_KEY in ids and DEVELOPER in by_name:
        rows += _more_developers(ids[DEVELOPER_KEY], members[DEVELOPER_KEY])
    insert_rows(OwnerMember, rows)
    return ids


def _more_developers(owner_id: int, people: set[int]) -> list[dict[str, int]]:
    known = set(db.session.scalars(select(OwnerMember.titleholder_id).where(OwnerMember.owner_id == owner_id)))
    return [{"owner_id": owner_id, "titleholder_id": person} for person in sorted(people - known)]
