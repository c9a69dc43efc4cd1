"""Language and text size, in one tap from every page. A cookie remembers; a signed-in visitor's account does too."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask_login import current_user

from participation.accounts.models import Person
from participation.database import db
from participation.web.access import PUBLIC, access
from participation.web.language import LANGUAGE_COOKIE, LANGUAGES, LARGE_COOKIE

blueprint = Blueprint("preferences", __name__, url_prefix="/preferences")
YEAR = 365 * 24 * 3600


def local_target(target: str | None) -> str:
    """`target` if it is a path of this site, else the first page: never a way out to another site."""
    target = target or ""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return url_for("public.home")
    return target


@blueprint.post("/language")
@access(PUBLIC)
def language() -> Response:
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    _keep("locale", chosen)
    return _answer(LANGUAGE_COOKIE, chosen)


@blueprint.post("/text-size")
@access(PUBLIC)
def text_size() -> Response:
    large = request.form.get("large") == "1"
    _keep("large_text", large)
    return _answer(LARGE_COOKIE, "1" if large else "0")


def _keep(field: str, value: Any) -> None:
    if current_user.is_authenticated:
        setattr(db.session.get_one(Person, current_user.person_id), field, value)


def _answer(cookie: str, value: str) -> Response:
    response = redirect(local_target(request.form.get("next")), 303)
    response.set_cookie(
        cookie, value, max_age=YEAR, secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax"
    )
    return response  # type: ignore[return-value]
