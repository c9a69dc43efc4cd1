"""Staff's first way in: a link, a passphrase, a second step. And the very first: the operator of an empty site."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, current_app, redirect, render_template, request, session, url_for

from participation.accounts import first_run as first
from participation.accounts import forms, passkeys, queries, totp
from participation.accounts import way_in as links
from participation.accounts.models import Person
from participation.accounts.staff_views import PER_ADDRESS, blueprint, code_wrong, enter, kept_in_cookie
from participation.accounts.visitor import clock_now, hash_token
from participation.database import transaction
from participation.extensions import limiter
from participation.kernel.refusal import Reason
from participation.web.access import PUBLIC, access
from participation.web.qr import qr_svg

ENROLLING_LASTS = timedelta(minutes=30)


@blueprint.get("/way-in/<int:person_id>/<token>")
@access(PUBLIC)
def way_in(person_id: int, token: str) -> str:
    return render_template("accounts/way_in.html", person=_invited_or_404(person_id, token), reasons=())


@blueprint.post("/way-in/<int:person_id>/<token>")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def choose_passphrase(person_id: int, token: str) -> Any:
    passphrase = forms.read_passphrase(request.form.get("passphrase", ""))
    with transaction(write=False):
        person = _invited_or_404(person_id, token)
    reasons = forms.passphrase_reasons(passphrase, person.name, person.login or "")
    if reasons:
        return render_template("accounts/way_in.html", person=person, reasons=reasons), 422
    stored = links.hash_passphrase(passphrase)  # slow, and therefore before the writing begins
    person, at = _invited_or_404(person_id, token), clock_now()
    links.begin(person, stored, at)
    session.clear()
    session["enrolling"] = {"person_id": person.id, "link": hash_token(token).hex(), "at": at.isoformat()}
    return redirect(url_for(".enrolment"), 303)


def _invited_or_404(person_id: int, token: str) -> Person:
    person = links.invited(person_id, hash_token(token).hex(), clock_now())
    if person is None:
        abort(404)
    return person


@blueprint.get("/way-in/second-step")
@access(PUBLIC)
def enrolment() -> str:
    return _enrolment_page(_enrolling_or_404())


@blueprint.post("/way-in/second-step")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def enrol() -> Any:
    person, at = _enrolling_or_404(), clock_now()
    answer = request.form.get("credential")
    if answer:
        done = passkeys.register(person.id, answer, forms.plain(request.form.get("label", ""), 60), at)
    else:
        done = totp.confirm(person.id, forms.read_digits(request.form.get("code", "")), at)
    if not done:
        return _enrolment_page(person, (code_wrong(),)), 422
    links.finish(person.id, at)
    if all(operator.id != person.id for operator in queries.operators(at)):
        return enter(person.id, None)
    first.end_first_run()
    return enter(person.id, url_for("operator.index") if "operator.index" in current_app.view_functions else None)


def _enrolling_or_404() -> Person:
    kept = kept_in_cookie("enrolling", ENROLLING_LASTS)
    person = links.invited(kept["person_id"], kept["link"], clock_now()) if kept else None
    if person is None:
        abort(404)
    return person


def _enrolment_page(person: Person, reasons: tuple[Reason, ...] = ()) -> str:
    secret = totp.pending_secret(person.id)
    return render_template(
        "accounts/enrolment.html",
        reasons=reasons,
        secret=secret,
        qr=qr_svg(totp.address(secret, person.login or person.name, request.host)) if secret else None,
        passkey_options=passkeys.registration_options(person, clock_now()) if passkeys.offered() else None,
    )


@blueprint.get("/first-run/<token>")
@access(PUBLIC)
def first_run(token: str) -> str:
    _first_run_or_404(token)
    return render_template("accounts/first_run.html", reasons=(), name="", login="")


@blueprint.post("/first-run/<token>")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def begin_first_run(token: str) -> Any:
    _first_run_or_404(token)
    at, name = clock_now(), forms.plain(request.form.get("name", ""), 80)
    login = forms.read_login(request.form.get("login", ""))
    reasons = forms.name_reasons(name) + forms.login_reasons(login)
    person = first.create_operator(name, login, at) if not reasons else None
    if person is None:
        reasons = reasons or [forms.login_taken()]
        return render_template("accounts/first_run.html", reasons=reasons, name=name, login=login), 422
    token = links.issue_way_in(person.id, at, by_id=None)
    return redirect(url_for(".way_in", person_id=person.id, token=token), 303)


def _first_run_or_404(token: str) -> None:
    if not first.is_first_run(token, clock_now()):
        abort(404)
