"""Drafting a vote: nothing here is public yet, so nothing is on the record yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Candidate, Question, Vote
from participation.votes.own_rules import rule_for
from participation.votes.services.steps import refuse_if

LONGEST_TITLE = 120
LONGEST_QUESTION = 1000
MOST_QUESTIONS = 20
MOST_PROXIES = 10


def draft_vote(unit_id: int, title: str, by_id: int | None, at: datetime) -> Vote:
    """A new vote in the neighbourhood, with the next number."""
    refuse_if(_title_reasons(title))
    number = (db.session.scalar(select(func.max(Vote.number)).where(Vote.unit_id == unit_id)) or 0) + 1
    vote = Vote(unit_id=unit_id, number=number, title=title.strip(), created_at=at, created_by_id=by_id, scope=[])
    db.session.add(vote)
    db.session.flush()
    return vote


def change_draft(vote: Vote, **fields: Any) -> None:
    """Change the draft's own fields: title, explanation, scope, stairwell_id, rehearsal, opens_at, closes_at, proxy_limit."""
    _require_draft(vote)
    if "title" in fields:
        refuse_if(_title_reasons(fields["title"]))
    if not 0 <= fields.get("proxy_limit", 0) <= MOST_PROXIES:
        raise Refusal(Reason("proxy_limit", say("A proxy holder can vote for 0 to %(most)s owners.", most=MOST_PROXIES), say("Choose one of the list."), "proxy_limit"))
    for name, value in fields.items():
        if name not in {"title", "explanation", "scope", "stairwell_id", "rehearsal", "opens_at", "closes_at", "proxy_limit"}:
            raise ValueError(f"not a field of a draft: {name}")
        setattr(vote, name, value)
    db.session.flush()


def put_question(
    vote: Vote, text: str, matter: str, rule_key: str, *, kind: str = "decision", seats: int | None = None,
    candidates: Sequence[tuple[str, str]] = (), consent: str | None = None, question: Question | None = None,
) -> Question:  # fmt: skip
    """Add a question, or replace the text, rule and candidates of one. Candidates are (name, statement).

    `consent` of specially affected owners, for rules with a veto: nobody (is affected), given, refused.
    """
    _require_draft(vote)
    rule_for(vote.unit_id, rule_key)  # raises for an unknown key
    reasons = []
    if not text.strip():
        reasons.append(Reason("question_text", say("The question has no text."), say("Write it so that it can be answered with for or against."), "text"))
    if len(text) > LONGEST_QUESTION:
        reasons.append(Reason("question_long", say("The question is longer than %(longest)s characters.", longest=LONGEST_QUESTION), say("Put the details into an attached document."), "text"))
    if question is None and len(vote.questions) >= MOST_QUESTIONS:
        reasons.append(Reason("questions_many", say("A vote holds at most %(most)s questions.", most=MOST_QUESTIONS), say("Make a second vote.")))
    if kind == "election" and (not seats or seats < 1):
        reasons.append(Reason("seats", say("An election needs at least one seat."), say("Enter the number of seats."), "seats"))
    refuse_if(reasons)
    if question is None:
        question = Question(vote_id=vote.id, position=len(vote.questions) + 1)
        vote.questions.append(question)
    question.text, question.matter, question.rule_key, question.kind = text.strip(), matter, rule_key, kind
    question.consent = consent
    question.seats = seats if kind == "election" else None
    wanted = candidates if kind == "election" else ()
    for old in list(question.candidates):
        db.session.delete(old)
    question.candidates = []
    db.session.flush()
    question.candidates = [
        Candidate(position=position, name=name.strip(), statement=statement.strip())
        for position, (name, statement) in enumerate(((n, s) for n, s in wanted if n.strip()), start=1)
    ]
    db.session.flush()
    return question


def take_out_question(vote: Vote, question: Question) -> None:
    _require_draft(vote)
    for candidate in question.candidates:
        db.session.delete(candidate)
    vote.questions.remove(question)
    db.session.delete(question)
    db.session.flush()
    for position, rest in enumerate(vote.questions, start=1):
        rest.position = position
    db.session.flush()


def _require_draft(vote: Vote) -> None:
    if vote.step != "draft":
        raise Refusal(Reason("announced", say("This vote has been announced; its text can no longer be changed."), say("If it is wrong, cancel it with a reason and draft a new one.")))


def _title_reasons(title: str) -> list[Reason]:
    if not title.strip():
        return [Reason("title", say("The vote has no title."), say("Say in a few words what is decided."), "title")]
    if len(title) > LONGEST_TITLE:
        return [Reason("title", say("The title is longer than %(longest)s characters.", longest=LONGEST_TITLE), say("Shorten it; details belong to the explanation."), "title")]
    return []


def candidates_from_form(form: Mapping[str, str], most: int = 30) -> list[tuple[str, str]]:
    """(name, statement) pairs from fields candidate-1-name, candidate-1-statement, ..."""
    return [
        (form.get(f"candidate-{n}-name", ""), form.get(f"candidate-{n}-statement", "")) for n in range(1, most + 1)
    ]
