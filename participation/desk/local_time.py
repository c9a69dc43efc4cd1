"""Dates as a form of the desk writes them: local to the neighbourhood, to the minute, without a zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.policy import Policy

OPENING, CLOSING = time(9), time(20)
USUAL_WINDOW_DAYS = 15


def to_field(instant: datetime | None, zone: ZoneInfo) -> str:
    """The value of a datetime-local field: '2026-04-01T09:00'."""
    return "" if instant is None else instant.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def from_field(text: str, zone: ZoneInfo, field: str) -> datetime:
    """The instant typed into a datetime-local field (browsers without the picker: '2026-04-01 09:00').

    Raises Refusal naming `field` when the text is no date, or a minute that the clocks skip.
    """
    try:
        local = datetime.fromisoformat(text.strip().replace(" ", "T").replace("/", "-"))
    except ValueError:
        raise Refusal(_unreadable(field)) from None
    if local.tzinfo is not None or not 2000 <= local.year <= 2200:
        raise Refusal(_unreadable(field))
    instant = local.replace(tzinfo=zone, second=0, microsecond=0)
    # Where the clocks go forward an hour does not exist; it would silently become another one.
    utc = datetime.fromtimestamp(instant.timestamp(), zone)
    if utc.replace(tzinfo=None) != instant.replace(tzinfo=None):
        raise Refusal(Reason("date_skipped", say("The clocks skip this minute."), say("Choose an hour later."), field))
    return instant


def _unreadable(field: str) -> Reason:
    return Reason(
        "date_unreadable",
        say("This is not a date and time."),
        say("Write it like 2026-04-01 09:00."),
        field,
    )


def earliest_opening(now: datetime, policy: Policy) -> datetime:
    """The first instant at which a vote announced now may open."""
    return now + timedelta(days=policy.notice_days)


def proposed(now: datetime, policy: Policy, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Opening: the first nine o'clock that is lawful if announced today. Closing: 20:00, fifteen days later if allowed."""
    earliest = earliest_opening(now, policy).astimezone(zone)
    opens = datetime.combine(earliest.date(), OPENING, zone)
    if opens < earliest:
        opens = datetime.combine(earliest.date() + timedelta(days=1), OPENING, zone)
    # From nine to twenty is less than a day: N days later the window is N days and eleven hours.
    days = max(policy.window_min_days, min(USUAL_WINDOW_DAYS, policy.window_max_days - 1))
    return opens, datetime.combine(opens.date() + timedelta(days=days), CLOSING, zone)
