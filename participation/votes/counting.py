"""Counting: every ballot that stands, every elector's weight with its corrections, through the frozen rule.

All numbers in the outcome are integers: heads, and areas in 1/100 m2.  The same figures
go into the record, so that a stranger can add them up again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select

from participation.database import db
from participation.roll.models import Building
from participation.votes.behalf_models import Authority
from participation.votes.electors import Weight
from participation.votes.models import Ballot, CoOwnerStatement, Elector, ElectorHome, Question, RollCorrection, Vote
from participation.votes.policy import AREA_SERVES_AS, rule_of
from participation.votes.rules import ElectionVerdict, Rule, Subgroup, Tally, TestResult, decide, elect
from participation.votes.statements import STANDS

BLANK = "blank"  # a question to which a paper ballot gives no valid answer


@dataclass
class Sum:
    """A running sum of heads and area (1/100 m2)."""

    heads: int = 0
    area: int = 0

    def add(self, weight: Weight) -> None:
        self.heads += weight.heads
        self.area += weight.area

    def quantities(self) -> dict[str, int]:
        return {"heads": self.heads, **dict.fromkeys(AREA_SERVES_AS, self.area)}


def sums() -> defaultdict[Any, Sum]:
    return defaultdict(Sum)


@dataclass
class Box:
    """What the ballot box of a vote holds when it is opened."""

    weights: dict[int, Weight]  # elector id -> weight, corrections included
    ballots: dict[int, Ballot]  # elector id -> the ballot that stands
    statements: dict[int, list[dict[str, Any]]] = field(default_factory=dict)  # elector id -> co-owners' choices


def count(vote: Vote) -> dict[str, Any]:
    """Every number of the result, as it will be announced and recorded."""
    box = open_box(vote.id)
    roll, part = Sum(), Sum()
    for weight in box.weights.values():
        roll.add(weight)
    for elector_id in box.ballots:
        part.add(box.weights[elector_id])
    return {
        "roll": asdict(roll),
        "part": asdict(part),
        "questions": [
            (_count_election if question.kind == "election" else _count_question)(vote, question, box, roll)
            for question in vote.questions
        ],
    }


def open_box(vote_id: int) -> Box:
    """Read electors, corrections, standing ballots and co-owners' statements, in a few passes."""
    deltas = {
        elector_id: (int(heads), int(area))
        for elector_id, heads, area in db.session.execute(
            select(RollCorrection.elector_id, func.sum(RollCorrection.heads_delta), func.sum(RollCorrection.area_delta))
            .where(RollCorrection.vote_id == vote_id)
            .group_by(RollCorrection.elector_id)
        )
    }
    weights = {}
    for id_, heads, area in db.session.execute(
        select(Elector.id, Elector.heads, Elector.area).where(Elector.vote_id == vote_id).order_by(Elector.number)
    ):
        more_heads, more_area = deltas.get(id_, (0, 0))
        weights[id_] = Weight(heads + more_heads, area + more_area)
    ballots: dict[int, Any] = {}
    for row in db.session.execute(
        select(Ballot.elector_id, Ballot.choices, Ballot.channel, Authority.kind.label("on_behalf"))
        .outerjoin(Authority, Authority.id == Ballot.authority_id)
        .where(Ballot.vote_id == vote_id)
        .order_by(Ballot.elector_id, Ballot.turn)
        .execution_options(yield_per=5000)
    ):
        ballots[row.elector_id] = row  # ordered by turn: the last one stands
    statements: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for elector_id, choices in db.session.execute(
        select(CoOwnerStatement.elector_id, CoOwnerStatement.choices).where(CoOwnerStatement.vote_id == vote_id, STANDS)
    ):
        statements[elector_id].append(choices)
    return Box(weights, ballots, statements)


def contradicted(question: Question, box: Box, elector_id: int) -> bool:
    """Whether co-owners of this head disagree on this question."""
    key = str(question.id)
    mine = box.ballots[elector_id].choices.get(key)
    return any(said.get(key) != mine for said in box.statements.get(elector_id, ()))


def _count_question(vote: Vote, question: Question, box: Box, roll: Sum) -> dict[str, Any]:
    rule = rule_of(question)
    per_choice, per_channel, on_behalf, unresolved, blank, valid = sums(), sums(), sums(), Sum(), Sum(), {}
    for elector_id, ballot in box.ballots.items():
        weight = box.weights[elector_id]
        choice = ballot.choices[str(question.id)]
        if choice == BLANK:
            blank.add(weight)
            continue  # no valid answer on paper: the home does not take part in this question
        if contradicted(question, box, elector_id):
            unresolved.add(weight)
            if rule.coowners != "no_consent":
                continue  # unresolved: the home does not take part in this question
            choice = "abstain"  # Korea: disagreeing co-owners give no consent, but they took part
        valid[elector_id] = choice
        per_choice[choice].add(weight)
        per_channel[ballot.channel, choice].add(weight)
        if ballot.on_behalf is not None:
            on_behalf[ballot.on_behalf].add(weight)
    verdict = decide(
        rule,
        Tally(
            roll=_only(rule, roll.quantities()),
            ballots={choice: _only(rule, total.quantities()) for choice, total in per_choice.items()},
            subgroups=_subgroups(vote, rule, box, valid),
            consents=dict.fromkeys(rule.vetoes, question.consent != "refused"),
        ),
    )
    return {
        "question": question.id,
        "rule": rule.key,
        "source": rule.source,
        "outcome": verdict.outcome,
        "tests": [test_data(result) for result in verdict.tests],
        "dropped": [test_data(result) for result in verdict.dropped],
        "followed": str(verdict.followed) if verdict.followed else None,
        "next_rule": verdict.next_rule,
        "vetoed_by": list(verdict.vetoed_by),
        "ballots": {choice: asdict(total) for choice, total in sorted(per_choice.items())},
        "effective": {
            choice: {"heads": q.get("heads", 0), "area": q.get("area", q.get("floor", q.get("votes", 0)))}
            for choice, q in verdict.effective.items()
        },
        "unresolved": asdict(unresolved),
        "blank": asdict(blank),
        "by_channel": _by_channel(per_channel),
        "on_behalf": {kind: asdict(total) for kind, total in sorted(on_behalf.items())},
    }


def _count_election(vote: Vote, question: Question, box: Box, roll: Sum) -> dict[str, Any]:
    rule = rule_of(question)
    approvals: dict[int, Sum] = {candidate.id: Sum() for candidate in question.candidates}
    per_channel: defaultdict[str, dict[int, Sum]] = defaultdict(lambda: {id_: Sum() for id_ in approvals})
    part, part_by_channel, on_behalf, unresolved, blank = Sum(), sums(), sums(), Sum(), Sum()
    for elector_id, ballot in box.ballots.items():
        weight = box.weights[elector_id]
        if ballot.choices[str(question.id)] == BLANK:
            blank.add(weight)
            continue
        if contradicted(question, box, elector_id):
            unresolved.add(weight)
            continue
        part.add(weight)
        part_by_channel[ballot.channel].add(weight)
        if ballot.on_behalf is not None:
            on_behalf[ballot.on_behalf].add(weight)
        for candidate_id in ballot.choices[str(question.id)]:
            approvals[candidate_id].add(weight)
            per_channel[ballot.channel][candidate_id].add(weight)
    verdict = elect(
        rule,
        _only(rule, roll.quantities()),
        _only(rule, part.quantities()),
        {str(id_): _only(rule, total.quantities()) for id_, total in approvals.items()},
        question.seats or 0,
    )
    return {
        **election_data(question, rule, verdict, asdict(part), {id_: asdict(total) for id_, total in approvals.items()}),
        "unresolved": asdict(unresolved),
        "blank": asdict(blank),
        "by_channel": {
            channel: {
                "part": asdict(total),
                "candidates": {str(id_): asdict(s) for id_, s in sorted(per_channel[channel].items())},
            }
            for channel, total in sorted(part_by_channel.items())
        },
        "on_behalf": {kind: asdict(total) for kind, total in sorted(on_behalf.items())},
    }


def election_data(
    question: Question, rule: Rule, verdict: ElectionVerdict, part: dict[str, int], approvals: dict[int, dict[str, int]]
) -> dict[str, Any]:
    """Who is elected and why, as announced. `part` and `approvals` (by candidate id): heads, and area in 1/100 m2."""
    return {
        "question": question.id,
        "rule": rule.key,
        "source": rule.source,
        "outcome": verdict.outcome,
        "tests": [test_data(result) for result in verdict.quorum],
        "seats": question.seats,
        "open_seats": verdict.open_seats,
        "part": part,
        "candidates": [
            {
                "candidate": int(result.key),
                **approvals[int(result.key)],
                "standing": result.standing,
                "rank": result.rank,
                "tests": [test_data(test) for test in result.tests],
            }
            for result in verdict.candidates
        ],
    }


def _only(rule: Rule, quantities: dict[str, int]) -> dict[str, int]:
    """Keep the measures the rule knows: a tally may not name others."""
    return {measure: units for measure, units in quantities.items() if measure in {"heads", "area", *rule.all_measures}}


def _subgroups(vote: Vote, rule: Rule, box: Box, valid: dict[int, str]) -> tuple[Subgroup, ...]:
    """Each building by itself, for rules that ask it (Korea): an owner counts in every building he owns in."""
    if not rule.subgroups:
        return ()
    areas: dict[tuple[int, int], int] = defaultdict(int)
    for elector_id, building_id, area in db.session.execute(
        select(ElectorHome.elector_id, ElectorHome.building_id, ElectorHome.area).where(ElectorHome.vote_id == vote.id)
    ):
        areas[building_id, elector_id] += area
    for building_id, elector_id, delta in db.session.execute(
        select(ElectorHome.building_id, RollCorrection.elector_id, RollCorrection.area_delta)
        .join(ElectorHome, (ElectorHome.home_id == RollCorrection.home_id) & (ElectorHome.vote_id == RollCorrection.vote_id))
        .where(RollCorrection.vote_id == vote.id)
    ):
        areas[building_id, elector_id] += delta
    roll, ballots = sums(), defaultdict(sums)
    for (building_id, elector_id), area in areas.items():
        weight = Weight(1 if area > 0 and box.weights[elector_id].heads else 0, area)
        roll[building_id].add(weight)
        if elector_id in valid:
            ballots[building_id][valid[elector_id]].add(weight)
    names = dict(db.session.execute(select(Building.id, Building.name).where(Building.unit_id == vote.unit_id)).all())
    return tuple(
        Subgroup(
            by=wanted.by,
            name=names[building_id],
            roll=_only(rule, total.quantities()),
            ballots={choice: _only(rule, s.quantities()) for choice, s in ballots[building_id].items()},
        )
        for wanted in rule.subgroups
        for building_id, total in sorted(roll.items())
    )


def _by_channel(per_channel: dict[Any, Sum]) -> dict[str, dict[str, dict[str, int]]]:
    channels: dict[str, dict[str, dict[str, int]]] = {}
    for (channel, choice), total in sorted(per_channel.items()):
        channels.setdefault(channel, {})[choice] = asdict(total)
    return channels


def test_data(result: TestResult) -> dict[str, Any]:
    """One test with its numbers as plain data."""
    test = result.test
    return {
        "name": result.name, "stage": test.stage, "measure": test.measure, "numerator_set": test.numerator,
        "denominator_set": test.denominator, "comparator": test.comparator, "p": test.p, "q": test.q,
        "numerator": result.numerator, "denominator": result.denominator, "holds": result.holds,
        "short_by": result.short_by, "needed": result.needed,
    }  # fmt: skip

