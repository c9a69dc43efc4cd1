"""A visit at the door, put on record: sent at once, or later from a device that had lost its connection.

A visit is a fact: it is kept also when the home has voted meanwhile. What the visitor should know of that comes
back beside it, in words.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.votes.models import ElectorHome, RollCorrection
from participation.votes.phases import Phase
from participation.votes.services.boxing import Pen
from participation.votes.services.casting import standing_ballot
from participation.votes.services.steps import Held, hold, wrong_phase
from participation.votes.visit_models import Visit

LONGEST_NOTE = 300
SLOW_CLOCK = timedelta(days=1)  # a device's clock may be behind; what lies before the notice by more is a mistake


class Outcome(StrEnum):
    """What came of a visit."""

    ANSWERED = "answered"  # spoke with somebody; nothing else yet
    VOTED_HERE = "voted_here"  # cast the ballot on the visitor's device
    GAVE_SHEET = "gave_sheet"
    COLLECTED_SHEET = "collected_sheet"
    WILL_VOTE_ON_PHONE = "will_vote_on_phone"
    ABSENT = "absent"
    REFUSED = "refused"
    MOVED = "moved"


class Visited(NamedTuple):
    """The visit, whether this request made it, and what the visitor should know."""

    visit: Visit
    is_new: bool
    notices: tuple[Sentence, ...] = ()


def record_visit(
    vote_id: int, home_id: int, outcome: str, note: str, made_at: datetime, by_id: int, key: str, clock: Clock
) -> Visited:
    """Put a visit on record, or return the one that this key has made before.

    `made_at` is the device's time; where it lies in the future it is taken as now.  Raises Refusal: the home is not on
    this vote's roll, the vote was not announced or was over when the visit was made, an unknown outcome, a long note.
    """
    held = hold(vote_id, clock)
    known = db.session.scalars(
        select(Visit).where(Visit.vote_id == vote_id, Visit.idempotency_key == key)
    ).one_or_none()
    if known is not None:
        return Visited(known, False)
    made_at = min(made_at.astimezone(UTC), held.now)
    _require_running(held, made_at)
    elector_id = carrier_of(vote_id, home_id)
    if elector_id is None:
        raise Refusal(Reason("not_on_roll", say("This home is not on the roll of this vote."), say("Nothing needs to be asked there.")))
    checked = _checked(outcome)
    text = " ".join(note.split())
    if len(text) > LONGEST_NOTE:
        raise Refusal(Reason("note_too_long", say("The note is longer than %(longest)s characters.", longest=LONGEST_NOTE), say("Shorten it."), "note"))
    content = {
        "vote": vote_id, "home": home_id, "outcome": str(checked), "note": text, "by": by_id,
        "made_at": made_at.isoformat(timespec="microseconds"), "recorded_at": held.now.isoformat(timespec="microseconds"),
    }  # fmt: skip
    salt, index = Pen(held).seal("visit", content)
    visit = Visit(
        vote_id=vote_id, home_id=home_id, elector_id=elector_id, by_id=by_id, outcome=str(checked), note=text,
        made_at=made_at, recorded_at=held.now, idempotency_key=key, salt=salt, log_index=index,
    )  # fmt: skip
    db.session.add(visit)
    db.session.flush()
    return Visited(visit, True, _notices(held, visit))


def carrier_of(vote_id: int, home_id: int) -> int | None:
    """Whose head carries this home in the vote now: the newest correction names it, else the frozen roll."""
    frozen = db.session.scalars(
        select(ElectorHome).where(ElectorHome.vote_id == vote_id, ElectorHome.home_id == home_id)
    ).one_or_none()
    corrections = db.session.scalars(
        select(RollCorrection)
        .where(RollCorrection.vote_id == vote_id, RollCorrection.home_id == home_id)
        .order_by(RollCorrection.id)
    ).all()
    if not corrections:
        return frozen.elector_id if frozen else None
    area = (frozen.area if frozen else 0) + sum(correction.area_delta for correction in corrections)
    return corrections[-1].elector_id if area > 0 else None


def _require_running(held: Held, made_at: datetime) -> None:
    """Visits belong to the time from the notice to the closing; what was made then may arrive later."""
    vote = held.vote
    if held.phase in (Phase.NOTICE, Phase.OPEN):
        if vote.noticed_at is not None and made_at < vote.noticed_at - SLOW_CLOCK:
            raise Refusal(Reason("clock_wrong", say("By the clock of this device the visit was before the vote was announced."), say("Set the device's clock, then note the visit again.")))
        return
    if held.phase is Phase.CLOSED and vote.closes_at is not None and made_at < vote.closes_at:
        return
    raise Refusal(wrong_phase(held.phase))


def _checked(outcome: str) -> Outcome:
    try:
        return Outcome(outcome)
    except ValueError:
        raise Refusal(Reason("outcome", say("It is not said what came of the visit."), say("Choose one of the outcomes."), "outcome")) from None


def _notices(held: Held, visit: Visit) -> tuple[Sentence, ...]:
    notices = []
    ballot = standing_ballot(held.vote.id, visit.elector_id)
    if ballot is not None and visit.outcome != Outcome.VOTED_HERE:
        notices.append(say("This home has voted meanwhile; it need not be visited again."))
    if held.phase is Phase.CLOSED:
        notices.append(say("The vote has closed meanwhile. The visit is on record with its own time."))
    return tuple(notices)
