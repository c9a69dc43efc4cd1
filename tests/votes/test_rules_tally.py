"""A tally that cannot be true gets no verdict."""

from __future__ import annotations

import pytest

from participation.kernel.refusal import Refusal
from participation.votes.rules import Subgroup, Tally, decide, load_rule, progress

ROLL = {"heads": 10, "area": 1000}


def refused(key: str, tally: Tally) -> tuple[str, ...]:
    with pytest.raises(Refusal) as refusal:
        decide(load_rule(key), tally)
    assert all(str(reason.message) for reason in refusal.value.reasons)
    return refusal.value.codes


@pytest.mark.parametrize(
    ("ballots", "code"),
    [
        ({"yes": {"heads": 6}, "no": {"heads": 5}}, "ballots_exceed_roll"),
        ({"yes": {"heads": 10}, "follow": {"heads": 1}}, "ballots_exceed_roll"),
        ({"yes": {"land": 1}}, "ballots_exceed_roll"),
        ({"yes": {"heads": -1}}, "not_a_quantity"),
        ({"yes": {"heads": 1.0}}, "not_a_quantity"),
        ({"yes": {"heads": True}}, "not_a_quantity"),
        ({"yes": {"area": 10**15}}, "not_a_quantity"),
        ({"yes": {"weight": 1}}, "unknown_measure"),
        ({"perhaps": {"heads": 1}}, "unknown_choice"),
    ],
)
def test_impossible_ballots(ballots: dict, code: str) -> None:
    assert refused("cn.278.ordinary", Tally(ROLL, ballots)) == (code,)


def test_more_present_than_on_the_roll() -> None:
    assert refused("jp.17", Tally({"heads": 10, "votes": 10}, {}, present={"heads": 11})) == ("present_exceed_roll",)


def test_a_meeting_cannot_have_more_ballots_than_people() -> None:
    tally = Tally({"heads": 10, "votes": 10}, {"yes": {"heads": 8, "votes": 8}}, present={"heads": 7, "votes": 8})
    assert refused("jp.17", tally) == ("ballots_exceed_present",)
    # Absent owners may object in writing after a second meeting, but not agree.
    second = Tally({"heads": 10, "share": 10}, {"yes": {"heads": 3}, "no": {"heads": 4}}, present={"heads": 2})
    assert refused("tw.condo.32", second) == ("ballots_exceed_present",)


def test_attendance_is_not_looked_at_where_the_rule_does_not_ask_it() -> None:
    decide(load_rule("cn.278.ordinary"), Tally(ROLL, {"yes": ROLL}, present={"heads": 1}))


@pytest.mark.parametrize(
    ("groups", "code"),
    [
        ([Subgroup("building", "1", {"heads": 6}, {"yes": {"heads": 7}})], "ballots_exceed_roll"),
        ([Subgroup("building", "1", {"heads": 11}, {})], "subgroup_exceeds_whole"),
        ([Subgroup("building", "1", {"heads": 6}, {"no": {"heads": 3}})], "subgroup_exceeds_whole"),
        ([Subgroup("building", "1", {"heads": 6, "share": 1}, {})], "subgroup_exceeds_whole"),
        ([Subgroup("building", "1", {}, {}), Subgroup("building", "1", {}, {})], "subgroup_twice"),
        ([Subgroup("building", n, {"land": 501}, {}) for n in "12"], "subgroups_exceed_whole"),
        ([Subgroup("buildng", "1", {}, {})], "unknown_subgroup"),
    ],
)
def test_impossible_groups(groups: list[Subgroup], code: str) -> None:
    tally = Tally({"heads": 10, "land": 1000}, {"yes": {"heads": 8}, "no": {"heads": 2}}, subgroups=tuple(groups))
    assert code in refused("kr.rebuild", tally)


def test_an_owner_in_two_buildings_is_a_head_in_each() -> None:
    groups = tuple(Subgroup("building", n, {"heads": 6}, {"yes": {"heads": 6}}) for n in "12")
    tally = Tally({"heads": 10, "land": 10}, {"yes": {"heads": 10, "land": 10}}, subgroups=groups)
    assert decide(load_rule("kr.rebuild"), tally).passed


def test_turnout_beyond_the_roll_is_refused() -> None:
    with pytest.raises(Refusal):
        progress(load_rule("cn.278.ordinary"), ROLL, {"heads": 11})


def test_progress_speaks_of_the_quorum_alone() -> None:
    results = progress(load_rule("cn.278.special"), ROLL, {"heads": 6, "area": 700})
    assert [(r.name, r.needed, r.short_by) for r in results] == [("quorum.area", 667, 0), ("quorum.heads", 7, 1)]
    assert progress(load_rule("sg.84a"), {"share": 1, "area": 1}, {}) == ()


def test_a_whole_that_names_only_consents_does_not_contradict_its_buildings() -> None:
    b = Subgroup("building", "B", {"heads": 6}, {"yes": {"heads": 3}, "no": {"heads": 3}})
    tally = Tally({"heads": 10, "land": 10}, {"yes": {"heads": 7, "land": 10}}, subgroups=(b,))
    assert decide(load_rule("kr.rebuild"), tally).outcome == "rejected"


def test_ballots_say_nothing_about_who_is_in_the_room() -> None:
    rule, roll, part = load_rule("kr.meeting"), {"heads": 200}, {"heads": 120}
    assert [result.name for result in progress(rule, roll, part)] == ["quorum.heads"]
    [_, in_person] = progress(rule, roll, part, present={"heads": 19})
    assert (in_person.name, in_person.short_by) == ("quorum.in_person", 1)
