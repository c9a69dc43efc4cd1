"""The pages a letter opens: which home it is for, four characters, a PIN, and in.

`GET /i/<code>` consumes nothing, because messengers fetch every link to draw a preview.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from flask_login import current_user

from participation.accounts.forms import pin_reasons, read_digits
from participation.accounts.models import Person
from participation.accounts.queries import sign_in_of_token_hash
from participation.accounts.services import end_sign_in, establish, hash_pin, new_token, sign_in_person
from participation.accounts.visitor import clock_now, hash_token
from participation.database import db, transaction
from participation.extensions import limiter
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll import letters
from participation.roll.invitations import TOKEN_LENGTH, read_code
from participation.roll.letters import Letter, LetterGone
from participation.roll.masking import masked
from participation.web.access import PUBLIC, access

blueprint = Blueprint("letters", __name__)
PROOF_LASTS = timedelta(minutes=10)
# Many phones of one estate share an address behind their provider's gateway.
PER_ADDRESS = "60 per minute"


@blueprint.app_errorhandler(LetterGone)
def gone(_: LetterGone) -> tuple[str, int]:
    """One answer for every letter that opens nothing."""
    return render_template("roll/letter_gone.html"), 404


@blueprint.get("/i")
@access(PUBLIC)
def typing() -> str:
    return render_template("roll/letter_typing.html", reasons=())


@blueprint.post("/i")
@access(PUBLIC)
def typed() -> Any:
    code = read_code(request.form.get("code", ""))
    if len(code) != TOKEN_LENGTH or not code.isalnum():
        reason = Reason(
            "code-incomplete",
            say("The code on the letter has eight groups of four."),
            say("Compare what you typed with the letter, group by group."),
            field="code",
        )
        return render_template("roll/letter_typing.html", reasons=(reason,), typed=request.form.get("code", "")), 422
    return redirect(url_for(".letter", code=code), 303)


@blueprint.get("/i/<code>")
@access(PUBLIC)
def letter(code: str) -> Any:
    code = read_code(code)
    if current_user.is_authenticated and letters.person_of_used(code) == current_user.person_id:
        return redirect(letters.onward(current_user.person_id))
    return _identity_page(code, letters.find_letter(code, clock_now()))


@blueprint.post("/i/<code>")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def identity(code: str) -> Any:
    at = clock_now()
    found = letters.find_letter(read_code(code), at)
    try:
        refusal = letters.prove(found, request.form.get("last_four", ""), at)
    except LetterGone as ended:
        return gone(ended)  # returned, not raised: the voiding must be committed
    if refusal is not None:
        return _identity_page(code, found, refusal), 422
    if _visitor_id() is not None and found.person_id == _visitor_id():
        # A second home's letter on a phone that has its PIN: nothing more to ask.
        letters.redeem(found, at)
        return redirect(letters.onward(current_user.person_id), 303)
    # The future sign-in's token already stands in the proof, so that a double tap on the next page finds its twin.
    session["letter"] = {"id": found.invitation_id, "at": at.isoformat(), "token": new_token()}
    return redirect(url_for(".pin", code=code), 303)


@blueprint.get("/i/<code>/pin")
@access(PUBLIC)
def pin(code: str) -> Any:
    found = letters.find_letter(read_code(code), clock_now())
    if _proof(found, clock_now()) is None:
        return redirect(url_for(".letter", code=code), 303)
    return render_template("roll/letter_pin.html", letter=found, code=code, reasons=())


@blueprint.post("/i/<code>/pin")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def choose_pin(code: str) -> Any:
    at, chosen = clock_now(), read_digits(request.form.get("pin", ""))
    with transaction(write=False):
        again = _already_in(at)
        found = None if again else letters.find_letter(read_code(code), at)
    if again is not None:
        return _enter(*again)
    assert found is not None
    proof = _proof(found, at)
    if proof is None:
        return redirect(url_for(".letter", code=code), 303)
    reasons = pin_reasons(chosen, found.last_four)
    if reasons:
        return render_template("roll/letter_pin.html", letter=found, code=code, reasons=reasons), 422
    stored = hash_pin(chosen)  # slow, and therefore before the writing begins
    try:
        person = letters.redeem(found, at, visitor_person_id=_visitor_id())
    except LetterGone:
        again = _already_in(at)  # the twin of a double tap was faster, or another phone was
        if again is None:
            raise
        return _enter(*again)
    if current_user.is_authenticated:
        end_sign_in(current_user.sign_in_id, at, by_id=person.id)
    sign_in_person(person.id, "device", pin_hash=stored, unlocked=True, token=proof["token"])
    return _enter(proof["token"], person.id)


def _enter(token: str, person_id: int) -> Response:
    establish(token)
    return redirect(letters.onward(person_id), 303)  # type: ignore[return-value]


def _visitor_id() -> int | None:
    """Who is signed in on this phone as a resident."""
    return current_user.person_id if current_user.is_authenticated and not current_user.is_staff else None


def _proof(found: Letter, at: datetime) -> dict[str, Any] | None:
    """The proof of identity in this browser's signed cookie, if it is for this letter and still fresh."""
    proof = session.get("letter")
    if not proof or proof["id"] != found.invitation_id:
        return None
    return proof if at - datetime.fromisoformat(proof["at"]) <= PROOF_LASTS else None


def _already_in(at: datetime) -> tuple[str, int] | None:
    """(token, person) when this very proof has signed this phone in: the button was tapped twice."""
    proof = session.get("letter")
    if not proof or at - datetime.fromisoformat(proof["at"]) > PROOF_LASTS:
        return None
    row = sign_in_of_token_hash(hash_token(proof["token"]))
    return (proof["token"], row.person_id) if row is not None and row.ended_at is None else None


def _identity_page(code: str, found: Letter, refusal: Refusal | None = None) -> str:
    other = None
    if current_user.is_authenticated and current_user.person_id != found.person_id:
        other = masked(db.session.get_one(Person, current_user.person_id).name)
    reasons = refusal.reasons if refusal else ()
    return render_template("roll/letter_identity.html", letter=found, code=code, other=other, reasons=reasons)
