"""Phone and paper of one owner at the same moment, readers at the same moment, in real processes: one owner counts once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from participation.accounts.models import Role
from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, BallotSetAside, DoubleBallot, Question, Vote, VoteCount
from participation.votes.services.casting import cast
from participation.votes.services.closing import count_preliminarily
from participation.votes.services.reading import read_sheet, settle
from participation.votes.services.returns import Arrival, record_return
from participation.votes.services.sheets import print_sheets
from participation.votes.sheet_models import SheetOutcome, SheetReading, SheetReturn
from participation.votes.standing import Channel
from tests.support.race import race


def act(app, what, vote_id, *given):
    """In a process of its own: one deed; returns what came of it, or the codes of the refusal."""
    with app.app_context():
        try:
            with transaction():
                return {"phone": _phone, "receive": _receive, "read": _read, "settle": _settle, "count": _count, "print": _print}[what](
                    app.extensions["clock"], vote_id, *given
                )
        except Refusal as refusal:
            return refusal.codes


def _choices(vote_id, choice):
    return {str(id_): choice for id_ in db.session.scalars(select(Question.id).where(Question.vote_id == vote_id))}


def _phone(clock, vote_id, person_id, choice, key):
    return cast(vote_id, electors_of(person_id, vote_id)[0].id, person_id, _choices(vote_id, choice), key, clock).ballot.receipt


def _receive(clock, vote_id, code, by_id, key, minutes_ago=0):
    at = clock.now() - timedelta(minutes=minutes_ago)
    made = record_return(vote_id, code, Arrival(Channel.PAPER, at, by_id, key), clock)
    return made.sheet_return.id, made.outcome.kind if made.outcome else None


def _read(clock, vote_id, return_id, by_id, choice):
    return read_sheet(return_id, by_id, _choices(vote_id, choice), None, clock).state


def _settle(clock, vote_id, return_id, by_id, choice):
    return settle(return_id, by_id, _choices(vote_id, choice), None, clock).state


def _count(clock, vote_id):
    return count_preliminarily(vote_id, None, clock).data["part"]["heads"]


def _print(clock, vote_id, by_id):
    return print_sheets(vote_id, by_id, clock).sheets


def number(paper, model, **columns):
    with paper.work() as session:
        return session.scalar(select(func.count()).select_from(model).filter_by(**columns))


def assert_one_counts(paper, estate, vote):
    with paper.work() as session:
        heads = session.scalar(select(VoteCount.part_heads).where(VoteCount.vote_id == vote))
    assert heads <= 1
    estate.clock.at = estate.closes_at(vote)
    result = estate.close(vote)
    assert result["part"]["heads"] == heads
    assert sum(line["heads"] for line in result["questions"][0]["ballots"].values()) == heads
    return result


@pytest.mark.parametrize("may_change", ["no", "until_close"])
def test_the_second_reading_against_the_owners_phone_leaves_one_ballot_standing(paper, estate, vote, may_change):
    wang = estate.owners[0]
    if may_change != "no":
        with paper.work() as session:
            for question in session.get(Vote, vote).questions:
                question.rule = {**question.rule, "may_change": may_change}
    return_id = paper.hand_in(vote, wang)
    paper.clock.advance(minutes=5)
    paper.read(vote, return_id, paper.lin, "no")
    answers = race(
        paper.app, act,
        [("read", vote, return_id, paper.mei, "no"), ("phone", vote, wang, "yes", "a"), ("phone", vote, wang, "yes", "b"),
         ("phone", vote, wang, "abstain", "c")],
    )  # fmt: skip
    assert answers[0] == "done"
    result = assert_one_counts(paper, estate, vote)
    if may_change == "no":
        # The sheet came first: whoever is faster here, the phone is told so and the sheet stands.
        assert set(answers[1:]) <= {("sheet_is_in",), ("already_cast",)}
        assert list(result["questions"][0]["ballots"]) == ["no"]
    else:
        assert list(result["questions"][0]["ballots"]) != ["no"]


def test_a_sheet_that_is_recorded_while_the_owner_votes_by_phone(paper, estate, vote):
    """The sheet was handed over ten minutes ago: it stands, whichever of the two is written down first."""
    wang = estate.owners[0]
    paper.print(vote, wang)
    code = paper.code(vote, wang)
    paper.clock.advance(minutes=30)
    received, phone = race(
        paper.app, act, [("receive", vote, code, paper.lin, "key", 10), ("phone", vote, wang, "yes", "a")]
    )
    return_id = received[0]
    assert phone == ("sheet_is_in",) or isinstance(phone, str)
    paper.read_twice(vote, return_id, "no")
    assert number(paper, DoubleBallot) == (1 if isinstance(phone, str) else 0)
    assert list(assert_one_counts(paper, estate, vote)["questions"][0]["ballots"]) == ["no"]


def test_five_readers_at_once_are_two_readings_and_no_more(paper, estate, make, vote):
    others = [make.staff(name, Role.SUPPORT, estate.unit).id for name in ("An", "Bo")]
    return_id = paper.hand_in(vote, estate.owners[0])
    answers = race(
        paper.app, act, [("read", vote, return_id, by, "yes") for by in (paper.lin, paper.mei, paper.tao, *others)]
    )
    assert sorted(map(str, answers)) == sorted(map(str, ["second", "done", *[("done",)] * 3]))
    assert number(paper, SheetReading) == 2 and number(paper, SheetOutcome) == number(paper, Ballot) == 1


def test_the_same_reader_tapping_three_times_at_once_is_one_reading(paper, estate, vote):
    return_id = paper.hand_in(vote, estate.owners[0])
    answers = race(paper.app, act, [("read", vote, return_id, paper.lin, "yes")] * 3)
    assert answers == ["second"] * 3 and number(paper, SheetReading) == 1


def test_two_who_settle_at_once_are_one_settlement(paper, estate, make, vote):
    an = make.staff("An", Role.SUPPORT, estate.unit).id
    return_id = paper.hand_in(vote, estate.owners[0])
    paper.read(vote, return_id, paper.lin, "yes")
    paper.read(vote, return_id, paper.mei, "no")
    answers = race(
        paper.app, act, [("settle", vote, return_id, paper.tao, "yes"), ("settle", vote, return_id, an, "no")]
    )
    assert sorted(map(str, answers)) == sorted(map(str, ["done", ("done",)]))
    assert number(paper, Ballot) == 1 and number(paper, SheetReading, settles=True) == 1


def test_one_sheet_recorded_at_two_desks_at_once_is_one_return(paper, estate, vote):
    paper.print(vote)
    code = paper.code(vote, estate.owners[0])
    answers = race(paper.app, act, [("receive", vote, code, paper.lin, "one"), ("receive", vote, code, paper.mei, "two"),
                                    ("receive", vote, code, paper.lin, "one")])  # fmt: skip
    assert number(paper, SheetReturn) == 1
    assert sum(answer == ("recorded_already",) for answer in answers) in (1, 2)


def test_the_count_against_the_second_reading_counts_the_sheet_or_waits_for_it(paper, estate, vote):
    return_id = paper.hand_in(vote, estate.owners[0])
    paper.read(vote, return_id, paper.lin, "yes")
    estate.clock.at = estate.closes_at(vote)
    read, counted = race(paper.app, act, [("read", vote, return_id, paper.mei, "yes"), ("count", vote)])
    assert (read, counted) in {("done", 1), ("done", ("sheets_unread",))}


def test_a_reprint_against_a_return_either_came_before_or_after(paper, estate, vote):
    paper.print(vote)
    code = paper.code(vote, estate.owners[0])
    paper.clock.advance(minutes=1)
    printed, received = race(paper.app, act, [("print", vote, paper.lin), ("receive", vote, code, paper.lin, "key")])
    assert printed == 6 and received[1] in (None, "void")
    assert number(paper, BallotSetAside) == 0
