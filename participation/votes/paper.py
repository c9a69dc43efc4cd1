"""The ballot paper: what a vote asks and what its rules offer. Frozen at the notice, therefore kept in memory.

Thousands of owners open the same paper in the same evening; reading its questions and rules
from the database each time would be most of the work of showing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app

from participation.database import db
from participation.votes.models import Question, Vote
from participation.votes.policy import choices_of, policy_of, rule_of
from participation.votes.rules import Rule

MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class PaperCandidate:
    id: int
    name: str
    statement: str


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """One question with its rule. `choices` are the answers its rule offers; `seats` only in an election."""

    id: int
    position: int
    kind: str
    text: str
    seats: int
    rule: Rule
    choices: tuple[str, ...]
    candidates: tuple[PaperCandidate, ...]

    @property
    def field(self) -> str:
        """The form field that carries the answer; refusals of the services point to it too."""
        return f"question-{self.id}"

    @property
    def is_election(self) -> bool:
        return self.kind == "election"


@dataclass(frozen=True, slots=True)
class Paper:
    questions: tuple[PaperQuestion, ...]
    may_change: bool
    publishes_choice: bool
    objection_days: int


def paper_of(vote: Any) -> Paper:
    """The paper of a vote, given as object or row; a draft's is made anew each time, because it may still change."""
    if vote.step == "draft":
        return _make(db.session.get_one(Vote, vote.id))
    kept: dict[Any, Paper] = current_app.extensions.setdefault("ballot_papers", {})
    # The fingerprint has salt in it: a database put back from elsewhere never meets another vote's paper.
    key = (vote.id, vote.roll_fingerprint)
    paper = kept.get(key)
    if paper is None:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        paper = kept[key] = _make(db.session.get_one(Vote, vote.id))
    return paper


def _make(vote: Vote) -> Paper:
    policy = policy_of(vote)
    return Paper(
        questions=tuple(_question(question) for question in vote.questions),
        may_change=policy.may_change,
        publishes_choice=policy.publishes_choice,
        objection_days=policy.objection_days,
    )


def _question(question: Question) -> PaperQuestion:
    rule = rule_of(question)
    return PaperQuestion(
        id=question.id,
        position=question.position,
        kind=question.kind,
        text=question.text,
        seats=question.seats or 0,
        rule=rule,
        choices=choices_of(rule),
        candidates=tuple(PaperCandidate(c.id, c.name, c.statement) for c in question.candidates),
    )
