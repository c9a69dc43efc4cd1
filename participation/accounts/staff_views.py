"""Staff coming in: sign-in name and passphrase, then a second step. The first time: `way_in_views.py`."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for

from participation.accounts import forms, hashing, passkeys, queries, services, throttle, totp
from participation.accounts.visitor import clock_now
from participation.database import end_transaction
from participation.extensions import limiter
from participation.kernel.refusal import Reason
from participation.kernel.sentences import say
from participation.web.access import PUBLIC, access
from participation.web.preferences import local_target

blueprint = Blueprint("staff", __name__)
HALF_WAY_LASTS = timedelta(minutes=10)
PER_ADDRESS = "20 per minute"


@blueprint.get("/sign-in")
@access(PUBLIC)
def sign_in() -> str:
    return render_template("accounts/sign_in.html", next=request.args.get("next", ""), reasons=(), login="")


@blueprint.post("/sign-in")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def signing_in() -> Any:
    at, login = clock_now(), forms.read_login(request.form.get("login", ""))
    passphrase = forms.read_passphrase(request.form.get("passphrase", "")[: forms.LONGEST + 1])
    counted = throttle.take_try(_login_subject(login), at)
    person = queries.person_by_login(login)
    stored = queries.passphrase_hash(person.id if person else None)
    end_transaction()
    if not counted.allowed:
        assert counted.paused_until is not None
        return _sign_in_again(throttle.pause_refusal(counted.paused_until, at).reasons, login)
    # The same work and the same words, whether this sign-in name exists or not.
    if not hashing.secret_matches(stored, passphrase) or person is None:
        services.note("passphrase-wrong", at, person_id=person.id if person else None)
        return _sign_in_again((_wrong(),), login)
    throttle.forgive(_login_subject(login))
    if not queries.has_second_factor(person.id):
        return _sign_in_again((_unfinished(),), login)
    target = local_target(request.form.get("next")) if request.form.get("next") else None
    session.clear()
    session["half_way"] = {"person_id": person.id, "at": at.isoformat(), "next": target}
    return redirect(url_for(".second_step"), 303)


def _login_subject(login: str) -> str:
    return "login:" + hashlib.sha256(login.encode()).hexdigest()


def _wrong() -> Reason:
    return Reason("sign-in-wrong", say("Sign-in name and passphrase do not fit."), say("Check both and try again."))


def _unfinished() -> Reason:
    return Reason(
        "no-second-step",
        say("Your account has no second step yet."),
        say("Ask whoever set up your account for a new link."),
    )


def _sign_in_again(reasons: tuple[Reason, ...], login: str) -> Any:
    page = render_template("accounts/sign_in.html", reasons=reasons, login=login, next=request.form.get("next", ""))
    return page, 422


@blueprint.get("/sign-in/second-step")
@access(PUBLIC)
def second_step() -> Any:
    half_way = kept_in_cookie("half_way", HALF_WAY_LASTS)
    if half_way is None:
        return redirect(url_for(".sign_in"))
    return _second_step_page(half_way["person_id"])


@blueprint.post("/sign-in/second-step")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def taking_second_step() -> Any:
    half_way, at = kept_in_cookie("half_way", HALF_WAY_LASTS), clock_now()
    if half_way is None:
        return redirect(url_for(".sign_in"), 303)
    person_id, subject = half_way["person_id"], f"second:{half_way['person_id']}"
    counted = throttle.take_try(subject, at, growing=True)
    if not counted.allowed:
        assert counted.paused_until is not None
        return _second_step_page(person_id, throttle.pause_refusal(counted.paused_until, at).reasons), 422
    if not _second_step_right(person_id, at):
        services.note("second-step-wrong", at, person_id=person_id)
        return _second_step_page(person_id, (code_wrong(),)), 422
    throttle.forgive(subject)
    return enter(person_id, half_way["next"])


def _second_step_right(person_id: int, at: datetime) -> bool:
    answer = request.form.get("credential")
    if answer:
        return passkeys.check(person_id, answer, at)
    return totp.check(person_id, forms.read_digits(request.form.get("code", "")), at)


def code_wrong() -> Reason:
    return Reason(
        "second-step-wrong",
        say("This code or passkey does not fit, or the code was used before."),
        say("Wait for the next code, then try again."),
        field="code",
    )


def _second_step_page(person_id: int, reasons: tuple[Reason, ...] = ()) -> str:
    use_passkey = passkeys.offered() and bool(queries.passkeys_of(person_id))
    options = passkeys.authentication_options(person_id, clock_now()) if use_passkey else None
    return render_template(
        "accounts/second_step.html",
        reasons=reasons,
        use_code=queries.confirmed_totp(person_id) is not None,
        passkey_options=options,
    )


def enter(person_id: int, target: str | None) -> Any:
    services.establish(services.sign_in_person(person_id, "staff"))
    return redirect(target or staff_home(), 303)


def staff_home() -> str:
    """Where staff land: the desk, or what the operator sees."""
    if "desk.index" in current_app.view_functions:
        return url_for("desk.index")
    return url_for("public.home")


def kept_in_cookie(key: str, lasts: timedelta) -> dict[str, Any] | None:
    """What this browser's signed cookie keeps under `key`, if it is still fresh."""
    kept: dict[str, Any] | None = session.get(key)
    return kept if kept and clock_now() - datetime.fromisoformat(kept["at"]) <= lasts else None
