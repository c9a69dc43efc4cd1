"""Races between real processes over one database: one ballot, one receipt, one order of things."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.record.models import LogEntry
from participation.record.services import log_of
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, Vote, VoteCount
from participation.votes.services import casting, closing
from tests.support.estates import Estate
from tests.support.race import race


def cast(app, vote_id, person_id, choice, key):
    """In a process of its own: cast, and tell the receipt or why not."""
    with app.app_context():
        try:
            with transaction():
                vote = db.session.get(Vote, vote_id)
                elector = electors_of(person_id, vote_id)[0]
                choices = {str(q.id): choice for q in vote.questions}
                return casting.cast(
                    vote_id, elector.id, person_id, choices, key, app.extensions["clock"]
                ).ballot.receipt
        except Refusal as refusal:
            return refusal.codes


def cast_just_before_closing(app, vote_id, person_id):
    app.extensions["clock"].at -= timedelta(microseconds=1)
    return cast(app, vote_id, person_id, "yes", f"key-{person_id}")


def close(app, vote_id):
    with app.app_context(), transaction():
        return closing.count_preliminarily(vote_id, None, app.extensions["clock"]).data["part"]["heads"]


def cast_or_close(app, vote_id, person_id):
    return close(app, vote_id) if person_id is None else cast_just_before_closing(app, vote_id, person_id)


def stored(estate, vote_id):
    with estate.work() as session:
        return session.scalar(select(func.count()).select_from(Ballot).where(Ballot.vote_id == vote_id))


def test_the_same_request_from_six_processes_is_one_ballot_and_one_receipt(app, make):
    estate = Estate(app, make, [1] * 3)
    vote = estate.announce()
    receipts = race(app, cast, [(vote, estate.owners[0], "yes", "the-key")] * 6)
    assert len(set(receipts)) == 1 and isinstance(receipts[0], str)
    assert stored(estate, vote) == 1
    with estate.work() as session:
        assert session.get(VoteCount, vote).part_heads == 1


def test_two_phones_of_one_owner_with_two_minds_make_one_ballot(app, make):
    estate = Estate(app, make, [1] * 3)
    vote = estate.announce()
    answers = race(
        app, cast, [(vote, estate.owners[0], choice, f"key-{choice}") for choice in ("yes", "no", "abstain", "yes")]
    )
    assert sorted(answers, key=str)[0] == ("already_cast",) or len(set(answers)) == 1
    assert len({answer for answer in answers if isinstance(answer, str)}) == 1
    assert stored(estate, vote) == 1


def test_many_owners_at_once_all_get_in_and_the_record_stays_dense(app, make):
    estate = Estate(app, make, [1] * 6)
    vote = estate.announce()
    receipts = race(app, cast, [(vote, person, "yes", f"key-{person}") for person in estate.owners])
    assert len(set(receipts)) == 6
    with estate.work() as session:
        count = session.get(VoteCount, vote)
        assert (count.part_heads, count.part_area) == (6, 48000)
        log = log_of(estate.unit.id)
        indexes = list(
            session.scalars(select(LogEntry.index).where(LogEntry.log_id == log.id).order_by(LogEntry.index))
        )
        assert indexes == list(range(log.size))


def test_a_cast_against_the_closing_is_counted_or_refused_and_never_between(app, make):
    estate = Estate(app, make, [1] * 5)
    vote = estate.announce()
    estate.clock.at = estate.closes_at(vote)
    answers = race(app, cast_or_close, [(vote, person) for person in [*estate.owners, None]])
    *casts, counted = answers
    acknowledged = [answer for answer in casts if isinstance(answer, str)]
    assert all(answer == ("phase.preliminary",) for answer in casts if not isinstance(answer, str))
    assert counted == len(acknowledged) == stored(estate, vote)


def test_two_counts_at_once_make_one_result(app, make):
    estate = Estate(app, make, [1] * 3)
    vote = estate.announce()
    estate.cast_all(vote, yes=3)
    estate.clock.at = estate.closes_at(vote)
    answers = race(app, try_to_close, [(vote,)] * 3)
    assert sorted(map(str, answers)) == sorted(map(str, [3, ("phase.preliminary",), ("phase.preliminary",)]))


def try_to_close(app, vote_id):
    try:
        return close(app, vote_id)
    except Refusal as refusal:
        return refusal.codes
