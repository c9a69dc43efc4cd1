"""A sheet came in: the time of receipt counts, and every slip is refused with words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from participation.kernel.refusal import Refusal
from participation.votes.sheet_codes import new_code
from participation.votes.sheet_models import SheetReturn
from participation.votes.standing import Channel
from tests.paper.test_printing import entries


def refused(call, *args, **how):
    with pytest.raises(Refusal) as caught:
        call(*args, **how)
    assert all(reason.remedy for reason in caught.value.reasons)
    return caught.value.codes


def test_worked_example_10_received_before_closing_and_typed_two_days_later_counts(paper, estate, vote):
    paper.print(vote)
    closes = estate.closes_at(vote)
    estate.clock.at = closes + timedelta(days=2)
    received = closes - timedelta(seconds=1)
    return_id = paper.hand_in(vote, estate.owners[0], received)
    assert paper.read_twice(vote, return_id, "yes") == "counted"
    ballot = paper.ballots(vote, estate.owners[0])[0]
    assert (ballot.channel, ballot.received_at, ballot.choices, ballot.cast_by_id) == (
        "paper", received, paper_choices(paper, vote, "yes"), None,
    )  # fmt: skip
    with paper.work() as session:
        assert session.get(SheetReturn, return_id).recorded_at == closes + timedelta(days=2)
    result = estate.close(vote)
    assert result["part"] == {"heads": 1, "area": 8000}
    assert result["questions"][0]["by_channel"] == {"paper": {"yes": {"heads": 1, "area": 8000}}}


def test_worked_example_11_received_at_the_closing_is_void_and_on_record(paper, estate, vote):
    paper.print(vote)
    closes = estate.closes_at(vote)
    estate.clock.at = closes + timedelta(hours=1)
    for number, at in enumerate((closes, closes + timedelta(minutes=5))):
        return_id, outcome = paper.receive(vote, paper.code(vote, estate.owners[number]), at)
        assert outcome == "late"
        assert refused(paper.read, vote, return_id, paper.lin, "yes") == ("done",)
    assert [entry["outcome"] for entry in entries(paper, "sheet-outcome")] == ["late", "late"]
    assert len(entries(paper, "sheet-received")) == 2
    assert all(set(entry) == {"kind", "vote", "commitment"} for entry in entries(paper, "sheet-received"))
    assert estate.close(vote)["part"] == {"heads": 0, "area": 0}


def paper_choices(paper, vote, choice):
    with paper.work():
        return paper.choices(vote, choice)


def test_a_time_before_the_opening_or_in_the_future_is_refused(paper, estate, vote):
    paper.print(vote)
    code, opens = paper.code(vote, estate.owners[0]), paper.clock.now()
    assert refused(paper.receive, vote, code, opens - timedelta(seconds=1)) == ("before_opening",)
    assert refused(paper.receive, vote, code, opens + timedelta(seconds=1)) == ("in_the_future",)
    assert paper.receive(vote, code, opens)[1] is None


def test_the_code_must_be_of_this_vote_and_known_and_right(paper, estate, vote):
    paper.print(vote)
    code = paper.code(vote, estate.owners[0])
    other = estate.announce()
    paper.print(other)
    foreign = paper.code(other, estate.owners[0])
    assert refused(paper.receive, vote, code[:-1] + ("2" if code[-1] != "2" else "3")) == ("code_unreadable",)
    assert refused(paper.receive, vote, new_code()) == ("code_unknown",)
    assert refused(paper.receive, vote, foreign) == ("code_of_another_vote",)
    assert refused(paper.receive, vote, code, channel=Channel.RECORDED_PHONE) == ("channel",)
    with paper.work() as session:
        assert session.scalar(select(func.count()).select_from(SheetReturn)) == 0


def test_the_same_request_is_one_return_and_another_of_the_same_sheet_is_refused(paper, estate, vote):
    paper.print(vote)
    code = paper.code(vote, estate.owners[0])
    first = paper.receive(vote, code, key="tap")
    paper.clock.advance(minutes=1)
    assert paper.receive(vote, code, key="tap") == first
    assert refused(paper.receive, vote, code, key="later") == ("recorded_already",)
    assert len(entries(paper, "sheet-received")) == 1


def test_nothing_is_recorded_after_the_preliminary_count(paper, estate, vote):
    paper.print(vote)
    received = paper.clock.now()
    estate.close(vote)
    assert refused(paper.receive, vote, paper.code(vote, estate.owners[0]), received) == ("phase.preliminary",)


def test_the_count_waits_for_every_sheet_and_says_how_many(paper, estate, vote):
    ids = [paper.hand_in(vote, owner) for owner in estate.owners[:3]]
    paper.read_twice(vote, ids[0], "yes")
    paper.read(vote, ids[1], paper.lin, "yes")
    with pytest.raises(Refusal) as caught:
        estate.close(vote)
    reason = caught.value.reasons[0]
    assert (reason.code, reason.message.values) == ("sheets_unread", {"number": 2}) and reason.remedy
    paper.read(vote, ids[1], paper.mei, "yes")
    paper.read_twice(vote, ids[2], flaw="unsigned")
    assert estate.close(vote)["part"]["heads"] == 2
