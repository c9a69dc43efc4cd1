"""The public record as tables: one log per neighbourhood, appended to, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, append_only


class Log(Base):
    """The head of one neighbourhood's log. The only row of the record that moves, and only forwards.

    `frontier` holds the roots of the complete subtrees (`merkle.Frontier`), from which
    the tree's root and the next append follow without reading anything else.
    """

    __tablename__ = "logs"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), unique=True)
    origin: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(default=0)
    frontier: Mapped[bytes]


@append_only
class LogEntry(Base):
    """One leaf: `payload` is the canonical JSON whose bytes were hashed."""

    __tablename__ = "log_entries"
    __table_args__ = (Index(None, "vote_id", "index"), {"sqlite_strict": True, "sqlite_with_rowid": False})

    log_id: Mapped[int] = mapped_column(ForeignKey("logs.id"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    vote_id: Mapped[int | None] = mapped_column(ForeignKey("votes.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    payload: Mapped[str]


@append_only
class LogNode(Base):
    """The root of a complete subtree: level 0 are the leaves, level n covers 2**n of them."""

    __tablename__ = "log_nodes"
    # Without a rowid a new row is one tree to write to, not two; most of a cast is such writing.
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}

    log_id: Mapped[int] = mapped_column(ForeignKey("logs.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes]
