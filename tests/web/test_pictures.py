"""The pictures never tell the eye otherwise than the law tells the arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.votes.rule import Test
from participation.votes.verdict import TestResult
from participation.web import pictures
from participation.web.pictures import LENGTH, bar, floors, percent, read, read_all, split

areas = st.integers(0, 10**12)
fractions = st.tuples(st.integers(0, 100), st.integers(1, 100)).filter(lambda f: f[0] <= f[1])


def result(
    numerator: int,
    denominator: int,
    fraction: tuple[int, int],
    comparator: str = ">=",
    measure: str = "heads",
    base: str = "PART",
    counted: str = "YES",
    stage: str = "pass",
    group: tuple[str, str] | None = None,
) -> TestResult:
    test = Test(f"{stage}.{measure}", stage, measure, counted, base, comparator, *fraction)
    holds = test.holds(numerator, denominator)
    short = 0 if holds else max(1, abs(test.boundary(denominator) - numerator))
    return TestResult(test, numerator, denominator, holds, short, group)


@given(areas, areas, fractions)
def test_the_end_of_the_bar_stands_on_the_side_of_the_mark_where_the_exact_fraction_stands(a, b, fraction):
    part, whole = sorted((a, b))
    if not whole:
        return
    drawn = bar(part, whole, *fraction)
    exact, mark = Fraction(part, whole), Fraction(*fraction)
    assert 0 <= drawn.fill <= LENGTH
    if exact < mark:
        assert drawn.fill < drawn.mark
    elif exact == mark:
        assert drawn.fill == drawn.mark
    elif drawn.mark < LENGTH:
        assert drawn.fill > drawn.mark


@given(areas, areas, fractions)
def test_the_bar_is_never_off_by_more_than_two_steps(a, b, fraction):
    part, whole = sorted((a, b))
    if not whole:
        return
    drawn = bar(part, whole, *fraction)
    assert abs(Fraction(drawn.fill) - Fraction(LENGTH * part, whole)) <= 2
    assert abs(Fraction(drawn.mark) - LENGTH * Fraction(*fraction)) < 1


@given(st.integers(1, 10**9), fractions, st.data())
def test_one_more_never_shortens_the_bar(whole, fraction, data):
    part = data.draw(st.integers(0, whole - 1))
    assert bar(part, whole, *fraction).fill <= bar(part + 1, whole, *fraction).fill


def test_a_hundredth_of_a_square_metre_short_ends_before_the_mark_of_the_403_head_estate():
    short, reached = bar(4452264, 6678397, 2, 3), bar(4452265, 6678397, 2, 3)
    assert short.fill < short.mark < reached.fill


def test_an_empty_roll_gives_an_empty_bar_with_its_mark():
    assert bar(0, 0, 2, 3) == pictures.Bar(0, 6667)


@pytest.mark.parametrize("wrong", [(-1, 5, 1, 2), (1, -5, 1, 2), (1, 5, 1, 0), (1, 5, -1, 2)])
def test_a_bar_of_nonsense_is_refused(wrong):
    with pytest.raises(ValueError, match="no such bar"):
        bar(*wrong)


def test_lengths_are_written_for_svg_without_rounding_up():
    assert [percent(n) for n in (0, 7, 6666, 6667, 10_000)] == ["0.00%", "0.07%", "66.66%", "66.67%", "100.00%"]


def test_the_label_of_a_mark_near_an_end_stays_inside():
    assert [bar(0, 1, *f).anchor for f in ((1, 10), (2, 3), (9, 10))] == ["start", "middle", "end"]


def test_the_published_data_and_the_verdict_object_are_read_alike():
    from participation.votes.counting import test_data as plain

    for one in (result(45, 60, (3, 4)), result(10, 20, (1, 2), ">", group=("building", "3.1号楼"))):
        assert read(plain(one)) == read(one)
    assert read(result(10, 20, (1, 2), ">", group=("building", "B"))).group == "B"


def test_only_the_stage_that_was_asked_for_is_read():
    tests = [result(2, 3, (2, 3), stage="quorum", counted="PART", base="ALL"), result(1, 2, (1, 2))]
    assert [r.stage for r in read_all(tests, "quorum")] == ["quorum"]
    assert len(read_all(tests)) == 2


def test_hundredths_of_a_law_are_written_as_percent_and_other_fractions_as_fractions():
    assert read(result(1, 2, (95, 100))).fraction == "95 %"
    assert read(result(1, 2, (2, 3))).fraction == "2/3"


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), fractions)
def test_the_choices_lie_end_to_end_inside_the_bar(yes, no, abstain, silent, fraction):
    base = yes + no + abstain + silent
    reading = read(result(yes, base, fraction, base="ALL", measure="area"))
    choices = {"yes": {"area": yes}, "no": {"area": no}, "abstain": {"area": abstain}}
    segments = split(reading, choices)
    assert [s.choice for s in segments] == ["yes", "no", "abstain"]
    assert [s.amount for s in segments] == [yes, no, abstain]
    end = 0
    for segment in segments:
        assert segment.start == end
        assert segment.length >= 0
        end += segment.length
    assert end <= LENGTH
    assert segments[0].length == reading.bar.fill


def test_a_rejected_split_and_a_passed_split_of_the_same_look_differ_at_the_mark():
    passed = read(result(360000, 480000, (3, 4), measure="area"))
    rejected = read(result(359999, 480000, (3, 4), measure="area"))
    ends = [
        split(r, {"yes": {"area": r.numerator}, "no": {"area": 480000 - r.numerator}})[0].length
        for r in (passed, rejected)
    ]
    assert ends[0] == passed.bar.mark
    assert ends[1] < rejected.bar.mark


def test_abstentions_outside_the_base_are_not_drawn():
    reading = read(result(30, 40, (1, 2), ">", base="CAST"))
    segments = split(reading, {"yes": {"heads": 30}, "no": {"heads": 10}, "abstain": {"heads": 20}})
    assert [s.choice for s in segments] == ["yes", "no"]
    assert segments[-1].start + segments[-1].length == LENGTH


def test_silence_that_the_law_counts_as_yes_lies_with_yes():
    reading = read(result(70, 100, (3, 5), base="ALL"))
    segments = split(reading, {"yes": {"heads": 20}, "no": {"heads": 30}, "silence": {"heads": 50}})
    assert segments[0].amount == 70
    assert segments[0].length == 7000


def test_the_sign_of_a_choice_keeps_clear_of_the_mark():
    reading = read(result(60, 100, (7, 10), base="ALL"))
    no = split(reading, {"yes": {"heads": 60}, "no": {"heads": 35}})[1]
    assert (no.start, no.length, no.sign_at, no.has_room) == (6000, 3500, "82.50%", True)
    narrow = split(reading, {"yes": {"heads": 60}, "no": {"heads": 18}})[1]
    assert narrow.has_room
    assert narrow.sign_at == "65.00%"
    close = read(result(66, 100, (7, 10), base="ALL"))
    tight = split(close, {"yes": {"heads": 66}, "no": {"heads": 8}})[1]
    assert (tight.start, tight.length) == (6600, 800)
    assert not tight.has_room


@dataclass(frozen=True)
class Place:
    floor: str | int
    room: str


def grid_of(*homes: tuple[str | int, str]) -> list[tuple[str, list[str | None]]]:
    return [(f.name, [h and h.room for h in f.cells]) for f in floors(Place(*home) for home in homes)]


def test_rooms_stand_above_each_other_even_where_one_is_missing():
    assert grid_of((1, "101"), (1, "103"), (2, "201"), (2, "202"), (2, "203"), (10, "1002")) == [
        ("10", [None, "1002", None]),
        ("2", ["201", "202", "203"]),
        ("1", ["101", None, "103"]),
    ]


def test_basements_lie_beneath_and_deeper_ones_lower():
    assert [row[0] for row in grid_of(("B2", "B201"), (1, "101"), ("B1", "B101"), (2, "201"), ("-3", "-301"))] == [
        "2",
        "1",
        "B1",
        "B2",
        "-3",
    ]


def test_numbers_that_say_nothing_of_the_floor_are_laid_side_by_side():
    assert grid_of((1, "1"), (1, "2"), (2, "3"), (2, "10")) == [("2", ["3", "10"]), ("1", ["1", "2"])]


@given(st.lists(st.tuples(st.integers(-2, 40), st.integers(1, 12)), unique=True, max_size=60))
def test_every_home_has_exactly_one_place_in_the_grid(homes):
    places = [Place(floor, f"{floor}{room:02d}") for floor, room in homes]
    rows = floors(places)
    drawn = [cell for row in rows for cell in row.cells if cell is not None]
    assert sorted(drawn, key=repr) == sorted(places, key=repr)
    assert len({len(row.cells) for row in rows}) <= 1
