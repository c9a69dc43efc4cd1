"""Tables of secret elections. Nothing here joins an elector to a sealed ballot once the box is closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only
from participation.votes.models import Json


class SecretBoard(Base):
    """The election board of a vote: its public key, frozen with the notice, and who sits on it."""

    __tablename__ = "secret_boards"

    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), primary_key=True)
    key: Mapped[str]  # board_key.BoardKey.line
    members: Mapped[str]


@append_only
class SecretMark(Base):
    """This elector has voted. No choice, no tracker, no entry of the record, and no time finer than the day."""

    __tablename__ = "secret_marks"
    __erased__ = "rows"

    # The key is the elector, so that SQLite keeps the rows in the order of the roll and not in that of the casts.
    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"), primary_key=True, autoincrement=False)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    cast_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))  # one of the owners: no other may replace it
    day: Mapped[str]  # of the first cast, in the neighbourhood's own time: 2026-11-21


class SecretEnvelope(Base):
    """Until closing: the sealed ballot of an elector under the hopper key, which is not in the database (`hopper`).

    Replaced by a later ballot, and removed when the box is closed.
    """

    __tablename__ = "secret_envelopes"

    elector_id: Mapped[int] = mapped_column(ForeignKey("electors.id"), primary_key=True, autoincrement=False)
    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), index=True)
    blob: Mapped[bytes]


@append_only
class SecretBox(Base):
    """The box of a vote, closed: how many ballots, and their root as it stands in the record."""

    __tablename__ = "secret_boxes"

    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), primary_key=True)
    ballots: Mapped[int]
    root: Mapped[str]
    at: Mapped[datetime]
    log_index: Mapped[int]


@append_only
class SecretBallot(Base):
    """A sealed ballot in the box. `position` follows from its hash alone; no elector, no time."""

    __tablename__ = "secret_ballots"
    __erased__ = "rows"

    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


@append_only
class SecretOpening(Base):
    """The board's signed figures, as they were accepted."""

    __tablename__ = "secret_openings"

    vote_id: Mapped[int] = mapped_column(ForeignKey("votes.id"), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(Json)  # {"format", "figures", "signature"}
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    log_index: Mapped[int]


def marked(elector_id: Any) -> Any:
    """SQL condition: this elector has voted in a secret election."""
    return select(SecretMark.elector_id).where(SecretMark.elector_id == elector_id).correlate_except(SecretMark).exists()
