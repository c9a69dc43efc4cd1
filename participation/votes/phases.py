"""Where a vote stands. The clock opens and closes it; people take every other step."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    DRAFT = "draft"
    NOTICE = "notice"  # announced, not yet open
    OPEN = "open"
    CLOSED = "closed"  # the closing instant has passed, not yet counted
    PRELIMINARY = "preliminary"  # counted, objections may be made
    ANSWERING = "answering"  # objections can no longer be made; ready for the final result once all are answered
    FINAL = "final"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


def phase_of(
    step: str,
    opens_at: datetime | None,
    closes_at: datetime | None,
    objections_until: datetime | None,
    now: datetime,
) -> Phase:
    """The phase that follows from the latest step (draft, noticed, counted, finalised, archived, cancelled) and the clock.

    A deadline belongs to what follows it: at `closes_at` itself the vote is closed.
    """
    if step == "noticed":
        if opens_at is None or closes_at is None:
            raise ValueError("a noticed vote has both instants")
        if now < opens_at:
            return Phase.NOTICE
        return Phase.OPEN if now < closes_at else Phase.CLOSED
    if step == "counted":
        if objections_until is None:
            raise ValueError("a counted vote has an objection deadline")
        return Phase.PRELIMINARY if now < objections_until else Phase.ANSWERING
    return {
        "draft": Phase.DRAFT,
        "finalised": Phase.FINAL,
        "archived": Phase.ARCHIVED,
        "cancelled": Phase.CANCELLED,
    }[step]
