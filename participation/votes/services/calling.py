"""A recorded telephone call: it comes in like a sheet, and two persons write down what they hear.

Who calls has been asked for the last four of the identity number, has been told that the call is recorded, and has
been read the questions word for word.  The sound is kept here, or a reference says where it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from sqlalchemy import select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Elector
from participation.votes.phases import Phase
from participation.votes.services.keeping import Kept, keep_content
from participation.votes.services.returns import Arrival, Returned, check_time, conclude, write_return
from participation.votes.services.station import head_of_holder, not_on_the_roll, why_not
from participation.votes.services.steps import hold, require
from participation.votes.sheet_models import SheetOutcome, SheetReturn
from participation.votes.sounds import LARGEST_SOUND, check_sound
from participation.votes.standing import Channel
from participation.votes.station_models import RecordedCall

FOLDER = "sheets"  # beside the photos of sheets: what two persons read or hear is kept in one place
LONGEST_REFERENCE = 200


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it was taken. Either `sound` or `reference`; `announced`: the caller knows that it is recorded."""

    called_at: datetime
    by_id: int
    key: str
    sound: Kept | None = None
    reference: str = ""
    announced: bool = False


def keep_sound(stream: IO[bytes]) -> Kept:
    """Keep a recording. Raises Refusal (field sound): empty, too large, not a sound."""
    content = stream.read(LARGEST_SOUND + 1)
    media_type = check_sound(content)
    return Kept(keep_content(FOLDER, content), media_type)


def record_call(vote_id: int, elector_id: int, titleholder_id: int, call: Call, clock: Clock) -> Returned:
    """Take the call in, or return what this very request recorded before. A call after the closing is late at once.

    Raises Refusal: what would refuse this owner at the polling point, no recording, not announced, a time before the
    opening or in the future, the preliminary count is posted.
    """
    held = hold(vote_id, clock)
    known = db.session.scalars(
        select(SheetReturn).where(SheetReturn.vote_id == vote_id, SheetReturn.idempotency_key == call.key)
    ).one_or_none()
    if known is not None:
        return Returned(known, db.session.get(SheetOutcome, known.id), False)
    require(held, Phase.OPEN, Phase.CLOSED)
    head = head_of_holder(vote_id, elector_id, titleholder_id)
    if head is None:
        raise Refusal(not_on_the_roll())
    in_the_way = why_not(held.vote, Phase.OPEN, head)  # what the clock decides follows from the time of the call
    if in_the_way is not None:
        raise Refusal(in_the_way)
    _require_recorded(call)
    check_time(held, call.called_at.astimezone(UTC))
    elector = db.session.get_one(Elector, elector_id)
    made = write_return(held, elector, None, Arrival(
        Channel.RECORDED_PHONE, call.called_at, call.by_id, call.key, call.sound.sha256 if call.sound else None,
        call.sound.media_type if call.sound else None,
    ))  # fmt: skip
    db.session.add(RecordedCall(return_id=made.id, titleholder_id=titleholder_id, reference=call.reference.strip()))
    db.session.flush()
    assert held.vote.closes_at is not None
    late = call.called_at >= held.vote.closes_at
    return Returned(made, conclude(held, made, "late") if late else None, True)


def _require_recorded(call: Call) -> None:
    reasons = []
    if call.sound is None and not call.reference.strip():
        reasons.append(Reason("no_recording", say("There is neither a recording nor a reference to one."), say("Choose the sound file, or say where the recording is kept."), "sound"))
    if len(call.reference) > LONGEST_REFERENCE:
        reasons.append(Reason("reference_long", say("The reference is longer than %(longest)s characters.", longest=LONGEST_REFERENCE), say("Shorten it."), "reference"))
    if not call.announced:
        reasons.append(Reason("not_announced", say("It is not said that the caller was told of the recording."), say("Without it the call cannot be used. Call again."), "announced"))
    if reasons:
        raise Refusal(*reasons)
