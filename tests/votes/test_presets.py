"""The shipped rules: all there, each with its source, and readable as data; own rules are read with care."""

from __future__ import annotations

import copy
import json
from datetime import date
from typing import Any

import pytest

from participation.kernel.refusal import Refusal
from participation.votes import presets
from participation.votes.presets import law_name
from participation.votes.rules import (
    MATTERS,
    Rule,
    Tally,
    all_rules,
    decide,
    load_matter,
    load_rule,
    rule_from_data,
    rule_title,
    rule_to_data,
    rule_use,
)

KEYS = """cn.278.ordinary cn.278.special cn.279 cn.lift cn.sh.contracts kr.redevelopment kr.rebuild kr.street kr.meeting
kr.condo.ordinary kr.condo.change kr.condo.rebuild tw.renewal.37 tw.condo.31 tw.condo.32 jp.17 jp.17.barrier_free jp.62
jp.62.safety sg.84a sg.84a.young de.25 de.21 fr.24 fr.25 fr.26 es.17.3 gb.sct.tms council.secret""".split()
each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.key)
OWN: dict[str, Any] = {
    "key": "garden.covenant",
    "title": "Our garden covenant",
    "source": "Covenant of 2024, art. 3",
    "clause": "3",
    "confidence": "D",
    "quorum": [["heads", "PART", "ALL", ">=", "1/2"]],
    "pass": [["heads", "YES", "CAST", ">", "1/2"]],
}


def test_every_key_of_the_fact_sheet_ships() -> None:
    assert [rule.key for rule in all_rules()] == KEYS


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        (load_rule("cn.278.special").source, "zh", "《中华人民共和国民法典》第二百七十八条第二款第一句、第二句，第一千二百五十九条"),
        (load_matter("use_fund").clause, "zh", "第二百七十八条第一款第五项"),
        (load_rule("kr.rebuild").source, "ko", "「도시 및 주거환경정비법」 제35조제3항"),
        (load_rule("kr.rebuild").source, "en", load_rule("kr.rebuild").source),
        ("Covenant of 2024, art. 3", "zh", "Covenant of 2024, art. 3"),
    ],
)
def test_a_law_is_cited_in_its_own_language_to_those_who_read_it(text: str, language: str, name: str) -> None:
    assert law_name(text, language) == name


def test_every_name_of_a_law_belongs_to_a_rule_or_matter() -> None:
    """A source that is written otherwise one day would silently lose its name."""
    known = {text for rule in all_rules() for text in (rule.source, rule.clause)} | {matter.clause for matter in MATTERS}
    assert {text for _, text in presets._in_original()} <= known
    chinese = [rule.source for rule in all_rules() if rule.place == "CN" and rule.key.startswith(("cn.2", "cn.lift"))]
    korean = [rule.source for rule in all_rules() if rule.place == "KR"]
    assert not [s for s in chinese if law_name(s, "zh") == s] + [s for s in korean if law_name(s, "ko") == s]


@each_rule
def test_every_rule_carries_its_source_and_its_procedure(rule: Rule) -> None:
    assert rule.source
    assert rule.clause
    assert rule.place
    assert rule.confidence in "VMD"
    assert rule.confidence == {"de.21": "M", "council.secret": "D"}.get(rule.key, "V")
    assert rule.procedure_confidence in "VMD"
    assert str(rule_title(rule)) == rule.title != ""
    assert str(rule_use(rule)) == rule.use != ""
    assert 0 < rule.window_min_days <= rule.window_max_days
    assert rule.notice_days > 0
    assert rule.objection_days > 0
    assert rule.channels
    assert rule.retention_years == 5
    assert {"room", "area", "voted"} <= set(rule.published)


@each_rule
def test_a_rule_is_the_same_after_a_trip_through_json(rule: Rule) -> None:
    assert rule_from_data(json.loads(json.dumps(rule_to_data(rule)))) == rule


@each_rule
def test_a_second_vote_leads_to_a_rule_that_ships(rule: Rule) -> None:
    if rule.fallback:
        assert load_rule(rule.fallback.rule).key != rule.key


def test_what_beijing_hangzhou_and_shenzhen_ask_is_in_the_chinese_rules() -> None:
    for key in ("cn.278.ordinary", "cn.278.special", "cn.lift"):
        rule = load_rule(key)
        assert (rule.notice_days, rule.window_min_days, rule.window_max_days) == (15, 5, 60)
        assert (rule.objection_days, rule.post_final_days, rule.extension_max_days) == (7, 3, 90)
        assert (rule.may_change, rule.follow_offered, rule.publishes_choice) == ("no", True, False)
        assert (rule.challenge_months, rule.developer_one_head, rule.coowners) == (12, True, "unresolved")
        assert rule.paper_on_request
        assert rule.weight == "area"


def test_only_rules_whose_law_names_voters_publish_choices() -> None:
    assert {rule.key for rule in all_rules() if rule.publishes_choice} == {
        "kr.condo.rebuild", "fr.24", "fr.25", "fr.26", "es.17.3",
    }  # fmt: skip


def test_korean_consents_may_be_withdrawn_and_are_counted_by_channel() -> None:
    assert load_rule("kr.rebuild").may_change == "until_filed"
    assert all(rule.separate_by_channel for rule in all_rules() if rule.place == "KR")


def test_a_rule_knows_the_days_on_which_it_is_law() -> None:
    japan, korea = load_rule("jp.17"), load_rule("kr.rebuild")
    assert [japan.in_force(date(2026, 3, 31)), japan.in_force(date(2026, 4, 1))] == [False, True]
    assert [korea.in_force(date(2025, 4, 30)), korea.in_force(date(2025, 5, 1))] == [False, True]
    past = rule_from_data(OWN | {"valid_to": "2024-12-31"})
    assert [past.in_force(date(2024, 12, 31)), past.in_force(date(2025, 1, 1))] == [True, False]


def test_abstaining_weighs_in_china_and_not_in_germany() -> None:
    assert load_rule("cn.278.ordinary").abstention_weighs
    assert not load_rule("de.25").abstention_weighs


@pytest.mark.parametrize("key", ["cn.278", "", "CN.279", "\ud800", None, 3, []])
def test_an_unknown_key_is_refused(key: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        load_rule(key)
    assert refusal.value.codes == ("unknown_rule",)


def test_the_nine_matters_lead_to_their_rules() -> None:
    nine = [matter for matter in MATTERS if matter.clause.startswith("278(1)") and matter.key != "lift"]
    assert [matter.clause for matter in nine] == [f"278(1){n}" for n in range(1, 10)]
    special = {matter.clause for matter in nine if load_rule(matter.rule).key == "cn.278.special"}
    assert special == {"278(1)6", "278(1)7", "278(1)8"}
    assert load_matter("lift").rule == "cn.lift"
    assert load_matter("dwelling_to_business").rule == "cn.279"
    assert load_matter("committee").kinds[0] == "election"
    with pytest.raises(Refusal):
        load_matter("weather")


def test_a_neighbourhood_adds_its_own_rule_as_data() -> None:
    rule = rule_from_data(OWN)
    assert str(rule_title(rule)) == "Our garden covenant"
    assert decide(rule, Tally({"heads": 8}, {"yes": {"heads": 3}, "abstain": {"heads": 1}})).passed
    assert not decide(rule, Tally({"heads": 8}, {"yes": {"heads": 3}})).passed


def test_a_percent_sign_in_a_title_is_only_a_percent_sign() -> None:
    assert str(rule_title(rule_from_data(OWN | {"title": "60 % (%s)"}))) == "60 % (%s)"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "green"}, "colour"),
        ({"key": "Not A Key"}, "key"),
        ({"key": None}, "key"),
        ({"title": ""}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"source": None}, "source"),
        ({"confidence": "A"}, "confidence"),
        ({"confidence": ["V"]}, "confidence"),
        ({"pass": []}, "pass"),
        ({"pass": [["heads", "PART", "ALL", ">", "1/2"]]}, "pass"),
        ({"pass": [["heads", "YES", "SOME", ">", "1/2"]]}, "pass: SOME"),
        ({"pass": [["heads", "YES", "ALL", "=>", "1/2"]]}, "pass: =>"),
        ({"pass": [["weight", "YES", "ALL", ">", "1/2"]]}, "pass: weight"),
        ({"pass": [["heads", "YES", "ALL", ">", "3/2"]]}, "pass: 3/2"),
        ({"pass": [["heads", "YES", "ALL", ">", "1/1"]]}, "pass: 1/1"),
        ({"pass": [["heads", "YES", "ALL", ">=", "1/0"]]}, "pass: 1/0"),
        ({"pass": [["heads", "YES", "ALL", ">=", "0.5"]]}, "pass: 0.5"),
        ({"pass": [["heads", "YES", "ALL", ">="]]}, "pass"),
        ({"pass": "heads"}, "pass"),
        ({"pass": [["heads", "YES", "ALL", ">", "1/2"]] * 2}, "pass.heads"),
        ({"quorum": [["heads", "YES", "ALL", ">", "1/2"]]}, "quorum: YES"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"channels": "paper"}, "channels"),
        ({"vetoes": ["mayor"]}, "vetoes"),
        ({"notice_days": -1}, "notice_days"),
        ({"notice_days": True}, "notice_days"),
        ({"notice_days": "15"}, "notice_days"),
        ({"window_min_days": 9, "window_max_days": 8}, "window_min_days"),
        ({"valid_from": "1 May"}, "valid_from"),
        ({"valid_from": "2025-01-02", "valid_to": "2025-01-01"}, "valid_to"),
        ({"developer_one_head": "yes"}, "developer_one_head"),
        ({"subgroups": [{"by": "building"}]}, "subgroups"),
        ({"subgroups": {}}, None),
        ({"subgroups": 5}, "subgroups"),
        ({"drops": [{"when": [], "drop": ["heads"]}]}, "drops"),
        ({"fallback": {"rule": "fr.24", "after": ["passed"]}}, "fallback"),
        ({"fallback": "fr.24"}, "fallback"),
        ({"also_called": {"stones": "heads"}}, "also_called"),
        ({"notes": "one"}, "notes"),
    ],
)
def test_an_own_rule_with_a_slip_is_refused_with_the_field(change: dict[str, Any], field: str | None) -> None:
    data = copy.deepcopy(OWN) | change
    if field is None:
        rule_from_data(data)
        return
    with pytest.raises(Refusal) as refusal:
        rule_from_data(data)
    assert field in [reason.field for reason in refusal.value.reasons]
    assert all(reason.remedy for reason in refusal.value.reasons)


def test_all_slips_are_named_at_once() -> None:
    with pytest.raises(Refusal) as refusal:
        rule_from_data({"key": "x", "colour": "green", "pass": [["heads", "YES", "ALL", "=", "1/2"]]})
    assert len(refusal.value.reasons) >= 4
