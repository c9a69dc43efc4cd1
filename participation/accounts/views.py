"""Coming in, one's own page, the PIN, and signing out: what every visitor needs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user

from participation.accounts import services
from participation.accounts.devices import browser_kind
from participation.accounts.forms import read_digits
from participation.accounts.queries import live_sign_ins
from participation.accounts.visitor import clock_now
from participation.extensions import limiter
from participation.web.access import DEVICE, PUBLIC, SIGNED_IN, access
from participation.web.preferences import local_target

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/welcome")
@access(PUBLIC)
def welcome() -> str:
    """How to get in: by the letter, or as staff."""
    return render_template("accounts/welcome.html", next=local_target(request.args.get("next")))


@blueprint.get("/unlock")
@access(DEVICE)
def unlock() -> Any:
    target = local_target(request.args.get("next"))
    if current_user.casting_unlocked(clock_now()):
        return redirect(target)
    return render_template("accounts/unlock.html", next=target, reasons=())


@blueprint.post("/unlock")
@access(DEVICE)
@limiter.limit("60 per minute")
def unlocking() -> Any:
    target = local_target(request.form.get("next"))
    refusal = services.unlock(current_user.sign_in_id, read_digits(request.form.get("pin", "")))
    if refusal is None:
        return redirect(target, 303)
    ended = "new-letter-needed" in refusal.codes
    page = "accounts/signed_out.html" if ended else "accounts/unlock.html"
    return render_template(page, next=target, reasons=refusal.reasons), 422


@blueprint.get("/account")
@access(SIGNED_IN)
def account() -> str:
    sign_ins = [(row, browser_kind(row.user_agent)) for row in live_sign_ins(current_user.person_id, clock_now())]
    return render_template("accounts/account.html", sign_ins=sign_ins)


@blueprint.post("/account/sign-ins/<int:sign_in_id>/end")
@access(SIGNED_IN)
def end_sign_in(sign_in_id: int) -> Response:
    at = clock_now()
    own = {row.id for row in live_sign_ins(current_user.person_id, at)}
    if sign_in_id not in own:
        abort(404)
    if sign_in_id == current_user.sign_in_id:
        return sign_out()
    services.end_sign_in(sign_in_id, at, by_id=current_user.person_id)
    flash(gettext("Signed out there."), "success")
    return redirect(url_for(".account"), 303)  # type: ignore[return-value]


@blueprint.post("/account/sign-ins/others/end")
@access(SIGNED_IN)
def end_other_sign_ins() -> Response:
    person = current_user.person_id
    services.end_sign_ins(person, clock_now(), by_id=person, except_id=current_user.sign_in_id)
    flash(gettext("Signed out everywhere else."), "success")
    return redirect(url_for(".account"), 303)  # type: ignore[return-value]


@blueprint.post("/sign-out")
@access(SIGNED_IN)
def sign_out() -> Response:
    services.sign_out(current_user.sign_in_id, current_user.person_id)
    flash(gettext("You are signed out."), "success")
    return redirect(url_for("public.home"), 303)  # type: ignore[return-value]
