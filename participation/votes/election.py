"""Electing committee members: approval ballots, the rule's own thresholds, then the seats in order of support.

The law asks that each member be decided like any other matter of Civil Code 278(1)3: the quorum is the vote's,
and each candidate must pass the rule's tests with the approvals as YES.  Among those who pass, more heads come
first, then more area.  Where equals would have to share the last seat, nobody can be preferred by arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.rule import Rule
from participation.votes.tally import Quantities, Sums, Tally
from participation.votes.tally_check import impossible
from participation.votes.verdict import TestResult, ask_all


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """standing: elected, tied (draw by lot in public), no_seat (passed, all seats taken), not_enough, no_quorum.

    `rank` counts from 1 among those who pass; equals share a rank; None for those who do not pass.
    """

    key: str
    approvals: Quantities
    tests: tuple[TestResult, ...]
    standing: str
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class ElectionVerdict:
    """outcome: elected (every seat), partly, tied (a draw is needed), rejected (nobody passes), no_quorum.

    `candidates` are in order of support; `open_seats` remain, of which `tied_seats` are to be drawn among the tied.
    """

    outcome: str
    rule: str
    source: str
    quorum: tuple[TestResult, ...]
    candidates: tuple[CandidateResult, ...]
    seats: int
    open_seats: int
    tied_seats: int

    @property
    def elected(self) -> tuple[str, ...]:
        return tuple(c.key for c in self.candidates if c.standing == "elected")

    @property
    def tied(self) -> tuple[str, ...]:
        return tuple(c.key for c in self.candidates if c.standing == "tied")


def elect(
    rule: Rule,
    roll: Quantities,
    part: Quantities,
    candidates: Mapping[str, Quantities],
    seats: int,
    present: Quantities | None = None,
) -> ElectionVerdict:
    """Fill `seats` from `candidates` (approvals per candidate). An owner who takes part approves of any number.

    Raises Refusal if the numbers contradict each other. All numbers in heads and 1/100 as in `Tally`.
    """
    reasons = [*impossible(rule, Tally(roll, {"abstain": part}, present)), *_approvals_problems(candidates, part)]
    if type(seats) is not int or seats < 1:
        reasons.append(Reason("no_seats", say("An election needs at least one seat.")))
    if reasons:
        raise Refusal(*reasons)
    turnout, _ = ask_all(rule, Sums(roll, {}, {}, part, {}, present))
    quorum = tuple(result for result in turnout if result.test.stage == "quorum")
    has_quorum = all(result.holds for result in quorum)
    tested = {key: _tests_of(rule, roll, part, given, present) for key, given in candidates.items()}
    # Python's sort is stable: among equals the order of the ballot stays.
    order = sorted(candidates, key=lambda key: _support(rule, candidates[key]), reverse=True)
    passing = [key for key in order if has_quorum and all(result.holds for result in tested[key])]
    standings, ranks = _seat(rule, candidates, passing, seats)
    fallback = "not_enough" if has_quorum else "no_quorum"
    results = tuple(
        CandidateResult(key, candidates[key], tested[key], standings.get(key, fallback), ranks.get(key))
        for key in order
    )
    taken = sum(result.standing == "elected" for result in results)
    tied = any(result.standing == "tied" for result in results)
    return ElectionVerdict(
        outcome=_outcome(has_quorum, taken, tied, seats),
        rule=rule.key,
        source=rule.source,
        quorum=quorum,
        candidates=tuple(sorted(results, key=lambda r: r.rank is None)),
        seats=seats,
        open_seats=seats - taken,
        tied_seats=seats - taken if tied else 0,
    )


def _tests_of(
    rule: Rule, roll: Quantities, part: Quantities, approvals: Quantities, present: Quantities | None
) -> tuple[TestResult, ...]:
    """The rule's pass tests for one candidate: not ticking a candidate is a no to that candidate."""
    against = {measure: units - approvals.get(measure, 0) for measure, units in part.items()}
    asked, _ = ask_all(rule, Sums(roll, approvals, against, {}, {}, present))
    return tuple(result for result in asked if result.test.stage == "pass")


def _support(rule: Rule, approvals: Quantities) -> tuple[int, ...]:
    """Heads first, then the rule's other measures in its order."""
    measures = sorted(rule.measures, key=lambda measure: measure != "heads")
    return tuple(approvals.get(measure, 0) for measure in measures)


def _seat(
    rule: Rule, candidates: Mapping[str, Quantities], passing: list[str], seats: int
) -> tuple[dict[str, str], dict[str, int]]:
    standings: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for key in passing:
        mine = _support(rule, candidates[key])
        ahead = sum(_support(rule, candidates[other]) > mine for other in passing)
        equals = sum(_support(rule, candidates[other]) == mine for other in passing)
        ranks[key] = ahead + 1
        if ahead + equals <= seats:
            standings[key] = "elected"
        else:
            standings[key] = "tied" if ahead < seats else "no_seat"
    return standings, ranks


def _outcome(has_quorum: bool, taken: int, tied: bool, seats: int) -> str:
    if not has_quorum:
        return "no_quorum"
    if tied:
        return "tied"
    if taken == seats:
        return "elected"
    return "partly" if taken else "rejected"


def _approvals_problems(candidates: Mapping[str, Quantities], part: Quantities) -> list[Reason]:
    reasons = []
    for key, approvals in candidates.items():
        for measure, units in approvals.items():
            if type(units) is not int or not 0 <= units <= part.get(measure, 0):
                reasons.append(
                    Reason(
                        "approvals_exceed_part",
                        say(
                            "Candidate %(key)s: %(measure)s is not between zero and what took part.",
                            key=key,
                            measure=measure,
                        ),
                        say("Count the ballots of this candidate again."),
                    )
                )
    return reasons
