"""The decision: every test with its numbers, and the outcome that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from participation.kernel.refusal import Refusal
from participation.votes.rule import Amount, Fallback, Rule, Test
from participation.votes.tally import Choice, Quantities, Subgroup, Sums, Tally, add_up, side_to_follow
from participation.votes.tally_check import impossible


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test with its numbers, in units of `measure` (1/100 for weighed measures).

    `short_by`: how much more of the numerator is needed with the denominator as it stands (for "at most" tests:
    how much less); 0 exactly when the test holds. `group` is (by, name) for a test of one subgroup.
    """

    __test__: ClassVar[bool] = False

    test: Test
    numerator: int
    denominator: int
    holds: bool
    short_by: int
    group: tuple[str, str] | None = None

    @property
    def measure(self) -> str:
        return self.test.measure

    @property
    def name(self) -> str:
        return self.test.name if self.group is None else ".".join((*self.group, self.test.measure))

    @property
    def needed(self) -> int:
        """The mark on the bar: the smallest numerator that holds (the largest, for "at most" tests)."""
        return self.test.boundary(self.denominator)

    def amount(self, units: int) -> Amount:
        return Amount(self.measure, units)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the law makes of a tally.

    outcome   passed, rejected, no_quorum, vetoed, second_vote
    tests     every test that was asked, subgroups included; `passed` needs all of them
    followed  where "follow the majority" went: yes, no, abstain; None if nobody ticked it
    effective per choice after following; dropped: tests the law did not ask; skipped: groups too small to be asked
    fallback_tests, next_rule  what opened the way to a second vote, and under which rule
    unasked   subgroup kinds for which the tally brought no group, so that a page can say what is missing
    """

    outcome: str
    rule: str
    source: str
    tests: tuple[TestResult, ...]
    followed: Choice | None
    effective: Mapping[str, Quantities]
    dropped: tuple[TestResult, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    fallback_tests: tuple[TestResult, ...] = ()
    next_rule: str | None = None
    vetoed_by: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"


def ask(test: Test, sums: Sums, group: tuple[str, str] | None = None) -> TestResult:
    """Put one test to the sums."""
    numerator, denominator = sums.of(test.numerator, test.measure), sums.of(test.denominator, test.measure)
    holds = test.holds(numerator, denominator)
    short_by = 0
    if not holds:
        # With an empty base nothing holds, not even "at least 0": at least one unit is missing.
        short_by = max(1, abs(test.boundary(denominator) - numerator))
    return TestResult(test, numerator, denominator, holds, short_by, group)


def ask_all(rule: Rule, sums: Sums) -> tuple[tuple[TestResult, ...], tuple[TestResult, ...]]:
    """The rule's own tests: (asked, dropped)."""
    dropped_measures: set[str] = set()
    for drop in rule.drops:
        if all(ask(test, sums).holds for test in drop.when):
            dropped_measures.update(drop.drop)
    results = [ask(test, sums) for test in rule.tests]
    asked = tuple(r for r in results if r.measure not in dropped_measures)
    return asked, tuple(r for r in results if r.measure in dropped_measures)


def decide(rule: Rule, tally: Tally) -> Verdict:
    """The verdict under `rule`. Raises Refusal (never a verdict) if the tally contradicts itself."""
    if reasons := impossible(rule, tally):
        raise Refusal(*reasons)
    follow_to = side_to_follow(rule, tally.ballots)
    sums = add_up(rule, tally.roll, tally.ballots, follow_to, tally.present)
    asked, dropped = ask_all(rule, sums)
    group_results, skipped, unasked = _ask_subgroups(rule, tally.subgroups, follow_to)
    tests = (*asked, *group_results)
    vetoed_by = tuple(veto for veto in rule.vetoes if tally.consents.get(veto) is False)
    outcome = _outcome(tests, vetoed_by)
    fallback_tests, next_rule = _second_vote(rule.fallback, outcome, sums)
    return Verdict(
        outcome="second_vote" if next_rule else outcome,
        rule=rule.key,
        source=rule.source,
        tests=tests,
        followed=follow_to,
        effective=sums.effective,
        dropped=dropped,
        skipped=skipped,
        fallback_tests=fallback_tests,
        next_rule=next_rule,
        vetoed_by=vetoed_by,
        unasked=unasked,
    )


def progress(
    rule: Rule, roll: Quantities, part: Quantities, present: Quantities | None = None
) -> tuple[TestResult, ...]:
    """How far the vote is from its quorum, while it is open: quorum tests only, so no yes or no is given away.

    Rules without a quorum (consents are counted against the whole roll) give an empty tuple.  Ballots say nothing
    about who sits in the room: where the law asks for attendance in person, that test waits for `present`.
    """
    if reasons := impossible(rule, Tally(roll, {"abstain": part}, present)):
        raise Refusal(*reasons)
    sums = Sums(roll, {}, {}, part, {}, present)
    known = [t for t in rule.quorum_tests if present or rule.present != "in_person" or t.numerator != "PRESENT"]
    return tuple(ask(test, sums) for test in known)


def _ask_subgroups(
    rule: Rule, groups: Iterable[Subgroup], follow_to: Choice | None
) -> tuple[tuple[TestResult, ...], tuple[tuple[str, str], ...], tuple[str, ...]]:
    results: list[TestResult] = []
    skipped: list[tuple[str, str]] = []
    unasked: list[str] = []
    groups = tuple(groups)
    for wanted in rule.subgroups:
        mine = [group for group in groups if group.by in (wanted.by, *wanted.also_called)]
        if not mine:
            unasked.append(wanted.by)
        for group in mine:
            if wanted.skip_up_to and group.roll.get("heads", 0) <= wanted.skip_up_to:
                skipped.append((group.by, group.name))
                continue
            sums = add_up(rule, group.roll, group.ballots, follow_to)
            results += [ask(test, sums, (group.by, group.name)) for test in wanted.tests]
    return tuple(results), tuple(skipped), tuple(unasked)


def _outcome(tests: Iterable[TestResult], vetoed_by: tuple[str, ...]) -> str:
    """A veto matters only where the vote would have passed; without a quorum nothing was decided at all."""
    failed = [result.test.stage for result in tests if not result.holds]
    if "quorum" in failed:
        return "no_quorum"
    if failed:
        return "rejected"
    return "vetoed" if vetoed_by else "passed"


def _second_vote(fallback: Fallback | None, outcome: str, sums: Sums) -> tuple[tuple[TestResult, ...], str | None]:
    if fallback is None or outcome not in fallback.after:
        return (), None
    results = tuple(ask(test, sums) for test in fallback.when)
    return results, fallback.rule if all(result.holds for result in results) else None
