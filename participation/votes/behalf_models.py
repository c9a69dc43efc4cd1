"""Who may vote for an owner: proxies, guardians, the people who act for a company."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only


@append_only
class Authority(Base):
    """A written authority to vote for an owner, with a picture of the paper.

    A proxy is for one vote and counts towards its limit for each holder; a guardian and a company's
    representative act until `until_at`, in every vote of the neighbourhood where `vote_id` is empty.
    """

    __tablename__ = "authorities"
    __table_args__ = (
        CheckConstraint("kind IN ('proxy', 'guardian', 'representative')", name="kind"),
        CheckConstraint("kind <> 'proxy' OR vote_id IS NOT NULL", name="proxy_for_one_vote"),
        Index(None, "owner_id"),
        Index(None, "holder_id"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    vote_id: Mapped[int | None] = mapped_column(ForeignKey("votes.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("owners.id"))  # the principal
    kind: Mapped[str]
    holder_name: Mapped[str]
    holder_last_four: Mapped[str]
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # where the holder has a phone here
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    document: Mapped[str]  # SHA-256 of the picture of the paper, kept in the instance folder
    media_type: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    salt: Mapped[bytes]
    log_index: Mapped[int]


@append_only
class AuthorityRevocation(Base):
    """The owner takes the authority back; a ballot already cast with it stands."""

    __tablename__ = "authority_revocations"

    authority_id: Mapped[int] = mapped_column(ForeignKey("authorities.id"), primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str]
    log_index: Mapped[int]


@append_only
class PrincipalNotice(Base):
    """The letter by which an owner is told of a ballot cast on their behalf (or of one that did not stand)."""

    __tablename__ = "principal_notices"
    __table_args__ = (
        CheckConstraint("(ballot_id IS NULL) <> (set_aside_id IS NULL)", name="of_one_ballot"),
        Index(None, "ballot_id"),
        Index(None, "set_aside_id"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    ballot_id: Mapped[int | None] = mapped_column(ForeignKey("ballots.id"))
    set_aside_id: Mapped[int | None] = mapped_column(ForeignKey("ballots_set_aside.id"))
    printed_at: Mapped[datetime]
    printed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    log_index: Mapped[int]
