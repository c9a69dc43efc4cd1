"""Reading sign-ins, staff and grants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, or_, select

from participation.accounts.models import Grant, Passkey, Passphrase, Person, Role, SignIn, TotpSecret
from participation.accounts.visitor import STAFF_IDLE, STAFF_LONGEST
from participation.database import db


def live_sign_ins(person_id: int, at: datetime) -> list[SignIn]:
    """The sign-ins a person holds now, newest use first; lapsed staff sign-ins are left out."""
    rows = db.session.scalars(
        select(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None))
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
    )
    return [
        row
        for row in rows
        if row.kind != "staff" or (at - row.last_seen_at <= STAFF_IDLE and at - row.created_at <= STAFF_LONGEST)
    ]


def sign_in_of_token_hash(token_hash: bytes) -> SignIn | None:
    return db.session.scalars(select(SignIn).where(SignIn.token_hash == token_hash)).one_or_none()


def person_by_login(login: str) -> Person | None:
    return db.session.scalars(select(Person).where(Person.login == login)).one_or_none()


def passphrase_hash(person_id: int | None) -> str | None:
    return db.session.scalar(select(Passphrase.hash).where(Passphrase.person_id == person_id))


def confirmed_totp(person_id: int) -> TotpSecret | None:
    return db.session.scalars(
        select(TotpSecret)
        .where(TotpSecret.person_id == person_id, TotpSecret.confirmed_at.is_not(None))
        .execution_options(populate_existing=True)
    ).one_or_none()


def passkeys_of(person_id: int) -> Sequence[Passkey]:
    return db.session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)).all()


def has_second_factor(person_id: int) -> bool:
    return confirmed_totp(person_id) is not None or bool(passkeys_of(person_id))


def grants_in(unit_id: int) -> Sequence[Row[Grant, Person]]:
    """Every grant ever given in a neighbourhood with the person who holds it, newest first."""
    return db.session.execute(
        select(Grant, Person)
        .join(Person, Person.id == Grant.person_id)
        .where(Grant.unit_id == unit_id)
        .order_by(Grant.ends_at.is_not(None), Grant.id.desc())
    ).all()


def grants_not_over(person_id: int, at: datetime) -> Sequence[Grant]:
    """Grants that hold now or will begin."""
    return db.session.scalars(
        select(Grant)
        .where(Grant.person_id == person_id, or_(Grant.ends_at.is_(None), Grant.ends_at > at))
        .order_by(Grant.id)
    ).all()


def operators(at: datetime) -> Sequence[Person]:
    """Who may create neighbourhoods now."""
    return db.session.scalars(
        select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.role == Role.OPERATOR.value, Grant.begins_at <= at, or_(Grant.ends_at.is_(None), Grant.ends_at > at)
        )
        .order_by(Person.id)
        .distinct()
    ).all()
