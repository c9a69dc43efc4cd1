"""Objections to the preliminary count, or to a ballot that somebody else cast, and their answers: all on record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.clock import Clock
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import canonical, commit, new_salt
from participation.record.services import append
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, BallotSetAside, Objection, ObjectionAnswer
from participation.votes.phases import Phase
from participation.votes.services.casting import not_an_elector
from participation.votes.services.steps import Held, hold, require

LONGEST = 4000


def object_to_count(vote_id: int, person_id: int, text: str, clock: Clock) -> Objection:
    """An owner objects while the objection period runs. The record holds a commitment, not the text."""
    held = hold(vote_id, clock)
    require(held, Phase.PRELIMINARY)
    electors = electors_of(person_id, vote_id)
    if not electors:
        raise Refusal(not_an_elector())
    return _append(held, electors[0].id, person_id, "count", text)


# When an owner may object to a ballot cast on their behalf: as soon as it is cast, until the count is final.
OBJECTABLE = (Phase.OPEN, Phase.CLOSED, Phase.PRELIMINARY)


def object_to_ballot(vote_id: int, person_id: int, text: str, clock: Clock) -> Objection:
    """An owner says that they did not want the ballot that somebody else cast for them.

    While the vote is open, closed or preliminarily counted.  Raises Refusal where nothing was cast on their behalf.
    """
    held = hold(vote_id, clock)
    require(held, *OBJECTABLE)
    electors = electors_of(person_id, vote_id)
    if not electors:
        raise Refusal(not_an_elector())
    concerned = cast_by_others(vote_id, [elector.id for elector in electors])
    if concerned is None:
        raise Refusal(nothing_cast_for_you())
    return _append(held, concerned, person_id, "behalf", text)


def cast_by_others(vote_id: int, elector_ids: Sequence[int]) -> int | None:
    """The first of these electors for whom somebody else has handed in a ballot, whether or not it stands."""
    for table in (Ballot, BallotSetAside):
        found = db.session.scalar(
            select(table.elector_id)
            .where(table.vote_id == vote_id, table.elector_id.in_(elector_ids), table.authority_id.is_not(None))
            .order_by(table.id)
            .limit(1)
        )
        if found is not None:
            return found
    return None


def _append(held: Held, elector_id: int, person_id: int, about: str, text: str) -> Objection:
    vote_id = held.vote.id
    number = (db.session.scalar(select(func.max(Objection.number)).where(Objection.vote_id == vote_id)) or 0) + 1
    body, salt = _checked(text), new_salt()
    index = append(
        held.log, "objection",
        {"vote": vote_id, "objection": number, "about": about, "commitment": commit(salt, canonical({"text": body})).hex()},
        held.now, vote_id,
    )  # fmt: skip
    objection = Objection(
        vote_id=vote_id, number=number, elector_id=elector_id, by_id=person_id, about=about, text=body, at=held.now,
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
    require(held, *answerable(objection.about))
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


def answerable(about: str) -> tuple[Phase, ...]:
    """The phases in which an objection of this kind can be answered."""
    return (*OBJECTABLE, Phase.ANSWERING) if about == "behalf" else (Phase.PRELIMINARY, Phase.ANSWERING)


def nothing_cast_for_you() -> Reason:
    return Reason(
        "nothing_cast_for_you",
        say("Nobody has cast a ballot on your behalf in this vote."),
        say("To the count you can object after it has been posted."),
    )


def _checked(text: str) -> str:
    body = text.strip()
    if not body:
        raise Refusal(Reason("text_missing", say("There is no text yet."), say("Write what you mean in a sentence or two."), "text"))
    if len(body) > LONGEST:
        raise Refusal(Reason("text_too_long", say("The text is longer than %(longest)s characters.", longest=LONGEST), say("Shorten it, or attach a document."), "text"))
    return body
