"""Signing people in and out, and the PIN that unlocks casting. Services flush; the request commits."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from flask import has_request_context, request, session
from flask_login import login_user, logout_user
from sqlalchemy import select, update

from participation.accounts import hashing, throttle
from participation.accounts.models import AccountEvent, Person, SignIn
from participation.accounts.visitor import clock_now, hash_token, load_visitor
from participation.database import db, end_transaction
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say

UNLOCKED_FOR = timedelta(minutes=10)
TOKEN_BYTES = 24


def new_token() -> str:
    """192 random bits for a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def note(kind: str, at: datetime, *, person_id: int | None = None, by_id: int | None = None, detail: str = "") -> None:
    """Append to the accounts' own history. `detail` holds no secret and no identity number."""
    db.session.add(AccountEvent(at=at, kind=kind, person_id=person_id, by_id=by_id, detail=detail))


def add_person(name: str, at: datetime, *, login: str | None = None) -> Person:
    person = Person(name=name, login=login, created_at=at)
    db.session.add(person)
    db.session.flush()
    return person


def sign_in_person(
    person_id: int, kind: str, *, pin_hash: str | None = None, unlocked: bool = False, token: str | None = None
) -> str:
    """A new sign-in for this person (`kind`: device or staff); returns the token for `establish`.

    `pin_hash` is what `hash_pin` returned.  `unlocked`: casting is open for ten minutes,
    because the PIN has just been chosen.
    """
    at, token = clock_now(), token or new_token()
    db.session.add(
        SignIn(
            token_hash=hash_token(token),
            person_id=person_id,
            kind=kind,
            user_agent=request.user_agent.string[:300] if has_request_context() else "",
            created_at=at,
            last_seen_at=at,
            pin_hash=pin_hash,
            unlocked_until=at + UNLOCKED_FOR if unlocked else None,
        )
    )
    note(f"signed-in-{kind}", at, person_id=person_id, by_id=person_id)
    db.session.flush()
    return token


def establish(token: str) -> None:
    """Make this browser hold the sign-in of `token`; whatever its cookie held before is gone.

    A resident's phone stays known for half a year, a staff browser until it is closed.
    """
    visitor = load_visitor(token)
    if visitor is None:
        raise LookupError("this sign-in has ended")
    session.clear()
    login_user(visitor)
    session.permanent = visitor.kind == "device"


def end_sign_in(sign_in_id: int, at: datetime, *, by_id: int | None, why: str = "sign-in-ended") -> bool:
    """End one sign-in at once. False if it had ended before."""
    person_id = db.session.scalar(
        update(SignIn)
        .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))
        .values(ended_at=at, unlocked_until=None)
        .returning(SignIn.person_id)
    )
    if person_id is None:
        return False
    note(why, at, person_id=person_id, by_id=by_id, detail=str(sign_in_id))
    return True


def end_sign_ins(
    person_id: int, at: datetime, *, by_id: int | None, except_id: int | None = None, kind: str | None = None
) -> int:
    """End all sign-ins of a person, but for one; returns how many ended."""
    query = select(SignIn.id).where(SignIn.person_id == person_id, SignIn.ended_at.is_(None)).order_by(SignIn.id)
    if kind is not None:
        query = query.where(SignIn.kind == kind)
    ids = [id_ for id_ in db.session.scalars(query) if id_ != except_id]
    return sum(end_sign_in(id_, at, by_id=by_id) for id_ in ids)


def sign_out(sign_in_id: int, person_id: int) -> None:
    """End this browser's own sign-in and forget its cookie."""
    end_sign_in(sign_in_id, clock_now(), by_id=person_id, why="signed-out")
    logout_user()
    session.clear()


def hash_pin(pin: str) -> str:
    """What is stored of a PIN. Slow: call it before the database is touched."""
    return hashing.hash_secret(hashing.peppered(pin))


def unlock(sign_in_id: int, pin: str) -> Refusal | None:
    """Open casting on this phone for ten minutes if `pin` is right; otherwise say what to do now.

    Five tries, a pause, five more; then the phone is signed out and a new letter is needed.
    Ends the caller's transaction before the slow comparison.
    """
    at, subject = clock_now(), f"pin:{sign_in_id}"
    stored = db.session.scalar(select(SignIn.pin_hash).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)))
    if stored is None:
        return _new_letter_needed()
    counted = throttle.take_try(subject, at, rounds=2)
    end_transaction()
    if not counted.allowed:
        if counted.paused_until is not None:
            return throttle.pause_refusal(counted.paused_until, at)
        end_sign_in(sign_in_id, at, by_id=None, why="pin-tries-spent")
        return _new_letter_needed()
    if hashing.secret_matches(stored, hashing.peppered(pin)):
        throttle.forgive(subject)
        db.session.execute(
            update(SignIn)
            .where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None))
            .values(unlocked_until=at + UNLOCKED_FOR)
        )
        return None
    return _wrong_pin(sign_in_id, at, counted)


def _wrong_pin(sign_in_id: int, at: datetime, counted: throttle.Try) -> Refusal:
    note("pin-wrong", at, detail=str(sign_in_id))
    if counted.spent:
        end_sign_in(sign_in_id, at, by_id=None, why="pin-tries-spent")
        return _new_letter_needed()
    if counted.paused_until is not None:
        return throttle.pause_refusal(counted.paused_until, at)
    return Refusal(
        Reason(
            "pin-wrong",
            say("This is not the PIN of this phone."),
            say("You can try %(left)s more times before a pause.", left=counted.left),
            field="pin",
        )
    )


def _new_letter_needed() -> Refusal:
    return Refusal(
        Reason(
            "new-letter-needed",
            say("This phone has been signed out to protect your vote."),
            say("Ask the support centre for a new letter. It takes five minutes, and nothing you did before is lost."),
        )
    )
