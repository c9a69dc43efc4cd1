"""A staff member's first way in: a link that works once, within a week, then a passphrase and a second step.

The link's history is in the account events (issued, used, ended); it is valid while the
newest of them says "issued" with the same hash.  So a new link voids the old one, and
nothing but the hash is kept.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from participation.accounts import hashing, totp
from participation.accounts.models import AccountEvent, Passkey, Passphrase, Person
from participation.accounts.services import end_sign_ins, new_token, note
from participation.accounts.visitor import hash_token
from participation.database import db
from participation.web.addresses import public_address

LASTS = timedelta(days=7)
ISSUED, USED, ENDED = "way-in-issued", "way-in-used", "way-in-ended"


def issue_way_in(person_id: int, at: datetime, *, by_id: int | None) -> str:
    """The token of a new link (`address` makes the link); earlier ones of this person open nothing any more."""
    token = new_token()
    note(ISSUED, at, person_id=person_id, by_id=by_id, detail=hash_token(token).hex())
    db.session.flush()
    return token


def address(person_id: int, token: str) -> str:
    """The link as it is sent to the person."""
    return public_address("staff.way_in", person_id=person_id, token=token)


def invited(person_id: int, token_hash: str, at: datetime) -> Person | None:
    """The person whose live link has this hash (hex), else None."""
    newest = db.session.scalars(
        select(AccountEvent)
        .where(AccountEvent.person_id == person_id, AccountEvent.kind.in_((ISSUED, USED, ENDED)))
        .order_by(AccountEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None or newest.kind != ISSUED or at - newest.at > LASTS:
        return None
    if not hmac.compare_digest(newest.detail, token_hash):
        return None
    return db.session.get(Person, person_id)


def begin(person: Person, passphrase_hash: str, at: datetime) -> None:
    """Set the passphrase and make a new one-time-code secret. What the person signed in with before is gone."""
    row = db.session.get(Passphrase, person.id) or Passphrase(person_id=person.id)
    row.hash, row.set_at = passphrase_hash, at
    db.session.add(row)
    db.session.execute(delete(Passkey).where(Passkey.person_id == person.id))
    totp.start(person.id)
    end_sign_ins(person.id, at, by_id=person.id)
    db.session.flush()


def finish(person_id: int, at: datetime) -> None:
    """The second step stands: the link is used up."""
    note(USED, at, person_id=person_id, by_id=person_id)


def end_way_in(person_id: int, at: datetime, *, by_id: int | None) -> None:
    """Void a link that went to the wrong place."""
    note(ENDED, at, person_id=person_id, by_id=by_id)


def hash_passphrase(passphrase: str) -> str:
    """Slow: call it before the database is touched."""
    return hashing.hash_secret(passphrase)
