"""docs/rules.md says beside each clause exactly what the shipped data say, and its examples work."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from participation.votes.case import check_case, read_case
from participation.votes.rules import Rule, Test, all_rules, rule_from_data

TEXT = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
ROWS = {cells[1].strip(" `"): cells for line in TEXT.splitlines() if len(cells := line.split("|")) == 9}
SETS = {
    "ALL": "all",
    "PART": "taking part",
    "PRESENT": "present",
    "ATTEND": "attending",
    "CAST": "for or against",
    "YES": "yes",
    "NO": "no",
}
SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}


def in_words(test: Test) -> str:
    return (
        f"{test.measure}: {SETS[test.numerator]} {SIGNS[test.comparator]} {test.fraction} of {SETS[test.denominator]}"
    )


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.key)
def test_the_table_says_what_the_rule_does(rule: Rule) -> None:
    _, _, title, source, quorum, passing, besides, _, _ = ROWS[rule.key]
    assert title.strip() == rule.title
    assert source.strip() == f"{rule.source} ({rule.confidence})"
    assert quorum.strip() == ("; ".join(map(in_words, rule.quorum_tests)) or "none")
    assert passing.strip() == "; ".join(map(in_words, rule.pass_tests))
    for group in rule.subgroups:
        for test in group.tests:
            assert f"each {group.by.replace('_', ' ')}: {in_words(test)}" in besides
        assert not group.skip_up_to or f"not asked up to {group.skip_up_to} heads" in besides
    for drop in rule.drops:
        assert " and ".join(map(in_words, drop.when)) in besides
    if rule.fallback:
        assert f"second vote under {rule.fallback.rule}" in besides
        assert all(in_words(test) in besides for test in rule.fallback.when)
    assert ("affected owner must consent" in besides) == bool(rule.vetoes)
    assert ("silence is yes" in besides) == (rule.silence == "yes")
    assert (f"from {rule.valid_from}" in besides) == (rule.valid_from is not None)


def test_the_table_holds_no_rule_that_does_not_ship() -> None:
    assert set(ROWS) - {"Key", "---"} == {rule.key for rule in all_rules()}


def test_the_examples_work() -> None:
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
    case, verdict, own = blocks
    answer = check_case(read_case(json.dumps(case)))
    assert verdict["outcome"] == answer["outcome"]
    assert verdict["tests"][0].items() <= answer["tests"][0].items()
    assert rule_from_data(own).key == own["key"]
