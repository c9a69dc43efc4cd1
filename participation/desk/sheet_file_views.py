"""Filled-in spreadsheets: a template with the codes, a preview of every line, and then the entry as one reading."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import openpyxl
from flask import Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import func, select

from participation.accounts.forms import plain
from participation.accounts.models import Role
from participation.database import db, end_transaction
from participation.desk.blueprint import blueprint
from participation.desk.doors import clock, find_announced, me, undo
from participation.desk.paper_views import TAKING
from participation.desk.spreadsheet import csv_download
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Elector, Vote
from participation.votes.paper import paper_of
from participation.votes.services.filing import STACK, Entered, enter_rows
from participation.votes.services.steps import phase_now, wrong_phase
from participation.votes.sheet_choices import outcome_words
from participation.votes.sheet_codes import grouped
from participation.votes.sheet_files import FileRow, header_of, read_sheet_file, template_rows
from participation.votes.sheet_models import Sheet, SheetOutcome, SheetReturn
from participation.web.access import access, staff
from participation.web.filters import zone

SUPPORT = staff(Role.SUPPORT)
PREVIEW_LASTS = 3600  # seconds between the preview and the entry


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/files/new")
@access(SUPPORT)
def sheet_file(unit_slug: str, vote_id: int) -> str:
    return _upload_page(find_announced(unit_slug, vote_id, Role.SUPPORT))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/files/template.<any(csv,xlsx):kind>")
@access(SUPPORT)
def sheet_template(unit_slug: str, vote_id: int, kind: str) -> Response:
    """The codes of all sheets that are valid and not done, in the order of the roll; nothing filled in."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    paper = paper_of(vote)
    header, rows = header_of(paper), template_rows(_open_codes(vote.id), paper)
    if kind == "csv":
        return csv_download(f"sheets-{vote.number}.csv", header, rows)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("sheets")
    for row in (header, *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    response = Response(out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.headers["Content-Disposition"] = f'attachment; filename="sheets-{vote.number}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/paper/files")
@access(SUPPORT)
def preview_sheet_file(unit_slug: str, vote_id: int) -> Any:
    """What the file would do, line by line. It is tried out and taken back: nothing of it is kept."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Refusal(Reason("no_file", say("No file is chosen."), say("Choose the filled-in template."), "file"))
        found = read_sheet_file(file.stream.read(), paper_of(vote), zone())
    except Refusal as refusal:
        return _upload_page(vote, undo(refusal)), 422
    source = plain(file.filename, 80)
    tried = _in_stacks(vote_id, found.rows, source, db.session.rollback)
    kept = {line.line for line in tried.lines}
    rows = [row for row in found.rows if row.line in kept]
    return render_template(
        "desk/paper/file_preview.html", vote=vote, source=source, cells=found.refused, lines=tried.lines,
        refused=tried.refused, token=_seal(vote_id, source, rows) if rows else None, grouped=grouped,
        outcome_words=outcome_words,
    )  # fmt: skip


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/paper/files/entry")
@access(SUPPORT)
def enter_sheet_file(unit_slug: str, vote_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    try:
        source, rows = _open(vote_id, request.form.get("token", ""))
    except BadData:
        reason = Reason("preview_old", say("The preview is too old, or not yours."), say("Choose the file again."), "file")
        return _upload_page(vote, (reason,)), 422
    done = _in_stacks(vote_id, rows, source, end_transaction)
    flash(ngettext("%(num)s sheet is entered as read by you.", "%(num)s sheets are entered as read by you.", len(done.lines)), "success")
    if done.refused:
        flash(gettext("Lines that could no longer be entered: %(lines)s.", lines=", ".join(str(line.line) for line in done.refused[:50])), "warning")
    return redirect(url_for("desk.paper", unit_slug=unit_slug, vote_id=vote_id), 303)


def _in_stacks(vote_id: int, rows: Sequence[FileRow], source: str, end: Callable[[], None]) -> Entered:
    """Stack by stack, each ended by `end` (kept, or taken back): a long file never keeps owners from voting."""
    lines: list[Any] = []
    refused: list[Any] = []
    for start in range(0, len(rows), STACK):
        found = enter_rows(vote_id, rows[start : start + STACK], me().person_id, source, clock())
        end()
        lines.extend(found.lines)
        refused.extend(found.refused)
    return Entered(tuple(lines), tuple(refused))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="sheet-file")


def _seal(vote_id: int, source: str, rows: list[FileRow]) -> str:
    """The accepted lines, signed for this person and this vote, so that what was previewed is what is entered."""
    lines = [[row.line, row.code, row.received_at.isoformat(), row.choices, row.flaw] for row in rows]
    return _serializer().dumps([vote_id, me().person_id, source, lines])  # type: ignore[return-value]


def _open(vote_id: int, token: str) -> tuple[str, list[FileRow]]:
    """Raises BadData for a token that is old, forged, of another vote or of another person."""
    for_vote, person_id, source, lines = _serializer().loads(token, max_age=PREVIEW_LASTS)
    if (for_vote, person_id) != (vote_id, me().person_id):
        raise BadData("made for somebody else")
    return source, [FileRow(line, code, datetime.fromisoformat(at), choices, flaw) for line, code, at, choices, flaw in lines]


def _open_codes(vote_id: int) -> list[str]:
    newest = select(func.max(Sheet.id)).where(Sheet.vote_id == vote_id).group_by(Sheet.elector_id)
    return list(
        db.session.scalars(
            select(Sheet.code)
            .join(Elector, Elector.id == Sheet.elector_id)
            .outerjoin(SheetReturn, SheetReturn.sheet_id == Sheet.id)
            .outerjoin(SheetOutcome, SheetOutcome.return_id == SheetReturn.id)
            .where(Sheet.vote_id == vote_id, Sheet.id.in_(newest), SheetOutcome.return_id.is_(None))
            .order_by(Elector.number)
        )
    )


def _upload_page(vote: Vote, reasons: tuple[Reason, ...] = ()) -> str:
    phase = phase_now(vote, clock().now())
    is_ready = phase in TAKING
    if not is_ready and not reasons:
        reasons = (wrong_phase(phase),)
    errors = [reason.message for reason in reasons if reason.field == "file"]
    return render_template(
        "desk/paper/file.html", vote=vote, unit=g.unit, is_ready=is_ready, reasons=reasons, errors=errors,
        header=header_of(paper_of(vote)), paper=paper_of(vote),
    )  # fmt: skip
