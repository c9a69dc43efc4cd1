"""Casting for somebody else: in whose name, who comes first, what the box refuses, what is counted and told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.votes.counting import count
from participation.votes.electors import weight_of
from participation.votes.heads import my_heads
from participation.votes.models import DoubleBallot, Elector, Objection, Vote, VoteCount
from participation.votes.receipts import prove_ballot
from participation.votes.services.boxing import Boxed, Origin, put_in_box
from participation.votes.services.casting import standing_ballot
from participation.votes.services.objecting import answer_objection, object_to_ballot, object_to_count
from participation.votes.services.steps import hold
from participation.votes.services.telling import letters_of, tell
from participation.votes.standing import Channel
from tests.support.people import Neighbourhood
from tests.votes.behalf_support import cast_as, developer_of, elector_id_of, give, standing, take_back
from tests.votes.pages_support import Hall

QIAN, WANG = ("Qian", "5005"), ("Wang", "101X")


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


@pytest.fixture
def changing(hall: Hall) -> Vote:
    """An open vote in which ballots may be changed until closing."""
    vote = hall.announce()
    hall.amend_rule(vote, may_change="until_close")
    hall.clock.at = vote.opens_at  # type: ignore[assignment]
    return vote


def refused(run: Any) -> tuple[str, ...]:
    with pytest.raises(Refusal) as found:
        run()
    return found.value.codes


def box(app: Flask, vote: Vote, elector_id: int, origin: Origin, choice: str = "yes", key: str = "paper") -> Boxed:
    """A ballot that comes by paper, as the services of paper hand it over."""
    with app.app_context(), transaction():
        held, elector = hold(vote.id, app.extensions["clock"]), db.session.get_one(Elector, elector_id)
        choices = {str(question.id): choice for question in vote.questions}
        return put_in_box(held, elector, weight_of(elector), standing_ballot(vote.id, elector_id), choices, key, origin)


def heads(app: Flask, vote: Vote, person: Any) -> list[Any]:
    with app.test_request_context(), transaction(write=False):
        return my_heads(vote.id, person.id)


def test_a_proxys_ballot_is_sealed_as_such_and_proves_itself(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    authority = give(app, vote.id, deng, QIAN, lane.lin)
    made = cast_as(app, vote, lane.qian.id, deng)
    assert (made.is_new, made.ballot.authority_id, made.ballot.cast_by_id) == (True, authority.id, lane.qian.id)
    assert cast_as(app, vote, lane.qian.id, deng).is_new is False, "a second tap is the same ballot"
    with app.app_context():
        proof = prove_ballot(db.session.get_one(Vote, vote.id), standing_ballot(vote.id, deng))
        assert proof.holds
        assert proof.content["on_behalf"] == "proxy"
        assert db.session.get_one(VoteCount, vote.id).part_area == 9000


def test_one_person_has_several_heads_each_with_its_own_ballot(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng, li = elector_id_of(app, vote.id, lane.deng), elector_id_of(app, vote.id, lane.li)
    give(app, vote.id, deng, QIAN, lane.lin)
    give(app, vote.id, li, QIAN, lane.lin)
    mine = heads(app, vote, lane.qian)
    assert [(head.acting_for, head.standing, head.area) for head in mine] == [
        ("", "free", 4025), ("Li, Sun", "free", 7000), ("Deng", "free", 9000),
    ]  # fmt: skip
    assert [head.authority.kind for head in mine[1:]] == ["proxy", "proxy"]
    cast_as(app, vote, lane.qian.id, deng)
    hall.cast(vote, lane.li)
    assert [head.standing for head in heads(app, vote, lane.qian)] == ["free", "owner_voted", "voted"]
    assert heads(app, vote, lane.qian)[1].ballot is None, "what the owner chose is not for the proxy"


def test_nobody_casts_without_an_authority(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    give(app, vote.id, deng, QIAN, lane.lin)
    for person in (lane.wang, lane.zhao):
        assert refused(lambda person=person: cast_as(app, vote, person.id, deng)) == ("not_an_elector",)
    assert heads(app, vote, lane.zhao) == []


def test_a_tenant_who_is_guardian_votes_for_the_owner_and_for_nobody_else(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    give(app, vote.id, deng, ("Zhao", "7788"), lane.lin, kind="guardian")
    cast_as(app, vote, lane.zhao.id, deng)
    assert refused(lambda: cast_as(app, vote, lane.zhao.id, elector_id_of(app, vote.id, lane.wang))) == ("not_an_elector",)


def test_the_owner_who_votes_first_leaves_nothing_to_the_proxy(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    give(app, vote.id, deng, QIAN, lane.lin)
    hall.cast(vote, lane.deng, "no")
    assert refused(lambda: cast_as(app, vote, lane.qian.id, deng)) == ("owner_has_voted",)


def test_the_same_where_ballots_may_be_changed(app: Flask, lane: Neighbourhood, hall: Hall, changing: Vote) -> None:
    deng = elector_id_of(app, changing.id, lane.deng)
    give(app, changing.id, deng, QIAN, lane.lin)
    hall.cast(changing, lane.deng, "no")
    assert refused(lambda: cast_as(app, changing, lane.qian.id, deng)) == ("owner_has_voted",)


def test_where_the_proxy_was_first_the_owner_is_told_by_whom(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    give(app, vote.id, deng, QIAN, lane.lin)
    cast_as(app, vote, lane.qian.id, deng)
    with pytest.raises(Refusal) as found:
        hall.cast(vote, lane.deng, "no")
    assert found.value.codes == ("cast_for_you",)
    assert "Qian has voted for you" in str(found.value.reasons[0].message)
    [head] = heads(app, vote, lane.deng)
    assert (head.standing, head.cast_for.holder, head.cast_for.kind) == ("cast_otherwise", "Qian", "proxy")


def test_where_the_rule_allows_the_owners_own_later_ballot_stands_and_both_are_on_record(
    app: Flask, lane: Neighbourhood, hall: Hall, changing: Vote
) -> None:
    deng = elector_id_of(app, changing.id, lane.deng)
    give(app, changing.id, deng, QIAN, lane.lin)
    cast_as(app, changing, lane.qian.id, deng, "yes")
    hall.clock.advance(minutes=1)
    hall.cast(changing, lane.deng, "no")
    assert (standing(app, deng).turn, standing(app, deng).authority_id) == (2, None)
    assert refused(lambda: cast_as(app, changing, lane.qian.id, deng, "abstain")) == ("owner_has_voted",)
    with app.app_context():
        [double] = db.session.scalars(select(DoubleBallot).where(DoubleBallot.vote_id == changing.id))
        assert double.replaced_id is not None, "two persons voted, though both on a phone"
        assert db.session.get_one(VoteCount, changing.id).part_heads == 1


def test_a_proxy_changes_the_ballot_cast_as_proxy_where_the_rule_allows(
    app: Flask, lane: Neighbourhood, hall: Hall, changing: Vote
) -> None:
    deng = elector_id_of(app, changing.id, lane.deng)
    give(app, changing.id, deng, QIAN, lane.lin)
    cast_as(app, changing, lane.qian.id, deng, "yes")
    cast_as(app, changing, lane.qian.id, deng, "no")
    with app.app_context():
        assert db.session.scalars(select(DoubleBallot)).all() == []
    assert standing(app, deng).turn == 2


def test_what_was_taken_back_casts_nothing(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    authority = give(app, vote.id, deng, QIAN, lane.lin)
    take_back(app, vote.id, authority.id, lane.deng)
    assert refused(lambda: cast_as(app, vote, lane.qian.id, deng)) == ("authority_ended",)
    assert len(heads(app, vote, lane.qian)) == 1


def test_in_a_secret_election_nobody_votes_for_another_here(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    first = hall.open()
    deng = elector_id_of(app, first.id, lane.deng)
    give(app, first.id, deng, QIAN, lane.lin, kind="guardian", every_vote=True)
    second = hall.open(title="A secret one")
    with app.app_context(), transaction():
        db.session.get_one(Vote, second.id).secret = True
    assert len(heads(app, second, lane.qian)) == 1
    assert refused(lambda: give(app, second.id, elector_id_of(app, second.id, lane.deng), QIAN, lane.lin)) == ("secret",)


def test_a_sheet_signed_by_the_holder_counts_if_it_was_handed_over_before_the_end(
    app: Flask, lane: Neighbourhood, hall: Hall
) -> None:
    vote = hall.open()
    deng, li = elector_id_of(app, vote.id, lane.deng), elector_id_of(app, vote.id, lane.li)
    given, other = give(app, vote.id, deng, QIAN, lane.lin), give(app, vote.id, li, QIAN, lane.lin)
    handed_over = hall.clock.advance(hours=1)
    hall.clock.advance(hours=1)
    take_back(app, vote.id, given.id, lane.deng)
    late = hall.clock.advance(hours=1)
    paper = {"channel": Channel.PAPER}
    assert refused(lambda: box(app, vote, deng, Origin(received_at=late, authority_id=given.id, **paper))) == ("authority_ended",)
    assert refused(lambda: box(app, vote, deng, Origin(received_at=handed_over, authority_id=other.id, **paper))) == ("authority_ended",)
    boxed = box(app, vote, deng, Origin(received_at=handed_over, authority_id=given.id, **paper))
    assert boxed.ballot is not None
    with app.app_context():
        proof = prove_ballot(db.session.get_one(Vote, vote.id), standing_ballot(vote.id, deng))
        assert proof.holds
        assert proof.content["on_behalf"] == "proxy", "the box itself looks up the kind"


def test_a_clock_that_steps_back_lets_no_revoked_authority_cast(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    authority = give(app, vote.id, deng, QIAN, lane.lin, from_at=hall.clock.now() - timedelta(hours=1))
    hall.clock.advance(seconds=2)
    take_back(app, vote.id, authority.id, lane.deng)
    hall.clock.advance(seconds=-1)
    assert refused(lambda: cast_as(app, vote, lane.qian.id, deng)) == ("authority_ended",)


def test_the_result_says_what_was_cast_on_behalf_by_kind(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open(questions=2)
    deng, li, developer = elector_id_of(app, vote.id, lane.deng), elector_id_of(app, vote.id, lane.li), developer_of(app, vote.id)
    give(app, vote.id, deng, QIAN, lane.lin)
    give(app, vote.id, li, QIAN, lane.lin)
    give(app, vote.id, developer, WANG, lane.lin, kind="representative")
    for elector in (deng, li):
        cast_as(app, vote, lane.qian.id, elector)
    cast_as(app, vote, lane.wang.id, developer, "no")
    hall.cast(vote, lane.wang)
    with app.app_context(), transaction(write=False):
        data = count(db.session.get_one(Vote, vote.id))
    expected = {"proxy": {"heads": 2, "area": 16000}, "representative": {"heads": 1, "area": 7750}}
    assert [question["on_behalf"] for question in data["questions"]] == [expected] * 2
    assert data["part"] == {"heads": 4, "area": 16000 + 7750 + 17050}


def test_an_election_counts_them_too_and_a_blank_one_not(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.announce(candidates=[("An", ""), ("Bo", "")], seats=1, questions=1)
    hall.clock.at = vote.opens_at
    deng, li = elector_id_of(app, vote.id, lane.deng), elector_id_of(app, vote.id, lane.li)
    decision, election = vote.questions
    for elector, holder, election_choice, decided in ((deng, QIAN, [election.candidates[0].id], "blank"), (li, WANG, "blank", "yes")):
        authority = give(app, vote.id, elector, holder, lane.lin)
        origin = Origin(Channel.PAPER, hall.clock.now(), authority_id=authority.id)
        with app.app_context(), transaction():
            row = db.session.get_one(Elector, elector)
            choices = {str(decision.id): decided, str(election.id): election_choice}
            put_in_box(hold(vote.id, hall.clock), row, weight_of(row), None, choices, f"key-{elector}", origin)
    with app.app_context(), transaction(write=False):
        first, second = count(db.session.get_one(Vote, vote.id))["questions"]
    assert first["on_behalf"] == {"proxy": {"heads": 1, "area": 7000}}
    assert second["on_behalf"] == {"proxy": {"heads": 1, "area": 9000}}


def test_every_ballot_cast_on_behalf_is_told_once_by_letter(app: Flask, lane: Neighbourhood, hall: Hall, changing: Vote) -> None:
    deng = elector_id_of(app, changing.id, lane.deng)
    authority = give(app, changing.id, deng, QIAN, lane.lin)
    received = hall.clock.now()
    hall.clock.advance(minutes=5)
    cast_as(app, changing, lane.qian.id, deng)
    box(app, changing, deng, Origin(Channel.PAPER, received, authority_id=authority.id))  # older than the one that stands
    hall.clock.advance(minutes=5)
    hall.cast(changing, lane.deng, "no")
    with app.app_context(), transaction():
        letters = letters_of(changing.id)
        assert [(x.holder, x.channel, x.fate, x.told_at) for x in letters] == [
            ("Qian", "paper", "set_aside", None), ("Qian", "phone", "replaced", None),
        ]  # fmt: skip
        tell(changing.id, letters[:1], lane.lin.id, hall.clock)
    with app.app_context(), transaction():
        assert [x.told_at for x in letters_of(changing.id)] == [hall.clock.now(), None]


def test_an_owner_objects_to_a_ballot_cast_for_them_while_the_vote_is_open(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    give(app, vote.id, deng, QIAN, lane.lin)

    def objects(person: Any) -> int:
        with app.app_context(), transaction():
            return object_to_ballot(vote.id, person.id, "I never signed that.", hall.clock).id

    assert refused(lambda: objects(lane.deng)) == ("nothing_cast_for_you",)
    cast_as(app, vote, lane.qian.id, deng)
    for person, code in ((lane.wang, "nothing_cast_for_you"), (lane.qian, "nothing_cast_for_you"), (lane.zhao, "not_an_elector")):
        assert refused(lambda person=person: objects(person)) == (code,)
    made = objects(lane.deng)
    with app.app_context(), transaction():
        objection = db.session.get_one(Objection, made)
        assert (objection.about, objection.elector_id, objection.number) == ("behalf", deng, 1)
        with pytest.raises(Refusal):
            object_to_count(vote.id, lane.deng.id, "Too early.", hall.clock)
    with app.app_context(), transaction():
        answer_objection(made, True, "The paper was not hers.", lane.lin.id, hall.clock)
    hall.close(vote)
    objects(lane.deng)  # closed, not yet counted
