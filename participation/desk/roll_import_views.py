"""From the spreadsheet to the roll: hand in a file, look at what was read, put it into force or throw it away."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from participation.accounts.models import Role
from participation.database import db, end_transaction
from participation.desk.blueprint import blueprint
from participation.desk.doors import LARGEST_ID, clock, find_unit, me, undo
from participation.desk.spreadsheet import csv_download
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll import upload_files, uploads, work
from participation.roll.importing import FIELD_NAMES, FIELDS, MANDATORY, likely_first_line
from participation.roll.importing.columns import letter
from participation.roll.lookups import note_look_up
from participation.roll.models import RollImport, RollUpload, Unit
from participation.roll.preview import CHANGES, DOUBT, unpacked
from participation.web.access import access, staff
from participation.web.language import said

SUPPORT = staff(Role.SUPPORT)
FIRST_ROWS = 50  # of each list on the preview; the rest is paged
ROWS_PER_PAGE = 200
MOST_REFUSED_SHOWN = 200


@blueprint.get("/<unit_slug>/roll/imports/new")
@access(SUPPORT)
def new_roll_import(unit_slug: str) -> str:
    find_unit(unit_slug, Role.SUPPORT)
    return render_template("desk/roll_upload.html", reasons=())


@blueprint.post("/<unit_slug>/roll/imports")
@access(SUPPORT)
def upload_roll(unit_slug: str) -> Any:
    """Keep the file and read it: at once, or in the background when it is long."""
    unit, now = find_unit(unit_slug, Role.SUPPORT), clock().now()
    file = request.files.get("roll")
    try:
        if file is None or not file.filename:
            raise Refusal(Reason("no_file", say("No file is chosen."), say("Choose the spreadsheet with the roll."), "roll"))
        upload = uploads.receive(unit, file.filename, file.stream, by_id=me().person_id, at=now)
    except Refusal as refusal:
        return render_template("desk/roll_upload.html", reasons=undo(refusal)), 422
    _read(upload)
    uploads.tidy_uploads(now)
    return redirect(url_for("desk.roll_import", unit_slug=unit.slug, upload_id=upload.id), 303)


def _read(upload: RollUpload, columns: dict[str, int | str] | None = None) -> None:
    attempt = uploads.begin(upload, "reading", clock().now(), columns)
    _work(upload, lambda progress: uploads.read(upload.id, attempt, progress))


def _work(upload: RollUpload, job: work.Work) -> None:
    end_transaction()  # the job keeps its own, short ones: nobody else shall wait while a file is read
    work.run(current_app._get_current_object(), upload.key, job, in_background=upload.is_long)  # type: ignore[attr-defined]
    end_transaction()


def _find(unit_slug: str, upload_id: int) -> tuple[Unit, RollUpload]:
    unit = find_unit(unit_slug, Role.SUPPORT)
    upload = db.session.get(RollUpload, upload_id, populate_existing=True) if upload_id <= LARGEST_ID else None
    if upload is None or upload.unit_id != unit.id or upload.state == "discarded" or uploads.has_expired(upload, clock().now()):
        abort(404)
    return unit, upload


@blueprint.get("/<unit_slug>/roll/imports/<int:upload_id>")
@access(SUPPORT)
def roll_import(unit_slug: str, upload_id: int) -> Any:
    """The preview; while the file is worked on the progress instead; afterwards what was written and what comes next."""
    unit, upload = _find(unit_slug, upload_id)
    if upload.state in (*uploads.BUSY, "waiting"):
        return _progress_page(upload)
    if upload.state == "committed":
        record = db.session.get_one(RollImport, upload.import_id)
        return render_template("desk/roll_committed.html", upload=upload, record=record)
    page = _preview_page(upload)
    note_look_up(unit.id, me().person_id, "roll", gettext("Import of a file"), clock().now())
    return page


@blueprint.get("/<unit_slug>/roll/imports/<int:upload_id>/progress")
@access(SUPPORT)
def roll_import_progress(unit_slug: str, upload_id: int) -> Any:
    """The same box as on the page above, fetched again while the work goes on; it ends as a link to the result."""
    return _progress_page(_find(unit_slug, upload_id)[1])


def _progress_page(upload: RollUpload) -> str:
    done, of, _ = upload_files.read_progress(upload.key)
    return render_template("desk/roll_progress.html", upload=upload, done=done, of=of, is_stuck=uploads.is_stuck(upload))


def _preview_page(upload: RollUpload, reasons: tuple[Reason, ...] = ()) -> str:
    preview = uploads.preview_of(upload)
    lists: dict[str, list[dict[str, Any]]] = {}
    if upload.state == "read":
        names = [*CHANGES, *(DOUBT + kind["code"] for kind in preview["doubts"])]
        lists = {name: upload_files.read_section(upload.key, preview["read"], name, 0, FIRST_ROWS) for name in names}
        lists["refused"] = upload_files.read_section(upload.key, preview["read"], "refused", 0, MOST_REFUSED_SHOWN)
    return render_template(
        "desk/roll_preview.html", upload=upload, preview=preview, lists=lists, reasons=reasons,
        problem=uploads.problem_of(upload), unnamed=_unnamed_columns(upload), outdated=uploads.is_outdated(upload), fields=FIELDS, mandatory=MANDATORY,
        field_names=FIELD_NAMES, changes=CHANGES, unpacked=unpacked, first_rows=FIRST_ROWS, doubt=DOUBT,
    )  # fmt: skip


def _unnamed_columns(upload: RollUpload) -> dict[str, Any] | None:
    """What to choose columns by in a file without a header: its first rows, and for each column a few of its cells."""
    rows = uploads.first_rows_of(upload)
    if not rows:
        return None
    width = max(len(row.cells) for row in rows)
    cells = [[row.cell(index) for row in rows if row.cell(index)] for index in range(width)]
    return {
        "rows": rows, "letters": [letter(index) for index in range(width)],
        "examples": [", ".join(text[:12] for text in column[:3]) for column in cells],
        "first_line": uploads.chosen_for(upload)["first_line"] or likely_first_line(rows),
    }  # fmt: skip


@blueprint.get("/<unit_slug>/roll/imports/<int:upload_id>/lists/<name>")
@access(SUPPORT)
def roll_import_list(unit_slug: str, upload_id: int, name: str) -> str:
    """One list of the preview, page by page."""
    upload, preview, total = _list(unit_slug, upload_id, name)
    page, pages = request.args.get("page", 1, type=int), max(1, -(-total // ROWS_PER_PAGE))
    if not 1 <= page <= pages:
        abort(404)
    rows = upload_files.read_section(upload.key, preview["read"], name, (page - 1) * ROWS_PER_PAGE, ROWS_PER_PAGE)
    return render_template(
        "desk/roll_list.html", upload=upload, name=name, rows=rows, total=total, page=page, pages=pages, unpacked=unpacked,
        doubt=DOUBT,
    )  # fmt: skip


@blueprint.get("/<unit_slug>/roll/imports/<int:upload_id>/lists/<name>/download")
@access(SUPPORT)
def roll_import_download(unit_slug: str, upload_id: int, name: str) -> Response:
    """Refused rows or doubts as a table, to be worked through beside the spreadsheet."""
    upload, preview, _ = _list(unit_slug, upload_id, name)
    if name in CHANGES:
        abort(404)
    header = [gettext("Line"), gettext("Column"), gettext("Value"), gettext("Reason"), gettext("What to do")]
    rows = upload_files.read_section(upload.key, preview["read"], name)
    return csv_download(
        f"{name}-{upload.id}.csv",
        header,
        ((r["line"], r["column"], r["value"], said(unpacked(r["reason"])), said(unpacked(r["remedy"]))) for r in rows),
    )


def _list(unit_slug: str, upload_id: int, name: str) -> tuple[RollUpload, dict[str, Any], int]:
    """The upload, its preview and how many rows the list has; 404 for a list that it does not have."""
    _, upload = _find(unit_slug, upload_id)
    preview = uploads.preview_of(upload)
    if upload.state != "read":
        abort(404)
    totals = {"refused": preview["refused"], **{kind: preview["difference"][kind] for kind in CHANGES}}
    totals |= {DOUBT + kind["code"]: kind["count"] for kind in preview["doubts"]}
    if not totals.get(name):
        abort(404)
    return upload, preview, totals[name]


@blueprint.post("/<unit_slug>/roll/imports/<int:upload_id>/columns")
@access(SUPPORT)
def reread_roll(unit_slug: str, upload_id: int) -> Any:
    """Read the file again: with the columns chosen by hand, or with the present ones when the form names none."""
    unit, upload = _find(unit_slug, upload_id)
    if upload.state == "committed":
        abort(404)
    try:
        _read(upload, _chosen_columns(request.form))
    except Refusal as refusal:
        return _refused(upload, undo(refusal))
    return redirect(url_for("desk.roll_import", unit_slug=unit.slug, upload_id=upload.id), 303)


def _chosen_columns(form: Any) -> dict[str, int | str] | None:
    """Field -> column index, '' = not in this file; a field left to recognition is not in it.

    `first_line` is the line of the first home, where the file has no header.
    """
    if form.get("columns") != "1":
        return None
    given = {field: form.get(f"column-{field}", "auto") for field in FIELDS}
    chosen: dict[str, int | str] = {field: _figure(value, "") for field, value in given.items() if value != "auto"}
    if uploads.FIRST_LINE in form:
        chosen[uploads.FIRST_LINE] = _figure(form[uploads.FIRST_LINE], 1)
    return chosen


def _figure(text: str, otherwise: int | str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else otherwise


@blueprint.post("/<unit_slug>/roll/imports/<int:upload_id>/commit")
@access(SUPPORT)
def commit_roll_import(unit_slug: str, upload_id: int) -> Any:
    """Put the roll into force. A second tap finds it done already."""
    unit, upload = _find(unit_slug, upload_id)
    here = redirect(url_for("desk.roll_import", unit_slug=unit.slug, upload_id=upload.id), 303)
    if upload.state == "committed" or (upload.state == "committing" and not uploads.is_stuck(upload)):
        return here
    try:
        uploads.require_committable(upload, without_refused=request.form.get("without_refused") == "1")
        attempt, by_id = uploads.begin(upload, "committing", clock().now()), me().person_id
    except Refusal as refusal:
        return _refused(upload, undo(refusal))
    _work(upload, lambda progress: uploads.commit(upload.id, attempt, by_id, progress))
    return here


def _refused(upload: RollUpload, reasons: tuple[Reason, ...]) -> tuple[str, int]:
    db.session.refresh(upload)
    page = _progress_page(upload) if upload.state in (*uploads.BUSY, "waiting") else _preview_page(upload, reasons)
    return page, 422


@blueprint.post("/<unit_slug>/roll/imports/<int:upload_id>/removal")
@access(SUPPORT)
def discard_roll_import(unit_slug: str, upload_id: int) -> Any:
    unit, upload = _find(unit_slug, upload_id)
    uploads.discard(upload, clock().now())
    if upload.state == "discarded":
        flash(gettext("The file has been thrown away. Nothing was written."), "success")
    return redirect(url_for("desk.roll", unit_slug=unit.slug), 303)
