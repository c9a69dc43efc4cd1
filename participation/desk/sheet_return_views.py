"""Receiving sheets: the code scanned or typed, when it was handed over, and a photo of it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from participation.accounts.models import Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import clock, errors_by_field, find_announced, me, undo
from participation.desk.local_time import from_field, to_field
from participation.desk.paper_queries import paper_figures
from participation.desk.paper_views import FOLDER, TAKING
from participation.desk.queries import vote_line
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Vote
from participation.votes.services.keeping import keep_picture
from participation.votes.services.returns import BY_PAPER, Arrival, Returned, record_return
from participation.votes.services.signing import Signer, signed_under, signers_of
from participation.votes.services.steps import wrong_phase
from participation.votes.sheet_choices import outcome_words
from participation.votes.sheet_codes import grouped, read_code
from participation.votes.sheet_models import Sheet, SheetReturn
from participation.votes.standing import Channel
from participation.web.access import access, staff
from participation.web.filters import zone
from participation.web.language import said
from participation.web.qr import qr_svg

SUPPORT = staff(Role.SUPPORT)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/returns/new")
@access(SUPPORT)
def receiving(unit_slug: str, vote_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    code = read_code(request.args.get("code", ""))
    return _page(vote, {"code": grouped(code) if code else "", "channel": request.args.get("channel", Channel.PAPER)})


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/paper/returns")
@access(SUPPORT)
def receive(unit_slug: str, vote_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    place: dict[str, Any] = {"unit_slug": unit_slug, "vote_id": vote_id}
    try:
        made = record_return(vote_id, request.form.get("code", ""), _arrival(vote), clock())
    except Refusal as refusal:
        return _page(vote, request.form, undo(refusal)), 422
    code = grouped(read_code(request.form.get("code", "")) or "")
    flash(*_words(made, code))
    if request.form.get("next") == "read" and made.outcome is None:
        return redirect(url_for("desk.sheet_reading", return_id=made.sheet_return.id, **place), 303)
    if request.form.get("next") == "slip":
        return redirect(url_for("desk.sheet_slip", return_id=made.sheet_return.id, **place), 303)
    return redirect(url_for("desk.receiving", channel=made.sheet_return.channel, **place), 303)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/returns/<int:return_id>/slip")
@access(SUPPORT)
def sheet_slip(unit_slug: str, vote_id: int, return_id: int) -> str:
    """For whoever handed the sheet in: its number, when it was received, and where to see what becomes of it."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    row = db.session.execute(
        select(SheetReturn, Sheet.code)
        .join(Sheet, Sheet.id == SheetReturn.sheet_id)
        .where(SheetReturn.id == return_id, SheetReturn.vote_id == vote.id)
    ).one_or_none()
    if row is None:
        abort(404)
    find_at = current_app.config["PUBLIC_URL"] + url_for("votes.find_receipt")
    address = f"{find_at}?number={row.code}"
    return render_template(
        "print/sheet_slip.html", vote=vote, number=grouped(row.code), returned=row.SheetReturn, address=address,
        code=qr_svg(address), find_at=find_at,
    )  # fmt: skip


def _arrival(vote: Vote) -> Arrival:
    """The form as an arrival. A picture is kept first: a file without its row harms nobody."""
    given = request.form
    received = _received_at(given.get("received_at", ""))
    if vote.closes_at is not None and vote.closes_at <= received <= clock().now() and given.get("is_late") != "1":
        raise Refusal(Reason(
            "late_unsaid", say("This time is at or after the closing: the sheet will be recorded as late, and will not count."),
            say("Look at the time again. If the sheet did come in too late, tick the box and record it."), "received_at",
        ))  # fmt: skip
    channel = given.get("channel", "")
    if channel not in tuple(map(str, BY_PAPER)):
        raise Refusal(Reason("channel", say("It is not said how the sheet came in."), say("Choose one of the ways."), "channel"))
    file, picture, media_type = request.files.get("document"), None, None
    if file is not None and file.filename:
        picture, media_type = keep_picture(FOLDER, file.stream)
    key = given.get("key", "")[:64] or secrets.token_urlsafe(16)
    authority_id = None
    if given.get("signed_by") == "other":
        authority_id = signed_under(signers_of(vote, given.get("code", ""), received), given.get("authority", ""))
    return Arrival(Channel(channel), received, me().person_id, key, picture, media_type, authority_id)


def _received_at(typed: str) -> datetime:
    """The instant typed to the minute. The present minute means now: nothing is received before it was."""
    now, found = clock().now(), from_field(typed, zone(), "received_at")
    return now if found == now.replace(second=0, microsecond=0) else found


def _words(made: Returned, code: str) -> tuple[str, str]:
    if made.outcome is not None:
        return gettext("%(code)s is recorded: %(what)s. It does not count.", code=code, what=said(outcome_words(made.outcome.kind))), "warning"
    return gettext("%(code)s is recorded. Two persons read it next.", code=code), "success"


def _page(vote: Vote, typed: Any, reasons: tuple[Reason, ...] = ()) -> str:
    now = clock().now()
    line = vote_line(vote, g.unit, now)
    is_ready = line.phase in TAKING
    if not is_ready and not reasons:
        reasons = (wrong_phase(line.phase),)
    return render_template(
        "desk/paper/receive.html", vote=vote, line=line, is_ready=is_ready, typed=typed,
        received_at=typed.get("received_at") or to_field(now, zone()), key=typed.get("key") or secrets.token_urlsafe(16),
        asks_late=any(reason.code == "late_unsaid" for reason in reasons), numbers=paper_figures(vote.id),
        signers=_signers(vote, typed, reasons), reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip


def _signers(vote: Vote, typed: Any, reasons: tuple[Reason, ...]) -> list[Signer]:
    """To choose from, where it must be said which of several holders signed."""
    if not any(reason.code == "which_signer" for reason in reasons):
        return []
    return signers_of(vote, typed.get("code", ""), _received_at(typed.get("received_at", "")))
