"""A vote from its draft to its final result, through the services and the database. Numbers from the worked examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from participation.database import db
from participation.kernel.refusal import Refusal
from participation.record.merkle import verify_inclusion
from participation.record.models import LogEntry
from participation.record.services import log_of, prove
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, Elector, ElectorHome, Vote, VoteCount
from participation.votes.queries import standings, turnout
from participation.votes.rules import load_rule, rule_to_data
from participation.votes.services import casting, closing, drafting, noticing, objecting
from tests.support.estates import RULE, Estate


@pytest.fixture
def estate_of_90(app, make):
    return Estate(app, make, [1] * 90)


@pytest.mark.parametrize(
    ("yes", "no", "outcome"),
    [(31, 29, "passed"), (30, 30, "rejected"), (59, 0, "no_quorum")],
    ids=["example 1: 31 of exactly two thirds", "example 2: exactly half", "example 3: one head short of two thirds"],
)
def test_worked_examples_come_out_of_the_ballot_box(app, make, yes, no, outcome):
    estate = Estate(app, make, [1] * 90)
    vote = estate.announce()
    estate.cast_all(vote, yes=yes, no=no)
    result = estate.close(vote)
    assert result["questions"][0]["outcome"] == outcome
    assert result["roll"] == {"heads": 90, "area": 720000}
    assert result["part"] == {"heads": yes + no, "area": (yes + no) * 8000}


def test_example_6_followers_join_the_leading_side(estate_of_90):
    vote = estate_of_90.announce()
    estate_of_90.cast_all(vote, yes=28, no=22, follow=10)
    question = estate_of_90.close(vote)["questions"][0]
    assert question["outcome"] == "passed"
    assert question["effective"]["yes"] == {"heads": 38, "area": 38 * 8000}
    assert question["ballots"]["follow"] == {"heads": 10, "area": 80000}


def test_example_7_an_owner_of_ten_homes_is_one_head(app, make):
    estate = Estate(app, make, [10] + [1] * 20, area=10000)
    vote = estate.announce()
    estate.cast(vote, estate.owners[0], "yes")
    for person in estate.owners[1:7]:
        estate.cast(vote, person, "yes")
    for person in estate.owners[7:14]:
        estate.cast(vote, person, "no")
    result = estate.close(vote)
    assert result["roll"]["heads"] == 21
    question = result["questions"][0]
    assert question["ballots"]["yes"] == {"heads": 7, "area": 160000}
    assert question["outcome"] == "rejected"
    short = {test["name"]: test["short_by"] for test in question["tests"] if not test["holds"]}
    assert short == {"pass.heads": 1}


def test_the_frozen_roll_adds_up_and_names_every_home_once(app, lane):
    estate = Estate.__new__(Estate)
    estate.app, estate.unit = app, lane.unit
    vote = estate.announce()
    with estate.work() as session:
        count = session.get(VoteCount, vote)
        electors = session.scalars(select(Elector).where(Elector.vote_id == vote)).all()
        homes = session.scalars(select(ElectorHome).where(ElectorHome.vote_id == vote)).all()
        assert (count.roll_heads, count.roll_area) == (5, 44825)
        assert sum(e.area for e in electors) == sum(h.area for h in homes) == 44825
        assert len({h.home_id for h in homes}) == 6
        assert [e.number for e in sorted(electors, key=lambda e: e.number)] == [1, 2, 3, 4, 5]
        assert len(session.get(Vote, vote).roll_fingerprint) == 64


def test_before_closing_only_turnout_can_be_known(estate_of_90):
    vote = estate_of_90.announce()
    estate_of_90.cast_all(vote, yes=10, no=5)
    with estate_of_90.work() as session:
        found = session.get(Vote, vote)
        for standing in standings(found, turnout(found)):
            assert {test.test.stage for test in standing.tests} == {"quorum"}
            assert {test.name: test.short_by for test in standing.tests} == {
                "quorum.heads": 45,
                "quorum.area": 45 * 8000,
            }


def test_a_retry_gets_the_same_receipt_and_counts_once(estate_of_90):
    vote = estate_of_90.announce()
    person = estate_of_90.owners[0]
    first = estate_of_90.cast(vote, person, "yes", "one-key")
    again = estate_of_90.cast(vote, person, "yes", "one-key")
    other_tab = estate_of_90.cast(vote, person, "yes", "another-key")
    assert first.is_new and not again.is_new and not other_tab.is_new
    assert first.ballot.receipt == again.ballot.receipt == other_tab.ballot.receipt
    with estate_of_90.work() as session:
        assert session.get(VoteCount, vote).part_heads == 1


def test_where_the_rule_forbids_it_a_cast_ballot_cannot_be_changed(estate_of_90):
    vote = estate_of_90.announce()
    person = estate_of_90.owners[0]
    estate_of_90.cast(vote, person, "yes")
    with pytest.raises(Refusal) as refused:
        estate_of_90.cast(vote, person, "no")
    assert refused.value.codes == ("already_cast",)


def test_where_the_rule_allows_it_the_last_ballot_counts_and_the_first_stays_on_record(app, make):
    estate = Estate(app, make, [1] * 10)
    vote = estate.announce()
    with estate.work() as session:
        question = session.get(Vote, vote).questions[0]
        question.rule = rule_to_data(replace(load_rule(RULE), may_change="until_close"))
    person = estate.owners[0]
    estate.cast(vote, person, "yes")
    estate.cast(vote, person, "no")
    with estate.work() as session:
        turns = session.scalars(select(Ballot.turn).where(Ballot.vote_id == vote).order_by(Ballot.turn)).all()
        assert list(turns) == [1, 2]
        assert session.get(VoteCount, vote).part_heads == 1
    assert estate.close(vote)["questions"][0]["ballots"] == {"no": {"heads": 1, "area": 8000}}


def test_the_closing_instant_itself_is_too_late(estate_of_90):
    vote = estate_of_90.announce()
    closes = estate_of_90.closes_at(vote)
    estate_of_90.clock.at = closes - timedelta(microseconds=1)
    assert estate_of_90.cast(vote, estate_of_90.owners[0], "yes").is_new
    estate_of_90.clock.at = closes
    with pytest.raises(Refusal) as refused:
        estate_of_90.cast(vote, estate_of_90.owners[1], "yes")
    assert refused.value.codes == ("phase.closed",)


def test_a_retry_after_closing_still_gets_its_receipt(estate_of_90):
    vote = estate_of_90.announce()
    receipt = estate_of_90.cast(vote, estate_of_90.owners[0], "yes", "key").ballot.receipt
    estate_of_90.clock.at = estate_of_90.closes_at(vote)
    assert estate_of_90.cast(vote, estate_of_90.owners[0], "yes", "key").ballot.receipt == receipt


def test_a_tenant_and_an_outsider_are_refused_even_if_they_name_an_elector(app, lane, outsiders):
    estate = Estate.__new__(Estate)
    estate.app, estate.unit = app, lane.unit
    vote = estate.announce()
    with estate.work():
        elector = electors_of(lane.deng.id, vote)[0].id
        question = db.session.get(Vote, vote).questions[0].id
    for person in (lane.zhao, outsiders.zhou, lane.lin):
        with estate.work(), pytest.raises(Refusal) as refused:
            casting.cast(vote, elector, person.id, {str(question): "yes"}, "k", estate.clock)
        assert refused.value.codes == ("not_an_elector",)


def test_a_notice_that_lacks_something_says_what_and_how_to_mend_it(estate_of_90):
    now = estate_of_90.clock.now()
    with estate_of_90.work():
        vote = drafting.draft_vote(estate_of_90.unit.id, "Too soon", None, now)
        codes = {reason.code for reason in noticing.still_missing(vote, now)}
        assert codes == {"no_question", "dates"}
        drafting.put_question(vote, "Shall we?", "other", "cn.278.ordinary")
        drafting.change_draft(vote, opens_at=now + timedelta(days=14), closes_at=now + timedelta(days=15))
        reasons = noticing.still_missing(vote, now)
        assert {reason.code for reason in reasons} == {"notice_short", "window_short"} or {"notice_short"} == {
            reason.code for reason in reasons
        }
        assert all(reason.remedy for reason in reasons)
        with pytest.raises(Refusal):
            noticing.publish_notice(vote.id, None, estate_of_90.clock)


def test_a_rehearsal_may_hurry_and_a_binding_vote_may_not(estate_of_90):
    binding = estate_of_90.announce()
    with estate_of_90.work(), pytest.raises(Refusal) as refused:
        noticing.hasten(binding, None, estate_of_90.clock)
    assert refused.value.codes == ("binding",)
    now = estate_of_90.clock.now()
    with estate_of_90.work():
        vote = drafting.draft_vote(estate_of_90.unit.id, "Rehearsal", None, now)
        drafting.put_question(vote, "Shall we?", "other", "cn.278.ordinary")
        drafting.change_draft(
            vote, rehearsal=True, opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2)
        )
        noticing.publish_notice(vote.id, None, estate_of_90.clock)
        noticing.hasten(vote.id, None, estate_of_90.clock)
        rehearsal = vote.id
    assert estate_of_90.cast(rehearsal, estate_of_90.owners[0], "yes").is_new


def test_extension_happens_once_and_within_the_rule(estate_of_90):
    vote = estate_of_90.announce()
    closes = estate_of_90.closes_at(vote)
    with estate_of_90.work(), pytest.raises(Refusal) as refused:
        noticing.extend(vote, closes + timedelta(days=400), "Low turnout.", None, estate_of_90.clock)
    assert refused.value.codes == ("too_late",)
    with estate_of_90.work():
        noticing.extend(vote, closes + timedelta(days=5), "Low turnout.", None, estate_of_90.clock)
    estate_of_90.clock.at = closes
    assert estate_of_90.cast(vote, estate_of_90.owners[0], "yes").is_new
    with estate_of_90.work(), pytest.raises(Refusal) as refused:
        noticing.extend(vote, closes + timedelta(days=6), "Again.", None, estate_of_90.clock)
    assert refused.value.codes == ("extended",)


def test_a_cancelled_vote_takes_no_ballot_and_keeps_those_it_has(estate_of_90):
    vote = estate_of_90.announce()
    estate_of_90.cast(vote, estate_of_90.owners[0], "yes")
    with estate_of_90.work():
        noticing.cancel(vote, "The question was misleading.", None, estate_of_90.clock)
    with pytest.raises(Refusal) as refused:
        estate_of_90.cast(vote, estate_of_90.owners[1], "yes")
    assert refused.value.codes == ("phase.cancelled",)
    with estate_of_90.work() as session:
        assert session.scalar(select(func.count()).select_from(Ballot).where(Ballot.vote_id == vote)) == 1


def test_no_final_result_while_an_objection_waits(estate_of_90):
    vote = estate_of_90.announce()
    estate_of_90.cast_all(vote, yes=61)
    estate_of_90.close(vote)
    with estate_of_90.work():
        objection = objecting.object_to_count(vote, estate_of_90.owners[80], "I was away.", estate_of_90.clock).id
    with pytest.raises(Refusal) as refused:
        estate_of_90.finish(vote)
    assert refused.value.codes == ("objections_open",)
    with estate_of_90.work():
        objecting.answer_objection(objection, False, "The notice stood for 16 days.", 1, estate_of_90.clock)
    assert estate_of_90.finish(vote)["questions"][0]["outcome"] == "passed"


def test_after_the_period_nobody_objects_and_before_it_nothing_is_final(estate_of_90):
    vote = estate_of_90.announce()
    estate_of_90.close(vote)
    with estate_of_90.work(), pytest.raises(Refusal) as refused:
        closing.finalise(vote, None, estate_of_90.clock)
    assert refused.value.codes == ("phase.preliminary",)
    estate_of_90.clock.advance(days=7)
    with estate_of_90.work(), pytest.raises(Refusal) as refused:
        objecting.object_to_count(vote, estate_of_90.owners[0], "Too late.", estate_of_90.clock)
    assert refused.value.codes == ("phase.answering",)


def test_every_step_is_in_the_record_with_a_proof(estate_of_90):
    vote = estate_of_90.announce()
    estate_of_90.cast_all(vote, yes=61)
    estate_of_90.close(vote)
    estate_of_90.finish(vote)
    with estate_of_90.work() as session:
        log = log_of(estate_of_90.unit.id)
        kinds = list(session.scalars(select(LogEntry.kind).where(LogEntry.vote_id == vote).order_by(LogEntry.index)))
        assert kinds == [
            "notice",
            *["ballot"] * 61,
            "closing",
            "preliminary-result",
            "counted",
            "final-result",
            "finalised",
        ]
        for index in range(log.size):
            found = prove(log, index)
            assert verify_inclusion(found.leaf, index, log.size, found.proof, found.checkpoint.root)


def test_no_ballot_entry_of_the_record_tells_who_or_what(estate_of_90):
    vote = estate_of_90.announce()
    estate_of_90.cast(vote, estate_of_90.owners[0], "yes")
    with estate_of_90.work() as session:
        payload = session.scalars(select(LogEntry.payload).where(LogEntry.kind == "ballot")).one()
    assert "yes" not in payload and "elector" not in payload and "Owner" not in payload


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ballots SET choices = '{}'",
        "DELETE FROM ballots",
        "DELETE FROM log_entries",
        "UPDATE electors SET area = 1",
    ],
)
def test_the_database_itself_refuses_to_rewrite_what_was_said(estate_of_90, statement):
    vote = estate_of_90.announce()
    estate_of_90.cast(vote, estate_of_90.owners[0], "yes")
    with pytest.raises(DatabaseError, match="append-only"), estate_of_90.work() as session:
        session.execute(db.text(statement))
