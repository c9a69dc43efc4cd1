"""The program and the site were written apart: on thousands of made-up votes they must come to the same numbers."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from participation.votes import counting
from participation.votes.counting import Box, Sum
from participation.votes.electors import Weight
from participation.votes.rules import Rule, Subgroup, Tally, all_rules, decide, rule_from_data, rule_to_data
from tests.evidence.support import load_verifier

verifier = load_verifier()

FROM_ROLL = {"heads", "area", "floor", "votes"}
CHANNELS = ("phone", "paper", "polling_point")
SHIPPED = [
    rule for rule in all_rules()
    if set(rule.all_measures) <= FROM_ROLL and rule.present == "attendance" and not rule.subgroups
]  # fmt: skip
tests_of_a_rule = st.lists(
    st.tuples(
        st.sampled_from(("heads", "area", "votes")), st.sampled_from(("YES", "NO", "PART", "CAST")),
        st.sampled_from(("ALL", "PART", "CAST")), st.sampled_from((">=", ">", "<=", "<")), st.sampled_from(("1/2", "2/3", "3/4", "1/7")),
    ),
    max_size=3,
)  # fmt: skip


def named(tests: Any, stage: str) -> list[list[str]]:
    return [[*test, f"{stage}.{number}"] for number, test in enumerate(tests)]


@st.composite
def own_rules(draw: st.DrawFn) -> Rule:
    """Rules of every shape that a neighbourhood can write: drops, second votes, vetoes, silence, buildings."""
    quorum = draw(st.lists(st.tuples(st.sampled_from(("heads", "area")), st.just("PART"), st.just("ALL"), st.just(">="), st.sampled_from(("1/2", "2/3"))), max_size=2))
    data: dict[str, Any] = {
        "key": "our.rule", "title": "Ours", "source": "Covenant", "clause": "1", "confidence": "D",
        "quorum": named(quorum, "quorum"),
        "pass": [["area", "YES", "PART", ">", "1/2", "pass.yes"], *named(draw(tests_of_a_rule), "pass")],
        "follow": draw(st.sampled_from(("leading_side", "abstain"))),
        "silence": draw(st.sampled_from(("not_taking_part", "yes"))),
        "coowners": draw(st.sampled_from(("unresolved", "no_consent"))),
        "vetoes": draw(st.sampled_from(([], ["affected_owner"]))),
        "may_change": draw(st.sampled_from(("no", "until_close"))),
    }  # fmt: skip
    if draw(st.booleans()):
        data["drops"] = [{"when": [["area", "YES", "ALL", ">", "1/2", "drop"]], "drop": ["heads"]}]
    if draw(st.booleans()):
        when = [["heads", "YES", "ALL", ">=", "1/3", "w"]] if draw(st.booleans()) else []
        data["fallback"] = {"rule": "cn.278.ordinary", "after": draw(st.sampled_from((["rejected"], ["rejected", "no_quorum"]))), "when": when}
    if draw(st.booleans()):
        data["subgroups"] = [{"by": "building", "skip_up_to": draw(st.integers(0, 3)), "tests": [["heads", "YES", "ALL", ">", "1/2", "g"], ["area", "YES", "PART", ">=", "1/3", "h"]]}]
    return rule_from_data(data)


rules = st.one_of(st.sampled_from(SHIPPED), own_rules())
weights = st.tuples(st.just(1), st.integers(0, 20_000))


@st.composite
def boxes(draw: st.DrawFn, answers: Any) -> tuple[Box, Any]:
    """The same ballot box twice: as the site holds it, and as the program does."""
    roll = draw(st.lists(weights, min_size=1, max_size=12))
    site = Box({}, {}, {})
    theirs = verifier.Roll()
    standing, statements = {}, {}
    for number, (heads, area) in enumerate(roll, 1):
        site.weights[number] = Weight(heads, area)
        building = draw(st.sampled_from(("1", "2")))
        theirs.weights[number] = [heads, area]
        theirs.homes[number] = {building: area}
        if not draw(st.booleans()) and number > 1:
            continue
        choice, channel = draw(answers), draw(st.sampled_from(CHANNELS))
        behalf = draw(st.sampled_from((None, None, "proxy", "guardian")))
        ballot = SimpleNamespace(choices={"7": choice}, channel=channel, on_behalf=behalf)
        site.ballots[number] = ballot  # type: ignore[assignment]
        standing[number] = ballot
        if draw(st.integers(0, 5)) == 0:
            said = draw(answers)
            site.statements[number] = [{"7": said}]
            statements[number] = {99: {"7": said}}
    return site, SimpleNamespace(standing=standing, statements=statements, roll=theirs, course=None)


def plain(data: Any) -> Any:
    """As the record holds it: JSON, with the order of dictionaries forgotten and that of tests by name."""
    found = json.loads(json.dumps(data))
    return verifier._in_order({"questions": [found]})["questions"][0]


def groups_of(rule: Rule, box: Box, theirs: Any, valid: dict[int, str]) -> tuple[Subgroup, ...]:
    """The buildings as the site's own query would bring them."""
    if not rule.subgroups:
        return ()
    roll, ballots = counting.sums(), counting.defaultdict(counting.sums)
    for number, buildings in theirs.roll.homes.items():
        for name, area in buildings.items():
            weight = Weight(1 if area > 0 and box.weights[number].heads else 0, area)
            roll[name].add(weight)
            if number in valid:
                ballots[name][valid[number]].add(weight)
    return tuple(
        Subgroup(
            by="building", name=name, roll=counting._only(rule, total.quantities()),
            ballots={choice: counting._only(rule, s.quantities()) for choice, s in ballots[name].items()},
        )
        for name, total in sorted(roll.items())
    )  # fmt: skip


def everybody(box: Box) -> Sum:
    total = Sum()
    for weight in box.weights.values():
        total.add(weight)
    return total


choices = st.sampled_from(("yes", "yes", "no", "abstain", "follow", "blank"))


@settings(max_examples=400, deadline=None)
@given(rules, boxes(choices), st.sampled_from((None, "nobody", "given", "refused")))
def test_decisions_come_out_alike(rule: Rule, box: tuple[Box, Any], consent: str | None) -> None:
    site, theirs = box
    question = SimpleNamespace(id=7, rule=rule_to_data(rule), consent=consent)
    original = counting._subgroups
    counting._subgroups = lambda vote, rule, box, valid: groups_of(rule, box, theirs, valid)  # type: ignore[assignment]
    try:
        expected = counting._count_question(None, question, site, everybody(site))  # type: ignore[arg-type]
    finally:
        counting._subgroups = original
    total = everybody(site)
    asked = {"question": 7, "rule": json.loads(json.dumps(question.rule)), "consent": consent}
    found = verifier.count_decision(asked, theirs, verifier.Sum(total.heads, total.area))
    assert plain(found) == plain(expected)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([rule for rule in SHIPPED if rule.pass_tests]), st.integers(1, 4),
    boxes(st.one_of(st.just("blank"), st.sets(st.integers(1, 5)).map(sorted))),
)  # fmt: skip
def test_elections_come_out_alike(rule: Rule, seats: int, box: tuple[Box, Any]) -> None:
    site, theirs = box
    question = SimpleNamespace(
        id=7, rule=rule_to_data(rule), seats=seats, candidates=[SimpleNamespace(id=number) for number in range(1, 6)]
    )
    total = everybody(site)
    expected = counting._count_election(None, question, site, total)  # type: ignore[arg-type]
    asked = {
        "question": 7, "rule": json.loads(json.dumps(question.rule)), "seats": seats,
        "candidates": [{"candidate": number, "name": str(number)} for number in range(1, 6)],
    }  # fmt: skip
    found = verifier.count_election(asked, theirs, verifier.Sum(total.heads, total.area))
    assert plain(found) == plain(expected)


@given(rules, boxes(choices))
def test_what_the_public_file_shows_is_judged_alike(rule: Rule, box: tuple[Box, Any]) -> None:
    """From the announced sums alone the same outcome follows, and one unit more anywhere is noticed."""
    site, theirs = box
    total = verifier.Sum(everybody(site).heads, everybody(site).area)
    told = {"question": 7, "kind": "decision", "text": "", "rule": json.loads(json.dumps(rule_to_data(rule))), "consent": None}
    counted = json.loads(json.dumps(verifier.count_decision(told, theirs, total)))
    part = verifier.Sum()
    for number in theirs.standing:
        part.add(theirs.roll.weights[number])
    result = {"roll": total.data(), "part": part.data(), "questions": [counted]}
    report = verifier.Report()
    verifier._check_question("final", result, counted, told, report)
    assert report.wrong == []
    for choice in counted["ballots"]:
        counted["ballots"][choice]["area"] += 1
        report = verifier.Report()
        verifier._check_question("final", result, counted, told, report)
        assert report.wrong
        counted["ballots"][choice]["area"] -= 1


@given(st.sampled_from(all_rules()), st.data())
def test_boundaries_are_the_same_for_every_test_of_every_rule(rule: Rule, data: st.DataObject) -> None:
    for test in rule.tests:
        denominator = data.draw(st.integers(0, 10**7))
        needed = test.boundary(denominator)
        for numerator in (needed - 1, needed, needed + 1):
            assert verifier.holds(numerator, test.comparator, denominator, test.p, test.q) == test.holds(numerator, denominator)
        assert verifier.boundary(test.comparator, denominator, test.p, test.q) == needed


def test_the_shipped_rules_are_among_those_compared() -> None:
    assert {"cn.278.ordinary", "cn.278.special", "cn.279", "cn.lift", "kr.condo.change", "jp.62"} <= {rule.key for rule in SHIPPED}
    verdict = decide(SHIPPED[0], Tally({"heads": 3, "area": 30}, {"yes": {"heads": 2, "area": 20}}))
    assert verdict.outcome == "passed"
