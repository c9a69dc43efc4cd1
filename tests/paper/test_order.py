"""In whatever order sheets are keyed in, the same ballot stands: the first received, or the last where change is allowed."""

from __future__ import annotations

from itertools import permutations

import pytest

from participation.votes.models import Vote
from tests.paper.test_races import act
from tests.support.race import race

CHOICES = ("yes", "no", "abstain")


@pytest.mark.parametrize("may_change", ["no", "until_close"])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_reading_decides_nothing(paper, estate, vote, order, may_change):
    with paper.work() as session:
        for question in session.get(Vote, vote).questions:
            question.rule = {**question.rule, "may_change": may_change}
    owner, returns = estate.owners[0], []
    for _ in CHOICES:  # each sheet was handed in before the next one was printed: all were valid then
        paper.print(vote, owner)
        paper.clock.advance(minutes=5)
        returns.append(paper.hand_in(vote, owner))
        paper.clock.advance(minutes=5)
    outcomes = {n: paper.read_twice(vote, returns[n], CHOICES[n]) for n in order}
    stands = 0 if may_change == "no" else 2
    result = estate.close(vote)
    assert result["questions"][0]["ballots"] == {CHOICES[stands]: {"heads": 1, "area": 8000}}
    assert result["part"] == {"heads": 1, "area": 8000}
    assert outcomes[stands] == "counted" and set(outcomes.values()) <= {"counted", "set_aside"}
    ballots = paper.ballots(vote, owner)
    assert ballots[-1].choices == {str(q): CHOICES[stands] for q in estate.questions(vote)}


def test_two_people_reading_a_whole_stack_at_once_leave_no_sheet_out(paper, estate, vote):
    returns = [paper.hand_in(vote, owner) for owner in estate.owners[:4]]
    deeds = [("read", vote, return_id, by, "yes") for return_id in returns for by in (paper.lin, paper.mei)]
    answers = race(paper.app, act, deeds)
    assert sorted(answers) == ["done"] * 4 + ["second"] * 4
    assert paper.part(vote) == (4, 32000) and estate.close(vote)["part"]["heads"] == 4
