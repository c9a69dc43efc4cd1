"""From the closing instant to the archive: preliminary count, objection period, final result."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.services import append
from participation.votes.counting import count
from participation.votes.models import Objection, ObjectionAnswer, Result
from participation.votes.phases import Phase
from participation.votes.policy import policy_of
from participation.votes.secret.result import count_secret
from participation.votes.services.steps import Held, hold, record_step, require
from participation.votes.sheet_queries import unread_sheets


def count_preliminarily(vote_id: int, by_id: int | None, clock: Clock, objections_until: datetime | None = None) -> Result:
    """Close the ballot box for good, count, and open the objection period.

    `objections_until` may only lengthen the rule's period; a rehearsal may choose freely.
    """
    held = hold(vote_id, clock)
    require(held, Phase.CLOSED)
    waiting = unread_sheets(vote_id)
    if waiting:
        raise Refusal(Reason(
            "sheets_unread",
            say("Sheets that were received and are not read to the end: %(number)s.", number=waiting),
            say("Read each of them twice and settle what differs; then count."),
        ))  # fmt: skip
    least = held.now + timedelta(days=policy_of(held.vote).objection_days)
    until = objections_until or least
    if until < least and not held.vote.rehearsal:
        raise Refusal(Reason(
            "objections_too_short",
            say("The objection period must last at least %(days)s days.", days=policy_of(held.vote).objection_days),
            say("Choose a later end."), "objections_until",
        ))  # fmt: skip
    held.vote.objections_until = until
    held.vote.step = "counted"
    record_step(held, "closing", by_id, public={"closed_at": _iso(held.vote.closes_at)})
    return _announce(held, "preliminary", by_id)


def finalise(vote_id: int, by_id: int | None, clock: Clock) -> Result:
    """Count once more, with every correction since, and post the final result."""
    held = hold(vote_id, clock)
    require(held, Phase.ANSWERING)
    open_ = unanswered(vote_id)
    if open_:
        raise Refusal(Reason(
            "objections_open",
            say("%(number)s objections have no answer yet.", number=open_),
            say("Answer every objection first; the answers are public."),
        ))  # fmt: skip
    held.vote.step = "finalised"
    return _announce(held, "final", by_id)


def archive(vote_id: int, by_id: int | None, clock: Clock) -> None:
    """Put a vote away. Nothing is deleted; it moves from the first page to the archive."""
    held = hold(vote_id, clock)
    require(held, Phase.FINAL)
    held.vote.step = "archived"
    record_step(held, "archived", by_id)


def unanswered(vote_id: int) -> int:
    """How many objections still wait for an answer."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Objection)
            .outerjoin(ObjectionAnswer, ObjectionAnswer.objection_id == Objection.id)
            .where(Objection.vote_id == vote_id, ObjectionAnswer.objection_id.is_(None))
        )
        or 0
    )


def _announce(held: Held, stage: str, by_id: int | None) -> Result:
    data = count_secret(held.vote) if held.vote.secret else count(held.vote)
    index = append(
        held.log, f"{stage}-result", {"vote": held.vote.id, "at": _iso(held.now), "result": data}, held.now, held.vote.id
    )
    result = Result(vote_id=held.vote.id, stage=stage, at=held.now, data=data, log_index=index)
    db.session.add(result)
    record_step(held, "counted" if stage == "preliminary" else "finalised", by_id)
    return result


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None
