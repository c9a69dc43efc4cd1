"""Every test of every shipped rule: exactly at its boundary it holds, one unit below it does not.

The boundaries are written out by hand for a roll of 600 heads, flats or contracts and 600.00 of everything else,
so that a slip in the shipped data cannot hide behind itself.
"""

from __future__ import annotations

import pytest

from participation.votes.rules import COUNTED, Rule, Subgroup, Tally, all_rules, decide, load_rule

MORE_THAN_HALF = 301, 30001
HALF, TWO_THIRDS, THREE_QUARTERS = (300, 30000), (400, 40000), (450, 45000)
SEVEN_TENTHS, FOUR_FIFTHS, NINE_TENTHS, THREE_FIFTHS = (420, 42000), (480, 48000), (540, 54000), (360, 36000)
ONE_FIFTH, ALL, MORE_THAN_TWO_THIRDS = (120, 12000), (600, 60000), (401, 40001)

CHINA = {"quorum.area": TWO_THIRDS, "quorum.heads": TWO_THIRDS}
SPECIAL = CHINA | {"pass.area": THREE_QUARTERS, "pass.heads": THREE_QUARTERS}
BOUNDARIES: dict[str, dict[str, tuple[int, int]]] = {
    "cn.278.ordinary": CHINA | {"pass.area": MORE_THAN_HALF, "pass.heads": MORE_THAN_HALF},
    "cn.278.special": SPECIAL,
    "cn.279": {"pass.heads": ALL},
    "cn.lift": SPECIAL,
    "cn.sh.contracts": {"pass.contracts": (570, 57000)},
    "kr.redevelopment": {"pass.heads": THREE_QUARTERS, "pass.land": HALF},
    "kr.rebuild": {"pass.heads": SEVEN_TENTHS, "pass.land": SEVEN_TENTHS},
    "kr.street": {"pass.heads": THREE_QUARTERS, "pass.land": TWO_THIRDS},
    "kr.meeting": {"quorum.heads": MORE_THAN_HALF, "pass.heads": MORE_THAN_HALF},
    "kr.condo.ordinary": {"pass.heads": MORE_THAN_HALF, "pass.votes": MORE_THAN_HALF},
    "kr.condo.change": {"pass.heads": TWO_THIRDS, "pass.votes": TWO_THIRDS},
    "kr.condo.rebuild": {"pass.heads": FOUR_FIFTHS, "pass.votes": FOUR_FIFTHS},
    "tw.renewal.37": {"pass.heads": MORE_THAN_HALF, "pass.land": MORE_THAN_HALF, "pass.floor": MORE_THAN_HALF},
    "tw.condo.31": {
        "quorum.heads": TWO_THIRDS,
        "quorum.share": TWO_THIRDS,
        "pass.heads": THREE_QUARTERS,
        "pass.share": THREE_QUARTERS,
    },
    "tw.condo.32": {
        "quorum.heads": ONE_FIFTH,
        "quorum.share": ONE_FIFTH,
        "pass.heads": MORE_THAN_HALF,
        "pass.share": MORE_THAN_HALF,
    },
    "jp.17": {
        "quorum.heads": MORE_THAN_HALF,
        "quorum.votes": MORE_THAN_HALF,
        "pass.heads": THREE_QUARTERS,
        "pass.votes": THREE_QUARTERS,
    },
    "jp.17.barrier_free": {
        "quorum.heads": MORE_THAN_HALF,
        "quorum.votes": MORE_THAN_HALF,
        "pass.heads": TWO_THIRDS,
        "pass.votes": TWO_THIRDS,
    },
    "jp.62": {"pass.heads": FOUR_FIFTHS, "pass.votes": FOUR_FIFTHS},
    "jp.62.safety": {"pass.heads": THREE_QUARTERS, "pass.votes": THREE_QUARTERS},
    "sg.84a": {"pass.share": FOUR_FIFTHS, "pass.area": FOUR_FIFTHS},
    "sg.84a.young": {"pass.share": NINE_TENTHS, "pass.area": NINE_TENTHS},
    "de.25": {"pass.heads": MORE_THAN_HALF},
    "de.21": {"pass.heads": MORE_THAN_TWO_THIRDS, "pass.share": MORE_THAN_HALF},
    "fr.24": {"pass.share": MORE_THAN_HALF},
    "fr.25": {"pass.share": MORE_THAN_HALF},
    "fr.26": {"pass.heads": MORE_THAN_HALF, "pass.share": TWO_THIRDS},
    "es.17.3": {"pass.heads": THREE_FIFTHS, "pass.quota": THREE_FIFTHS},
    "gb.sct.tms": {"pass.flats": MORE_THAN_HALF},
    "council.secret": {"quorum.heads": MORE_THAN_HALF, "pass.heads": (60, 6000)},
}
# Asked in their own tests below, because they look at other sets than yes and taking part.
APART = {"quorum.in_person", "objections.heads", "objections.share"}
CASES = [(key, name, pair) for key, tests in BOUNDARIES.items() for name, pair in tests.items()]


def whole(measure: str) -> int:
    return 600 if measure in COUNTED else 60000


def tally_with(rule: Rule, name: str, units: int) -> Tally:
    """`units` take part (quorum tests) or say yes while the rest says no; nine tenths say yes on every other measure."""
    test = next(t for t in rule.tests if t.name == name)
    yes = {m: whole(m) * 9 // 10 for m in rule.measures} | {test.measure: units}
    no = {test.measure: whole(test.measure) - units} if test.stage == "pass" else {}
    return Tally({m: whole(m) for m in rule.measures}, {"yes": yes, "no": no})


def test_no_rule_and_no_test_is_forgotten() -> None:
    assert {rule.key: {t.name for t in rule.tests} - APART for rule in all_rules()} == {
        key: set(tests) for key, tests in BOUNDARIES.items()
    }


@pytest.mark.parametrize(("key", "name", "pair"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_the_boundary_itself_passes_and_one_unit_less_does_not(key: str, name: str, pair: tuple[int, int]) -> None:
    rule = load_rule(key)
    measure = name.removeprefix("quorum.").removeprefix("pass.")
    boundary = pair[0] if measure in COUNTED else pair[1]

    verdict = decide(rule, tally_with(rule, name, boundary))
    assert verdict.outcome == "passed"
    assert all(result.holds and result.short_by == 0 for result in verdict.tests)

    below = decide(rule, tally_with(rule, name, boundary - 1))
    assert [(result.name, result.short_by) for result in below.tests if not result.holds] == [(name, 1)]
    if rule.fallback:
        assert below.outcome == "second_vote"
    else:
        assert below.outcome == ("no_quorum" if name.startswith("quorum") else "rejected")

    if boundary < whole(measure):
        assert decide(rule, tally_with(rule, name, boundary + 1)).outcome == "passed"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.key)
def test_an_empty_roll_passes_nothing(rule: Rule) -> None:
    verdict = decide(rule, Tally({}, {}))
    assert not verdict.passed
    assert all(not result.holds and result.short_by >= 1 for result in verdict.tests)


def test_nine_tenths_of_land_and_floor_still_ask_the_heads() -> None:
    rule = load_rule("tw.renewal.37")
    roll = {"heads": 600, "land": 60000, "floor": 60000}
    at = decide(rule, Tally(roll, {"yes": {"heads": 300, "land": 54000, "floor": 60000}}))
    above = decide(rule, Tally(roll, {"yes": {"heads": 300, "land": 54001, "floor": 54001}}))
    only_land = decide(rule, Tally(roll, {"yes": {"heads": 300, "land": 60000, "floor": 54000}}))
    assert (at.outcome, above.outcome, only_land.outcome) == ("rejected", "passed", "rejected")
    assert [result.measure for result in above.dropped] == ["heads"]
    assert [result.measure for result in above.tests] == ["land", "floor"]


@pytest.mark.parametrize(("share", "outcome"), [(30000, "second_vote"), (20000, "second_vote"), (19999, "rejected")])
def test_a_third_of_all_votes_opens_a_second_vote_in_france(share: int, outcome: str) -> None:
    verdict = decide(load_rule("fr.25"), Tally({"share": 60000}, {"yes": {"share": share}}))
    assert verdict.outcome == outcome
    assert verdict.next_rule == ("fr.24" if outcome == "second_vote" else None)
    assert verdict.fallback_tests[0].holds == (outcome == "second_vote")


def test_a_meeting_without_a_decision_may_be_called_again_in_taiwan() -> None:
    roll = {"heads": 600, "share": 60000}
    few = decide(load_rule("tw.condo.31"), Tally(roll, {"yes": {"heads": 399, "share": 60000}}))
    split = decide(load_rule("tw.condo.31"), Tally(roll, {"yes": {"heads": 300, "share": 60000}, "no": {"heads": 300}}))
    assert (few.outcome, few.next_rule) == ("second_vote", "tw.condo.32")
    assert (split.outcome, split.next_rule) == ("second_vote", "tw.condo.32")


@pytest.mark.parametrize(("objecting", "outcome"), [(300, "passed"), (301, "rejected")])
def test_a_second_meeting_stands_unless_more_than_half_of_all_object(objecting: int, outcome: str) -> None:
    tally = Tally(
        {"heads": 600, "share": 60000},
        {"yes": {"heads": 100, "share": 10000}, "no": {"heads": objecting, "share": 30000}},
        present={"heads": 120, "share": 12000},
    )
    assert decide(load_rule("tw.condo.32"), tally).outcome == outcome


@pytest.mark.parametrize(("in_person", "outcome"), [(60, "passed"), (59, "no_quorum")])
def test_a_tenth_of_the_members_must_come_in_person_in_korea(in_person: int, outcome: str) -> None:
    tally = Tally({"heads": 600}, {"yes": {"heads": 160}, "no": {"heads": 141}}, present={"heads": in_person})
    assert decide(load_rule("kr.meeting"), tally).outcome == outcome


def test_members_present_without_a_ballot_attend_all_the_same() -> None:
    tally = Tally({"heads": 200}, {"yes": {"heads": 56}, "no": {"heads": 20}}, present={"heads": 110})
    verdict = decide(load_rule("kr.meeting"), tally)
    assert verdict.outcome == "passed"
    assert verdict.tests[-1].denominator == 110


@pytest.mark.parametrize(("present", "outcome"), [(None, "passed"), (600, "rejected")])
def test_those_present_without_a_ballot_raise_the_bar_of_a_meeting(present: int | None, outcome: str) -> None:
    roll = {"heads": 600, "votes": 60000}
    yes = {"heads": 401, "votes": 40100}
    tally = Tally(roll, {"yes": yes}, present=None if present is None else {"heads": present, "votes": present * 100})
    assert decide(load_rule("jp.17"), tally).outcome == outcome


@pytest.mark.parametrize(
    ("yes", "no", "abstain", "present", "outcome"),
    [
        (0, 240, 0, None, "passed"),  # 360 silent of 600: three fifths
        (0, 241, 0, None, "rejected"),
        (0, 0, 241, None, "rejected"),  # who came and abstained was not silent
        (0, 0, 0, 241, "rejected"),  # nor who came and gave no ballot
        (1, 240, 0, None, "passed"),
    ],
)
def test_silence_is_a_yes_in_spain(yes: int, no: int, abstain: int, present: int | None, outcome: str) -> None:
    def both(n: int) -> dict[str, int]:
        return {"heads": n, "quota": n * 100}

    ballots = {"yes": both(yes), "no": both(no), "abstain": both(abstain)}
    tally = Tally(both(600), ballots, present=None if present is None else both(present))
    verdict = decide(load_rule("es.17.3"), tally)
    assert verdict.outcome == outcome
    heard = max(yes + no + abstain, present or 0)
    assert verdict.effective["silence"] == both(600 - heard)


@pytest.mark.parametrize("key", ["cn.279", "cn.lift", "kr.condo.change", "jp.17", "jp.17.barrier_free"])
@pytest.mark.parametrize(
    ("consents", "outcome"),
    [({}, "passed"), ({"affected_owner": True}, "passed"), ({"affected_owner": False}, "vetoed")],
)
def test_an_affected_owner_can_stop_it(key: str, consents: dict[str, bool], outcome: str) -> None:
    rule = load_rule(key)
    roll = {measure: whole(measure) for measure in rule.measures}
    verdict = decide(rule, Tally(roll, {"yes": roll}, consents=consents))
    assert verdict.outcome == outcome
    assert verdict.vetoed_by == (("affected_owner",) if outcome == "vetoed" else ())


def test_a_veto_says_nothing_about_a_vote_without_quorum_or_majority() -> None:
    rule = load_rule("cn.lift")
    roll, consents = {"heads": 9, "area": 90000}, {"affected_owner": False}
    part = {"heads": 6, "area": 60000}
    assert decide(rule, Tally(roll, {"yes": {"heads": 5, "area": 50000}}, consents=consents)).outcome == "no_quorum"
    assert decide(rule, Tally(roll, {"no": part}, consents=consents)).outcome == "rejected"


def test_consent_that_a_rule_does_not_ask_changes_nothing() -> None:
    roll = {"heads": 9, "area": 90000}
    tally = Tally(roll, {"yes": roll}, consents={"affected_owner": False})
    assert decide(load_rule("cn.278.special"), tally).outcome == "passed"


def test_all_affected_owners_must_agree_to_a_business_in_a_dwelling() -> None:
    rule = load_rule("cn.279")
    for ballots in (
        {"yes": {"heads": 11}},
        {"yes": {"heads": 11}, "no": {"heads": 1}},
        {"yes": {"heads": 11}, "follow": {"heads": 1}},
    ):
        assert decide(rule, Tally({"heads": 12}, ballots)).outcome == "rejected"


@pytest.mark.parametrize(("land", "outcome"), [(5000, "passed"), (4999, "rejected")])
@pytest.mark.parametrize("by", ["other_land", "land", "other"])
def test_other_land_of_a_street_block_agrees_by_half(land: int, outcome: str, by: str) -> None:
    roll, yes = {"heads": 600, "land": 60000}, {"heads": 500, "land": 50000}
    buildings = Subgroup("building", "1", {"heads": 400}, {"yes": {"heads": 201}})
    other = Subgroup(by, "shops", {"land": 10000}, {"yes": {"land": land}})
    verdict = decide(load_rule("kr.street"), Tally(roll, {"yes": yes}, subgroups=(buildings, other)))
    assert verdict.outcome == outcome
    assert [result.name for result in verdict.tests[2:]] == ["building.1.heads", f"{by}.shops.land"]


def test_a_tie_fails_in_scotland() -> None:
    rule = load_rule("gb.sct.tms")
    assert decide(rule, Tally({"flats": 8}, {"yes": {"flats": 4}, "no": {"flats": 4}})).outcome == "rejected"
    assert decide(rule, Tally({"flats": 8}, {"yes": {"flats": 5}})).outcome == "passed"


@pytest.mark.parametrize("rule", [r for r in all_rules() if not r.follow_offered], ids=lambda rule: rule.key)
def test_outside_china_a_tick_for_the_majority_is_an_abstention(rule: Rule) -> None:
    roll = {measure: whole(measure) for measure in rule.measures}
    yes = {measure: units // 2 for measure, units in roll.items()}
    rest = {measure: units - yes[measure] for measure, units in roll.items()}
    followed = decide(rule, Tally(roll, {"yes": yes, "follow": rest}))
    abstained = decide(rule, Tally(roll, {"yes": yes, "abstain": rest}))
    assert followed.followed == "abstain"
    assert (followed.outcome, followed.tests) == (abstained.outcome, abstained.tests)
