"""Committing a roll: what the file says becomes dated facts; nothing that was true before is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, insert, or_, select

from participation.database import db
from participation.kernel.quantities import format_hundredths
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.services import append, hold_log, start_log
from participation.roll.importing import (
    DEVELOPER_KEY,
    Change,
    HomeIdentity,
    HomeState,
    OwnerKey,
    ParsedRoll,
    RollDifference,
    RollHome,
    difference,
    home_identity,
    owner_key,
    state_of,
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
from participation.roll.storing import (
    DEVELOPER,
    Progress,
    insert_rows,
    store_homes,
    store_owners,
    store_titleholders,
)


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


def roll_fingerprint(unit_id: int) -> int:
    """A number that is another one as soon as the roll is: facts are only ever appended, so the last one's will do."""
    return db.session.scalar(select(func.max(HomeFact.id)).where(HomeFact.unit_id == unit_id)) or 0


def compare(unit_id: int, parsed: ParsedRoll, at: datetime) -> RollDifference:
    """What committing `parsed` would change: added, gone, changed owner, changed area, changed otherwise.

    A home for which the file names another co-owner to vote counts as changed otherwise.
    """
    change = difference(current_state(unit_id, at), parsed)
    named = {home.identity: home for home in parsed.homes if any(holder.is_voter for holder in home.holders)}
    if not named:
        return change
    voters = _voters(unit_id, at)
    told = {identity for identity, _ in change.added} | {
        one.identity for one in (*change.changed_owner, *change.changed_area, *change.changed_other)
    }
    more = tuple(
        Change(identity, state_of(home), state_of(home))
        for identity, home in named.items()
        if identity not in told and voters.get(identity) != _named_voter(home)
    )
    return replace(
        change, changed_other=change.changed_other + more, unchanged_count=change.unchanged_count - len(more)
    )


def refuse_unasked(*, homes: int, refused: int, gone: int, without_refused: bool) -> None:
    """Raise Refusal for a file of which rows were refused, unless the user has said that it is to be imported without.

    Where homes would go from the roll at the same time even that is not enough: the refused rows may speak of them.
    """
    if not homes:
        raise Refusal(_empty())
    if refused and gone:
        raise Refusal(
            Reason(
                "refused_and_gone",
                say("%(refused)s rows are refused, and %(gone)s homes would go from the roll: the refused rows may be theirs.", refused=refused, gone=gone),
                say("Correct the refused rows in the file and import it again."),
            )
        )
    if refused and not without_refused:
        raise Refusal(
            Reason(
                "rows_refused",
                say("%(n)s rows of the file are refused; nothing has been imported.", n=refused),
                say("Correct them, or say that the others are to be imported without them."),
                "without_refused",
            )
        )


def _empty() -> Reason:
    return Reason("empty_roll", say("The file holds no home that can be imported."), say("Correct the refused rows and import again."))


def commit_roll(
    unit: Unit, parsed: ParsedRoll, *, by_id: int | None, at: datetime, sha256: str, progress: Progress | None = None
) -> RollImport:
    """Write the difference between the roll as it stands and `parsed` as facts that hold from `at` on.

    Runs in the caller's transaction. Frozen rolls of running votes are untouched: they are
    corrected by public entries only. Raises Refusal for an empty roll.
    """
    if not parsed.homes:
        raise Refusal(_empty())
    log = hold_log(unit.id)
    change = compare(unit.id, parsed, at)
    changes = (*change.changed_owner, *change.changed_area, *change.changed_other)
    touched = {identity for identity, _ in change.added} | {one.identity for one in changes}
    wanted = [home for home in parsed.homes if home.identity in touched]
    homes = store_homes(unit, wanted)
    holders = store_titleholders(unit, wanted)
    owners = store_owners(unit, wanted, holders)
    record = _import_row(unit, parsed, change, by_id, at, sha256)
    before = _named_by_hand(unit.id, at) if changes else {}
    facts = [
        _fact(record, at, home, homes[home.identity], owners[owner_key(home)], holders, before.get(homes[home.identity]))
        for home in wanted
    ]
    facts += [_gone(record, at, homes[identity]) for identity, _ in change.gone]
    insert_rows(HomeFact, facts, progress)
    _tenants(parsed.homes, homes, at)
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


def _owner_keys(unit_id: int) -> dict[int, OwnerKey]:
    people: dict[int, set[tuple[str, str]]] = {}
    developer: int | None = None
    for owner_id, key, name, four in db.session.execute(
        select(Owner.id, Owner.key, Titleholder.name, Titleholder.id_last_four)
        .outerjoin(OwnerMember, OwnerMember.owner_id == Owner.id)  # the developer may be known by no name
        .outerjoin(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
        .where(Owner.unit_id == unit_id)
    ):
        people.setdefault(owner_id, set()).add((name, four))
        developer = owner_id if key == DEVELOPER else developer
    return {id_: DEVELOPER_KEY if id_ == developer else frozenset(found) for id_, found in people.items()}


def _named_voter(home: RollHome) -> tuple[str, str] | None:
    return next((holder.person for holder in home.holders if holder.is_voter), None)


def _voters(unit_id: int, at: datetime) -> dict[HomeIdentity, tuple[str, str]]:
    """The co-owners named to vote as the roll stands."""
    facts = facts_at(unit_id, at)
    rows = db.session.execute(
        select(Building.name, Stairwell.name, Home.number, Titleholder.name, Titleholder.id_last_four)
        .join(Home, Home.building_id == Building.id)
        .join(Stairwell, Stairwell.id == Home.stairwell_id)
        .join(facts, facts.c.home_id == Home.id)
        .join(Titleholder, Titleholder.id == facts.c.voter_id)
    )
    return {home_identity(building, stairwell, number): (name, four) for building, stairwell, number, name, four in rows}


class _Before(NamedTuple):
    """What a file that is silent about it leaves as it was, as long as the owners stay the same."""

    owner_id: int
    voter_id: int | None
    shares: str | None


def _named_by_hand(unit_id: int, at: datetime) -> dict[int, _Before]:
    facts = facts_at(unit_id, at)
    rows = db.session.execute(
        select(facts.c.home_id, facts.c.owner_id, facts.c.voter_id, facts.c.shares).where(
            or_(facts.c.voter_id.is_not(None), facts.c.shares.is_not(None))
        )
    )
    return {home_id: _Before(*rest) for home_id, *rest in rows}


def _fact(
    record: RollImport, at: datetime, home: RollHome, home_id: int, owner_id: int, holders: Mapping[tuple[str, str], int],
    before: _Before | None,
) -> dict[str, Any]:  # fmt: skip
    voter = next((holders[holder.person] for holder in home.holders if holder.is_voter), None)
    given = [f"{holders[h.person]}:{h.share[0]}/{h.share[1]}" for h in home.holders if h.share and len(home.holders) > 1]
    shares = ",".join(given) or None
    if before is not None and before.owner_id == owner_id:
        voter, shares = voter or before.voter_id, shares or before.shares
    return {
        "unit_id": record.unit_id, "home_id": home_id, "import_id": record.id, "effective_at": at, "area": home.area,
        "area_basis": home.area_basis, "kind": home.kind, "title": home.title, "owner_id": owner_id, "voter_id": voter,
        "shares": shares,
    }  # fmt: skip


def _gone(record: RollImport, at: datetime, home_id: int) -> dict[str, Any]:
    return {
        "unit_id": record.unit_id, "home_id": home_id, "import_id": record.id, "effective_at": at, "area": 0,
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
