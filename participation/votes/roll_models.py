"""The frozen roll as it was sealed, line by line."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only


@append_only
class RollLine(Base):
    """One line of a frozen roll, word for word: the canonical JSON that, with the elector's salt, opens the line's seal.

    Names, labels and buildings may change on the roll of later years; the seal does not.  So what was sealed is
    kept, and an auditor sees the roll of the day of the notice.  The line is personal data and goes when the retention
    time ends; the seal stays, so that the fingerprint can be computed for ever.
    """

    __tablename__ = "roll_lines"
    __table_args__ = (UniqueConstraint("vote_id", "number"), {"sqlite_strict": True})
    __erased__ = {"line": ""}

    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"), primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"))
    number: Mapped[int]  # the elector's number: the order of the fingerprint
    line: Mapped[str]
    seal: Mapped[bytes]  # the 32-byte commitment to the line: a leaf of the fingerprint
