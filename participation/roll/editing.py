"""Single facts entered by hand: a home added or taken off, another owner, another area, the co-owner named to vote.

Each is a new dated fact that says who entered it and why, and an entry of the public record without any name; nothing
that was true before is touched.  Frozen rolls are corrected elsewhere (`votes/services/correcting.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from participation.database import db
from participation.kernel.quantities import format_hundredths
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.services import append, hold_log
from participation.roll.importing import DEVELOPER_KEY, RollHolder, RollHome, owner_key
from participation.roll.models import Building, Home, HomeFact, Owner, OwnerMember, Stairwell, Unit
from participation.roll.queries import totals_at
from participation.roll.storing import DEVELOPER, store_homes, store_owners, store_titleholders


@dataclass(frozen=True)
class By:
    """Who enters a fact, when, and why: the reason is kept with the fact."""

    person_id: int
    at: datetime
    reason: str


def fact_now(home_id: int, at: datetime) -> HomeFact | None:
    """The latest fact of a home, gone ones included; None where there is none."""
    return db.session.scalars(
        select(HomeFact)
        .where(HomeFact.home_id == home_id, HomeFact.effective_at <= at)
        .order_by(HomeFact.effective_at.desc(), HomeFact.id.desc())
        .limit(1)
    ).one_or_none()


def add_home(unit: Unit, home: RollHome, by: By) -> Home:
    """Put a home on the roll that is not there, or not any more. Raises Refusal where it stands already."""
    hold_log(unit.id)
    home_id = store_homes(unit, [home])[home.identity]
    fact = fact_now(home_id, by.at)
    if fact is not None and fact.owner_id is not None:
        raise Refusal(
            Reason(
                "home_exists",
                say("This home is on the roll already."),
                say("Look it up and change its owner or area there."),
                "number",
            )
        )
    _put(unit, home_id, "added", _values(unit, home), by)
    return db.session.get_one(Home, home_id)


def change_owner(unit: Unit, home: Home, holders: tuple[RollHolder, ...], title: str, by: By) -> None:
    """The home belongs to `holders` from now on. Who was named to vote for it is named no more."""
    hold_log(unit.id)
    fact = _standing(home, by.at)
    after = replace(_as_roll_home(home, fact, title), holders=as_developer(holders) if title != "registered" else holders)
    values = _values(unit, after)
    if (values["owner_id"], title) == (fact.owner_id, fact.title):
        raise Refusal(_unchanged("owners", say("These are the owners that the roll names already.")))
    _put(unit, home.id, "owner", values, by)


def change_area(unit: Unit, home: Home, area: int, basis: str, by: By) -> None:
    """`area` in 1/100 m2."""
    hold_log(unit.id)
    fact = _standing(home, by.at)
    if (area, basis) == (fact.area, fact.area_basis):
        raise Refusal(_unchanged("area", say("This is the area that the roll shows already.")))
    _put(unit, home.id, "area", {**_same(fact), "area": area, "area_basis": basis}, by)


def name_voter(unit: Unit, home: Home, titleholder_id: int | None, by: By) -> None:
    """One of several co-owners votes for the home; None: the first of them to cast."""
    hold_log(unit.id)
    fact = _standing(home, by.at)
    members = db.session.scalars(select(OwnerMember.titleholder_id).where(OwnerMember.owner_id == fact.owner_id)).all()
    if len(members) < 2 or (titleholder_id is not None and titleholder_id not in members):
        raise Refusal(
            Reason("not_a_co_owner", say("Only one of several owners of the home can be named."), say("Choose one of them."), "voter")
        )
    if titleholder_id == fact.voter_id:
        raise Refusal(_unchanged("voter", say("This is how it stands on the roll already.")))
    _put(unit, home.id, "voter", {**_same(fact), "voter_id": titleholder_id}, by)


def take_off(unit: Unit, home: Home, by: By) -> None:
    """The home is gone from the roll: pulled down, joined to another one, or entered by mistake."""
    hold_log(unit.id)
    fact = _standing(home, by.at)
    _put(unit, home.id, "gone", {**_same(fact), "area": 0, "owner_id": None, "voter_id": None, "shares": None}, by)


def _standing(home: Home, at: datetime) -> HomeFact:
    fact = fact_now(home.id, at)
    if fact is None or fact.owner_id is None:
        raise Refusal(
            Reason("home_gone", say("This home is not on the roll any more."), say("Add it again if it should be there."))
        )
    return fact


def _unchanged(field: str, message: Any) -> Reason:
    return Reason("unchanged", message, say("Change something, or go back."), field)


def _as_roll_home(home: Home, fact: HomeFact, title: str) -> RollHome:
    building, stairwell = db.session.get_one(Building, home.building_id), db.session.get_one(Stairwell, home.stairwell_id)
    return RollHome(
        building.name, stairwell.name, home.floor, home.number, fact.kind, fact.area, fact.area_basis, title, ()  # type: ignore[arg-type]
    )


def as_developer(holders: tuple[RollHolder, ...]) -> tuple[RollHolder, ...]:
    """A company that holds unsold homes is the developer, whatever its name; as the import takes it."""
    return tuple(replace(holder, is_developer=holder.is_developer or holder.is_corporate) for holder in holders)


def _values(unit: Unit, home: RollHome) -> dict[str, Any]:
    """The fact that a home in the form of an import stands for."""
    if not home.holders and owner_key(home) == DEVELOPER_KEY:
        owner_id = _nameless_developer(unit)
    else:
        people = store_titleholders(unit, [home])
        owner_id = store_owners(unit, [home], people)[owner_key(home)]
    return {
        "area": home.area, "area_basis": home.area_basis, "kind": home.kind, "title": home.title, "owner_id": owner_id,
        "voter_id": None, "shares": None,
    }  # fmt: skip


def _nameless_developer(unit: Unit) -> int:
    found = db.session.scalar(select(Owner.id).where(Owner.unit_id == unit.id, Owner.key == DEVELOPER))
    if found is None:
        owner = Owner(unit_id=unit.id, key=DEVELOPER)
        db.session.add(owner)
        db.session.flush()
        found = owner.id
    return found


def _same(fact: HomeFact) -> dict[str, Any]:
    names = ("area", "area_basis", "kind", "title", "owner_id", "voter_id", "shares")
    return {name: getattr(fact, name) for name in names}


def _put(unit: Unit, home_id: int, what: str, values: dict[str, Any], by: By) -> None:
    """Append the fact, and to the record what everybody may know of it: the home, what changed, the new totals."""
    log = hold_log(unit.id)
    fact = {"unit_id": unit.id, "home_id": home_id, "effective_at": by.at, "by_id": by.person_id, "reason": by.reason}
    db.session.execute(insert(HomeFact), {**fact, **values})
    homes, heads, area = totals_at(unit.id, by.at)
    home = db.session.get_one(Home, home_id)
    append(
        log, "roll-change",
        {"home": home.label, "what": what, "home_area": format_hundredths(values["area"]), "homes": homes, "heads": heads,
         "area": format_hundredths(area), "at": by.at.isoformat(timespec="seconds")},
        by.at,
    )  # fmt: skip
