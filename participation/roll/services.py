"""Committing a roll: what the file says becomes dated facts; nothing that was true before is touched."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import insert, select
from sqlalchemy.orm import InstrumentedAttribute

from participation.database import db
from participation.kernel.quantities import format_hundredths
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.services import append, hold_log, start_log
from participation.roll.importing import (
    DEVELOPER_KEY,
    HomeIdentity,
    HomeState,
    OwnerKey,
    ParsedRoll,
    RollDifference,
    RollHolder,
    RollHome,
    difference,
    home_identity,
    owner_key,
)
from participation.roll.models import (
    Area,
    Building,
    Home,
    HomeFact,
    HouseholdMember,
    Owner,
    OwnerMember,
    RollImport,
    Stairwell,
    Titleholder,
    Unit,
)
from participation.roll.queries import facts_at, totals_at

BATCH = 2000
DEVELOPER = "developer"
Progress = Callable[[int, int | None], None]


def found_unit(slug: str, name: str, area: Area, at: datetime, *, time_zone: str = "Asia/Shanghai", **more: Any) -> Unit:
    """A new neighbourhood with its (empty) public record."""
    unit = Unit(area_id=area.id, slug=slug, name=name, time_zone=time_zone, created_at=at, **more)
    db.session.add(unit)
    db.session.flush()
    start_log(unit.id, unit.slug)
    return unit


def current_state(unit_id: int, at: datetime) -> dict[HomeIdentity, HomeState]:
    """The roll as it stands, in the form in which a parsed file is compared with it."""
    keys = _owner_keys(unit_id)
    facts = facts_at(unit_id, at)
    rows = db.session.execute(
        select(Building.name, Stairwell.name, Home.number, facts.c.area, facts.c.kind, facts.c.title, facts.c.area_basis, facts.c.owner_id)
        .join(Home, Home.id == facts.c.home_id)
        .join(Building, Building.id == Home.building_id)
        .join(Stairwell, Stairwell.id == Home.stairwell_id)
    )
    return {
        home_identity(building, stairwell, number): HomeState(area, kind, title, basis, keys[owner_id])
        for building, stairwell, number, area, kind, title, basis, owner_id in rows
    }


def compare(unit_id: int, parsed: ParsedRoll, at: datetime) -> RollDifference:
    """What committing `parsed` would change: added, gone, changed owner, changed area, changed otherwise."""
    return difference(current_state(unit_id, at), parsed)


def commit_roll(
    unit: Unit, parsed: ParsedRoll, *, by_id: int | None, at: datetime, sha256: str, progress: Progress | None = None
) -> RollImport:
    """Write the difference between the roll as it stands and `parsed` as facts that hold from `at` on.

    Runs in the caller's transaction. Frozen rolls of running votes are untouched: they are
    corrected by public entries only. Raises Refusal for an empty roll.
    """
    if not parsed.homes:
        raise Refusal(Reason("empty_roll", say("The file holds no home that can be imported."), say("Correct the refused rows and import again.")))
    log = hold_log(unit.id)
    change = compare(unit.id, parsed, at)
    changes = (*change.changed_owner, *change.changed_area, *change.changed_other)
    touched = {identity for identity, _ in change.added} | {one.identity for one in changes}
    wanted = [home for home in parsed.homes if home.identity in touched]
    homes = _homes(unit, wanted)
    holders = _titleholders(unit, wanted)
    owners = _owners(unit, wanted, holders)
    record = _import_row(unit, parsed, change, by_id, at, sha256)
    facts = [_fact(unit, record, at, home, homes[home.identity], owners[owner_key(home)], holders) for home in wanted]
    gone = _home_ids(unit.id)
    facts += [_gone(unit, record, at, gone[identity]) for identity, _ in change.gone]
    for start in range(0, len(facts), BATCH):
        db.session.execute(insert(HomeFact), facts[start : start + BATCH])
        if progress:
            progress(min(start + BATCH, len(facts)), len(facts))
    _tenants(wanted, homes, at)
    append(
        log, "roll-import",
        {"file": sha256, "homes": record.homes, "heads": record.heads, "area": format_hundredths(record.area),
         "added": record.added, "gone": record.gone, "changed": record.changed, "at": at.isoformat(timespec="seconds")},
        at,
    )  # fmt: skip
    homes_now, heads_now, area_now = totals_at(unit.id, at)
    if (homes_now, heads_now, area_now) != (record.homes, record.heads, record.area):
        # A guard, not a message for users: the stored roll must be the roll that was previewed.
        raise RuntimeError(f"roll differs after commit: {homes_now}, {heads_now}, {area_now}")
    return record


def _import_row(
    unit: Unit, parsed: ParsedRoll, change: RollDifference, by_id: int | None, at: datetime, sha256: str
) -> RollImport:
    record = RollImport(
        unit_id=unit.id, effective_at=at, committed_at=at, by_id=by_id, filename=parsed.filename, sha256=sha256,
        homes=parsed.totals.homes, heads=parsed.totals.heads, area=parsed.totals.area,
        added=len(change.added), gone=len(change.gone), changed=change.changed,
    )  # fmt: skip
    db.session.add(record)
    db.session.flush()
    return record


def _insert_all(column: InstrumentedAttribute[int], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows in batches and return their new ids in the same order."""
    ids: list[int] = []
    for start in range(0, len(rows), BATCH):
        statement = insert(column.class_).returning(column, sort_by_parameter_order=True)
        ids += db.session.scalars(statement, rows[start : start + BATCH]).all()
    return ids


def _home_ids(unit_id: int) -> dict[HomeIdentity, int]:
    rows = db.session.execute(
        select(Home.id, Building.name, Stairwell.name, Home.number)
        .join(Building, Building.id == Home.building_id)
        .join(Stairwell, Stairwell.id == Home.stairwell_id)
        .where(Home.unit_id == unit_id)
    )
    return {home_identity(building, stairwell, number): id_ for id_, building, stairwell, number in rows}


def _homes(unit: Unit, wanted: Sequence[RollHome]) -> dict[HomeIdentity, int]:
    """Ids of the homes, the missing places made in the order of the file."""
    known = _home_ids(unit.id)
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
    return known | dict(zip((home.identity for home in missing), _insert_all(Home.id, rows), strict=True))


def _places(table: Any, parent: dict[str, int], named: Iterable[tuple[tuple[str, ...], str]]) -> dict[tuple[str, ...], int]:
    """Ids of buildings of a unit, or stairwells of a building, by their normalised name; new ones come last."""
    ((column, parent_id),) = parent.items()
    existing = db.session.execute(select(table.id, table.name).where(getattr(table, column) == parent_id)).all()
    ids: dict[tuple[str, ...], int] = {home_identity(name, "", "")[:1]: id_ for id_, name in existing}
    new = {key: name for key, name in named if key not in ids}
    rows = [{column: parent_id, "name": name, "position": len(ids) + n} for n, name in enumerate(new.values(), start=1)]
    return ids | dict(zip(new, _insert_all(table.id, rows), strict=True))


def _titleholders(unit: Unit, wanted: Sequence[RollHome]) -> dict[tuple[str, str], int]:
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
    return ids | dict(zip(new, _insert_all(Titleholder.id, rows), strict=True))


def keyed_hash(id_number: str | None) -> bytes | None:
    """HMAC-SHA-256 of a whole identity number under the site's secret: equal numbers can be told, none can be read."""
    if not id_number:
        return None
    return hmac.new(current_app.config["SECRET_KEY"].encode(), b"identity:" + id_number.encode(), hashlib.sha256).digest()


def _owners(unit: Unit, wanted: Sequence[RollHome], holders: Mapping[tuple[str, str], int]) -> dict[OwnerKey, int]:
    """Ids of the heads by owner key: the set of titleholders, the developer once."""
    by_name = dict(db.session.execute(select(Owner.key, Owner.id).where(Owner.unit_id == unit.id)).tuples().all())
    ids: dict[OwnerKey, int] = {}
    new: dict[str, OwnerKey] = {}
    members: dict[OwnerKey, set[int]] = {}
    for home in wanted:
        key = owner_key(home)
        people = {holders[holder.person] for holder in home.holders}
        members.setdefault(key, set()).update(people)
        name = DEVELOPER if key == DEVELOPER_KEY else "+".join(map(str, sorted(people)))
        if name in by_name:
            ids[key] = by_name[name]
        else:
            new.setdefault(name, key)
    created = _insert_all(Owner.id, [{"unit_id": unit.id, "key": name} for name in new])
    rows = []
    for key, id_ in zip(new.values(), created, strict=True):
        ids[key] = id_
        rows += [{"owner_id": id_, "titleholder_id": person} for person in sorted(members[key])]
    for start in range(0, len(rows), BATCH):
        db.session.execute(insert(OwnerMember), rows[start : start + BATCH])
    return ids


def _owner_keys(unit_id: int) -> dict[int, OwnerKey]:
    people: dict[int, set[tuple[str, str]]] = {}
    developer: int | None = None
    for owner_id, key, name, four in db.session.execute(
        select(Owner.id, Owner.key, Titleholder.name, Titleholder.id_last_four)
        .join(OwnerMember, OwnerMember.owner_id == Owner.id)
        .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
        .where(Owner.unit_id == unit_id)
    ):
        people.setdefault(owner_id, set()).add((name, four))
        developer = owner_id if key == DEVELOPER else developer
    return {id_: DEVELOPER_KEY if id_ == developer else frozenset(found) for id_, found in people.items()}


def _fact(
    unit: Unit, record: RollImport, at: datetime, home: RollHome, home_id: int, owner_id: int,
    holders: Mapping[tuple[str, str], int],
) -> dict[str, Any]:  # fmt: skip
    voter = next((holders[holder.person] for holder in home.holders if holder.is_voter), None)
    shares = [f"{holders[h.person]}:{h.share[0]}/{h.share[1]}" for h in home.holders if h.share and len(home.holders) > 1]
    return {
        "unit_id": unit.id, "home_id": home_id, "import_id": record.id, "effective_at": at, "area": home.area,
        "area_basis": home.area_basis, "kind": home.kind, "title": home.title, "owner_id": owner_id, "voter_id": voter,
        "shares": ",".join(shares) or None,
    }  # fmt: skip


def _gone(unit: Unit, record: RollImport, at: datetime, home_id: int) -> dict[str, Any]:
    return {
        "unit_id": unit.id, "home_id": home_id, "import_id": record.id, "effective_at": at, "area": 0,
        "area_basis": "unknown", "kind": "other", "title": "registered", "owner_id": None, "voter_id": None, "shares": None,
    }  # fmt: skip


def _tenants(wanted: Sequence[RollHome], homes: Mapping[HomeIdentity, int], at: datetime) -> None:
    rows = [
        {"home_id": homes[home.identity], "name": tenant, "id_last_four": "", "since": at}
        for home in wanted for tenant in home.tenants
    ]  # fmt: skip
    known = {
        (home_id, name)
        for home_id, name in db.session.execute(
            select(HouseholdMember.home_id, HouseholdMember.name).where(HouseholdMember.until.is_(None))
        )
    } if rows else set()
    new = [row for row in rows if (row["home_id"], row["name"]) not in known]
    if new:
        db.session.execute(insert(HouseholdMember), new)
