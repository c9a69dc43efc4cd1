"""People, how they prove who they are, the sign-ins they hold, and the roles granted to them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, append_only


class Role(StrEnum):
    """What a grant lets a person do in one neighbourhood (`docs/architecture.md` has the table)."""

    OPERATOR = "operator"  # whole site: creates neighbourhoods and grants roles; touches no ballot, no roll
    SUPPORT = "support"  # the support centre
    PLANNER = "planner"
    OBSERVER = "observer"
    CHAIR = "chair"
    SECRETARY = "secretary"
    MEMBER = "member"


class Person(Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    login: Mapped[str | None] = mapped_column(unique=True)  # staff only: what is typed at the sign-in page
    locale: Mapped[str | None]
    large_text: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Passphrase(Base):
    """A staff member's passphrase, as an argon2id hash."""

    __tablename__ = "passphrases"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    hash: Mapped[str]
    set_at: Mapped[datetime]


class TotpSecret(Base):
    """A staff member's one-time-code secret, encrypted under the site's secret."""

    __tablename__ = "totp_secrets"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    sealed: Mapped[bytes]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)  # the last time step used: a code works once


class Passkey(Base):
    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(default=0)
    label: Mapped[str]
    added_at: Mapped[datetime]


class SignIn(Base):
    """One signed-in browser: the row is the session, and ending the row ends it at once.

    `token_hash` is the SHA-256 of the random token in the cookie.  A resident's device
    carries a PIN; entering it unlocks casting until `unlocked_until`.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (CheckConstraint("kind IN ('device', 'staff')", name="kind"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str]
    user_agent: Mapped[str]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    pin_hash: Mapped[str | None]
    unlocked_until: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Grant(Base):
    """A role in one neighbourhood with a beginning and an end; `unit_id` is empty for the operator only."""

    __tablename__ = "grants"
    __table_args__ = (
        Index(None, "person_id", "unit_id"),
        CheckConstraint("(role = 'operator') = (unit_id IS NULL)", name="operator_is_siteless"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    def holds_at(self, at: datetime) -> bool:
        return self.begins_at <= at and (self.ends_at is None or at < self.ends_at)


class Tries(Base):
    """Failed tries against one secret (`subject`): five, then a pause; two rounds, then a new letter."""

    __tablename__ = "tries"

    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[datetime | None]


@append_only
class AccountEvent(Base):
    """What happened to accounts: sign-ins, failed tries, grants, ended sessions. Never edited."""

    __tablename__ = "account_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    detail: Mapped[str]
