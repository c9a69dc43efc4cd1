"""Letters: one printed sheet per home, on it one code for each person entitled to come in.

A code is 160 random bits, of which only the SHA-256 is stored; the code itself exists
on paper and in the response that is being printed.  Issuing again voids what is unused.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from participation.accounts.models import SignIn
from participation.accounts.services import end_sign_ins
from participation.accounts.visitor import hash_token
from participation.database import db
from participation.roll.masking import masked
from participation.roll.models import Home, HouseholdMember, Invitation, LookUp, Titleholder, Unit
from participation.roll.queries import members_of, roll_at

# Crockford's alphabet: no i, l, o, u, so that a code can be read aloud and typed from paper.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
TOKEN_LENGTH = 32  # x 5 bits = 160 bits
_MISREAD = str.maketrans("oil", "011")


@dataclass(frozen=True, slots=True)
class SheetCode:
    """One person's way in on a sheet. `token` is secret: it must reach paper only."""

    name: str  # masked
    is_owner: bool
    token: str = field(repr=False)

    @property
    def groups(self) -> str:
        """The code as it is printed, in eight groups of four."""
        return " ".join(self.token[i : i + 4] for i in range(0, TOKEN_LENGTH, 4))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed for one home. `unproven`: people without an identity number on the roll (masked)."""

    home_id: int
    label: str
    codes: tuple[SheetCode, ...]
    unproven: tuple[str, ...] = ()


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))


def read_code(typed: str) -> str:
    """A code as somebody typed it: spaces and hyphens out, o for 0 and i or l for 1 forgiven."""
    return "".join(typed[:200].split()).replace("-", "").casefold().translate(_MISREAD)


def issue_letters(
    unit: Unit,
    *,
    by_id: int | None,
    at: datetime,
    building_ids: Sequence[int] = (),
    stairwell_id: int | None = None,
    home_ids: Sequence[int] = (),
    skip_signed_in: bool = False,
    end_devices: bool = False,
) -> list[Sheet]:
    """New sheets for the homes chosen (all of the unit's when nothing is chosen), in the order of the roll.

    Unused letters of these homes are void from now on.  `skip_signed_in` leaves out
    people who hold a live sign-in on a phone; `end_devices` signs out the phones of
    these homes' people (a lost phone).  The look-up of names is logged.
    """
    homes = _homes(unit, at, building_ids, stairwell_id, home_ids)
    if not homes:
        return []
    entitled = _entitled(homes, at)
    if end_devices:
        for person_id in sorted({p.person_id for people in entitled.values() for p in people if p.person_id}):
            end_sign_ins(person_id, at, by_id=by_id, kind="device")
    present = _signed_in(entitled.values()) if skip_signed_in else set()
    _void_unused([home.id for home, _ in homes], at)
    sheets, rows = [], []
    for home, _ in homes:
        people = [p for p in entitled[home.id] if p.person_id is None or p.person_id not in present]
        codes = []
        for person in people:
            if person.id_last_four:
                codes.append(SheetCode(masked(person.name), isinstance(person, Titleholder), new_code()))
                rows.append(_row(home, person, codes[-1].token, at, by_id))
        unproven = tuple(masked(p.name) for p in people if not p.id_last_four)
        if codes or unproven:
            sheets.append(Sheet(home.id, home.label, tuple(codes), unproven))
    if rows:
        db.session.execute(insert(Invitation), rows)
    subject = homes[0][0].label if len(homes) == 1 else f"{homes[0][0].label} – {homes[-1][0].label} ({len(homes)})"
    db.session.add(LookUp(unit_id=unit.id, at=at, by_id=by_id, what="letters", subject=subject))
    db.session.flush()
    return sheets


@dataclass(frozen=True, slots=True)
class LetterCount:
    """How far a building has come in: homes, people with a right to a code, those signed in, letters still waiting."""

    homes: int
    people: int
    signed_in: int
    waiting: int


def count_letters(unit: Unit, building_id: int, at: datetime) -> LetterCount:
    """Figures for the support centre; no names are read out."""
    homes = _homes(unit, at, [building_id], None, ())
    people = {(type(p), p.id): p for group in _entitled(homes, at).values() for p in group}
    signed_in = _signed_in([list(people.values())])
    waiting = db.session.scalar(
        select(func.count())
        .select_from(Invitation)
        .join(Home, Home.id == Invitation.home_id)
        .where(Home.building_id == building_id, Invitation.used_at.is_(None), Invitation.voided_at.is_(None))
    )
    here = sum(1 for p in people.values() if p.person_id in signed_in)
    return LetterCount(len(homes), len(people), here, waiting or 0)


def _homes(
    unit: Unit, at: datetime, building_ids: Sequence[int], stairwell_id: int | None, home_ids: Sequence[int]
) -> list[tuple[Home, int]]:
    """(home, owner id) of the homes chosen, as the roll stands at `at`; another unit's homes are never among them."""
    query = roll_at(unit.id, at, buildings=building_ids, stairwell_id=stairwell_id)
    if home_ids:
        query = query.where(Home.id.in_(home_ids))
    return [(row[0], row[4]) for row in db.session.execute(query)]


def _entitled(homes: list[tuple[Home, int]], at: datetime) -> dict[int, list[Titleholder | HouseholdMember]]:
    """Who gets a code, by home id: the titleholders of its owner, then whoever else lives there."""
    owners = members_of(sorted({owner_id for _, owner_id in homes}))
    people: dict[int, list[Titleholder | HouseholdMember]] = {home.id: [*owners.get(o, [])] for home, o in homes}
    household = db.session.scalars(
        select(HouseholdMember)
        .where(HouseholdMember.home_id.in_(people), _living_there(at))
        .order_by(HouseholdMember.home_id, HouseholdMember.id)
    )
    for member in household:
        people[member.home_id].append(member)
    return people


def _living_there(at: datetime) -> Any:
    return (HouseholdMember.since <= at) & or_(HouseholdMember.until.is_(None), HouseholdMember.until > at)


def _signed_in(groups: Iterable[Sequence[Titleholder | HouseholdMember]]) -> set[int]:
    """Which of these people hold a live sign-in on a phone."""
    ids = {p.person_id for people in groups for p in people if p.person_id is not None}
    return set(
        db.session.scalars(
            select(SignIn.person_id).where(
                SignIn.person_id.in_(ids), SignIn.kind == "device", SignIn.ended_at.is_(None)
            )
        )
    )


def _void_unused(home_ids: Sequence[int], at: datetime) -> None:
    for start in range(0, len(home_ids), 500):  # SQLite limits the values of one statement
        db.session.execute(
            update(Invitation)
            .where(
                Invitation.home_id.in_(home_ids[start : start + 500]),
                Invitation.used_at.is_(None),
                Invitation.voided_at.is_(None),
            )
            .values(voided_at=at)
        )


def _row(
    home: Home, person: Titleholder | HouseholdMember, token: str, at: datetime, by_id: int | None
) -> dict[str, Any]:
    owner = isinstance(person, Titleholder)
    return {
        "home_id": home.id,
        "titleholder_id": person.id if owner else None,
        "household_member_id": None if owner else person.id,
        "token_hash": hash_token(token),
        "issued_at": at,
        "issued_by_id": by_id,
    }
