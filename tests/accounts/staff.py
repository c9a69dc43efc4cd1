"""Staff of the tests: their passphrase, their authenticator app."""

from __future__ import annotations

import pyotp
from flask import Flask

from participation.accounts import totp
from participation.accounts.hashing import hash_secret
from participation.accounts.models import Passphrase, Person, TotpSecret
from participation.database import db, transaction
from tests.support.client import ParsingClient

PASSPHRASE = "wooden kettle sails north"


def equip(app: Flask, person: Person) -> pyotp.TOTP:
    """Give this person a passphrase and an authenticator app; returns the app."""
    at = app.extensions["clock"].now()
    with app.app_context():
        stored = hash_secret(PASSPHRASE)
        with transaction():
            db.session.add(Passphrase(person_id=person.id, hash=stored, set_at=at))
            totp.start(person.id)
            secret = totp.pending_secret(person.id)
            db.session.get_one(TotpSecret, person.id).confirmed_at = at
    return pyotp.TOTP(secret)


def code_now(app: Flask, authenticator: pyotp.TOTP) -> str:
    return authenticator.at(app.extensions["clock"].now())


def first_step(client: ParsingClient, login: str, passphrase: str = PASSPHRASE) -> int:
    client.see("/sign-in")
    return client.submit("/sign-in", login=login, passphrase=passphrase).status_code


def sign_in(client: ParsingClient, app: Flask, login: str, authenticator: pyotp.TOTP) -> None:
    first_step(client, login)
    client.submit("second-step", code=code_now(app, authenticator))
