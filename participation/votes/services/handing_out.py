"""Handing out the evidence that opens the ballots: to an auditor named for this vote, and each time on record."""

from __future__ import annotations

from sqlalchemy import or_, select

from participation.accounts.models import Grant, Role
from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.votes.audit_models import Auditor, EvidenceHandedOut
from participation.votes.erasure_models import Erasure
from participation.votes.phases import Phase
from participation.votes.services.boxing import Pen
from participation.votes.services.steps import Held, hold, require

COUNTED = (Phase.PRELIMINARY, Phase.ANSWERING, Phase.FINAL, Phase.ARCHIVED)
PURPOSES: dict[str, Sentence] = {
    "count": say("To check the count for the owners"),
    "objection": say("To look into an objection"),
    "supervision": say("For the supervising office"),
    "court": say("For a court"),
}


def name_auditor(vote_id: int, person_id: int, purpose: str, by_id: int, clock: Clock) -> Auditor:
    """Let an observer of this neighbourhood have the auditor's evidence of this vote. The record says so, without a name.

    Naming the same person again changes nothing.  Raises Refusal: not counted yet, erased, no observer, oneself.
    """
    held = _held(vote_id, purpose, clock)
    known = auditor(vote_id, person_id)
    if known is not None:
        return known
    if person_id == by_id:
        raise Refusal(Reason("oneself", say("Nobody names themselves."), say("Let somebody else of the support centre name you, or choose another observer."), "person"))
    if not _observes(person_id, held):
        raise Refusal(Reason("not_an_observer", say("This person does not observe votes of this neighbourhood."), say("Grant the role of an observer first."), "person"))
    index = Pen(held).append("auditor-named", {"at": _at(held), "purpose": purpose})
    named = Auditor(vote_id=vote_id, person_id=person_id, purpose=purpose, at=held.now, by_id=by_id, log_index=index)
    db.session.add(named)
    db.session.flush()
    return named


def hand_out(vote_id: int, to_id: int | None, purpose: str, clock: Clock) -> EvidenceHandedOut:
    """Put on record that the auditor's evidence is handed out now. `to_id` None: on the server's own command line.

    Raises Refusal: not counted yet, erased, or not named as an auditor of this vote (any more an observer).
    """
    held = _held(vote_id, purpose, clock)
    if to_id is not None and (auditor(vote_id, to_id) is None or not _observes(to_id, held)):
        raise Refusal(Reason("not_named", say("You have not been named as an auditor of this vote."), say("Ask the support centre to name you; this is put on record.")))
    index = Pen(held).append("evidence-handed-out", {"at": _at(held), "purpose": purpose})
    handed = EvidenceHandedOut(vote_id=vote_id, to_id=to_id, purpose=purpose, at=held.now, log_index=index)
    db.session.add(handed)
    db.session.flush()
    return handed


def auditor(vote_id: int, person_id: int) -> Auditor | None:
    return db.session.scalars(
        select(Auditor).where(Auditor.vote_id == vote_id, Auditor.person_id == person_id)
    ).one_or_none()


def _held(vote_id: int, purpose: str, clock: Clock) -> Held:
    held = hold(vote_id, clock)
    require(held, *COUNTED)
    if purpose not in PURPOSES:
        raise Refusal(Reason("purpose", say("It is not said what the evidence is for."), say("Choose one of the purposes."), "purpose"))
    if db.session.get(Erasure, vote_id) is not None:
        raise Refusal(Reason("erased", say("The retention time is over: what opens the ballots has been erased."), say("The public evidence can still be had.")))
    return held


def _observes(person_id: int, held: Held) -> bool:
    return db.session.scalars(
        select(Grant.id).where(
            Grant.person_id == person_id, Grant.unit_id == held.vote.unit_id, Grant.role == Role.OBSERVER.value,
            Grant.begins_at <= held.now, or_(Grant.ends_at.is_(None), Grant.ends_at > held.now),
        )
    ).first() is not None  # fmt: skip


def _at(held: Held) -> str:
    return held.now.isoformat(timespec="seconds")
