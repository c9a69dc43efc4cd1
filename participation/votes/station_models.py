"""Voting with the help of staff, as tables: a device that is handed over, and a telephone call that was recorded."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only


class StationTicket(Base):
    """The device of a member of staff is in the hands of one owner, to cast this owner's ballot and nothing else.

    Until `returned_at` is set, the sign-in of the member of staff opens no page but those of this ticket: the row
    holds the lock, not the cookie, so that nothing on the device can take it off.  Never says what was chosen.
    """

    __tablename__ = "station_tickets"
    __table_args__ = (
        Index(None, "sign_in_id", "returned_at"),
        CheckConstraint("channel IN ('polling_point', 'doorstep')", name="channel"),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"))
    titleholder_id: Mapped[int] = mapped_column(ForeignKey("titleholders.id"))
    home_id: Mapped[int] = mapped_column(ForeignKey("homes.id"))  # where it was looked up, or the door
    sign_in_id: Mapped[int] = mapped_column(ForeignKey("sign_ins.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[str]
    key: Mapped[str]  # the idempotency key of its one ballot: however often it is sent
    handed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]  # when the owner's last four fitted
    receipt: Mapped[str | None]  # of the ballot that was cast with it
    returned_at: Mapped[datetime | None]


@append_only
class RecordedCall(Base):
    """What belongs to a recorded call beside its `SheetReturn`: who spoke, and where the recording is if not here."""

    __tablename__ = "recorded_calls"
    __erased__ = "rows"
    __erased_when__ = (
        "EXISTS (SELECT 1 FROM erasures JOIN sheet_returns ON sheet_returns.vote_id = erasures.vote_id "
        "WHERE sheet_returns.id = {row}.return_id)"
    )

    return_id: Mapped[int] = mapped_column(ForeignKey("sheet_returns.id"), primary_key=True)
    titleholder_id: Mapped[int] = mapped_column(ForeignKey("titleholders.id"))
    reference: Mapped[str]  # of a recording kept elsewhere; '' where the file itself is kept here
