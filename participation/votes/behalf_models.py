"""Who may vote for an owner: proxies, guardians, the people who act for a company."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only

# When an authority ended or will end, in SQL: taken back, or at its last day; empty for one without end.
_END = (
    "COALESCE((SELECT authority_revocations.at FROM authority_revocations "
    "WHERE authority_revocations.authority_id = {row}.id), {row}.until_at)"
)


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
    __erased__ = {
        "owner_id": None, "holder_name": "", "holder_last_four": "", "holder_id": None, "document": "", "media_type": "",
        "salt": b"",
    }  # fmt: skip
    # One without a vote goes, when it has ended, with the last vote in which it could have been used.
    __erased_when__ = (
        "EXISTS (SELECT 1 FROM erasures WHERE erasures.vote_id = {row}.vote_id) OR ({row}.vote_id IS NULL AND EXISTS ("
        "SELECT 1 FROM erasures WHERE {end} < erasures.at AND erasures.vote_id = (SELECT votes.id FROM votes "
        "WHERE votes.unit_id = {row}.unit_id AND votes.step <> 'draft' AND votes.closes_at > {row}.from_at "
        "AND votes.opens_at < {end} ORDER BY votes.closes_at DESC, votes.id DESC LIMIT 1)))"
    ).replace("{end}", _END)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    vote_id: Mapped[int | None] = mapped_column(ForeignKey("votes.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("owners.id"), nullable=True)  # the principal
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
    __erased__ = {"reason": ""}
    __erased_when__ = (
        "EXISTS (SELECT 1 FROM authorities WHERE authorities.id = {row}.authority_id AND authorities.holder_name = '')"
    )

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
