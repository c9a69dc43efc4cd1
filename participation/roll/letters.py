"""A letter in a resident's hand: found by its code, proven by four characters, used once."""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from sqlalchemy import select, update

from participation.accounts import throttle
from participation.accounts.models import Person
from participation.accounts.services import add_person, note
from participation.accounts.visitor import hash_token
from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.masking import masked
from participation.roll.models import Home, HomeFact, HouseholdMember, Invitation, Titleholder, Unit
from participation.roll.queries import members_of


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that may still be used."""

    invitation_id: int
    home_label: str
    unit: Unit
    name: str  # masked
    person_id: int | None  # who this already is on the site, if they came in before
    last_four: str = field(repr=False)


class LetterGone(Exception):
    """Unknown, used, void, replaced, or for somebody who no longer owns the home: never told apart."""


def find_letter(code: str, at: datetime) -> Letter:
    """The letter of this code. Raises LetterGone; reading consumes nothing."""
    invitation = _by_code(code)
    if invitation is None or invitation.used_at is not None or invitation.voided_at is not None:
        raise LetterGone
    home = db.session.get_one(Home, invitation.home_id)
    addressee = _addressee(invitation, home, at)
    if addressee is None or not addressee.id_last_four:
        raise LetterGone
    return Letter(
        invitation_id=invitation.id,
        home_label=home.label,
        unit=db.session.get_one(Unit, home.unit_id),
        name=masked(addressee.name),
        person_id=addressee.person_id,
        last_four=addressee.id_last_four,
    )


def _by_code(code: str) -> Invitation | None:
    return db.session.scalars(
        select(Invitation)
        .where(Invitation.token_hash == hash_token(code))
        .execution_options(populate_existing=True)
    ).one_or_none()


def _addressee(invitation: Invitation, home: Home, at: datetime) -> Titleholder | HouseholdMember | None:
    """Whom the letter is for, as long as the roll still says so."""
    if invitation.household_member_id is not None:
        member = db.session.get_one(HouseholdMember, invitation.household_member_id)
        return member if member.until is None or at < member.until else None
    # One home's own facts, by their index: the roll of a whole neighbourhood is not read for one letter.
    owner_id = db.session.scalar(
        select(HomeFact.owner_id)
        .where(HomeFact.home_id == home.id, HomeFact.effective_at <= at)
        .order_by(HomeFact.effective_at.desc(), HomeFact.id.desc())
        .limit(1)
    )
    owners = members_of([owner_id])[owner_id] if owner_id is not None else []
    return next((holder for holder in owners if holder.id == invitation.titleholder_id), None)


def person_of_used(code: str) -> int | None:
    """Whom a used letter brought in, so that scanning it again on the same phone simply opens the site."""
    invitation = _by_code(code)
    if invitation is None or invitation.used_at is None:
        return None
    source: Any = Titleholder if invitation.titleholder_id is not None else HouseholdMember
    return db.session.scalar(
        select(source.person_id).where(source.id == (invitation.titleholder_id or invitation.household_member_id))
    )


def last_four_typed(text: str) -> str:
    """Four characters as typed on any keyboard: full-width digits become plain; x and, on a keypad, * become X."""
    return "".join(unicodedata.normalize("NFKC", text[:40]).split()).upper().replace("*", "X")


def prove(letter: Letter, typed: str, at: datetime) -> Refusal | None:
    """Compare the four characters. Five tries, a pause, five more; then the letter is void."""
    subject = f"letter:{letter.invitation_id}"
    counted = throttle.take_try(subject, at, rounds=2)
    if counted.allowed and hmac.compare_digest(last_four_typed(typed).encode(), letter.last_four.upper().encode()):
        throttle.forgive(subject)
        return None
    if counted.allowed:
        note("letter-identity-wrong", at, detail=str(letter.invitation_id))
    if counted.spent:
        _void(letter, at)
        raise LetterGone
    if counted.paused_until is not None:
        return throttle.pause_refusal(counted.paused_until, at)
    return Refusal(
        Reason(
            "identity-wrong",
            say("These are not the four characters that the roll has for this letter."),
            say("Look at the end of the identity card number. You can try %(left)s more times.", left=counted.left),
            field="last_four",
        )
    )


def _void(letter: Letter, at: datetime) -> None:
    db.session.execute(
        update(Invitation)
        .where(Invitation.id == letter.invitation_id, Invitation.used_at.is_(None), Invitation.voided_at.is_(None))
        .values(voided_at=at)
    )
    note("letter-void-after-tries", at, detail=str(letter.invitation_id))


def redeem(letter: Letter, at: datetime, *, visitor_person_id: int | None = None) -> Person:
    """Use the letter up and return the person it brings in. Raises LetterGone if another request was faster.

    The first letter of a titleholder makes the person; every later one, also for another
    home, leads to the same.  `visitor_person_id`: who is signed in on this phone already.
    """
    used = db.session.execute(
        update(Invitation)
        .where(Invitation.id == letter.invitation_id, Invitation.used_at.is_(None), Invitation.voided_at.is_(None))
        .values(used_at=at)
        .returning(Invitation.titleholder_id, Invitation.household_member_id)
    ).one_or_none()
    if used is None:
        raise LetterGone
    source: Any = Titleholder if used.titleholder_id is not None else HouseholdMember
    addressee = db.session.scalars(
        select(source)
        .where(source.id == (used.titleholder_id or used.household_member_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if addressee.person_id is None:
        known = _same_human(addressee, visitor_person_id)
        addressee.person_id = known or add_person(addressee.name, at).id
    note("letter-used", at, person_id=addressee.person_id, by_id=addressee.person_id, detail=str(letter.invitation_id))
    db.session.flush()
    return db.session.get_one(Person, addressee.person_id)


def _same_human(addressee: Titleholder | HouseholdMember, visitor_person_id: int | None) -> int | None:
    """The visitor, if they have proven the same name and number before, for a home in another neighbourhood."""
    if visitor_person_id is None:
        return None
    sources: tuple[Any, ...] = (Titleholder, HouseholdMember)
    for source in sources:
        twins = db.session.scalars(select(source).where(source.person_id == visitor_person_id))
        if any(t.name == addressee.name and t.id_last_four == addressee.id_last_four for t in twins):
            return visitor_person_id
    return None


def onward(person_id: int) -> str:
    """Where somebody who has just come in should land: the one ballot that waits, else the first page.

    The rooms above the roll say what waits (`app.extensions["waiting"]`): the roll does not know them.
    """
    for waiting in current_app.extensions.get("waiting", ()):
        if path := waiting(person_id):
            return str(path)
    return url_for("public.home")
