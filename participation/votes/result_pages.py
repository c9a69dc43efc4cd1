"""What a result page shows. Everything comes from the stored count; no ballot is read, however many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select

from participation.database import db
from participation.kernel.sentences import Sentence, say
from participation.record.models import Log
from participation.record.services import checkpoint_at, log_of
from participation.votes.models import Result, RollCorrection, Vote
from participation.votes.paper import Paper, PaperCandidate, PaperQuestion
from participation.votes.policy import AREA_SERVES_AS
from participation.votes.rule import Amount
from participation.votes.wording import result_sentences
from participation.votes.wording_data import (
    election_lines,
    group_of,
    outcome_words,
    question_lines,
    read_test,
)

GOOD = {"passed", "elected"}
WAITING = {"second_vote", "partly", "tied"}


@dataclass(frozen=True, slots=True)
class CandidateLine:
    candidate: PaperCandidate
    heads: int
    area: int  # 1/100 m2
    standing: str  # elected, tied, no_seat, not_enough, no_quorum
    rank: int | None


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question with its stored numbers, ready for the picture, the tables and the words."""

    question: PaperQuestion
    data: Mapping[str, Any]
    outcome: Sentence
    kind: str  # jade: decided for; amber: something must follow; brick: not
    lines: list[list[Sentence]]  # the arithmetic in words, one line a step
    tests: list[Mapping[str, Any]]  # of the whole
    groups: list[tuple[str, Mapping[str, Any]]]  # (name of the building, test)
    choices: Mapping[str, Mapping[str, int]]  # after following, for the picture
    candidates: list[CandidateLine]

    @property
    def quorum_lines(self) -> list[list[Sentence]]:
        """The quorum in words, for a poster whose picture already tells the rest."""
        return [list(result_sentences(read_test(test))) for test in self.tests if test["stage"] == "quorum"]

    @property
    def tests_in_words(self) -> list[list[Sentence]]:
        """For an election, each candidate's tests in words, in the order of the candidates."""
        return [
            [sentence for test in line["tests"] for sentence in result_sentences(read_test(test))]
            for line in self.data["candidates"]
        ]

    @property
    def unresolved(self) -> Mapping[str, int]:
        return self.data["unresolved"]

    @property
    def blank(self) -> Mapping[str, int]:
        """Paper ballots without a valid answer to this question: heads, and area in 1/100 m2."""
        return self.data["blank"]

    @property
    def channels(self) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
        return self.data.get("by_channel", {})

    @property
    def on_behalf(self) -> Mapping[str, Mapping[str, int]]:
        """Of the ballots counted: those cast on an owner's behalf, by kind (proxy, guardian, representative)."""
        return self.data.get("on_behalf", {})


def question_results(paper: Paper, result: Result) -> list[QuestionResult]:
    """The questions of a stored count in the order of the ballot."""
    found = {data["question"]: data for data in result.data["questions"]}
    return [_question(question, found[question.id]) for question in paper.questions]


def _question(question: PaperQuestion, data: Mapping[str, Any]) -> QuestionResult:
    grouped = [(group_of(test), test) for test in data["tests"]]
    outcome = data["outcome"]
    return QuestionResult(
        question=question,
        data=data,
        outcome=outcome_words(data),
        kind="jade" if outcome in GOOD else "amber" if outcome in WAITING else "brick",
        lines=election_lines(data) if question.is_election else question_lines(data),
        tests=[test for group, test in grouped if group is None],
        groups=[(group[1], test) for group, test in grouped if group is not None],
        choices=_choices(data),
        candidates=_candidates(question, data) if question.is_election else [],
    )


def _choices(data: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Each choice in every measure for which the roll's area serves."""
    return {
        choice: {"heads": sums["heads"], **dict.fromkeys(AREA_SERVES_AS, sums["area"])}
        for choice, sums in data.get("effective", {}).items()
    }


def _candidates(question: PaperQuestion, data: Mapping[str, Any]) -> list[CandidateLine]:
    known = {candidate.id: candidate for candidate in question.candidates}
    return [
        CandidateLine(known[line["candidate"]], line["heads"], line["area"], line["standing"], line["rank"])
        for line in data["candidates"]
    ]


@dataclass(frozen=True, slots=True)
class RollLine:
    """The roll from notice to count: heads and area (1/100 m2) then, what corrections changed, and at the count."""

    noticed: tuple[int, int]
    corrected: tuple[int, int]
    counted: tuple[int, int]
    corrections: int


def roll_line(vote: Vote, result: Result) -> RollLine:
    """The totals at the notice follow from those at the count and the corrections in between."""
    rows = db.session.execute(
        select(RollCorrection.heads_delta, RollCorrection.area_delta).where(
            RollCorrection.vote_id == vote.id, RollCorrection.log_index < result.log_index
        )
    ).all()
    heads, area = sum(row.heads_delta for row in rows), sum(row.area_delta for row in rows)
    roll = result.data["roll"]
    counted = (roll["heads"], roll["area"])
    return RollLine((counted[0] - heads, counted[1] - area), (heads, area), counted, len(rows))


def changes(paper: Paper, before: Result | None, after: Result | None) -> list[Sentence] | None:
    """What the final result says otherwise than the preliminary count; None while there is no final result."""
    if before is None or after is None or after.stage != "final":
        return None
    found: list[Sentence] = []
    for what in ("roll", "part"):
        old, new = before.data[what], after.data[what]
        if old != new:
            found.append(_changed(what, old, new))
    for question in paper.questions:
        old, new = (
            next(q for q in result.data["questions"] if q["question"] == question.id) for result in (before, after)
        )
        if old["outcome"] != new["outcome"]:
            found.append(
                say(
                    "Question %(position)s: before: %(before)s Now: %(after)s",
                    position=question.position, before=outcome_words(old), after=outcome_words(new),
                )
            )  # fmt: skip
        elif old != new:
            found.append(
                say("Question %(position)s: the numbers changed, the outcome did not.", position=question.position)
            )
    return found


def _changed(what: str, old: Mapping[str, int], new: Mapping[str, int]) -> Sentence:
    values = {
        "old_heads": old["heads"], "new_heads": new["heads"],
        "old_area": Amount("area", old["area"]), "new_area": Amount("area", new["area"]),
    }  # fmt: skip
    if what == "roll":
        return say("On the roll: %(old_heads)s owners with %(old_area)s before, %(new_heads)s with %(new_area)s now.", **values)
    return say("Taking part: %(old_heads)s owners with %(old_area)s before, %(new_heads)s with %(new_area)s now.", **values)


def published_checkpoint(vote: Vote, log_index: int) -> str:
    """The signed note of the record as it stood with this entry as its last. Kept in memory: it never changes."""
    kept: dict[tuple[str, int], str] = current_app.extensions.setdefault("published_checkpoints", {})
    log: Log = log_of(vote.unit_id)
    key = (log.origin, log_index + 1)
    if key not in kept:
        if len(kept) >= 256:
            kept.clear()
        kept[key] = checkpoint_at(log, log_index + 1)[1]
    return kept[key]


def latest_of(results: Sequence[Result], stage: str) -> Result | None:
    """The latest count of a stage."""
    return next((result for result in reversed(results) if result.stage == stage), None)
