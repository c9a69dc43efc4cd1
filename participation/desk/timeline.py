"""Where a vote stands, as the steps of the timeline picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext

from participation.votes.models import Vote, VoteStep
from participation.votes.phases import Phase

# The steps in order, each with the phases during which it is the present one.
_NOW = {
    "notice": (Phase.NOTICE,),
    "voting": (Phase.OPEN,),
    "counted": (Phase.CLOSED,),
    "objections": (Phase.PRELIMINARY,),
    "finalised": (Phase.ANSWERING,),
}
_ORDER = [Phase.NOTICE, Phase.OPEN, Phase.CLOSED, Phase.PRELIMINARY, Phase.ANSWERING, Phase.FINAL, Phase.ARCHIVED]


def timeline_of(vote: Vote, phase: Phase, steps: Sequence[VoteStep]) -> list[dict[str, Any]]:
    """Steps for components/timeline.html; a cancelled vote ends where it was stopped."""
    at = {step.kind: step.at for step in steps}
    cancelled = next((step for step in steps if step.kind == "cancelled"), None)
    extension = next((step for step in steps if step.kind == "extension"), None)
    entries: list[dict[str, Any]] = [
        {"key": "notice", "title": gettext("Announced, roll frozen"), "at": vote.noticed_at},
        {
            "key": "voting", "title": gettext("Voting"), "at": vote.opens_at, "until": vote.closes_at,
            "text": gettext("Extended: %(reason)s", reason=extension.note) if extension else None,
        },
        {"key": "counted", "title": gettext("Preliminary count"), "at": at.get("counted")},
        {"key": "objections", "title": gettext("Objections"), "at": at.get("counted"), "until": vote.objections_until},
        {"key": "finalised", "title": gettext("Final result"), "at": at.get("finalised")},
    ]  # fmt: skip
    if cancelled is not None:
        return [
            *_until(entries, vote, cancelled),
            {"title": gettext("Cancelled"), "state": "stop", "at": cancelled.at, "text": cancelled.note},
        ]
    for entry in entries:
        entry["state"] = _state(entry["key"], phase)
    return entries


def _state(key: str, phase: Phase) -> str:
    if phase in _NOW[key]:
        return "now"
    return "done" if _ORDER.index(_NOW[key][0]) < _ORDER.index(phase) else "next"


def _until(entries: list[dict[str, Any]], vote: Vote, cancelled: VoteStep) -> list[dict[str, Any]]:
    begun = [entries[0]]
    if vote.opens_at is not None and vote.opens_at <= cancelled.at:
        begun.append(entries[1])
    return [entry | {"state": "done"} for entry in begun]
