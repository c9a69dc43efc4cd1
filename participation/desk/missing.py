"""What a draft still lacks, each with its remedy and the page on which it is remedied."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from flask import url_for
from markupsafe import Markup

from participation.desk.local_time import earliest_opening
from participation.kernel.refusal import Reason
from participation.kernel.sentences import say
from participation.roll.models import Unit
from participation.votes.models import Vote
from participation.votes.policy import policy_of
from participation.votes.services.noticing import still_missing
from participation.web.filters import when

DATES = {"dates", "dates_order", "notice_short", "window_short", "window_long"}
QUESTIONS = {"no_question", "measure", "veto", "candidates"}


class Missing(NamedTuple):
    reason: Reason
    href: str


def missing_of(vote: Vote, unit: Unit, now: datetime) -> list[Missing]:
    """`still_missing` for the page: dates in the neighbourhood's own time, and a way to each remedy."""
    return [
        Missing(_in_local_time(reason, vote, now), _page(reason, vote, unit)) for reason in still_missing(vote, now)
    ]


def _in_local_time(reason: Reason, vote: Vote, now: datetime) -> Reason:
    if reason.code != "notice_short":
        return reason
    # Values of a sentence are plain text: the page escapes the sentence as a whole.
    shown = when(earliest_opening(now, policy_of(vote)))
    earliest = shown.striptags() if isinstance(shown, Markup) else shown
    return replace(reason, remedy=say("If announced now, it may open from %(date)s.", date=earliest))


def _page(reason: Reason, vote: Vote, unit: Unit) -> str:
    if reason.code in DATES:
        return url_for("desk.dates", unit_slug=unit.slug, vote_id=vote.id)
    if reason.code in ("no_board", "not_secret"):
        return url_for("desk.secret_election", unit_slug=unit.slug, vote_id=vote.id)
    if reason.code == "empty_scope":
        return url_for("desk.scope", unit_slug=unit.slug, vote_id=vote.id)
    if reason.code == "no_roll":
        return url_for("desk.unit", unit_slug=unit.slug)
    return url_for("desk.vote", unit_slug=unit.slug, vote_id=vote.id) + "#questions"
