"""The server's clock, passed in so that rules can be tested and deadlines decided inside a transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is moved; for tests and for the demonstration's history."""

    def __init__(self, at: datetime):
        self.at = at

    def now(self) -> datetime:
        return self.at.astimezone(UTC)

    def advance(self, **delta: float) -> datetime:
        """Move on by `timedelta(**delta)` and return the new instant."""
        self.at += timedelta(**delta)
        return self.at
