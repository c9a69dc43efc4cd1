"""Erasing what is personal of a vote, after the retention time. The record stays, and goes on to verify.

What can go is not decided here: each table says so itself (`participation/erasable.py`), and the database refuses
anything else.  What is left of a vote: its questions and rules, the sums of every count, the public corrections, and
in the record closed envelopes that nobody can open any more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import delete, event, func, select, text

from participation.database import Base, db
from participation.erasable import erasable_when, erased_columns, literal, loses_rows
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.services import append
from participation.votes.behalf_models import Authority
from participation.votes.erasure_models import Erasure
from participation.votes.retention import retention_of
from participation.votes.secret_models import SecretEnvelope
from participation.votes.services.keeping import kept_path
from participation.votes.services.steps import hold
from participation.votes.sheet_models import SheetReturn
from participation.votes.station_models import StationTicket

# Where the pictures lie, and which rows speak of them.
PICTURES: dict[str, Any] = {"authorities": Authority.document, "sheets": SheetReturn.picture}
# Rows that were never facts: a device in a voter's hands, an envelope of a secret election that was cancelled.
PASSING = (StationTicket, SecretEnvelope)
UPLOAD_LASTS = 24 * 3600  # seconds: a younger file may belong to a row that is being written


def erase_vote(vote_id: int, by_id: int | None, clock: Clock) -> dict[str, int]:
    """Erase the personal contents of a vote, on record. Returns how many rows of each table were emptied or removed.

    Refused: the vote has not ended, its retention time is not over, or it was erased before.
    """
    held = hold(vote_id, clock)
    kept = retention_of(held.vote)
    if kept is None:
        raise Refusal(Reason("not_ended", say("This vote has not ended."), say("Its ballots are needed for the count.")))
    if kept.erased_at is not None:
        raise Refusal(Reason("erased", say("The contents of this vote have been erased already."), say("Nothing more to do.")))
    if not kept.is_due(held.now):
        raise Refusal(Reason(
            "not_due",
            say("The contents of this vote are kept for %(years)s years.", years=kept.years),
            say("They can be erased on or after %(date)s (UTC).", date=f"{kept.due_at:%Y-%m-%d %H:%M}"),
        ))  # fmt: skip
    index = append(
        held.log, "erased",
        {"vote": vote_id, "at": _iso(held.now), "years": kept.years, "ended_at": _iso(kept.ended_at), "what": erasable_tables()},
        held.now, vote_id,
    )  # fmt: skip
    db.session.add(Erasure(vote_id=vote_id, at=held.now, by_id=by_id, log_index=index))
    db.session.flush()
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA secure_delete=ON"))
    pictures = {folder: _pictures(column) for folder, column in PICTURES.items()}
    counts = {table: _erase(cls) for table, cls in _classes().items()}
    for passing in PASSING:
        gone = db.session.connection().execute(delete(passing).where(passing.vote_id == vote_id))
        counts[passing.__tablename__] = gone.rowcount
    db.session.expire_all()
    paths = [kept_path(folder, name) for folder, before in pictures.items() for name in before - _pictures(PICTURES[folder])]
    _forget_after_commit([*paths, *_auditors_files(vote_id)])
    return {table: count for table, count in counts.items() if count}


def erasable_tables() -> list[str]:
    """The tables that lose something, by name: what the public entry says."""
    return sorted([*_classes(), *(passing.__tablename__ for passing in PASSING)])


def _classes() -> dict[str, Any]:
    """Every class that declares what erasure takes, in an order in which no row is looked for in vain.

    Whole rows go first, each before the row that it speaks of (a withdrawal before its statement).
    """
    found = {
        str(mapper.local_table.name): mapper.class_  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if erased_columns(mapper.class_) or loses_rows(mapper.class_)
    }
    order = [str(table.name) for table in Base.metadata.sorted_tables]  # a quoted name is no text to the record
    rows = [name for name in reversed(order) if name in found and loses_rows(found[name])]
    return {name: found[name] for name in [*rows, *order] if name in found}


def _erase(cls: Any) -> int:
    """Empty or remove the rows that may go now and have something to lose."""
    table, dialect = cls.__table__.name, db.engine.dialect.name
    if loses_rows(cls):
        return db.session.connection().execute(text(f"DELETE FROM {table} WHERE {erasable_when(cls, table)}")).rowcount  # noqa: S608
    changes, left = [], []
    for name, value in erased_columns(cls).items():
        wanted = literal(value, dialect)
        kept_empty = f'CASE WHEN "{name}" IS NULL THEN NULL ELSE {wanted} END'
        changes.append(f'"{name}" = {"NULL" if value is None else kept_empty}')
        left.append(f'"{name}" IS NOT NULL' if value is None else f'"{name}" <> {wanted}')
    statement = f"UPDATE {table} SET {', '.join(changes)} WHERE ({erasable_when(cls, table)}) AND ({' OR '.join(left)})"  # noqa: S608
    return db.session.connection().execute(text(statement)).rowcount


def _pictures(column: Any) -> set[str]:
    return set(db.session.scalars(select(column).where(column.is_not(None), func.length(column) == 64)))


def _auditors_files(vote_id: int) -> list[Path]:
    """Evidence that opens the ballots, should any still lie where it was handed out."""
    return list((Path(current_app.config["INSTANCE"]) / "evidence").glob(f"auditor-{vote_id}-*"))


def _forget_after_commit(paths: Sequence[Path]) -> None:
    """The files that no row speaks of any more go when the rows are gone for good."""
    session, undone = db.session(), []

    @event.listens_for(session, "after_rollback", once=True)
    def _keep(_session: object) -> None:
        undone.append(True)

    @event.listens_for(session, "after_commit", once=True)
    def _forget(_session: object) -> None:
        if not undone:
            for path in paths:
                path.unlink(missing_ok=True)


def forget_orphans() -> int:
    """Remove pictures that no row speaks of: those of refused uploads, and what a power cut left behind. How many."""
    removed = 0
    for folder, column in PICTURES.items():
        known, place = _pictures(column), Path(current_app.config["INSTANCE"]) / folder
        for path in place.iterdir() if place.is_dir() else ():
            if path.name not in known and path.stat().st_mtime < time.time() - UPLOAD_LASTS:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def sweep() -> bool:
    """Let no erased byte stay in the database's own files; call it when the erasure has been committed.

    SQLite: the file is written anew and the journal emptied. False while others are reading: try again later.
    PostgreSQL: nothing to do here, docs/record.md says what its keeper does.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    driver = db.engine.raw_connection()
    try:
        cursor = driver.cursor()
        for pragma in ("secure_delete=ON", "temp_store=FILE"):
            cursor.execute(f"PRAGMA {pragma}")
        try:
            cursor.execute("VACUUM")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except Exception:  # the driver's own "database is locked": which module it comes from differs
            current_app.logger.warning("the database's file could not be swept: it was in use")
            return False
        finally:
            cursor.execute("PRAGMA temp_store=MEMORY")
        return not busy
    finally:
        driver.close()


def _iso(at: Any) -> str:
    return at.isoformat(timespec="seconds")
