"""The worked examples of the fact sheet, as tallies. Areas are written in m2 and held in 1/100."""

from __future__ import annotations

import pytest

from participation.votes.rules import Subgroup, Tally, TestResult, Verdict, decide, load_rule

UNIT = 8000  # 80.00 m2


def m2(text: str) -> int:
    whole, _, decimals = text.partition(".")
    return int(whole) * 100 + int(decimals.ljust(2, "0") or 0)


def estate(**choices: int) -> Tally:
    """90 homes of 80.00 m2 with one owner each; `choices` says how many owners chose what."""
    ballots = {choice: {"heads": n, "area": n * UNIT} for choice, n in choices.items()}
    return Tally({"heads": 90, "area": 90 * UNIT}, ballots)


def found(verdict: Verdict, name: str) -> TestResult:
    return next(result for result in verdict.tests if result.name == name)


@pytest.mark.parametrize(
    ("tally", "outcome"),
    [
        pytest.param(estate(yes=31, no=29), "passed", id="1: exactly two thirds take part, 31 of 60 say yes"),
        pytest.param(estate(yes=30, no=30), "rejected", id="2: exactly half is not more than half"),
        pytest.param(estate(yes=59), "no_quorum", id="3: 59 of 90 are no quorum even if all say yes"),
        pytest.param(estate(yes=30, no=10, abstain=20), "rejected", id="9: abstentions stay in the base in China"),
        pytest.param(estate(), "no_quorum", id="nobody votes"),
        pytest.param(estate(yes=90), "passed", id="everybody agrees"),
    ],
)
def test_ordinary_matters_of_an_estate_of_ninety(tally: Tally, outcome: str) -> None:
    assert decide(load_rule("cn.278.ordinary"), tally).outcome == outcome


@pytest.mark.parametrize(
    ("yes_area", "outcome", "short_by"),
    [("3600.00", "passed", 0), ("3599.99", "rejected", 1), ("3600.01", "passed", 0)],
)
def test_4_and_5_a_special_matter_hangs_on_one_hundredth(yes_area: str, outcome: str, short_by: int) -> None:
    yes = m2(yes_area)
    ballots = {"yes": {"heads": 45, "area": yes}, "no": {"heads": 15, "area": m2("4800") - yes}}
    verdict = decide(load_rule("cn.278.special"), Tally({"heads": 90, "area": m2("7200")}, ballots))
    assert verdict.outcome == outcome
    assert found(verdict, "pass.area").short_by == short_by
    assert found(verdict, "pass.heads").holds


def test_6_ticks_for_the_majority_join_the_side_that_leads() -> None:
    verdict = decide(load_rule("cn.278.ordinary"), estate(yes=28, no=22, follow=10))
    assert verdict.outcome == "passed"
    assert verdict.followed == "yes"
    assert verdict.effective == {
        "yes": {"heads": 38, "area": 38 * UNIT},
        "no": {"heads": 22, "area": 22 * UNIT},
        "abstain": {"heads": 0, "area": 0},
    }


def test_6_where_nobody_leads_the_ticks_abstain() -> None:
    verdict = decide(load_rule("cn.278.ordinary"), estate(yes=25, no=25, follow=10))
    assert verdict.outcome == "rejected"
    assert verdict.followed == "abstain"
    assert verdict.effective["abstain"] == {"heads": 10, "area": 10 * UNIT}
    assert found(verdict, "pass.heads").numerator == 25


def test_6_leading_in_heads_alone_is_not_leading() -> None:
    ballots = {
        "yes": {"heads": 30, "area": 20 * UNIT},
        "no": {"heads": 20, "area": 30 * UNIT},
        "follow": {"heads": 20, "area": 20 * UNIT},
    }
    verdict = decide(load_rule("cn.278.ordinary"), Tally({"heads": 90, "area": 90 * UNIT}, ballots))
    assert verdict.followed == "abstain"
    assert verdict.outcome == "rejected"


def test_6_leading_in_heads_with_equal_area_is_not_leading() -> None:
    ballots = {"yes": {"heads": 31, "area": 1000}, "no": {"heads": 29, "area": 1000}, "follow": {"heads": 1, "area": 1}}
    verdict = decide(load_rule("cn.278.ordinary"), Tally({"heads": 61, "area": 2001}, ballots))
    assert verdict.followed == "abstain"


def test_6_ticks_may_also_follow_a_no() -> None:
    verdict = decide(load_rule("cn.278.ordinary"), estate(yes=22, no=28, follow=10))
    assert verdict.followed == "no"
    assert verdict.effective["no"]["heads"] == 38


def test_7_an_owner_of_ten_homes_is_one_head() -> None:
    homes = {"X": 10, **{f"single {n}": 1 for n in range(20)}}
    area = {owner: count * 10_000 for owner, count in homes.items()}
    voters = ["X", *(f"single {n}" for n in range(13))]
    yes = ["X", *(f"single {n}" for n in range(6))]
    no = [owner for owner in voters if owner not in yes]
    tally = Tally(
        {"heads": len(homes), "area": sum(area.values())},
        {
            "yes": {"heads": len(yes), "area": sum(area[o] for o in yes)},
            "no": {"heads": len(no), "area": sum(area[o] for o in no)},
        },
    )
    verdict = decide(load_rule("cn.278.ordinary"), tally)
    assert tally.roll == {"heads": 21, "area": m2("3000")}
    assert verdict.outcome == "rejected"
    heads, area_test = found(verdict, "pass.heads"), found(verdict, "pass.area")
    assert (heads.numerator, heads.denominator, heads.holds, heads.short_by) == (7, 14, False, 1)
    assert (area_test.numerator, area_test.denominator, area_test.holds) == (m2("1600"), m2("2300"), True)
    assert found(verdict, "quorum.heads").holds
    # Counting homes for heads would have passed it: 16 of 23.
    wrong = Tally(
        {"heads": 30, "area": m2("3000")}, {"yes": {"heads": 16, "area": m2("1600")}, "no": tally.ballots["no"]}
    )
    assert decide(load_rule("cn.278.ordinary"), wrong).passed


def test_8_the_developer_is_one_head_but_brings_all_its_area() -> None:
    tally = Tally({"heads": 61, "area": m2("10000")}, {"yes": {"heads": 41, "area": m2("4100")}})
    verdict = decide(load_rule("cn.278.ordinary"), tally)
    assert tally.ballots["yes"]["heads"] * 3 >= tally.roll["heads"] * 2
    assert verdict.outcome == "no_quorum"
    assert found(verdict, "quorum.heads").holds
    assert found(verdict, "quorum.area").short_by == m2("6666.67") - m2("4100")


@pytest.mark.parametrize(("key", "measure"), [("de.25", "heads"), ("fr.24", "share")])
def test_9_abstentions_are_ignored_in_germany_and_france(key: str, measure: str) -> None:
    verdict = decide(
        load_rule(key), Tally({measure: 90}, {"yes": {measure: 30}, "no": {measure: 10}, "abstain": {measure: 20}})
    )
    assert verdict.outcome == "passed"
    assert verdict.tests[0].denominator == 40


@pytest.mark.parametrize(
    ("building_yes", "owners", "outcome"),
    [(10, 20, "rejected"), (11, 20, "passed"), (0, 5, "passed"), (3, 6, "rejected")],
)
def test_16_each_building_must_agree_by_itself(building_yes: int, owners: int, outcome: str) -> None:
    b = Subgroup(
        "building", "B", {"heads": owners}, {"yes": {"heads": building_yes}, "no": {"heads": owners - building_yes}}
    )
    tally = Tally(
        {"heads": 200, "land": m2("9000")},
        {"yes": {"heads": 140, "land": m2("8000")}, "no": {"heads": 60, "land": m2("1000")}},
        subgroups=(b,),
    )
    verdict = decide(load_rule("kr.rebuild"), tally)
    assert verdict.outcome == outcome
    assert found(verdict, "pass.heads").holds
    assert bool(verdict.skipped) == (owners <= 5)


def test_16_missing_buildings_are_named() -> None:
    tally = Tally({"heads": 200, "land": 100}, {"yes": {"heads": 140, "land": 70}})
    assert decide(load_rule("kr.rebuild"), tally).unasked == ("building",)


@pytest.mark.parametrize(
    ("signed", "of", "outcome"), [(199, 210, "rejected"), (190, 200, "passed"), (200, 210, "passed")]
)
def test_17_contracts_take_effect_at_95_of_100(signed: int, of: int, outcome: str) -> None:
    tally = Tally({"contracts": of}, {"yes": {"contracts": signed}})
    verdict = decide(load_rule("cn.sh.contracts"), tally)
    assert verdict.outcome == outcome
    assert verdict.tests[0].short_by == (1 if signed == 199 else 0)
