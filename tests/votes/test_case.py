"""A case as a file: what is accepted, what is answered, and what never gets a verdict."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from participation.votes.case import CaseError, check_case, read_case
from participation.votes.rules import all_rules, load_rule, rule_to_data

CASE: dict[str, Any] = {
    "rule": "cn.278.ordinary",
    "roll": {"heads": 90, "area": "7200.00"},
    "ballots": {
        "yes": {"heads": 31, "area": "2480.00"},
        "no": {"heads": 29, "area": "2320.00"},
        "abstain": {},
        "follow": {},
    },
    "present": {"heads": 60},
    "subgroups": [
        {
            "by": "building",
            "name": "B",
            "roll": {"heads": 20},
            "ballots": {"yes": {"heads": 10}, "no": {"heads": 10}},
        }
    ],
    "consents": {"affected_owner": False},
}


def case(**changes: Any) -> dict[str, Any]:
    """The case of the fact sheet with some fields replaced; `area_yes` and such reach inside."""
    data = copy.deepcopy(CASE)
    for path, value in changes.items():
        *outer, last = path.split("__")
        place = data
        for name in outer:
            place = place[name]
        place[last] = value
    return data


def refused(data: Any) -> tuple[str, ...]:
    with pytest.raises(CaseError) as refusal:
        check_case(data)
    assert all(str(reason.message) for reason in refusal.value.reasons)
    return refusal.value.codes


def test_the_example_of_the_fact_sheet() -> None:
    verdict = check_case(CASE)
    assert verdict["outcome"] == "passed"
    assert verdict["rule"] == "cn.278.ordinary"
    assert "art. 278" in verdict["source"]
    first = verdict["tests"][0]
    assert {"name": "quorum.area", "numerator": "4800.00", "denominator": "7200.00"}.items() <= first.items()
    assert {"comparator": ">=", "fraction": "2/3", "holds": True, "short_by": "0.00"}.items() <= first.items()
    heads = next(test for test in verdict["tests"] if test["name"] == "pass.heads")
    assert (heads["numerator"], heads["denominator"], heads["short_by"]) == (31, 60, 0)
    assert json.loads(json.dumps(verdict)) == verdict


def test_a_shortfall_of_one_hundredth_is_said_exactly() -> None:
    data = {
        "rule": "cn.278.ordinary",
        "roll": {"heads": 403, "area": "66783.97"},
        "ballots": {"yes": {"heads": 300, "area": "44522.64"}},
    }
    verdict = check_case(data)
    assert verdict["outcome"] == "no_quorum"
    assert (verdict["tests"][0]["numerator"], verdict["tests"][0]["short_by"]) == ("44522.64", "0.01")


def test_following_is_told() -> None:
    data = case(
        ballots={
            "yes": {"heads": 28, "area": "2240"},
            "no": {"heads": 22, "area": "1760"},
            "follow": {"heads": 10, "area": "800"},
        },
        subgroups=[],
    )
    verdict = check_case(data)
    assert (verdict["outcome"], verdict["followed"]) == ("passed", "yes")
    assert verdict["effective"]["yes"] == {"heads": 38, "area": "3040.00"}


def test_dropped_skipped_second_vote_and_veto_are_told() -> None:
    taiwan = {
        "rule": "tw.renewal.37",
        "roll": {"heads": 2, "land": 1, "floor": 1},
        "ballots": {"yes": {"land": 1, "floor": 1}},
    }
    assert [test["name"] for test in check_case(taiwan)["dropped"]] == ["pass.heads"]
    france = {"rule": "fr.25", "roll": {"share": "1000"}, "ballots": {"yes": {"share": "400"}}}
    assert {"outcome": "second_vote", "next_rule": "fr.24"}.items() <= check_case(france).items()
    assert check_case(france)["fallback_tests"][0]["name"] == "second_vote.share"
    korea = {
        "rule": "kr.rebuild",
        "roll": {"heads": 20, "land": "10.00"},
        "ballots": {"yes": {"heads": 15, "land": "10.00"}},
        "subgroups": [
            {"by": "building", "name": "甲", "roll": {"heads": 5}, "ballots": {}},
            {"by": "building", "name": "乙", "roll": {"heads": 15}, "ballots": {"yes": {"heads": 15}}},
        ],
    }
    verdict = check_case(korea)
    assert verdict["outcome"] == "passed"
    assert verdict["skipped"] == [{"by": "building", "name": "甲"}]
    assert verdict["tests"][-1]["subgroup"] == {"by": "building", "name": "乙"}
    lift = case(rule="cn.lift", ballots={"yes": {"heads": 60, "area": "4800.00"}}, subgroups=[])
    assert {"outcome": "vetoed", "vetoed_by": ["affected_owner"]}.items() <= check_case(lift).items()


def test_absent_measures_are_zero() -> None:
    data = {"rule": "cn.278.ordinary", "roll": {"heads": 9}, "ballots": {"yes": {"heads": 9}}}
    verdict = check_case(data)
    assert verdict["outcome"] == "no_quorum"
    assert verdict["tests"][0] | {"holds": False, "denominator": "0.00"} == verdict["tests"][0]


def test_another_measure_is_left_aside_and_named() -> None:
    assert check_case(case(rule="de.25"))["ignored"] == ["area"]
    assert "ignored" not in check_case(CASE)


def test_the_wrong_measure_alone_is_refused() -> None:
    assert refused(case(rule="fr.24")) == ("measure_not_of_rule",)


@pytest.mark.parametrize(
    ("rule", "name", "measure"),
    [
        ("fr.24", "votes", "share"),
        ("jp.62", "share", "votes"),
        ("kr.condo.rebuild", "area", "votes"),
        ("de.25", "votes", "heads"),
    ],
)
def test_the_laws_other_word_for_a_measure(rule: str, name: str, measure: str) -> None:
    asked = load_rule(rule).measures
    quantities = {name if m == measure else m: 10 for m in asked}
    verdict = check_case({"rule": rule, "roll": quantities, "ballots": {"yes": quantities}})
    assert verdict["outcome"] == "passed"
    assert "ignored" not in verdict


def test_the_rules_own_word_wins_over_the_other_word() -> None:
    quantities = {"heads": 10, "votes": 10, "area": 10}
    verdict = check_case({"rule": "jp.62", "roll": quantities, "ballots": {"yes": quantities}})
    assert (verdict["outcome"], verdict["ignored"]) == ("passed", ["area"])


def test_two_other_words_at_once_are_refused() -> None:
    data = {"rule": "jp.62", "roll": {"heads": 1, "share": 1, "area": 1}, "ballots": {}}
    assert "measure_twice" in refused(data)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.key)
def test_every_rule_decides_a_unanimous_case(rule: Any) -> None:
    everybody = dict.fromkeys(rule.measures, 40)
    verdict = check_case({"rule": rule.key, "roll": everybody, "ballots": {"yes": everybody}})
    assert verdict["outcome"] == "passed"


def test_a_neighbourhoods_own_rule_can_be_written_into_the_case() -> None:
    own = rule_to_data(load_rule("cn.278.ordinary")) | {"key": "our.rule", "title": "Ours", "notice_days": 20}
    assert check_case(case(rule=own))["rule"] == "our.rule"
    through_a_file = read_case(json.dumps(case(rule=own)))
    assert check_case(through_a_file)["outcome"] == "passed"


def test_an_own_rule_cannot_pass_for_the_law() -> None:
    forged = rule_to_data(load_rule("cn.278.special")) | {"key": "cn.278.ordinary"}
    assert refused(case(rule=forged)) == ("key_taken",)
    assert refused(case(rule={"key": "x"}))[0] == "rule_field"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rule": "cn.278"}, "unknown_rule"),
        ({"rule": 278}, "unknown_rule"),
        ({"rule": None}, "unknown_rule"),
        ({"rule": ["cn.278.ordinary"]}, "unknown_rule"),
        ({"title": "x"}, "unknown_field"),
        ({"roll": []}, "not_object"),
        ({"roll": None}, "not_object"),
        ({"roll__weight": 1}, "unknown_measure"),
        ({"roll__heads": -1}, "negative"),
        ({"roll__heads": "-1"}, "negative"),
        ({"roll__heads": 90.0}, "not_a_number"),
        ({"roll__heads": True}, "not_a_number"),
        ({"roll__heads": None}, "not_a_number"),
        ({"roll__heads": "90.5"}, "fractional"),
        ({"roll__heads": "９０"}, "not_a_number"),
        ({"roll__heads": ""}, "not_a_number"),
        ({"roll__heads": "many"}, "not_a_number"),
        ({"roll__heads": 10**50}, "not_a_number"),
        ({"roll__area": "7200.001"}, "too_many_decimals"),
        ({"roll__area": "7,200.00"}, "not_a_number"),
        ({"roll__area": " 7200.00"}, "not_a_number"),
        ({"roll__area": "+7200"}, "not_a_number"),
        ({"roll__area": "7.2e3"}, "not_a_number"),
        ({"roll__area": "NaN"}, "not_a_number"),
        ({"roll__area": "7200."}, "not_a_number"),
        ({"roll__area": "1" * 13}, "too_large"),
        ({"roll__area": "999999999999.99"}, "passes"),
        ({"roll__area": "4799.99"}, "ballots_exceed_roll"),
        ({"roll__heads": 59}, "ballots_exceed_roll"),
        ({"ballots": []}, "not_object"),
        ({"ballots__yes": 31}, "not_object"),
        ({"ballots__abstain": None}, "not_object"),
        ({"ballots__perhaps": {}}, "unknown_choice"),
        ({"ballots__yes__weight": 1}, "unknown_measure"),
        ({"present": 60}, "not_object"),
        ({"present": None}, "not_object"),
        ({"present__heads": 91}, "present_exceed_roll"),
        ({"consents": []}, "not_object"),
        ({"consents__mayor": True}, "unknown_consent"),
        ({"consents__affected_owner": "no"}, "not_a_consent"),
        ({"consents__affected_owner": None}, "not_a_consent"),
        ({"subgroups": {}}, "not_list"),
        ({"subgroups": [1]}, "subgroup"),
        ({"subgroups": [{"by": "building"}]}, "subgroup"),
        ({"subgroups": [{"by": "building", "name": "", "roll": {}, "ballots": {}}]}, "subgroup"),
        ({"subgroups": [{"by": "building", "name": "\ud800", "roll": {}, "ballots": {}}]}, "subgroup"),
        (
            {"subgroups": [{"by": "b", "name": "1", "roll": {"heads": 9}, "ballots": {"yes": {"heads": 10}}}]},
            "ballots_exceed_roll",
        ),
        ({"subgroups": [{"by": "b", "name": "1", "roll": {"heads": 91}, "ballots": {}}]}, "subgroup_exceeds_whole"),
    ],
)
def test_a_case_with_a_slip_is_refused(changes: dict[str, Any], code: str) -> None:
    data = case(**changes)
    if code == "passes":
        assert check_case(data)["outcome"] == "no_quorum"
    else:
        assert code in refused(data)


@pytest.mark.parametrize("missing", ["rule", "roll", "ballots"])
def test_rule_roll_and_ballots_must_be_there(missing: str) -> None:
    data = case()
    del data[missing]
    assert refused(data) == ("missing",)


@pytest.mark.parametrize("data", [None, [], "case", 3])
def test_something_else_is_not_a_case(data: Any) -> None:
    assert refused(data) == ("not_object",)


def test_all_slips_are_named_at_once() -> None:
    assert refused(case(roll__heads="x", roll__area="1.001")) == ("not_a_number", "too_many_decimals")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe{}", "not_utf8"),
        (b'{"a": NaN}', "not_a_number"),
        (b'{"a": -Infinity}', "not_a_number"),
        (b'{"roll": {"heads": 1, "heads": 2}}', "key_twice"),
        (b"[]", "not_object"),
        (b"1e999", "not_object"),
        (b'"text"', "not_object"),
        (b"[" * 200_000, "too_deep"),
        (b" " * (4 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_a_file_that_is_no_case_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(CaseError) as refusal:
        read_case(content)
    assert refusal.value.codes == (code,)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("7200", None),
        ("7200.0", None),
        ("7200.00", None),
        ("7200.001", "too_many_decimals"),
        ("7200.000000000000000000001", "too_many_decimals"),
        ("7.2e3", "not_a_number"),
        ("7200E0", "not_a_number"),
        ("-0", "negative"),
        ("9" * 5000, "not_a_number"),
        ("true", "not_a_number"),
    ],
)
def test_numbers_of_a_file_are_read_as_they_are_written(number: str, code: str | None) -> None:
    text = json.dumps(case()).replace('"7200.00"', number)
    data = read_case(text.encode("utf-8-sig"))
    if code is None:
        assert check_case(data)["tests"][0]["denominator"] == "7200.00"
    else:
        assert refused(data) == (code,)
