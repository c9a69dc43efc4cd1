"""Which of an owner's ballots stands, and by which ways a ballot may come in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How a ballot came in. Results are shown for each channel and combined."""

    PHONE = "phone"  # the owner's own device
    PAPER = "paper"  # a sheet handed in or sent, keyed in by two persons
    POLLING_POINT = "polling_point"  # at a station, on its device or on a sheet filled in there
    RECORDED_PHONE = "recorded_phone"  # a recorded telephone call, keyed in by two persons
    DOORSTEP = "doorstep"  # at the owner's door, on the visitor's device or on a sheet collected there


def takes_over(standing_at: datetime, new_at: datetime, may_change: bool) -> bool:
    """Whether a ballot received at `new_at` stands instead of the one received at `standing_at`.

    The first valid ballot stands (Beijing: no re-vote), or, where the rule lets owners change their
    ballot, the last.  What counts is when it was received, not when it was keyed in: a sheet handed in
    on Monday and typed on Wednesday came before a phone ballot of Tuesday.  Of two received at the same
    instant the one that is already in the box stands, or, where changing is allowed, the new one.
    """
    return new_at >= standing_at if may_change else new_at < standing_at
