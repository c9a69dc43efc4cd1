"""Who may open the ballots of a vote in order to check the count: named for one vote, on record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only


@append_only
class Auditor(Base):
    """An observer who may have the auditor's evidence of one vote, and for what purpose.

    The record says that somebody was named and why, not who; the support centre, which names, never gets the file.
    """

    __tablename__ = "auditors"
    __table_args__ = (UniqueConstraint("vote_id", "person_id"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[str]  # a key of `services.handing_out.PURPOSES`
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    log_index: Mapped[int]


@append_only
class EvidenceHandedOut(Base):
    """The auditor's evidence was handed out: to whom, when; every time an entry of the record."""

    __tablename__ = "evidence_handed_out"

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    to_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # None: from the command line of the server
    purpose: Mapped[str]
    at: Mapped[datetime]
    log_index: Mapped[int]
