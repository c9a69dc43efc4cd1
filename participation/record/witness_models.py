"""Witnesses of a log and what they have signed, as tables."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only


@append_only
class Witness(Base):
    """Somebody who keeps watch over a neighbourhood's log with a key of their own. Named on record."""

    __tablename__ = "witnesses"
    __table_args__ = (UniqueConstraint("log_id", "vkey"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    log_id: Mapped[int] = mapped_column(ForeignKey("logs.id"))
    name: Mapped[str]  # as in the key's line
    vkey: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    log_index: Mapped[int]


@append_only
class WitnessEnd(Base):
    """A witness whose new cosignatures are not taken any more. What was signed before stands."""

    __tablename__ = "witness_ends"

    witness_id: Mapped[int] = mapped_column(ForeignKey("witnesses.id"), primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    log_index: Mapped[int]


@append_only
class WitnessSignature(Base):
    """One cosignature: this witness has seen the log at this size with this root, at this instant."""

    __tablename__ = "witness_signatures"
    __table_args__ = (
        UniqueConstraint("witness_id", "size", "signed_at"),
        Index(None, "log_id", "size"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    log_id: Mapped[int] = mapped_column(ForeignKey("logs.id"))
    witness_id: Mapped[int] = mapped_column(ForeignKey("witnesses.id"))
    size: Mapped[int]
    root: Mapped[bytes]
    signed_at: Mapped[datetime]  # the witness's own clock
    taken_at: Mapped[datetime]  # ours
    line: Mapped[str]  # the signature line, for everybody to verify
