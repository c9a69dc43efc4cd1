"""What must hold for every rule and every tally, tried on thousands of made-up ones."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from participation.votes.rules import Rule, Tally, Test, all_rules, decide, elect, load_rule, progress
from participation.votes.rules import TestResult as Result

RULES = st.sampled_from(all_rules())
CHINESE = st.sampled_from([rule for rule in all_rules() if rule.follow_offered])
CHOICES = ("yes", "no", "abstain", "follow")


@st.composite
def tallies(draw: st.DrawFn, rule: Rule, most_yes: int = 60, least: int = 0) -> Tally:
    """A possible tally under `rule`: per measure some of each choice (`least` or more), and a roll of at least that."""
    ballots: dict[str, dict[str, int]] = {choice: {} for choice in CHOICES}
    roll = {}
    for measure in rule.measures:
        parts = [draw(st.integers(least, most_yes if choice == "yes" else 60)) for choice in CHOICES]
        for choice, units in zip(CHOICES, parts, strict=True):
            ballots[choice][measure] = units
        roll[measure] = sum(parts) + draw(st.integers(0, 60))
    return Tally(roll, ballots)


ruled_tallies = RULES.flatmap(lambda rule: st.tuples(st.just(rule), tallies(rule)))
# Enough yes for about every second tally to pass, and at least one no and one abstention to change.
leaning_to_yes = RULES.flatmap(lambda rule: st.tuples(st.just(rule), tallies(rule, most_yes=900, least=1)))
chinese_tallies = CHINESE.flatmap(lambda rule: st.tuples(st.just(rule), tallies(rule)))


@given(ruled_tallies)
def test_the_sets_and_the_comparison_agree_with_fractions(case: tuple[Rule, Tally]) -> None:
    """The same verdict, worked out a second way: with exact fractions and straight from the definition."""
    rule, tally = case
    verdict = decide(rule, tally)
    for result in (*verdict.tests, *verdict.dropped):
        mark = Fraction(result.test.p, result.test.q)
        if result.denominator == 0:
            assert not result.holds
            continue
        ratio = Fraction(result.numerator, result.denominator)
        expected = {">=": ratio >= mark, ">": ratio > mark, "<=": ratio <= mark, "<": ratio < mark}
        assert result.holds == expected[result.test.comparator]
    assert verdict.passed == all(result.holds for result in verdict.tests)


@given(ruled_tallies, st.randoms())
def test_the_order_of_ballots_is_irrelevant(case: tuple[Rule, Tally], random: object) -> None:
    rule, tally = case
    shuffled = list(tally.ballots.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    turned = {choice: dict(reversed(list(quantities.items()))) for choice, quantities in shuffled}
    assert decide(rule, Tally(dict(reversed(list(tally.roll.items()))), turned)) == decide(rule, tally)


@given(leaning_to_yes, st.sampled_from(["no", "abstain"]))
def test_one_more_yes_instead_never_undoes_a_pass(case: tuple[Rule, Tally], instead_of: str) -> None:
    rule, tally = case
    yes = {measure: tally.ballots["yes"][measure] + 1 for measure in rule.measures}
    other = {measure: tally.ballots[instead_of][measure] - 1 for measure in rule.measures}
    after = Tally(tally.roll, tally.ballots | {"yes": yes, instead_of: other})
    assert decide(rule, after).passed >= decide(rule, tally).passed


@given(leaning_to_yes, st.data())
def test_one_more_yes_from_somebody_silent_never_undoes_a_pass(case: tuple[Rule, Tally], data: st.DataObject) -> None:
    rule, tally = case
    free = {m: tally.roll[m] - sum(tally.ballots[c][m] for c in CHOICES) for m in rule.measures}
    yes = {m: tally.ballots["yes"][m] + data.draw(st.integers(0, free[m])) for m in rule.measures}
    after = Tally(tally.roll, tally.ballots | {"yes": yes})
    assert decide(rule, after).passed >= decide(rule, tally).passed


@given(ruled_tallies)
def test_following_moves_ballots_and_never_makes_any(case: tuple[Rule, Tally]) -> None:
    rule, tally = case
    verdict = decide(rule, tally)
    for measure in rule.measures:
        cast = sum(tally.ballots[choice][measure] for choice in CHOICES)
        assert sum(verdict.effective[choice][measure] for choice in ("yes", "no", "abstain")) == cast
        if "silence" in verdict.effective:
            assert verdict.effective["silence"][measure] + cast == tally.roll[measure]


@given(chinese_tallies)
def test_a_tick_counts_once_on_the_leading_side_or_as_an_abstention(case: tuple[Rule, Tally]) -> None:
    rule, tally = case
    verdict = decide(rule, tally)
    yes, no, follow = (tally.ballots[choice] for choice in ("yes", "no", "follow"))
    if not any(follow.values()):
        assert verdict.followed is None
        return
    target = "abstain"
    if all(yes[m] > no[m] for m in rule.measures):
        target = "yes"
    elif all(no[m] > yes[m] for m in rule.measures):
        target = "no"
    assert verdict.followed == target
    moved = {m: tally.ballots[target][m] + follow[m] for m in rule.measures}
    plain = decide(rule, Tally(tally.roll, tally.ballots | {"follow": {}, target: moved}))
    assert (plain.tests, plain.outcome) == (verdict.tests, verdict.outcome)


@given(ruled_tallies, st.integers(2, 1000))
def test_only_proportions_decide(case: tuple[Rule, Tally], k: int) -> None:
    rule, tally = case
    # The sole exception would be a group-size limit, which counts owners; these tallies bring no groups.
    larger = Tally(
        {m: n * k for m, n in tally.roll.items()},
        {c: {m: n * k for m, n in quantities.items()} for c, quantities in tally.ballots.items()},
    )
    small, large = decide(rule, tally), decide(rule, larger)
    assert (small.outcome, small.followed) == (large.outcome, large.followed)
    assert [r.holds for r in small.tests] == [r.holds for r in large.tests]


@given(
    st.sampled_from([">=", ">", "<=", "<"]),
    st.integers(1, 1000).flatmap(lambda q: st.tuples(st.integers(1, q), st.just(q))),
    st.integers(1, 10**14),
    st.integers(0, 10**14),
)
def test_the_boundary_is_the_first_number_that_holds(
    comparator: str, fraction: tuple[int, int], denominator: int, numerator: int
) -> None:
    test = Test("t", "pass", "area", "YES", "ALL", comparator, *fraction)
    boundary = test.boundary(denominator)
    inward = 1 if comparator in (">=", ">") else -1
    assert test.holds(boundary, denominator)
    assert not test.holds(boundary - inward, denominator)
    assert test.holds(numerator, denominator) == ((numerator - boundary) * inward >= 0)


def against_the_whole_roll(rule: Rule) -> bool:
    return all((test.numerator, test.denominator) == ("YES", "ALL") for test in rule.tests) and rule.silence != "yes"


@given(
    st.sampled_from([rule for rule in all_rules() if against_the_whole_roll(rule)]).flatmap(
        lambda rule: st.tuples(st.just(rule), tallies(rule))
    )
)
def test_a_shortfall_is_exactly_what_is_missing(case: tuple[Rule, Tally]) -> None:
    rule, tally = case
    plain = Tally(tally.roll, {"yes": tally.ballots["yes"]})

    def again(result: Result, more: int) -> Result:
        yes = plain.ballots["yes"] | {result.measure: plain.ballots["yes"][result.measure] + more}
        verdict = decide(rule, Tally(plain.roll, {"yes": yes}))
        return next(r for r in (*verdict.tests, *verdict.dropped) if r.name == result.name)

    for result in decide(rule, plain).tests:
        assert (result.short_by == 0) == result.holds
        if not result.holds and result.denominator:
            assert again(result, result.short_by).holds
            assert not again(result, result.short_by - 1).holds


@given(ruled_tallies)
def test_progress_shows_what_the_verdict_will_say_about_the_quorum(case: tuple[Rule, Tally]) -> None:
    rule, tally = case
    part = {m: sum(tally.ballots[choice][m] for choice in CHOICES) for m in rule.measures}
    verdict = decide(rule, tally)
    quorum = tuple(r for r in verdict.tests if r.test.stage == "quorum")
    assert progress(rule, tally.roll, part, present=part) == quorum
    assert set(progress(rule, tally.roll, part)) <= set(quorum)


@given(
    st.integers(1, 40).flatmap(
        lambda part: st.tuples(
            st.just(part), st.lists(st.tuples(st.integers(0, part), st.integers(0, part)), max_size=8)
        )
    ),
    st.integers(1, 6),
)
def test_an_election_never_fills_more_than_its_seats(case: tuple[int, list[tuple[int, int]]], seats: int) -> None:
    part, approvals = case
    candidates = {f"c{n}": {"heads": heads, "area": area} for n, (heads, area) in enumerate(approvals)}
    both = {"heads": part, "area": part}
    verdict = elect(load_rule("cn.278.ordinary"), both, both, candidates, seats)
    assert len(verdict.elected) + verdict.open_seats == seats
    assert {c.key for c in verdict.candidates} == set(candidates)
    for candidate in verdict.candidates:
        passes = all(units * 2 > part for units in candidate.approvals.values())
        assert (candidate.standing == "not_enough") == (not passes)
    worst = min((tuple(candidates[key].values()) for key in verdict.elected), default=None)
    for key in verdict.tied:
        assert worst is None or tuple(candidates[key].values()) < worst
    if verdict.tied:
        assert len(verdict.tied) > verdict.tied_seats > 0
