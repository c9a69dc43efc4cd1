"""Races between real processes for one owner's secret ballot, and for the box."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import func, select

from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.record.models import LogEntry
from participation.votes.electors import electors_of
from participation.votes.models import Vote, VoteCount
from participation.votes.secret import hopper
from participation.votes.secret.casting import cast_secret
from participation.votes.secret.closing import close_box
from participation.votes.secret.queries import sealed_ballots
from participation.votes.secret.sealing import digest, tracker, unseal
from participation.votes.secret_models import SecretEnvelope, SecretMark
from tests.support.estates import Estate
from tests.support.race import race
from tests.votes.secret_support import Booth, choices


def cast(app, vote_id, person_id, name, key, early=False):
    """In a process of its own: cast, and tell the tracker or why not."""
    clock = app.extensions["clock"]
    if early:
        clock.at -= timedelta(microseconds=1)
    with app.app_context():
        try:
            with transaction():
                vote = db.session.get(Vote, vote_id)
                elector = electors_of(person_id, vote_id)[0]
                return cast_secret(vote_id, elector.id, person_id, choices(vote, [name]), key, clock).tracker
        except Refusal as refusal:
            return refusal.codes


def close(app, vote_id):
    with app.app_context(), transaction():
        return close_box(vote_id, None, app.extensions["clock"]).ballots


def cast_or_close(app, vote_id, person_id):
    return close(app, vote_id) if person_id is None else cast(app, vote_id, person_id, "Bai", f"key-of-{person_id}", early=True)


def stored(estate, table):
    with estate.work() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_the_same_request_from_five_processes_is_one_envelope_and_one_tracker(app, make):
    estate = Estate(app, make, [1] * 3)
    vote = Booth(app, estate.unit).open()
    found = race(app, cast, [(vote.id, estate.owners[0], "Bai", "the-very-same-key")] * 5)
    assert len(set(found)) == 1 and isinstance(found[0], str)
    assert (stored(estate, SecretMark), stored(estate, SecretEnvelope)) == (1, 1)
    with estate.work() as session:
        assert session.get(VoteCount, vote.id).part_heads == 1
        assert session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.kind == "secret-ballot")) == 1


def test_two_phones_of_one_owner_with_two_minds_make_one_ballot_the_last(app, make):
    estate = Estate(app, make, [1] * 3)
    booth = Booth(app, estate.unit)
    vote = booth.open()
    names = ("Bai", "Cai", "Dai", "Bai")
    found = race(app, cast, [(vote.id, estate.owners[0], name, f"key-number-{n}") for n, name in enumerate(names)])
    assert len(set(found)) == 4, "each phone has a tracker"
    booth.close(vote)
    with estate.work() as session:
        [sealed] = sealed_ballots(vote.id)
        count = session.get(VoteCount, vote.id).part_heads
        entries = [json.loads(p) for p in session.scalars(select(LogEntry.payload).where(LogEntry.kind == "secret-ballot").order_by(LogEntry.index))]
        indexes = list(session.scalars(select(LogEntry.index).where(LogEntry.kind == "secret-ballot").order_by(LogEntry.index)))
    assert count == 1
    assert tracker(sealed) in found
    assert [entry.get("replaces") for entry in entries] == [None, *indexes[:-1]], "one after the other, each replacing the one before"
    election = json.loads(booth.box(vote))["election"]
    chosen = unseal(sealed, election, booth.board)
    assert next(iter(chosen.values())) == choices(vote, [names[found.index(tracker(sealed))]])[str(vote.questions[0].id)]


def test_a_cast_against_the_closing_is_in_the_box_or_refused_and_never_between(app, make):
    estate = Estate(app, make, [1] * 5)
    booth = Booth(app, estate.unit)
    vote = booth.open()
    booth.clock.at = vote.closes_at
    *casts, closed = race(app, cast_or_close, [(vote.id, person) for person in [*estate.owners, None]])
    taken = [answer for answer in casts if isinstance(answer, str)]
    # Whoever comes after the box was closed looks at a clock of before: the box decides, not the clock.
    assert all(answer == ("phase.closed",) for answer in casts if not isinstance(answer, str))
    with estate.work():
        found = [tracker(sealed) for sealed in sealed_ballots(vote.id)]
    assert sorted(found) == sorted(taken)
    assert closed == len(taken) == stored(estate, SecretMark)


def test_two_closings_at_once_make_one_box(app, make):
    estate = Estate(app, make, [1] * 4)
    booth = Booth(app, estate.unit)
    vote = booth.open()
    for person in estate.owners[:3]:
        booth.cast(vote, person, ["Bai"])
    booth.clock.at = vote.closes_at
    assert race(app, close, [(vote.id,)] * 3) == [3, 3, 3]
    with estate.work() as session:
        assert session.scalar(select(func.count()).select_from(LogEntry).where(LogEntry.kind == "secret-box")) == 1
        digests = [digest(sealed) for sealed in sealed_ballots(vote.id)]
    assert digests == sorted(digests)
    assert not hopper.is_there(app.config["INSTANCE"], vote.id)
