"""A sign-in is a row: ended there, it is ended everywhere, at once. The PIN opens casting for ten minutes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from participation.accounts.access import casting_refusal
from participation.accounts.models import SignIn, Tries
from participation.accounts.services import hash_pin, sign_in_person
from participation.accounts.visitor import load_visitor
from participation.database import db, transaction
from participation.roll.invitations import Invitation
from tests.accounts.letters import PIN, code_of, come_in


@pytest.fixture
def wangs_phone(client, app, lane):
    come_in(client, code_of(app, lane.unit, "1-1-101"), "101X")
    return client


def unlocked(app) -> bool:
    with app.app_context():
        (row,) = db.session.scalars(select(SignIn).where(SignIn.ended_at.is_(None)))
        return row.unlocked_until is not None and app.extensions["clock"].now() < row.unlocked_until


def test_casting_locks_itself_after_ten_minutes_and_the_pin_opens_it(wangs_phone, app, clock):
    clock.advance(minutes=9, seconds=59)
    assert unlocked(app)
    clock.advance(seconds=1)
    assert not unlocked(app)
    wangs_phone.see("/unlock?next=/account")
    wangs_phone.submit("/unlock", pin=PIN)
    assert wangs_phone.page.path == "/account"
    assert unlocked(app)


def test_an_open_phone_is_not_asked_for_the_pin(wangs_phone):
    assert wangs_phone.see("/unlock?next=/account").path == "/account"


def test_the_access_rule_follows_the_clock(app, lane, clock):
    with app.test_request_context(), transaction():
        token = sign_in_person(lane.wang.id, "device", pin_hash=hash_pin(PIN), unlocked=True)
        assert casting_refusal(load_visitor(token)) is None
        clock.advance(minutes=10)
        assert casting_refusal(load_visitor(token)).codes == ("locked",)


def test_wrong_pins_pause_then_sign_the_phone_out(wangs_phone, app, clock):
    clock.advance(minutes=10)
    wangs_phone.see("/unlock")
    for left in (4, 3, 2, 1):
        wangs_phone.submit("/unlock", pin="1357")
        assert f"{left} more times" in wangs_phone.text()
    wangs_phone.submit("/unlock", pin="1357")
    assert "15 minutes" in wangs_phone.text()
    wangs_phone.submit("/unlock", pin=PIN)
    assert "15 minutes" in wangs_phone.text()
    clock.advance(minutes=15)
    for _ in range(4):
        wangs_phone.submit("/unlock", pin="1357")
    wangs_phone.submit("/unlock", pin="1357")
    assert "new letter" in wangs_phone.text()
    assert wangs_phone.get("/account").status_code == 302
    with app.app_context():
        (row,) = db.session.scalars(select(SignIn))
        assert row.ended_at == clock.now()


def test_the_right_pin_forgives(wangs_phone, app, clock):
    clock.advance(minutes=10)
    wangs_phone.see("/unlock")
    for _ in range(4):
        wangs_phone.submit("/unlock", pin="1357")
    wangs_phone.submit("/unlock", pin=PIN)
    with app.app_context():
        assert db.session.scalars(select(Tries)).all() == []


def test_a_phone_without_a_pin_needs_a_letter(client, lane):
    client.sign_in(lane.wang)
    client.see("/unlock")
    client.submit("/unlock", pin=PIN)
    assert "new letter" in client.text()


def test_unlocking_is_for_phones_only(client, lane):
    client.sign_in(lane.lin, "staff")
    client.see("/unlock", 404)


def test_a_person_sees_where_they_are_signed_in_and_ends_one_at_once(wangs_phone, new_client, app, lane):
    other = new_client()
    come_in(other, code_of(app, lane.unit, "1-1-102"), "101X")
    wangs_phone.see("/account")
    assert len(wangs_phone.page.select("main li")) == 2
    (elsewhere,) = [f.action for f in wangs_phone.page.forms() if re.search(r"/\d+/end$", f.action)]
    wangs_phone.submit(elsewhere)
    assert other.get("/account").status_code == 302
    assert wangs_phone.get("/account").status_code == 200


def test_all_others_end_together(client, new_client, lane):
    client.sign_in(lane.wang)
    others = [new_client() for _ in range(3)]
    for other in others:
        other.sign_in(lane.wang)
    client.see("/account")
    client.submit("/others/end")
    assert [other.get("/account").status_code for other in others] == [302, 302, 302]
    assert client.get("/account").status_code == 200


def test_nobody_ends_somebody_elses_sign_in(client, new_client, app, lane):
    wang = new_client()
    wang.sign_in(lane.wang)
    client.sign_in(lane.li)
    with app.app_context():
        target = db.session.scalars(select(SignIn.id).where(SignIn.person_id == lane.wang.id)).one()
    assert client.send(f"/account/sign-ins/{target}/end").status_code == 404
    assert wang.get("/account").status_code == 200


def test_signing_out_ends_the_row_not_only_the_cookie(wangs_phone, new_client, app):
    kept = wangs_phone.get_cookie("visit").value
    wangs_phone.see("/account")
    wangs_phone.submit("/sign-out")
    thief = new_client()
    thief.set_cookie("visit", kept)
    assert thief.get("/account").status_code == 302


def test_signing_out_by_a_link_is_impossible(wangs_phone):
    assert wangs_phone.get("/sign-out").status_code == 405
    assert wangs_phone.get("/account").status_code == 200


def test_a_forged_cookie_is_nobody(client, lane):
    client.carry("0" * 32)
    assert client.get("/account").status_code == 302


def test_a_phone_stays_known_for_months(wangs_phone, clock):
    clock.advance(days=170)
    assert wangs_phone.get("/account").status_code == 200


def test_the_day_a_phone_was_last_used_is_kept(wangs_phone, app, clock):
    began = clock.now()
    clock.advance(hours=3)
    wangs_phone.see("/account")
    clock.advance(days=2)
    wangs_phone.see("/account")
    with app.app_context():
        (row,) = db.session.scalars(select(SignIn))
        assert row.last_seen_at == began + timedelta(days=2, hours=3)
        assert db.session.scalars(select(Invitation)).one().used_at == began
