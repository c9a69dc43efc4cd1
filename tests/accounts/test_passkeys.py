"""A passkey as the second step: made once, asked each time, bound to this site and this browser's challenge."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from participation.accounts import passkeys
from participation.accounts.models import Passkey
from participation.database import db, transaction
from tests.accounts.authenticator import Authenticator
from tests.accounts.staff import PASSPHRASE, equip, first_step

SITE = "http://localhost:5000"


@pytest.fixture
def app(make_app):
    return make_app(environ={"PUBLIC_URL": SITE})


@pytest.fixture
def lins_key(app, lane):
    """Lin's passkey, registered; her authenticator app is still there too."""
    equip(app, lane.lin)
    key = Authenticator(SITE)
    with app.test_request_context(), transaction():
        at = app.extensions["clock"].now()
        options = passkeys.registration_options(lane.lin, at)
        assert passkeys.register(lane.lin.id, key.create(options), "laptop", at)
    return key


def asked(client) -> str:
    (form,) = client.page.select("form[data-passkey]")
    return form.attrib["data-options"]


def test_a_passkey_opens_the_second_step(client, lins_key):
    first_step(client, "lin")
    answer = client.submit("form[data-passkey]", credential=lins_key.get(asked(client)), follow=False)
    assert answer.status_code == 303
    assert client.see("/account").path == "/account"


def test_an_answer_works_once(client, lins_key):
    first_step(client, "lin")
    answer = lins_key.get(asked(client))
    client.submit("form[data-passkey]", credential=answer, follow=False)
    first_step(client, "lin")
    assert client.submit("form[data-passkey]", credential=answer).status_code == 422


def test_an_answer_to_another_browsers_challenge_is_refused(client, new_client, lins_key):
    thief = new_client()
    first_step(client, "lin")
    first_step(thief, "lin")
    assert thief.submit("form[data-passkey]", credential=lins_key.get(asked(client))).status_code == 422


def test_an_answer_made_on_a_look_alike_site_is_refused(client, lins_key):
    first_step(client, "lin")
    lins_key.origin = "http://1ocalhost:5000"
    assert client.submit("form[data-passkey]", credential=lins_key.get(asked(client))).status_code == 422


def test_somebody_elses_passkey_is_refused(client, app, lane, lins_key):
    equip(app, lane.chen)
    chens = Authenticator(SITE)
    with app.test_request_context(), transaction():
        at = app.extensions["clock"].now()
        assert passkeys.register(lane.chen.id, chens.create(passkeys.registration_options(lane.chen, at)), "", at)
    first_step(client, "lin")
    assert client.submit("form[data-passkey]", credential=chens.get(asked(client))).status_code == 422


def test_a_stranger_with_the_right_id_but_another_key_is_refused(client, lins_key):
    forger = Authenticator(SITE)
    forger.id, forger.count = lins_key.id, 7
    first_step(client, "lin")
    assert client.submit("form[data-passkey]", credential=forger.get(asked(client))).status_code == 422


def test_a_copied_key_is_found_by_its_counter(client, app, lins_key):
    first_step(client, "lin")
    client.submit("form[data-passkey]", credential=lins_key.get(asked(client)), follow=False)
    with app.app_context():
        assert db.session.scalars(select(Passkey.sign_count)).one() == 1
    lins_key.count = 0  # the copy did not see the last use
    first_step(client, "lin")
    assert client.submit("form[data-passkey]", credential=lins_key.get(asked(client))).status_code == 422


@pytest.mark.parametrize("rubbish", ["{}", "[]", "null", "not json", '{"id": 1}', "x" * 30_000, '{"rawId": "AA", "response": []}'])
def test_rubbish_is_refused_and_breaks_nothing(client, lins_key, rubbish):
    first_step(client, "lin")
    assert client.submit("form[data-passkey]", credential=rubbish).status_code == 422


def test_a_challenge_is_forgotten_after_five_minutes(client, clock, lins_key):
    first_step(client, "lin")
    answer = lins_key.get(asked(client))
    clock.advance(minutes=6)
    assert client.submit("form[data-passkey]", credential=answer).status_code == 422


def test_registering_on_a_look_alike_site_is_refused(app, lane):
    with app.test_request_context(), transaction():
        at = app.extensions["clock"].now()
        options = passkeys.registration_options(lane.lin, at)
        assert not passkeys.register(lane.lin.id, Authenticator("http://evil.example").create(options), "", at)


def test_on_a_bare_address_passkeys_are_not_offered(make_app):
    app = make_app(environ={"PUBLIC_URL": "http://127.0.0.1:5000"})
    with app.app_context():
        assert not passkeys.offered()


def test_the_passphrase_is_still_asked_first(client, lins_key):
    assert first_step(client, "lin", PASSPHRASE + "?") == 422
    assert not client.page.select("form[data-passkey]")
