"""The visitor of one request: who signed in, on what, with which roles. Plain values, read once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, request
from flask_login import UserMixin
from sqlalchemy import bindparam, or_, select

from participation.accounts.models import Grant, Person, Role, SignIn
from participation.database import db, fetch, glance, reading
from participation.extensions import login_manager

STAFF_IDLE = timedelta(hours=2)
STAFF_LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class Visitor(UserMixin):
    token: str
    sign_in_id: int
    person_id: int
    name: str
    kind: str  # device | staff
    locale: str | None
    large_text: bool
    unlocked_until: datetime | None
    last_seen_at: datetime
    grants: tuple[tuple[Role, int | None], ...]

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"

    def get_id(self) -> str:
        """Flask-Login keeps this in the signed cookie: the sign-in's token, not the person's number."""
        return self.token

    def has_role(self, role: Role, unit_id: int) -> bool:
        return self.is_staff and (role, unit_id) in self.grants

    def has_role_anywhere(self, role: Role) -> bool:
        return self.is_staff and any(held == role for held, _ in self.grants)

    def units_as(self, *roles: Role) -> list[int]:
        """The neighbourhoods in which one of `roles` is held now."""
        return sorted({unit for role, unit in self.grants if role in roles and unit is not None})

    def casting_unlocked(self, at: datetime) -> bool:
        return self.unlocked_until is not None and at < self.unlocked_until


def hash_token(token: str) -> bytes:
    """What is stored of a token. It has 160 random bits or more, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


def clock_now() -> datetime:
    return current_app.extensions["clock"].now()


# Every page asks this, so it is made once and fetches plain values.
_SIGN_IN = (
    select(
        SignIn.id, SignIn.person_id, SignIn.kind, SignIn.created_at, SignIn.last_seen_at, SignIn.unlocked_until,
        Person.name, Person.locale, Person.large_text,
    )
    .join(Person, Person.id == SignIn.person_id)
    .where(SignIn.token_hash == bindparam("token_hash"), SignIn.ended_at.is_(None))
)  # fmt: skip


@login_manager.user_loader
def load_visitor(token: str) -> Visitor | None:
    """The visitor whose cookie holds `token`, unless that sign-in has ended or lapsed."""
    now = clock_now()
    # A page goes on reading in the transaction that begins here; a request that writes begins its own afterwards.
    look = fetch if request.method == "GET" else glance
    with reading():
        row = look(_SIGN_IN, {"token_hash": hash_token(token)}).one_or_none()
    if row is None:
        return None
    if row.kind == "staff" and (now - row.last_seen_at > STAFF_IDLE or now - row.created_at > STAFF_LONGEST):
        return None
    return Visitor(
        token=token,
        sign_in_id=row.id,
        person_id=row.person_id,
        name=row.name,
        kind=row.kind,
        locale=row.locale,
        large_text=row.large_text,
        unlocked_until=row.unlocked_until,
        last_seen_at=row.last_seen_at,
        grants=_grants(row.person_id, now) if row.kind == "staff" else (),
    )


def _grants(person_id: int, now: datetime) -> tuple[tuple[Role, int | None], ...]:
    rows = db.session.execute(
        select(Grant.role, Grant.unit_id)
        .where(Grant.person_id == person_id, Grant.begins_at <= now, or_(Grant.ends_at.is_(None), Grant.ends_at > now))
        .order_by(Grant.id)
    )
    return tuple((Role(role), unit_id) for role, unit_id in rows)
