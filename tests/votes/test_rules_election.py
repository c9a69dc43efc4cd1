"""Electing the committee: Ma, Liu, Chen and Zhou stand; 60 of 90 owners vote."""

from __future__ import annotations

import pytest

from participation.kernel.refusal import Refusal
from participation.votes.rules import ElectionVerdict, elect, election_sentences, load_rule

RULE = load_rule("cn.278.ordinary")
ROLL = {"heads": 90, "area": 720_000}
PART = {"heads": 60, "area": 480_000}


def run(seats: int, part: dict[str, int] = PART, **approvals: tuple[int, int]) -> ElectionVerdict:
    return elect(RULE, ROLL, part, {k: {"heads": h, "area": a} for k, (h, a) in approvals.items()}, seats)


def standings(verdict: ElectionVerdict) -> dict[str, str]:
    return {candidate.key: candidate.standing for candidate in verdict.candidates}


def test_the_most_approved_take_the_seats() -> None:
    verdict = run(2, zhou=(35, 300_000), ma=(50, 400_000), liu=(40, 320_000), chen=(30, 480_000))
    assert verdict.outcome == "elected"
    assert verdict.elected == ("ma", "liu")
    assert standings(verdict) == {"ma": "elected", "liu": "elected", "zhou": "no_seat", "chen": "not_enough"}
    assert [candidate.rank for candidate in verdict.candidates] == [1, 2, 3, None]


def test_a_candidate_with_exactly_half_is_not_elected() -> None:
    verdict = run(2, ma=(31, 240_001), liu=(31, 240_000), chen=(30, 240_001))
    assert verdict.elected == ("ma",)
    assert standings(verdict)["liu"] == standings(verdict)["chen"] == "not_enough"
    assert (verdict.outcome, verdict.open_seats) == ("partly", 1)


def test_more_area_decides_between_equal_heads() -> None:
    assert run(1, liu=(40, 300_000), ma=(40, 300_001)).elected == ("ma",)


def test_equals_across_the_last_seat_are_drawn_by_lot() -> None:
    verdict = run(2, ma=(50, 400_000), liu=(40, 300_000), chen=(40, 300_000), zhou=(39, 400_000))
    assert verdict.outcome == "tied"
    assert verdict.elected == ("ma",)
    assert verdict.tied == ("liu", "chen")
    assert verdict.tied_seats == verdict.open_seats == 1
    assert standings(verdict)["zhou"] == "no_seat"
    assert "2 candidates have equal support for 1 open seats: draw by lot in public." in map(
        str, election_sentences(verdict)
    )


def test_equals_who_all_find_a_seat_are_simply_elected() -> None:
    assert run(2, ma=(40, 300_000), liu=(40, 300_000)).elected == ("ma", "liu")


def test_without_a_quorum_nobody_is_elected() -> None:
    verdict = run(1, part={"heads": 59, "area": 480_000}, ma=(59, 480_000))
    assert (verdict.outcome, verdict.elected) == ("no_quorum", ())
    assert standings(verdict) == {"ma": "no_quorum"}
    assert [result.short_by for result in verdict.quorum] == [0, 1]


def test_nobody_with_a_majority_means_nobody_is_elected() -> None:
    assert run(1, ma=(30, 1)).outcome == "rejected"


@pytest.mark.parametrize(
    ("approvals", "seats", "code"),
    [((61, 0), 1, "approvals_exceed_part"), ((0, 480_001), 1, "approvals_exceed_part"), ((1, 1), 0, "no_seats")],
)
def test_impossible_numbers_elect_nobody(approvals: tuple[int, int], seats: int, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        run(seats, ma=approvals)
    assert refusal.value.codes == (code,)


def test_more_ballots_than_owners_elect_nobody() -> None:
    with pytest.raises(Refusal) as refusal:
        run(1, part={"heads": 91, "area": 1}, ma=(1, 1))
    assert refusal.value.codes == ("ballots_exceed_roll",)
