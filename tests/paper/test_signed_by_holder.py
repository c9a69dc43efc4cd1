"""A sheet that a proxy or guardian signed: recorded with the authority, read twice, counted as cast on behalf."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from participation.desk.local_time import to_field
from participation.votes.services.revoking import revoke_as_owner
from tests.votes.behalf_support import elector_id_of, give, standing
from tests.votes.pages_support import words

NEPHEW, COUSIN = ("A Nephew", "4321"), ("A Cousin", "8765")


def minute(counter) -> str:
    return to_field(counter.clock.now(), ZoneInfo("Asia/Shanghai"))


def read_twice(counter) -> None:
    for client in (counter.client, counter.visit(counter.mei)):
        client.see(f"{counter.path}/readings")
        client.submit("/readings", **{counter.field: "yes"})


def test_a_sheet_of_a_holder_without_a_phone_is_counted_as_cast_by_proxy(counter):
    app, lane = counter.bureau.app, counter.lane
    counter.print_all()
    deng = elector_id_of(app, counter.vote_id, lane.deng)
    counter.clock.advance(minutes=10)
    assert counter.receive(lane.deng, signed_by="other").status_code == 422
    assert "Nobody held an authority for the owner of this sheet" in words(counter.client)
    authority = give(app, counter.vote_id, deng, NEPHEW, lane.lin)
    counter.clock.advance(minutes=10)
    counter.receive(lane.deng, signed_by="other")
    assert "is recorded. Two persons read it next" in counter.client.page.text()
    read_twice(counter)
    ballot = standing(app, deng)
    assert (ballot.authority_id, ballot.channel, ballot.cast_by_id) == (authority.id, "paper", None)
    counter.client.see(f"{counter.path.removesuffix('/paper')}/principals")
    assert "by proxy · A Nephew" in words(counter.client)
    assert "On paper" in words(counter.client)


def test_where_several_may_sign_it_must_be_said_who_did(counter):
    app, lane, client = counter.bureau.app, counter.lane, counter.client
    counter.print_all()
    deng = elector_id_of(app, counter.vote_id, lane.deng)
    give(app, counter.vote_id, deng, NEPHEW, lane.lin)
    guardian = give(app, counter.vote_id, deng, COUSIN, lane.lin, kind="guardian")
    counter.clock.advance(minutes=10)
    assert counter.receive(lane.deng, signed_by="other").status_code == 422
    assert "More than one person may sign for this owner." in words(client)
    assert client.page.one("#code").attrib["value"] == counter.code(lane.deng), "nothing typed is lost"
    client.submit("/paper/returns", button="more", authority=str(guardian.id))
    read_twice(counter)
    assert standing(app, deng).authority_id == guardian.id


def test_a_sheet_handed_over_before_the_proxy_was_taken_back_counts_and_a_later_one_cannot_be_recorded(counter):
    app, lane = counter.bureau.app, counter.lane
    counter.print_all()
    deng = elector_id_of(app, counter.vote_id, lane.deng)
    authority = give(app, counter.vote_id, deng, NEPHEW, lane.lin, from_at=counter.clock.now() - timedelta(hours=1))
    counter.clock.advance(minutes=10)
    handed_over = minute(counter)
    counter.clock.advance(minutes=10)
    with counter.paper.work():
        revoke_as_owner(counter.vote_id, authority.id, lane.deng.id, counter.clock)
    counter.clock.advance(minutes=10)
    assert counter.receive(lane.deng, signed_by="other").status_code == 422, "now is after the end"
    counter.receive(lane.deng, signed_by="other", received_at=handed_over)
    read_twice(counter)
    assert standing(app, deng).authority_id == authority.id
