"""Counting tries against one secret: five, then a pause; after the last round, no more.

A try is counted *before* the secret is compared and forgiven when it was right.
Counting afterwards would let a hundred requests at once have a hundred tries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from participation.accounts.models import Tries
from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say

ROUND = 5
PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class Try:
    """One counted try. `left`: how many more this round has. `spent`: there will be no further round."""

    allowed: bool
    left: int
    paused_until: datetime | None
    spent: bool


def take_try(subject: str, at: datetime, *, rounds: int | None = None, growing: bool = False) -> Try:
    """Count one try against `subject`, or say that none is left now.

    `rounds` of five tries are given in all (None: without end), with a pause of fifteen
    minutes between them; with `growing` each pause is four times the one before.  Runs in
    a write transaction, which the caller ends before any slow comparison.
    """
    row = _hold(subject)
    if rounds is not None and row.failures >= rounds * ROUND:
        return Try(False, 0, None, spent=True)
    if row.paused_until is not None and at < row.paused_until:
        return Try(False, 0, row.paused_until, spent=False)
    row.failures += 1
    full, left = row.failures // ROUND, -row.failures % ROUND
    if left:
        row.paused_until = None
        return Try(True, left, None, spent=False)
    row.paused_until = at + (min(PAUSE * 4 ** min(full - 1, 9), LONGEST_PAUSE) if growing else PAUSE)
    return Try(True, 0, row.paused_until, spent=rounds is not None and full >= rounds)


def _hold(subject: str) -> Tries:
    """The row of `subject`, locked until the transaction ends: two tries at once take turns."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(dialect.insert(Tries).values(subject=subject, failures=0).on_conflict_do_nothing())
    return db.session.scalars(
        select(Tries).where(Tries.subject == subject).with_for_update().execution_options(populate_existing=True)
    ).one()


def forgive(subject: str) -> None:
    """The secret was right: forget the tries."""
    db.session.flush()
    db.session.execute(delete(Tries).where(Tries.subject == subject))


def pause_refusal(paused_until: datetime, at: datetime) -> Refusal:
    """Why nothing is compared now, and for how long."""
    minutes = max(1, -(-int((paused_until - at).total_seconds()) // 60))
    return Refusal(
        Reason(
            "too-many-tries",
            say("That was five tries that did not fit."),
            say("Please wait %(minutes)s minutes, then try again.", minutes=minutes),
        )
    )
