"""Staff need two things, and a stranger learns nothing from trying."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from participation.accounts import hashing, totp
from participation.accounts.models import AccountEvent, SignIn, TotpSecret
from participation.accounts.visitor import hash_token
from participation.database import db
from tests.accounts.staff import PASSPHRASE, code_now, equip, first_step, sign_in


@pytest.fixture
def lins_app(app, lane):
    return equip(app, lane.lin)


def test_passphrase_and_code_lead_to_the_desk(client, app, lins_app):
    first_step(client, "lin")
    answer = client.submit("second-step", code=code_now(app, lins_app), follow=False)
    assert answer.location == "/desk"
    assert "You are here as Lin" in client.see("/account").text()


def test_a_passphrase_alone_opens_nothing(client, app, lins_app):
    first_step(client, "lin")
    assert client.page.path == "/sign-in/second-step"
    assert client.get("/account").status_code == 302
    with app.app_context():
        assert db.session.scalars(select(SignIn)).all() == []


def test_the_second_step_is_closed_without_the_first(client, lins_app):
    assert client.see("/sign-in/second-step").path == "/sign-in"


def test_the_first_step_is_forgotten_after_ten_minutes(client, app, lins_app, clock):
    first_step(client, "lin")
    clock.advance(minutes=11)
    client.submit("second-step", code=code_now(app, lins_app))
    assert client.page.path == "/sign-in"


def test_a_code_works_once(client, new_client, app, lins_app):
    sign_in(client, app, "lin", lins_app)
    other = new_client()
    first_step(other, "lin")
    assert other.submit("second-step", code=code_now(app, lins_app)).status_code == 422
    assert "used before" in other.text()


def test_an_older_code_than_the_last_one_used_is_refused(client, new_client, app, lins_app, clock):
    older = code_now(app, lins_app)
    clock.advance(seconds=30)
    sign_in(client, app, "lin", lins_app)
    other = new_client()
    first_step(other, "lin")
    assert other.submit("second-step", code=older).status_code == 422


def test_a_code_of_two_minutes_ago_is_refused(client, app, lins_app, clock):
    stale = code_now(app, lins_app)
    clock.advance(minutes=2)
    first_step(client, "lin")
    assert client.submit("second-step", code=stale).status_code == 422


def test_unknown_names_and_wrong_passphrases_get_the_same_answer(client, new_client, lins_app):
    known, unknown = new_client(), new_client()
    assert first_step(known, "lin", "not the passphrase") == 422
    assert first_step(unknown, "nil", "not the passphrase") == 422
    assert known.text() == unknown.text()


def test_unknown_names_cost_the_same_work(client, lins_app, monkeypatch):
    asked = []
    verify = hashing._hasher.verify

    class Counting:
        def verify(self, stored, secret):
            asked.append(stored.split("$")[:4])
            return verify(stored, secret)

    monkeypatch.setattr(hashing, "_hasher", Counting())
    first_step(client, "lin", "not the passphrase")
    first_step(client, "nil", "not the passphrase")
    assert len(asked) == 2
    assert asked[0] == asked[1], "the same algorithm, version and cost"


@pytest.mark.parametrize("login", ["lin", "nobody-here"])
def test_after_five_tries_known_and_unknown_names_pause_alike(client, lins_app, login):
    for _ in range(5):
        first_step(client, login, "not the passphrase")
    assert first_step(client, login) == 422
    assert "15 minutes" in client.text()


def test_after_the_pause_the_right_passphrase_opens(client, lins_app, clock):
    for _ in range(5):
        first_step(client, "lin", "not the passphrase")
    clock.advance(minutes=15)
    assert first_step(client, "lin") == 200
    assert client.page.path == "/sign-in/second-step"


def test_wrong_codes_pause_longer_each_round(client, app, lins_app, clock):
    first_step(client, "lin")
    for _ in range(5):
        client.submit("second-step", code="000000")
    client.submit("second-step", code=code_now(app, lins_app))
    assert "15 minutes" in client.text()
    clock.advance(minutes=15)
    first_step(client, "lin")
    for _ in range(5):
        client.submit("second-step", code="000000")
    client.submit("second-step", code="000000")
    assert "60 minutes" in client.text()


def test_one_address_cannot_try_many_names(client, lins_app):
    answers = [first_step(client, f"name{n}", "x" * 14) for n in range(20)]
    assert set(answers) == {422}
    client.see("/sign-in")
    assert client.submit("/sign-in", login="lin", passphrase=PASSPHRASE).status_code == 429


def test_signing_in_gives_the_browser_a_new_session(client, app, lins_app):
    client.see("/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(client, app, "lin", lins_app)
    with client.session_transaction() as session:
        assert "planted" not in session
        token = session["_user_id"]
    with app.app_context():
        (row,) = db.session.scalars(select(SignIn))
        assert row.token_hash == hash_token(token)
        assert token.encode() not in row.token_hash


def test_a_staff_cookie_ends_with_the_browser(client, app, lins_app):
    first_step(client, "lin")
    answer = client.submit("second-step", code=code_now(app, lins_app), follow=False)
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("visit=")]
    assert "Expires" not in cookie
    assert "HttpOnly" in cookie


def test_two_idle_hours_end_a_staff_session(client, app, lins_app, clock):
    sign_in(client, app, "lin", lins_app)
    clock.advance(minutes=119)
    assert client.get("/account").status_code == 200
    clock.advance(minutes=119)
    assert client.get("/account").status_code == 200, "the visit in between counted"
    clock.advance(minutes=121)
    assert client.get("/account").status_code == 302


def test_twelve_hours_end_a_staff_session_even_in_use(client, app, lins_app, clock):
    sign_in(client, app, "lin", lins_app)
    for _ in range(12):
        clock.advance(hours=1)
        client.get("/account")
    clock.advance(minutes=1)
    assert client.get("/account").status_code == 302


def test_looking_around_writes_at_most_every_five_minutes(client, app, lins_app, clock):
    sign_in(client, app, "lin", lins_app)
    began = clock.now()
    clock.advance(minutes=4)
    client.get("/account")
    clock.advance(minutes=2)
    client.get("/account")
    with app.app_context():
        (row,) = db.session.scalars(select(SignIn))
        assert row.last_seen_at == began + timedelta(minutes=6)


def test_the_page_one_wanted_is_the_page_one_gets(client, app, lins_app):
    client.see("/account")
    assert client.page.path.startswith("/welcome")
    (way,) = [a.attrib["href"] for a in client.page.select("main a") if "/sign-in" in a.attrib["href"]]
    client.see(way)
    client.submit("/sign-in", login="lin", passphrase=PASSPHRASE)
    client.submit("second-step", code=code_now(app, lins_app))
    assert client.page.path == "/account"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, app, lins_app, target):
    client.see("/sign-in")
    client.send("/sign-in", login="lin", passphrase=PASSPHRASE, next=target)
    client.see("/sign-in/second-step")
    answer = client.submit("second-step", code=code_now(app, lins_app), follow=False)
    assert answer.location == "/"


def test_sign_in_needs_the_csrf_token(client, lins_app):
    client.see("/sign-in")
    assert client.post("/sign-in", data={"login": "lin", "passphrase": PASSPHRASE}).status_code == 400


def test_a_secret_copied_to_somebody_else_opens_nothing(app, lane, lins_app):
    equip(app, lane.chen)
    with app.app_context():
        sealed = db.session.get_one(TotpSecret, lane.lin.id).sealed
        assert totp.unseal(sealed, lane.lin.id) == lins_app.secret
        with pytest.raises(InvalidTag):
            totp.unseal(sealed, lane.chen.id)
        assert lins_app.secret.encode() not in sealed


def test_nothing_secret_is_stored_or_logged_in_the_clear(client, app, lins_app, caplog):
    with caplog.at_level("DEBUG"):
        sign_in(client, app, "lin", lins_app)
    with client.session_transaction() as session:
        token = session["_user_id"]
    secrets = (PASSPHRASE, lins_app.secret, token)
    with app.app_context():
        stored = [repr(tuple(row)) for t in db.metadata.sorted_tables for row in db.session.execute(t.select())]
    for secret in secrets:
        assert secret not in caplog.text
        assert not any(secret in row for row in stored)


def test_failed_and_successful_sign_ins_are_on_the_accounts_record(client, app, lane, lins_app):
    first_step(client, "lin", "not the passphrase")
    sign_in(client, app, "lin", lins_app)
    with app.app_context():
        kinds = list(db.session.scalars(select(AccountEvent.kind).where(AccountEvent.person_id == lane.lin.id)))
    assert kinds == ["passphrase-wrong", "signed-in-staff"]
