"""Objections to the preliminary count, and their answers: both on record, none ever removed."""

from __future__ import annotations

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import canonical, commit, new_salt
from participation.record.services import append
from participation.votes.electors import electors_of
from participation.votes.models import Objection, ObjectionAnswer
from participation.votes.phases import Phase
from participation.votes.services.casting import not_an_elector
from participation.votes.services.steps import hold, require

LONGEST = 4000


def object_to_count(vote_id: int, person_id: int, text: str, clock: Clock) -> Objection:
    """An owner objects while the objection period runs. The record holds a commitment, not the text."""
    held = hold(vote_id, clock)
    require(held, Phase.PRELIMINARY)
    electors = electors_of(person_id, vote_id)
    if not electors:
        raise Refusal(not_an_elector())
    number = (db.session.scalar(select(func.max(Objection.number)).where(Objection.vote_id == vote_id)) or 0) + 1
    body, salt = _checked(text), new_salt()
    index = append(
        held.log, "objection",
        {"vote": vote_id, "objection": number, "commitment": commit(salt, canonical({"text": body})).hex()},
        held.now, vote_id,
    )  # fmt: skip
    objection = Objection(
        vote_id=vote_id, number=number, elector_id=electors[0].id, by_id=person_id, text=body, at=held.now,
        salt=salt, log_index=index,
    )  # fmt: skip
    db.session.add(objection)
    db.session.flush()
    return objection


def answer_objection(objection_id: int, upheld: bool, text: str, by_id: int, clock: Clock) -> ObjectionAnswer:
    """The support centre answers, once; upheld objections lead to a public correction before the final result."""
    objection = db.session.get(Objection, objection_id)
    if objection is None:
        raise Refusal(Reason("no_objection", say("There is no such objection.")))
    held = hold(objection.vote_id, clock)
    require(held, Phase.PRELIMINARY, Phase.ANSWERING)
    if db.session.get(ObjectionAnswer, objection_id) is not None:
        raise Refusal(Reason("already_answered", say("This objection has already been answered."), say("The answer stands on the vote's page.")))
    body = _checked(text)
    index = append(
        held.log, "objection-answer",
        {"vote": objection.vote_id, "objection": objection.number, "upheld": upheld, "answer": body}, held.now, objection.vote_id,
    )  # fmt: skip
    answer = ObjectionAnswer(objection_id=objection_id, upheld=upheld, text=body, at=held.now, by_id=by_id, log_index=index)
    db.session.add(answer)
    db.session.flush()
    return answer


def _checked(text: str) -> str:
    body = text.strip()
    if not body:
        raise Refusal(Reason("text_missing", say("There is no text yet."), say("Write what you mean in a sentence or two."), "text"))
    if len(body) > LONGEST:
        raise Refusal(Reason("text_too_long", say("The text is longer than %(longest)s characters.", longest=LONGEST), say("Shorten it, or attach a document."), "text"))
    return body
