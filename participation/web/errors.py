"""What went wrong, in words, and what to do: one page for every error, never a bare status."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, render_template, request
from flask.globals import request_ctx
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from participation.kernel.refusal import Refusal

log = logging.getLogger(__name__)


def _texts(code: int) -> tuple[str, str]:
    """Title and remedy of a status."""
    known = {
        400: (gettext("This request could not be read"), gettext("Go back, reload the page and try again.")),
        403: (gettext("This is not allowed"), gettext("Go back to the first page.")),
        404: (gettext("There is no such page"), gettext("Check the address, or go to the first page. If you followed a link, it may be meant for somebody else, or you may need to sign in.")),
        405: (gettext("This page cannot do that"), gettext("Go back and use the buttons on the page.")),
        413: (gettext("This file is too large"), gettext("Choose a smaller file: at most 30 MB.")),
        429: (gettext("Too many tries in a short time"), gettext("Wait a minute, then try again. Nothing was lost.")),
        503: (gettext("Very many people are here right now"), gettext("Please try again in a moment. Nothing was recorded from this attempt; trying again is safe.")),
    }  # fmt: skip
    return known.get(code, (gettext("Something went wrong on our side"), gettext("Nothing was recorded from this attempt. Please try again; if it happens again, tell the support centre.")))  # fmt: skip


def init_app(app: Flask) -> None:
    @app.errorhandler(Refusal)
    def _refused(refusal: Refusal) -> Any:
        return render_template("errors/refusal.html", reasons=refusal.reasons), 409

    @app.errorhandler(CSRFError)
    def _csrf(_: CSRFError) -> Any:
        title = gettext("This page had been open for too long")
        remedy = gettext("Nothing was recorded. Go back, reload the page and try again.")
        return render_template("errors/error.html", code=400, title=title, remedy=remedy), 400

    @app.errorhandler(OperationalError)
    def _busy(error: OperationalError) -> Any:
        # "database is locked", a lost connection, a deadlock: the transaction is gone, a retry is safe.
        log.warning("database unavailable on %s: %s", request.endpoint, type(error.orig).__name__)
        return _page(503)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Any:
        if error.code is None or error.code < 400:
            return error
        if isinstance(error, InternalServerError):
            return _page(500)
        return _page(error.code)


def _page(code: int) -> Any:
    title, remedy = _texts(code)
    if _has_no_address():
        return f"{title}\n{remedy}\n", code, {"Content-Type": "text/plain; charset=utf-8"}
    return render_template("errors/error.html", code=code, title=title, remedy=remedy), code


def _has_no_address() -> bool:
    """A request for a host that is not ours has no address to build links from: it gets plain text."""
    return request_ctx.url_adapter is None
