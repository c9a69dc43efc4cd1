"""Paper ballots as tables: sheets printed, sheets that came back, what was read from them, what became of them.

A recorded telephone call is treated like a sheet that came back: two persons write down what they hear.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only
from participation.votes.models import Json


@append_only
class Sheet(Base):
    """A printed ballot sheet of one elector. The newest of an elector is valid; printing it voids the older ones."""

    __tablename__ = "sheets"
    __table_args__ = (Index(None, "elector_id", "id"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"))
    code: Mapped[str] = mapped_column(unique=True)  # printed as text and QR; says nothing about its owner
    printed_at: Mapped[datetime]
    printed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    run: Mapped[str]  # the print run: all sheets of one printing share it, and one entry in the record
    log_index: Mapped[int]


@append_only
class SheetReturn(Base):
    """A sheet (or a recorded call) that came in: when, by which channel, and its picture.

    Nothing is decided here; two persons read it next.  `idempotency_key` makes a return that was sent twice one.
    """

    __tablename__ = "sheet_returns"
    __table_args__ = (
        UniqueConstraint("vote_id", "idempotency_key"),
        Index(None, "elector_id"),
        {"sqlite_strict": True},
    )
    __erased__ = {"picture": None, "media_type": None, "salt": b""}

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("sheets.id"))  # None: a recorded call
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"))
    channel: Mapped[str]  # paper, polling_point, doorstep, recorded_phone
    received_at: Mapped[datetime]  # when it was handed over: this counts
    recorded_at: Mapped[datetime]  # when that was written down here
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    picture: Mapped[str | None]  # SHA-256 of the photo or the sound recording, kept in the instance folder
    media_type: Mapped[str | None]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authorities.id"))  # signed on the owner's behalf
    idempotency_key: Mapped[str]
    salt: Mapped[bytes]
    log_index: Mapped[int]


@append_only
class SheetReading(Base):
    """What one person read from a returned sheet, without having seen the other's reading.

    Either `choices`, or a `flaw` that makes the sheet invalid (unsigned, torn, wrong_sheet, illegible, blank).
    `settles` marks the third person's, who decides between two that differ.
    """

    __tablename__ = "sheet_readings"
    __table_args__ = (
        UniqueConstraint("return_id", "by_id"),
        CheckConstraint("(choices IS NULL) <> (flaw IS NULL)", name="choices_or_flaw"),
        {"sqlite_strict": True},
    )
    __erased__ = {"choices": "{}", "salt": b""}
    __erased_when__ = (
        "EXISTS (SELECT 1 FROM erasures JOIN sheet_returns ON sheet_returns.vote_id = erasures.vote_id "
        "WHERE sheet_returns.id = {row}.return_id)"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("sheet_returns.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    choices: Mapped[dict[str, Any] | None] = mapped_column(Json)
    flaw: Mapped[str | None]
    settles: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str]  # screen, or the name of the spreadsheet it came with
    salt: Mapped[bytes]
    log_index: Mapped[int]


@append_only
class SheetOutcome(Base):
    """What became of a returned sheet: a ballot, a ballot set aside, or nothing that counts, with the reason."""

    __tablename__ = "sheet_outcomes"

    return_id: Mapped[int] = mapped_column(ForeignKey("sheet_returns.id"), primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    at: Mapped[datetime]
    # counted, set_aside, or: late, void (an old sheet), unsigned, torn, wrong_sheet, illegible, blank, not_on_roll
    kind: Mapped[str]
    ballot_id: Mapped[int | None] = mapped_column(ForeignKey("ballots.id"))
    set_aside_id: Mapped[int | None] = mapped_column(ForeignKey("ballots_set_aside.id"))
    log_index: Mapped[int]
