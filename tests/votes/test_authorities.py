"""Recording and taking back written authorities: who may hold one, how many, until when, and what the record says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from participation.database import db
from participation.kernel.refusal import Refusal
from participation.record.commitment import canonical, check
from participation.record.models import LogEntry
from participation.votes.behalf import Behalf
from participation.votes.behalf_models import Authority
from participation.votes.behalf_queries import live_authorities, live_numbers
from participation.votes.models import Elector, Vote
from participation.votes.services.authorities import FOLDER, Paper, content_of
from participation.votes.services.drafting import change_draft, draft_vote
from participation.votes.services.keeping import kept_path
from participation.votes.services.revoking import revoke_at_desk
from tests.support.people import Make, Neighbourhood
from tests.votes.behalf_support import cast_as, developer_of, elector_id_of, give, png, standing, take_back
from tests.votes.pages_support import Hall

QIAN, WANG, STRANGER = ("Qian", "5005"), ("Wang", "101X"), ("A Nephew", "4321")


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


def refused(run: Any) -> tuple[str, ...]:
    with pytest.raises(Refusal) as found:
        run()
    assert all(reason.remedy is not None for reason in found.value.reasons), "a refusal says what to do"
    return found.value.codes


def entries(app: Flask, kind: str) -> list[dict[str, Any]]:
    with app.app_context():
        return [json.loads(p) for p in db.session.scalars(select(LogEntry.payload).where(LogEntry.kind == kind).order_by(LogEntry.index))]


def test_an_authority_is_sealed_in_the_record_without_a_name(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    authority = give(app, vote.id, deng, QIAN, lane.lin)
    assert authority.holder_id == lane.qian.id, "a person with a phone here is recognised by name and last four"
    [entry] = entries(app, "authority")
    assert {k: v for k, v in entry.items() if k != "commitment"} == {
        "kind": "authority", "vote": vote.id, "authority": "proxy", "every_vote": False, "numbers": {"proxy": 1},
    }  # fmt: skip
    assert "Qian" not in json.dumps(entry)
    with app.app_context():
        stored = db.session.get_one(Authority, authority.id)
        paper = Paper(Behalf.PROXY, "Qian", "5005", stored.from_at)
        content = content_of(db.session.get_one(Elector, deng), paper, stored.document)
        assert check(bytes.fromhex(entry["commitment"]), stored.salt, canonical(content))
        assert kept_path(FOLDER, stored.document).read_bytes() == png()
        assert live_numbers(db.session.get_one(Vote, vote.id), hall.clock.now()) == {"proxy": 1}


def test_a_stranger_to_the_house_can_hold_a_proxy_but_has_no_phone_here(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    assert give(app, vote.id, elector_id_of(app, vote.id, lane.deng), STRANGER, lane.lin).holder_id is None


def test_who_lives_here_without_owning_is_known_too(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    """A daughter who lives with her mother, whose guardian she is."""
    vote = hall.open()
    held = give(app, vote.id, elector_id_of(app, vote.id, lane.deng), ("zhao ", "7788"), lane.lin, kind="guardian")
    assert held.holder_id == lane.zhao.id


def test_two_people_with_one_name_and_number_are_nobody(app: Flask, lane: Neighbourhood, hall: Hall, make: Make) -> None:
    namesake = make.person("Qian")
    make.tenant(lane.homes["2-101"], namesake, "5005")
    vote = hall.open()
    assert give(app, vote.id, elector_id_of(app, vote.id, lane.deng), QIAN, lane.lin).holder_id is None


def test_nobody_needs_an_authority_for_oneself(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    home = elector_id_of(app, vote.id, lane.li)
    for holder in (("Li", "2012"), ("sun", "2013")):
        assert refused(lambda holder=holder: give(app, vote.id, home, holder, lane.lin)) == ("for_oneself",)


def test_a_holder_has_at_most_so_many_proxies_as_the_notice_says_and_guardians_do_not_count(
    app: Flask, lane: Neighbourhood, hall: Hall
) -> None:
    vote = hall.open()
    wang, li, deng = (elector_id_of(app, vote.id, person) for person in (lane.wang, lane.li, lane.deng))
    give(app, vote.id, developer_of(app, vote.id), QIAN, lane.lin, kind="representative")
    give(app, vote.id, wang, QIAN, lane.lin, kind="guardian")
    first = give(app, vote.id, wang, QIAN, lane.lin)
    give(app, vote.id, li, ("qian", "5005"), lane.lin)  # typed otherwise, the same person
    assert refused(lambda: give(app, vote.id, deng, QIAN, lane.lin)) == ("proxy_limit",)
    give(app, vote.id, deng, STRANGER, lane.lin)
    take_back(app, vote.id, first.id, lane.wang)
    assert refused(lambda: give(app, vote.id, deng, QIAN, lane.lin)) == ("second_proxy",), "one owner, one proxy"
    give(app, vote.id, wang, QIAN, lane.lin)  # what was taken back is free again


def test_another_vote_has_its_own_limit(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    one, other = hall.announce(), hall.open(title="Another")
    for vote in (one, other):
        for person in (lane.wang, lane.li):
            give(app, vote.id, elector_id_of(app, vote.id, person), QIAN, lane.lin)


def test_a_vote_without_proxies_says_so(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    with app.app_context(), hall_transaction():
        db.session.get_one(Vote, vote.id).proxy_limit = 0
    deng = elector_id_of(app, vote.id, lane.deng)
    assert refused(lambda: give(app, vote.id, deng, QIAN, lane.lin)) == ("no_proxies",)
    give(app, vote.id, deng, QIAN, lane.lin, kind="guardian")


def test_what_the_paper_must_say_is_told_all_at_once(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng, now = elector_id_of(app, vote.id, lane.deng), hall.clock.now()
    codes = refused(lambda: give(
        app, vote.id, deng, (" ", "12"), lane.lin, kind="guardian", from_at=now + timedelta(minutes=1), until_at=now,
    ))  # fmt: skip
    assert codes == ("holder_name", "holder_last_four", "from_future", "until_past")


def test_no_new_authority_where_a_ballot_stands_and_cannot_be_changed(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    hall.cast(vote, lane.deng)
    deng = elector_id_of(app, vote.id, lane.deng)
    assert refused(lambda: give(app, vote.id, deng, QIAN, lane.lin)) == ("ballot_stands",)
    give(app, vote.id, deng, QIAN, lane.lin, kind="guardian", every_vote=True)  # it is for later votes


def test_an_authority_given_after_the_owners_ballot_may_change_it_where_the_rule_allows(
    app: Flask, lane: Neighbourhood, hall: Hall
) -> None:
    vote = hall.announce()
    hall.amend_rule(vote, may_change="until_close")
    hall.clock.at = vote.opens_at
    deng = elector_id_of(app, vote.id, lane.deng)
    hall.cast(vote, lane.deng, "no")
    hall.clock.advance(minutes=2)
    give(app, vote.id, deng, QIAN, lane.lin)
    cast_as(app, vote, lane.qian.id, deng, "yes")
    assert standing(app, deng).choices == {str(vote.questions[0].id): "yes"}


def test_no_authorities_before_the_notice_and_after_the_count(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    hall.close(vote)
    handed_over = vote.closes_at - timedelta(hours=1)
    early = give(app, vote.id, deng, QIAN, lane.lin, from_at=handed_over)  # came with a sheet in the last hour
    with app.app_context():
        elector, row = db.session.get_one(Elector, deng), db.session.get_one(Vote, vote.id)
        assert [a.id for a in live_authorities(row, elector, handed_over)] == [early.id]
        assert live_authorities(row, elector, handed_over - timedelta(seconds=1)) == []
    hall.count(vote)
    assert refused(lambda: give(app, vote.id, deng, STRANGER, lane.lin)) == ("phase.preliminary",)


def test_taking_back_is_on_record_and_once(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    authority = give(app, vote.id, elector_id_of(app, vote.id, lane.deng), QIAN, lane.lin)
    take_back(app, vote.id, authority.id, lane.deng)
    take_back(app, vote.id, authority.id, lane.deng)  # a double tap
    assert entries(app, "authority-revoked") == [
        {"kind": "authority-revoked", "vote": vote.id, "authority": "proxy", "authority_entry": authority.log_index, "by": "owner"}
    ]


def test_only_the_owner_takes_back_and_a_guardianship_only_at_the_desk(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    proxy = give(app, vote.id, deng, QIAN, lane.lin)
    guardian = give(app, vote.id, deng, WANG, lane.lin, kind="guardian")
    for person in (lane.qian, lane.wang, lane.li):
        assert refused(lambda person=person: take_back(app, vote.id, proxy.id, person)) == ("no_authority",)
    assert refused(lambda: take_back(app, vote.id, guardian.id, lane.deng)) == ("guardianship",)
    with app.app_context(), hall_transaction():
        with pytest.raises(Refusal):
            revoke_at_desk(vote.id, guardian.id, lane.lin.id, " ", hall.clock)
        revoke_at_desk(vote.id, guardian.id, lane.lin.id, "The court's decision of 1 March.", hall.clock)
    assert [entry["by"] for entry in entries(app, "authority-revoked")] == ["support"]


def test_after_a_ballot_it_is_too_late_unless_ballots_can_be_changed(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.open()
    deng = elector_id_of(app, vote.id, lane.deng)
    authority = give(app, vote.id, deng, QIAN, lane.lin)
    cast_as(app, vote, lane.qian.id, deng)
    assert refused(lambda: take_back(app, vote.id, authority.id, lane.deng)) == ("authority_used",)


def test_where_ballots_can_be_changed_the_owner_takes_back_and_votes_anew(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    vote = hall.announce()
    hall.amend_rule(vote, may_change="until_close")
    hall.clock.at = vote.opens_at
    deng = elector_id_of(app, vote.id, lane.deng)
    authority = give(app, vote.id, deng, QIAN, lane.lin)
    cast_as(app, vote, lane.qian.id, deng, "yes")
    take_back(app, vote.id, authority.id, lane.deng)
    hall.clock.advance(minutes=1)
    assert refused(lambda: cast_as(app, vote, lane.qian.id, deng, "no")) == ("authority_ended",)
    hall.cast(vote, lane.deng, "no")
    assert standing(app, deng).authority_id is None
    assert standing(app, deng).turn == 2


def test_a_guardian_for_every_vote_votes_in_each_until_the_day(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    first = hall.open()
    deng, until = elector_id_of(app, first.id, lane.deng), hall.clock.now() + timedelta(days=60)
    give(app, first.id, deng, QIAN, lane.lin, kind="guardian", every_vote=True, until_at=until)
    cast_as(app, first, lane.qian.id, deng)
    second = hall.open(title="The next one")
    cast_as(app, second, lane.qian.id, elector_id_of(app, second.id, lane.deng))
    third = hall.announce(title="After that day", days=30)
    hall.clock.at = until
    assert hall.clock.now() < third.closes_at
    hall.clock.at = max(hall.clock.at, third.opens_at)
    assert refused(lambda: cast_as(app, third, lane.qian.id, elector_id_of(app, third.id, lane.deng))) == ("authority_ended",)


def test_the_draft_keeps_a_limit_between_none_and_ten_and_the_notice_says_it(app: Flask, lane: Neighbourhood, hall: Hall) -> None:
    with app.app_context(), hall_transaction():
        draft = draft_vote(lane.unit.id, "Limits", None, hall.clock.now())
        assert draft.proxy_limit == 2
        for limit in (-1, 11):
            with pytest.raises(Refusal):
                change_draft(draft, proxy_limit=limit)
        change_draft(draft, proxy_limit=10)
    hall.announce()
    assert entries(app, "notice")[-1]["proxy_limit"] == 2


def hall_transaction() -> Any:
    from participation.database import transaction

    return transaction()
