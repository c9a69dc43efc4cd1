"""Casting with the help of staff, decided by the service; races between the station and the owner's phone."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.roll.models import OwnerMember, Titleholder
from participation.votes.electors import electors_of
from participation.votes.models import Ballot, DoubleBallot, Elector, Question, Vote, VoteCount
from participation.votes.receipts import prove_ballot
from participation.votes.services.casting import cast
from participation.votes.services.correcting import remove_home
from participation.votes.services.returns import Arrival, write_return
from participation.votes.services.station import cast_at_station
from participation.votes.services.steps import hold
from participation.votes.standing import Channel
from tests.support.estates import Estate
from tests.support.people import Make, Neighbourhood
from tests.support.race import race
from tests.votes.pages_support import Hall


class Desk:
    """Lane 12 with an open vote, and Lin who stands by."""

    def __init__(self, app: Flask, lane: Neighbourhood):
        self.app, self.lane, self.hall = app, lane, Hall(app, lane)
        self.vote = self.hall.open()

    def elector(self, name: str) -> int:
        owners = select(Elector.id).where(Elector.vote_id == self.vote.id)
        member = select(OwnerMember.owner_id).where(OwnerMember.titleholder_id == self.lane.holders[name].id)
        return db.session.scalars(owners.where(Elector.owner_id.in_(member))).one()

    def cast(self, name: str, choice: str = "yes", key: str = "", channel: Channel = Channel.POLLING_POINT, of: str = "") -> Ballot:
        with self.app.app_context(), transaction():
            choices = {str(id_): choice for id_ in db.session.scalars(select(Question.id).where(Question.vote_id == self.vote.id))}
            return cast_at_station(
                self.vote.id, self.elector(of or name), self.lane.holders[name].id, choices, key or f"station-{name}-key-0000",
                self.lane.lin.id, self.hall.clock, channel=channel,
            ).ballot  # fmt: skip

    def refused(self, name: str, **more: Any) -> str:
        with pytest.raises(Refusal) as refusal:
            self.cast(name, **more)
        return refusal.value.codes[0]

    def counted(self) -> tuple[int, int]:
        with self.app.app_context():
            count = db.session.get_one(VoteCount, self.vote.id)
            return count.part_heads, count.part_area


@pytest.fixture
def desk(app: Flask, lane: Neighbourhood) -> Desk:
    return Desk(app, lane)


def test_a_ballot_at_the_station_is_the_same_record_as_one_on_a_phone(desk: Desk) -> None:
    ballot = desk.cast("Wang", "no")
    assert (ballot.channel, ballot.assisted_by_id, ballot.cast_by_id) == ("polling_point", desk.lane.lin.id, desk.lane.wang.id)
    assert desk.counted() == (1, 17050), "one head, both homes"
    with desk.app.app_context():
        proof = prove_ballot(db.session.get_one(Vote, desk.vote.id), db.session.get_one(Ballot, ballot.id))
        assert proof.holds and proof.content["channel"] == "polling_point"
        assert "assisted" not in str(proof.content), "who stood by is nobody's business outside"


def test_the_channel_of_a_ballot_at_the_door_is_the_door(desk: Desk) -> None:
    assert desk.cast("Deng", channel=Channel.DOORSTEP).channel == "doorstep"


def test_the_same_key_is_the_same_ballot_even_with_other_choices(desk: Desk) -> None:
    first, again = desk.cast("Wang", "no"), desk.cast("Wang", "yes")
    assert (first.id, again.choices) == (again.id, first.choices)
    assert desk.counted() == (1, 17050)


def test_who_has_voted_on_the_phone_is_refused(desk: Desk) -> None:
    desk.hall.cast(desk.vote, desk.lane.wang)
    assert desk.refused("Wang") == "already_cast"


def test_who_has_voted_at_the_station_is_refused_on_the_phone(desk: Desk) -> None:
    desk.cast("Wang")
    with pytest.raises(Refusal) as refusal:
        desk.hall.cast(desk.vote, desk.lane.wang, "no")
    assert refusal.value.codes == ("already_cast",)
    assert desk.counted() == (1, 17050)


def test_where_the_rule_lets_ballots_change_the_station_replaces_the_phone_and_both_are_told(desk: Desk) -> None:
    desk.hall.amend_rule(desk.vote, may_change="until_close")
    desk.hall.cast(desk.vote, desk.lane.wang, "yes")
    desk.hall.clock.advance(minutes=1)
    ballot = desk.cast("Wang", "no")
    assert ballot.turn == 2 and desk.counted() == (1, 17050)
    with desk.app.app_context():
        told = db.session.scalars(select(DoubleBallot)).one()
        assert told.stands_id == ballot.id and told.replaced_id is not None


def test_only_the_named_co_owner_casts_the_ballot_of_a_home(desk: Desk) -> None:
    assert desk.refused("Sun") == "another_is_named"
    assert desk.cast("Li").cast_by_id == desk.lane.li.id


def test_an_owner_cannot_cast_the_ballot_of_another_head(desk: Desk) -> None:
    assert desk.refused("Qian", of="Wang") == "not_an_elector"


def test_a_head_that_was_taken_off_the_roll_has_no_ballot(desk: Desk) -> None:
    with desk.app.app_context(), transaction():
        remove_home(desk.vote.id, desk.lane.homes["1-S1"].id, "Not a home", desk.lane.lin.id, desk.hall.clock)
    assert desk.refused("Qian") == "removed"


def test_a_sheet_that_is_being_read_is_waited_for(desk: Desk) -> None:
    with desk.app.app_context(), transaction():
        held = hold(desk.vote.id, desk.hall.clock)
        elector = db.session.get_one(Elector, desk.elector("Qian"))
        write_return(held, elector, None, Arrival(Channel.RECORDED_PHONE, held.now, desk.lane.lin.id, "a-call"))
    assert desk.refused("Qian") == "sheet_is_in"


def test_an_owner_without_a_phone_is_not_taken_for_a_co_owner(desk: Desk) -> None:
    with desk.app.app_context(), transaction():
        db.session.get_one(Titleholder, desk.lane.holders["Wang"].id).person_id = None
    assert desk.cast("Wang").cast_by_id is None
    assert desk.refused("Wang", key="another-key-of-wang") == "already_cast"


def test_a_question_without_an_answer_is_refused(desk: Desk) -> None:
    assert desk.refused("Wang", choice="") == "choice.missing"
    assert desk.refused("Wang", choice="perhaps") == "choice.missing"


@pytest.mark.parametrize("days", [-1, 20])
def test_outside_the_open_time_nothing_is_cast(desk: Desk, days: int) -> None:
    desk.hall.clock.advance(days=days)
    assert desk.refused("Wang").startswith("phase.")


def test_the_readable_box_is_shut_in_a_secret_election(desk: Desk) -> None:
    with desk.app.app_context(), transaction():
        db.session.get_one(Vote, desk.vote.id).secret = True
    assert desk.refused("Wang") == "secret"


# --- races


def by_phone(app: Flask, vote_id: int, elector_id: int, person_id: int, choice: str) -> Any:
    return _one_cast(app, vote_id, choice, lambda choices: cast(vote_id, elector_id, person_id, choices, "phone-key-0000000", app.extensions["clock"]))


def at_station(app: Flask, vote_id: int, elector_id: int, holder_id: int, staff_id: int, choice: str) -> Any:
    return _one_cast(app, vote_id, choice, lambda choices: cast_at_station(
        vote_id, elector_id, holder_id, choices, f"station-key-{choice}-000", staff_id, app.extensions["clock"],
    ))  # fmt: skip


def _one_cast(app: Flask, vote_id: int, choice: str, run: Any) -> Any:
    try:
        with app.app_context(), transaction() as session:
            return run({str(q.id): choice for q in session.get(Vote, vote_id).questions}).ballot.receipt
    except Refusal as refusal:
        return refusal.codes


def run_either(app: Flask, way: str, *given: Any) -> Any:
    return by_phone(app, *given) if way == "phone" else at_station(app, *given)


def _crowd(app: Flask, make: Make) -> tuple[Estate, int, list[tuple[Any, ...]]]:
    estate = Estate(app, make, [1] * 3)
    vote = estate.announce()
    staff = make.person("Staff")
    with estate.work() as session:
        elector = electors_of(estate.owners[0], vote)[0].id
        holder = session.scalar(select(Titleholder.id).where(Titleholder.person_id == estate.owners[0]))
    phone = [("phone", vote, elector, estate.owners[0], choice) for choice in ("yes", "no")]
    station = [("station", vote, elector, holder, staff.id, choice) for choice in ("yes", "no", "abstain")]
    return estate, vote, [*phone, *station]


def _one_ballot(estate: Estate, vote: int, answers: list[Any]) -> None:
    receipts = {answer for answer in answers if isinstance(answer, str)}
    assert len(receipts) == 1, answers
    assert {code for answer in answers if not isinstance(answer, str) for code in answer} <= {"already_cast"}
    with estate.work() as session:
        assert session.scalar(select(func.count()).select_from(Ballot).where(Ballot.vote_id == vote)) == 1
        assert session.get(VoteCount, vote).part_heads == 1


def test_phone_and_station_at_once_from_five_processes_make_one_ballot(app: Flask, make: Make) -> None:
    estate, vote, ways = _crowd(app, make)
    _one_ballot(estate, vote, race(app, run_either, ways))


def test_phone_and_station_at_once_from_threads_of_one_process_make_one_ballot(app: Flask, make: Make) -> None:
    estate, vote, ways = _crowd(app, make)
    barrier, answers = threading.Barrier(len(ways)), []

    def go(way: tuple[Any, ...]) -> None:
        barrier.wait()
        answers.append(run_either(app, *way))

    threads = [threading.Thread(target=go, args=(way,)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == len(ways)
    _one_ballot(estate, vote, answers)
