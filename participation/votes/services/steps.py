"""What every step shares: hold the log, look at the clock, check the phase, append the step."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from participation.database import db, fetch
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.models import Log
from participation.record.services import LogHead, append, hold_head, hold_log
from participation.votes.models import Vote, VoteStep
from participation.votes.phases import Phase, phase_of

_UNIT_OF = select(Vote.unit_id).where(Vote.id == bindparam("id"))
_VOTE = select(Vote).where(Vote.id == bindparam("id")).execution_options(populate_existing=True)


_VOTE_ROW = select(Vote.__table__).where(Vote.id == bindparam("id"))  # type: ignore[call-overload]


class Held(NamedTuple):
    """A vote as it stands while nobody else can move it: the log's head is locked until the transaction ends."""

    vote: Vote
    log: Log
    now: datetime
    phase: Phase


def hold(vote_id: int, clock: Clock) -> Held:
    """Lock, re-read, then look at the clock: in this order a deadline is one instant for everybody."""
    log = hold_log(fetch(_UNIT_OF, {"id": vote_id}).scalar_one())
    vote = db.session.scalars(_VOTE, {"id": vote_id}).one()
    now = clock.now().astimezone(UTC)  # what is sealed must read the same when it comes back from the database
    return Held(vote, log, now, phase_now(vote, now))


class HeldForCasting(NamedTuple):
    """What a cast needs of `Held`: plain rows, since thousands come in one evening."""

    vote: Any  # a row of the votes table
    log: LogHead
    now: datetime
    phase: Phase


def hold_for_casting(vote_id: int, clock: Clock) -> HeldForCasting:
    """`hold` with plain rows. The order is the same: lock, re-read, then look at the clock."""
    db.session.flush()
    log = hold_head(fetch(_UNIT_OF, {"id": vote_id}).scalar_one())
    vote = fetch(_VOTE_ROW, {"id": vote_id}).one()
    now = clock.now()
    return HeldForCasting(vote, log, now, phase_now(vote, now))


def phase_now(vote: Any, now: datetime) -> Phase:
    return phase_of(vote.step, vote.opens_at, vote.closes_at, vote.objections_until, now)


def require(held: Held | HeldForCasting, *phases: Phase) -> None:
    """Refuse unless the vote is in one of `phases`."""
    if held.phase not in phases:
        raise Refusal(wrong_phase(held.phase))


def wrong_phase(phase: Phase) -> Reason:
    """Why nothing of this kind can happen now, in words."""
    messages = {
        Phase.DRAFT: (say("The vote has not been announced yet."), say("Wait for the notice.")),
        Phase.NOTICE: (say("The vote has been announced but is not open yet."), say("Come back when it opens; the date stands on the notice.")),
        Phase.OPEN: (say("The vote is open."), say("This can be done after it has closed.")),
        Phase.CLOSED: (say("The vote has closed."), say("The preliminary count will be posted next.")),
        Phase.PRELIMINARY: (say("The vote has closed and the preliminary count is posted."), say("Until the objection period ends you can object to the count.")),
        Phase.ANSWERING: (say("The objection period has ended."), say("The final result will be posted next.")),
        Phase.FINAL: (say("The final result has been posted."), say("It can be read on the result page.")),
        Phase.ARCHIVED: (say("The vote is in the archive."), say("It can be read on the result page.")),
        Phase.CANCELLED: (say("The vote was cancelled."), say("The reason stands on its page.")),
    }  # fmt: skip
    message, remedy = messages[phase]
    return Reason(f"phase.{phase}", message, remedy)


def record_step(
    held: Held, kind: str, by_id: int | None, note: str = "", *, public: dict[str, Any] | None = None
) -> VoteStep:
    """Append the step to the vote and, with its `public` figures, to the record."""
    index = append(
        held.log,
        kind,
        {"vote": held.vote.id, "at": held.now.isoformat(timespec="seconds"), **({"note": note} if note else {}), **(public or {})},
        held.now,
        held.vote.id,
    )
    step = VoteStep(vote_id=held.vote.id, kind=kind, at=held.now, by_id=by_id, note=note, log_index=index)
    db.session.add(step)
    db.session.flush()
    return step


def refuse_if(reasons: Iterable[Reason]) -> None:
    found = tuple(reasons)
    if found:
        raise Refusal(*found)
