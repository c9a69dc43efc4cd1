"""Visits at the door as a table: every visit a row, none ever changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only


@append_only
class Visit(Base):
    """Somebody of the support centre stood at this door: when (by the visitor's device) and what came of it.

    Never what anybody chose.  `idempotency_key` makes a visit that was sent twice, after a lost connection, one visit.
    The public record holds a sealed commitment; the public is told sums only.
    """

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("vote_id", "idempotency_key"),
        Index(None, "vote_id", "home_id", "id"),
        CheckConstraint(
            "outcome IN ('answered', 'voted_here', 'gave_sheet', 'collected_sheet', 'will_vote_on_phone', 'absent', "
            "'refused', 'moved')",
            name="outcome",
        ),
        {"sqlite_strict": True},
    )
    __erased__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"))
    home_id: Mapped[int] = mapped_column(ForeignKey("homes.id"))
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[str]
    note: Mapped[str]
    made_at: Mapped[datetime]  # by the clock of the visitor's device, never later than `recorded_at`
    recorded_at: Mapped[datetime]
    idempotency_key: Mapped[str]
    salt: Mapped[bytes]
    log_index: Mapped[int]
