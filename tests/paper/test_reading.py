"""Read twice without seeing each other; a third settles; phone and paper never count one owner twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from participation.accounts.models import Role
from participation.kernel.refusal import Refusal
from participation.record.commitment import canonical, check
from participation.record.models import LogEntry
from participation.votes.electors import electors_of
from participation.votes.models import BallotSetAside, Vote
from participation.votes.receipts import prove_ballot
from participation.votes.services import casting, correcting
from participation.votes.services.closing import count_preliminarily
from participation.votes.services.sheets import print_sheets
from participation.votes.sheet_models import Sheet, SheetReading
from tests.paper.desk_of import PaperDesk
from tests.paper.test_printing import entries
from tests.paper.test_receiving import refused
from tests.votes.pages_support import Hall


def test_two_equal_readings_are_the_ballot_and_both_are_sealed_in_the_record(paper, estate, vote):
    return_id = paper.hand_in(vote, estate.owners[0])
    assert paper.read(vote, return_id, paper.lin, "no") == "second"
    assert paper.ballots(vote, estate.owners[0]) == [] and paper.part(vote) == (0, 0)
    assert paper.read(vote, return_id, paper.mei, "no") == "done"
    assert paper.outcome(return_id) == "counted" and paper.part(vote) == (1, 8000)
    assert len(entries(paper, "sheet-read")) == 2 and len(entries(paper, "ballot")) == 1
    assert [set(entry) for entry in entries(paper, "sheet-outcome")] == [{"kind", "vote", "received", "outcome"}]
    with paper.work() as session:
        for reading in session.scalars(select(SheetReading)):
            payload = session.scalar(select(LogEntry.payload).where(LogEntry.index == reading.log_index))
            content = {"vote": vote, "received": entries_index(session, "sheet-received"), "choices": reading.choices,
                       "at": reading.at.isoformat(timespec="microseconds")}  # fmt: skip
            assert check(bytes.fromhex(payload.split('"commitment":"')[1][:64]), reading.salt, canonical(content))


def entries_index(session, kind):
    return session.scalar(select(LogEntry.index).where(LogEntry.kind == kind))


def test_the_ballot_of_a_sheet_proves_itself_like_any_other(paper, estate, vote):
    return_id = paper.hand_in(vote, estate.owners[0])
    paper.clock.advance(hours=3)
    paper.read_twice(vote, return_id, "yes")
    ballot = paper.ballots(vote, estate.owners[0])[0]
    with paper.work() as session:
        proof = prove_ballot(session.get(Vote, vote), ballot)
        assert proof.holds and proof.content["channel"] == "paper"


def test_nobody_reads_a_sheet_twice_and_a_double_tap_is_one_reading(paper, estate, vote):
    return_id = paper.hand_in(vote, estate.owners[0], by=paper.lin)
    paper.read(vote, return_id, paper.lin, "yes")
    assert paper.read(vote, return_id, paper.lin, "yes") == "second"
    assert refused(paper.read, vote, return_id, paper.lin, "no") == ("read_already",)
    assert paper.read(vote, return_id, paper.mei, "yes") == "done"
    assert paper.read(vote, return_id, paper.mei, "yes") == "done"
    assert len(entries(paper, "sheet-read")) == 2


def test_two_that_differ_wait_for_a_third_who_is_neither_of_them(paper, estate, vote):
    return_id = paper.hand_in(vote, estate.owners[0])
    assert refused(paper.settle, vote, return_id, paper.tao, "yes") == ("not_read_twice",)
    paper.read(vote, return_id, paper.lin, "yes")
    assert refused(paper.settle, vote, return_id, paper.tao, "yes") == ("not_read_twice",)
    assert paper.read(vote, return_id, paper.mei, "no") == "differs"
    assert paper.outcome(return_id) is None and paper.ballots(vote, estate.owners[0]) == []
    assert refused(paper.settle, vote, return_id, paper.lin, "yes") == ("not_third",)
    assert refused(paper.settle, vote, return_id, paper.mei, "no") == ("not_third",)
    assert refused(paper.read, vote, return_id, paper.tao, "no") == ("differs",)
    assert paper.settle(vote, return_id, paper.tao, "no") == "done"
    assert paper.settle(vote, return_id, paper.tao, "no") == "done"
    assert paper.ballots(vote, estate.owners[0])[0].choices == {str(q): "no" for q in estate.questions(vote)}
    assert (len(entries(paper, "sheet-read")), len(entries(paper, "sheet-settled"))) == (2, 1)


@pytest.mark.parametrize("flaw", ["unsigned", "torn", "wrong_sheet", "illegible", "blank"])
def test_a_flaw_that_both_see_makes_the_sheet_invalid_and_takes_no_part(paper, estate, vote, flaw):
    return_id = paper.hand_in(vote, estate.owners[0])
    assert paper.read_twice(vote, return_id, flaw=flaw) == flaw
    assert paper.part(vote) == (0, 0)
    estate.cast(vote, estate.owners[0], "yes")
    assert estate.close(vote)["part"]["heads"] == 1


def test_a_flaw_and_a_choice_differ(paper, estate, vote):
    return_id = paper.hand_in(vote, estate.owners[0])
    paper.read(vote, return_id, paper.lin, "yes")
    assert paper.read(vote, return_id, paper.mei, flaw="unsigned") == "differs"
    paper.settle(vote, return_id, paper.tao, flaw="unsigned")
    assert paper.outcome(return_id) == "unsigned"


def test_a_question_without_a_valid_answer_is_left_out_and_all_of_them_are_a_blank_sheet(paper, estate):
    vote = estate.announce(
        {"text": "One?", "matter": "other", "rule_key": "cn.278.ordinary"},
        {"text": "Two?", "matter": "other", "rule_key": "cn.278.ordinary"},
    )
    one, two = map(str, estate.questions(vote))
    first = paper.hand_in(vote, estate.owners[0])
    assert paper.read_twice(vote, first, {one: "yes", two: "blank"}) == "counted"
    second = paper.hand_in(vote, estate.owners[1])
    assert paper.read_twice(vote, second, {one: "blank", two: "blank"}) == "blank"
    third = paper.hand_in(vote, estate.owners[2])
    assert refused(paper.read, vote, third, paper.lin, {one: "yes"}) == ("choice.missing",)
    paper.read_twice(vote, third, flaw="torn")
    result = estate.close(vote)
    assert result["part"]["heads"] == 1
    assert [q["blank"]["heads"] for q in result["questions"]] == [0, 1]
    assert [q["ballots"].get("yes", {}).get("heads", 0) for q in result["questions"]] == [1, 0]


def test_an_election_on_paper_knows_candidates_none_and_no_valid_answer(paper, estate):
    vote = estate.announce(
        {"text": "Who?", "matter": "committee", "rule_key": "cn.278.ordinary", "kind": "election", "seats": 1,
         "candidates": [("Wang", ""), ("Liu", "")]},
    )  # fmt: skip
    with paper.work() as session:
        (question,) = session.get(Vote, vote).questions
        key, (wang, liu) = str(question.id), [c.id for c in question.candidates]
    ids = [paper.hand_in(vote, owner) for owner in estate.owners[:4]]
    assert refused(paper.read, vote, ids[0], paper.lin, {key: [wang, liu]}) == ("choice.too_many",)
    assert refused(paper.read, vote, ids[0], paper.lin, {key: [999999]}) == ("choice.missing",)
    assert refused(paper.read, vote, ids[0], paper.lin, {key: "yes"}) == ("choice.missing",)
    assert paper.read_twice(vote, ids[0], {key: [wang]}) == "counted"
    assert paper.read_twice(vote, ids[1], {key: []}) == "counted"
    assert paper.read_twice(vote, ids[2], {key: "blank"}) == "blank"
    assert paper.read_twice(vote, ids[3], {key: [liu]}) == "counted"
    assert estate.close(vote)["questions"][0]["part"]["heads"] == 3


def test_only_the_support_centre_of_this_neighbourhood_reads(app, make, paper, estate, vote):
    return_id = paper.hand_in(vote, estate.owners[0])
    observer = make.staff("He", Role.OBSERVER, estate.unit).id
    foreign = make.staff("Xu", Role.SUPPORT, make.unit("Lane 99")).id
    lapsed = make.person("Gone")
    make.grant(lapsed, Role.SUPPORT, estate.unit, ends_at=paper.clock.now())
    for person in (observer, foreign, lapsed.id, estate.owners[0]):
        assert refused(paper.read, vote, return_id, person, "yes") == ("not_support",)
        assert refused(paper.settle, vote, return_id, person, "yes") == ("not_support",)


# Phone and paper


def test_worked_example_14_the_same_owner_by_phone_and_on_paper_is_counted_once_and_both_are_told(paper, estate, vote):
    wang = estate.owners[0]
    estate.cast(vote, wang, "yes")
    paper.clock.advance(hours=1)
    return_id = paper.hand_in(vote, wang)
    assert paper.read_twice(vote, return_id, "no") == "set_aside"
    assert paper.part(vote) == (1, 8000)
    assert [b.choices for b in paper.ballots(vote, wang)] == [{str(q): "yes" for q in estate.questions(vote)}]
    assert len(paper.doubles(vote)) == 1 and len(entries(paper, "two-ballots")) == 1
    with paper.work() as session:
        assert session.scalars(select(BallotSetAside.return_id)).all() == [return_id]
    assert estate.close(vote)["questions"][0]["ballots"] == {"yes": {"heads": 1, "area": 8000}}


def test_a_sheet_received_before_the_phone_ballot_stands_though_it_is_read_later(paper, estate, vote):
    wang = estate.owners[0]
    paper.print(vote, wang)
    received = paper.clock.now()
    paper.clock.advance(hours=1)
    estate.cast(vote, wang, "yes")
    paper.clock.advance(hours=1)
    return_id = paper.hand_in(vote, wang, received)
    assert paper.read_twice(vote, return_id, "no") == "counted"
    assert [b.turn for b in paper.ballots(vote, wang)] == [1, 2] and paper.part(vote) == (1, 8000)
    assert len(paper.doubles(vote)) == 1
    assert estate.close(vote)["questions"][0]["ballots"] == {"no": {"heads": 1, "area": 8000}}


def test_while_a_sheet_is_being_read_the_phone_waits_where_the_rule_allows_no_change(paper, estate, vote):
    wang = estate.owners[0]
    return_id = paper.hand_in(vote, wang)
    assert refused(estate.cast, vote, wang, "yes") == ("sheet_is_in",)
    assert paper.read_twice(vote, return_id, flaw="unsigned") == "unsigned"
    assert estate.cast(vote, wang, "yes").is_new


def test_where_changing_is_allowed_the_last_received_stands(paper, estate, vote):
    wang = estate.owners[0]
    with paper.work() as session:
        for question in session.get(Vote, vote).questions:
            question.rule = {**question.rule, "may_change": "until_close"}
    return_id = paper.hand_in(vote, wang)
    paper.clock.advance(hours=1)
    assert estate.cast(vote, wang, "yes").is_new
    assert paper.read_twice(vote, return_id, "no") == "set_aside"
    paper.clock.advance(hours=1)
    paper.print(vote, wang)
    assert paper.read_twice(vote, paper.hand_in(vote, wang), "abstain") == "counted"
    assert estate.close(vote)["questions"][0]["ballots"] == {"abstain": {"heads": 1, "area": 8000}}


# Corrections and co-owners


def test_the_ballot_weighs_what_its_elector_weighs_when_it_goes_into_the_box(paper, estate, vote):
    wang = estate.owners[0]
    return_id = paper.hand_in(vote, wang)
    with paper.work():
        correcting.correct_area(vote, estate.homes[0][0].id, 9001, "the register says so", paper.lin, paper.clock)
    paper.read_twice(vote, return_id, "yes")
    assert paper.part(vote) == (1, 9001)
    with paper.work():
        correcting.correct_area(vote, estate.homes[0][0].id, 7000, "once more", paper.lin, paper.clock)
    assert paper.part(vote) == (1, 7000)
    assert estate.close(vote)["part"] == {"heads": 1, "area": 7000}


def test_a_home_is_not_taken_off_the_roll_while_its_owners_sheet_is_being_read(paper, estate, vote):
    return_id = paper.hand_in(vote, estate.owners[0])
    home = estate.homes[0][0].id

    def remove():
        with paper.work():
            correcting.remove_home(vote, home, "sold", paper.lin, paper.clock)

    assert refused(remove) == ("sheet_waits",)
    paper.read_twice(vote, return_id, "yes")
    assert refused(remove) == ("ballot_stands",)


def test_a_sheet_of_an_owner_who_was_taken_off_the_roll_before_it_came_counts_nothing(paper, estate, vote):
    wang = estate.owners[0]
    paper.print(vote, wang)
    with paper.work():
        correcting.remove_home(vote, estate.homes[0][0].id, "not a home", paper.lin, paper.clock)
    assert paper.read_twice(vote, paper.hand_in(vote, wang), "yes") == "not_on_roll"
    assert paper.part(vote) == (0, 0)


def test_a_sole_owner_cannot_contradict_the_own_paper_ballot_but_a_co_owner_can(app, make, lane):
    deng, zhou = lane.deng, make.person("Zhou Min")
    holder = make.titleholder(lane.unit, "Zhou Min", "7001", person=zhou)
    home = make.home(lane.unit, "2-201", 5000, [lane.holders["Deng"], holder])
    hall, paper = Hall(app, lane), PaperDesk(app, make, lane.unit)
    vote = hall.open()
    together, alone = _head_with(paper, vote.id, zhou.id), _head_alone(paper, vote.id, deng.id, zhou.id)
    for elector_id in (together, alone):
        with paper.work():
            print_sheets(vote.id, paper.lin, paper.clock, elector_id=elector_id)
        with paper.work() as session:
            code = session.scalars(select(Sheet.code).where(Sheet.elector_id == elector_id)).one()
        paper.read_twice(vote.id, paper.receive(vote.id, code)[0], "yes")
    choices = {str(vote.questions[0].id): "no"}
    with paper.work():
        with pytest.raises(Refusal) as caught:
            casting.state_as_co_owner(vote.id, alone, deng.id, choices, paper.clock)
        assert caught.value.codes == ("nothing_to_contradict",)
        casting.state_as_co_owner(vote.id, together, zhou.id, choices, paper.clock)
    hall.close(vote)
    with paper.work():
        data = count_preliminarily(vote.id, None, paper.clock).data
    assert data["questions"][0]["unresolved"] == {"heads": 1, "area": 5000}
    assert data["questions"][0]["ballots"] == {"yes": {"heads": 1, "area": 9000}}
    assert home.id


def _head_with(paper, vote_id, person_id):
    with paper.work():
        return paper.elector(vote_id, person_id)


def _head_alone(paper, vote_id, person_id, not_with):
    with paper.work():
        shared = {e.id for e in electors_of(not_with, vote_id)}
        return next(e.id for e in electors_of(person_id, vote_id) if e.id not in shared)


def test_the_time_of_receipt_of_a_sheet_decides_even_by_a_second(paper, estate, vote):
    for seconds, expected in ((-1, "counted"), (1, "set_aside")):
        owner = estate.owners[2 if seconds < 0 else 3]
        paper.print(vote, owner)
        paper.clock.advance(minutes=5)
        estate.cast(vote, owner, "yes")
        phone = paper.ballots(vote, owner)[0].received_at
        paper.clock.advance(minutes=5)
        return_id = paper.hand_in(vote, owner, phone + timedelta(seconds=seconds))
        assert paper.read_twice(vote, return_id, "no") == expected
