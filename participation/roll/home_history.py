"""One home: who owns and lives in it, and every fact about it from the first day on. Also finding homes by words."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from participation.accounts.models import Person
from participation.database import db
from participation.roll.models import (
    Home,
    HomeFact,
    HouseholdMember,
    Owner,
    OwnerMember,
    RollImport,
    Titleholder,
)
from participation.roll.queries import members_of
from participation.roll.storing import DEVELOPER


@dataclass(frozen=True)
class FactLine:
    """A fact as people read it. `owners` empty and `fact.owner_id` None: gone from the roll."""

    fact: HomeFact
    owners: tuple[Titleholder, ...]
    is_developer: bool
    by: str  # who entered it by hand, or imported the file
    filename: str  # '' for a fact entered by hand

    @property
    def is_gone(self) -> bool:
        return self.fact.owner_id is None


def history_of(home_id: int) -> list[FactLine]:
    """All facts of a home, newest first; a fixed number of queries."""
    importer = aliased(Person)
    rows = db.session.execute(
        select(HomeFact, Owner.key, Person.name, RollImport.filename, importer.name)
        .outerjoin(Owner, Owner.id == HomeFact.owner_id)
        .outerjoin(Person, Person.id == HomeFact.by_id)
        .outerjoin(RollImport, RollImport.id == HomeFact.import_id)
        .outerjoin(importer, importer.id == RollImport.by_id)
        .where(HomeFact.home_id == home_id)
        .order_by(HomeFact.effective_at.desc(), HomeFact.id.desc())
    ).all()
    members = members_of([fact.owner_id for fact, *_ in rows if fact.owner_id is not None])
    return [
        FactLine(fact, tuple(members.get(fact.owner_id, ())), key == DEVELOPER, by or imported_by or "", filename or "")
        for fact, key, by, filename, imported_by in rows
    ]


def household_of(home_id: int, at: datetime) -> Sequence[HouseholdMember]:
    """Those who live there now without owning it."""
    return db.session.scalars(
        select(HouseholdMember)
        .where(HouseholdMember.home_id == home_id, or_(HouseholdMember.until.is_(None), HouseholdMember.until > at))
        .order_by(HouseholdMember.id)
    ).all()


@dataclass(frozen=True)
class Found:
    """One home found. `area` in 1/100 m2, None where the home is gone from the roll."""

    id: int
    label: str
    area: int | None
    owners: tuple[Titleholder, ...]


def find_homes(unit_id: int, text: str, at: datetime, most: int) -> list[Found]:
    """Homes whose place holds every word of `text`, or one of whose owners bears it as a name; at most `most`.

    Candidates first, their facts afterwards: a roll of a hundred thousand homes is not laid out for forty of them.
    """
    words = unicodedata.normalize("NFKC", text).split()
    if not words:
        return []
    by_place = set(
        db.session.scalars(
            select(Home.id)
            .where(Home.unit_id == unit_id, *(Home.label.icontains(word, autoescape=True) for word in words))
            .order_by(Home.id)
            .limit(most)
        )
    )
    named = set(
        db.session.scalars(
            select(OwnerMember.owner_id)
            .join(Titleholder, Titleholder.id == OwnerMember.titleholder_id)
            .where(Titleholder.unit_id == unit_id, Titleholder.name.icontains(" ".join(words), autoescape=True))
            .order_by(OwnerMember.owner_id)
            .limit(most)
        )
    )
    once_theirs = set(db.session.scalars(select(HomeFact.home_id).where(HomeFact.owner_id.in_(named))))
    latest = _latest(by_place | once_theirs, at)
    wanted = sorted(
        id_ for id_ in by_place | once_theirs if id_ in by_place or (id_ in latest and latest[id_].owner_id in named)
    )[:most]
    members = members_of([latest[id_].owner_id for id_ in wanted if id_ in latest and latest[id_].owner_id is not None])
    homes = db.session.scalars(select(Home).where(Home.id.in_(wanted)).order_by(Home.id))
    return [_found(home, latest.get(home.id), members) for home in homes]


def _latest(home_ids: set[int], at: datetime) -> dict[int, HomeFact]:
    facts = db.session.scalars(
        select(HomeFact)
        .where(HomeFact.home_id.in_(home_ids), HomeFact.effective_at <= at)
        .order_by(HomeFact.effective_at, HomeFact.id)
    )
    return {fact.home_id: fact for fact in facts}  # the last one stands


def _found(home: Home, fact: HomeFact | None, members: dict[int, list[Titleholder]]) -> Found:
    if fact is None or fact.owner_id is None:
        return Found(home.id, home.label, None, ())
    return Found(home.id, home.label, fact.area, tuple(members.get(fact.owner_id, ())))
