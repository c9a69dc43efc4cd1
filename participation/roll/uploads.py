"""A roll file on its way into force: handed in, read, looked at, committed or discarded.

    waiting -> reading -> read -> committing -> committed        discarded from any of them but the last two
                      \\-> refused (the file as a whole)

Each step is begun by one short transaction that raises `attempt`, and ended by another one that only counts if the
attempt is still the same: work left behind by a stopped server can be begun again, and can never end twice.
The commit itself is one transaction, all or nothing, and refuses when the roll is not the one of the preview any more.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import or_, select, update

from participation.accounts.forms import plain
from participation.accounts.visitor import clock_now
from participation.database import db, transaction
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.services import hold_log
from participation.roll import upload_files, work
from participation.roll.importing import MANDATORY, ParsedRoll, first_rows, inspect_columns, read_roll
from participation.roll.importing.cells import Row
from participation.roll.models import RollUpload, Unit
from participation.roll.preview import columns_data, packed, sections, summary, unpacked
from participation.roll.services import commit_roll, compare, refuse_unasked, roll_fingerprint

KEPT_FOR = timedelta(hours=24)
ORPHANS_AFTER_SECONDS = 3600
LONG_LINES = 5_000  # of a text file; longer ones are worked on in the background
LONG_ARCHIVE_BYTES = 256 * 1024  # about as many rows of a workbook
BUSY = ("reading", "committing")
OVER = ("committed", "discarded")
FIRST_LINE = "first_line"  # beside the columns that were chosen by hand
FIRST_ROWS = "first"  # the section that holds the first rows of a file without a header
log = logging.getLogger(__name__)


def receive(unit: Unit, filename: str, stream: IO[bytes], *, by_id: int, at: datetime) -> RollUpload:
    """Keep a file that was handed in. Raises Refusal for an empty or too large one."""
    key = secrets.token_hex(16)
    size, sha256 = upload_files.keep(key, stream)
    name = plain(filename.replace("\\", "/").rsplit("/", 1)[-1], 120) or "roll"
    upload = RollUpload(
        unit_id=unit.id, key=key, filename=name, sha256=sha256, size=size, is_long=_is_long(key), by_id=by_id,
        uploaded_at=at, state="waiting", state_at=at, attempt=0,
    )  # fmt: skip
    db.session.add(upload)
    db.session.flush()
    return upload


def _is_long(key: str) -> bool:
    lines = 0
    with upload_files.roll_file(key).open("rb") as file:
        first = file.read(4)
        file.seek(0)
        if first.startswith(b"PK"):
            return upload_files.roll_file(key).stat().st_size > LONG_ARCHIVE_BYTES
        while chunk := file.read(upload_files.CHUNK):
            lines += chunk.count(b"\n") or chunk.count(b"\r")
    return lines > LONG_LINES


def chosen_for(upload: RollUpload) -> dict[str, Any]:
    """What was chosen by hand, as `read_roll` takes it: `columns`, and `first_line` for a file without a header."""
    columns = json.loads(upload.columns) if upload.columns else {}
    return {"first_line": columns.pop(FIRST_LINE, None), "columns": columns}


def preview_of(upload: RollUpload) -> dict[str, Any]:
    return json.loads(upload.preview) if upload.preview else {}


def problem_of(upload: RollUpload) -> tuple[Reason, ...]:
    """Why the last step was refused."""
    return tuple(
        Reason(one["code"], unpacked(one["message"]), unpacked(one["remedy"]) if one["remedy"] else None, one["field"])
        for one in (json.loads(upload.problem) if upload.problem else [])
    )


def is_stuck(upload: RollUpload) -> bool:
    """Work that was begun and has given no sign of life for half a minute."""
    return upload.state in BUSY and work.is_silent(upload.key)


def has_expired(upload: RollUpload, at: datetime) -> bool:
    return upload.state not in OVER and at - upload.uploaded_at > KEPT_FOR


def begin(upload: RollUpload, state: str, at: datetime, columns: Mapping[str, int | str] | None = None) -> int:
    """Take the upload into a BUSY state and return the number of the attempt. Raises Refusal while somebody works on it."""
    allowed = {"reading": ("waiting", "read", "refused"), "committing": ("read",)}[state]
    # A commit that was cut off has written nothing; its preview still stands.
    stuck = (upload.state == state or (state == "reading" and upload.state in BUSY)) and is_stuck(upload)
    values: dict[str, Any] = {"state": state, "state_at": at, "attempt": upload.attempt + 1, "problem": None}
    if columns is not None:
        values["columns"] = json.dumps(dict(columns))
    moved = db.session.execute(
        update(RollUpload)
        .where(RollUpload.id == upload.id, RollUpload.attempt == upload.attempt)
        .where(or_(RollUpload.state.in_(allowed), RollUpload.state == (upload.state if stuck else None)))
        .values(**values),
        execution_options={"synchronize_session": False},
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal(
            Reason(
                "upload_busy",
                say("This file is being worked on, or has been dealt with already."),
                say("Load the page again to see how it stands."),
            )
        )
    db.session.refresh(upload)
    return upload.attempt


def read(upload_id: int, attempt: int, progress: work.Progress) -> None:
    """Read the file and keep the preview: in transactions of its own, the long part in none."""
    try:
        upload, unit_id = _load(upload_id)
        key, chosen = upload.key, chosen_for(upload)
        try:
            parsed = read_roll(upload_files.roll_file(key), filename=upload.filename, progress=progress, **chosen)
        except Refusal as refusal:
            _end(upload_id, attempt, "refused", reasons=refusal.reasons, preview=_only_columns(key, attempt, chosen))
            return
        with transaction(write=False):
            # The fingerprint first: should the roll change in between, the commit will notice.
            based_on = roll_fingerprint(unit_id)
            change = compare(unit_id, parsed, clock_now())
        for name, rows in sections(parsed, change):
            upload_files.write_section(key, attempt, name, rows)
        if parsed.mapping.header_line is None:
            _keep_first_rows(key, attempt)
        _end(upload_id, attempt, "read", preview={**summary(parsed, change), "read": attempt}, based_on=based_on)
        upload_files.forget_reads_before(key, attempt)
    except Exception:
        _end(upload_id, attempt, "refused", reasons=(_fault(),))
        log.exception("reading upload %s failed", upload_id)


def _only_columns(key: str, attempt: int, chosen: Mapping[str, Any]) -> dict[str, Any] | None:
    """What can be corrected by hand although the file was refused; None where it holds no table as wide as a roll.

    Where no header is recognised the columns have letters, and the first rows are kept to choose by.
    """
    file = upload_files.roll_file(key)
    for wanted in (chosen, {}, {"first_line": 1}):
        with suppress(Refusal):
            columns = inspect_columns(file, **wanted)
            if columns.header_line is not None:
                return {"columns": columns_data(columns)}
            if len(columns.headers) >= len(MANDATORY):
                _keep_first_rows(key, attempt)
                return {"columns": columns_data(columns), "read": attempt}
    return None


def _keep_first_rows(key: str, attempt: int) -> None:
    rows = first_rows(upload_files.roll_file(key))
    upload_files.write_section(key, attempt, FIRST_ROWS, ({"line": row.line, "cells": row.cells} for row in rows))


def first_rows_of(upload: RollUpload) -> list[Row]:
    """The first rows of a file without a header, by which its columns are chosen; none where it has one."""
    attempt = preview_of(upload).get("read")
    rows = upload_files.read_section(upload.key, attempt, FIRST_ROWS) if attempt else []
    return [Row(row["line"], tuple(row["cells"])) for row in rows]


def commit(upload_id: int, attempt: int, by_id: int | None, progress: work.Progress) -> None:
    """Put the roll into force: read the file once more, then write everything in one transaction."""
    try:
        upload, _ = _load(upload_id)
        file = upload_files.roll_file(upload.key)
        parsed = read_roll(file, filename=upload.filename, progress=progress, **chosen_for(upload))
        _write(upload_id, attempt, by_id, parsed, progress)
    except Refusal as refusal:
        _end(upload_id, attempt, "read", reasons=refusal.reasons)
    except Exception:
        _end(upload_id, attempt, "read", reasons=(_fault(),))
        log.exception("committing upload %s failed", upload_id)
    else:
        upload_files.remove(upload.key)


def _write(upload_id: int, attempt: int, by_id: int | None, parsed: ParsedRoll, progress: work.Progress) -> None:
    with transaction() as session:
        upload = session.get(RollUpload, upload_id, populate_existing=True)
        unit = session.get_one(Unit, upload.unit_id)
        hold_log(unit.id)
        session.refresh(upload)
        if upload.state != "committing" or upload.attempt != attempt:
            raise Refusal(_changed())
        if roll_fingerprint(unit.id) != upload.based_on or parsed.totals.homes != preview_of(upload)["totals"]["homes"]:
            raise Refusal(_changed())
        at = clock_now()
        record = commit_roll(unit, parsed, by_id=by_id, at=at, sha256=upload.sha256, progress=progress)
        upload.state, upload.state_at, upload.import_id = "committed", at, record.id


def require_committable(upload: RollUpload, *, without_refused: bool) -> None:
    """Raise Refusal while this preview must not become the roll: `refuse_unasked` with what the page knows."""
    preview = preview_of(upload)
    if upload.state == "refused" or "totals" not in preview:
        raise Refusal(*(problem_of(upload) or (_fault(),)))
    if is_outdated(upload):
        raise Refusal(_changed())
    refuse_unasked(
        homes=preview["totals"]["homes"], refused=preview["refused"], gone=preview["difference"]["gone"],
        without_refused=without_refused,
    )  # fmt: skip


def is_outdated(upload: RollUpload) -> bool:
    """Whether the roll has changed since the preview was made."""
    return upload.state == "read" and upload.based_on != roll_fingerprint(upload.unit_id)


def _changed() -> Reason:
    return Reason(
        "roll_changed",
        say("The roll has changed since this preview was made; nothing has been written."),
        say("Compare the file with the roll again and look at the difference."),
    )


def _fault() -> Reason:
    return Reason(
        "fault",
        say("Something went wrong on our side; nothing has been written."),
        say("Try once more. If it happens again, tell the operator of this site."),
    )


def discard(upload: RollUpload, at: datetime) -> None:
    """Forget the file. Raises Refusal while its roll is being written."""
    if upload.state == "committing" and not is_stuck(upload):
        raise Refusal(
            Reason("upload_busy", say("This roll is being written at this moment."), say("Wait until it is done."))
        )
    if upload.state not in OVER:
        upload.state, upload.state_at, upload.attempt = "discarded", at, upload.attempt + 1
        upload.preview = upload.problem = None
        db.session.flush()
    upload_files.remove(upload.key)


def open_uploads(unit_id: int) -> Sequence[RollUpload]:
    """Files of this neighbourhood that wait for somebody, newest first."""
    return db.session.scalars(
        select(RollUpload)
        .where(RollUpload.unit_id == unit_id, RollUpload.state.not_in(OVER))
        .order_by(RollUpload.id.desc())
    ).all()


def tidy_uploads(at: datetime) -> int:
    """Discard uploads older than a day, and remove files whose upload is over. In a transaction of its own."""
    with transaction() as session:
        expired = [
            upload
            for upload in session.scalars(select(RollUpload).where(RollUpload.state.not_in(OVER)).order_by(RollUpload.id))
            if has_expired(upload, at) and (upload.state != "committing" or is_stuck(upload))
        ]
        for upload in expired:
            discard(upload, at)
        kept = set(session.scalars(select(RollUpload.key).where(RollUpload.state.not_in(OVER))))
    for key in upload_files.kept_keys():
        # A file without a row belongs to an upload of this very moment, unless it is old.
        if key not in kept and upload_files.age(key) > ORPHANS_AFTER_SECONDS:
            upload_files.remove(key)
    return len(expired)


def _load(upload_id: int) -> tuple[RollUpload, int]:
    with transaction(write=False) as session:
        upload = session.get_one(RollUpload, upload_id, populate_existing=True)
    return upload, upload.unit_id


def _end(
    upload_id: int, attempt: int, state: str, *, reasons: Sequence[Reason] = (), preview: dict[str, Any] | None = None,
    based_on: int | None = None,
) -> None:  # fmt: skip
    """Leave the BUSY state, unless somebody else has taken the upload over meanwhile."""
    values: dict[str, Any] = {"state": state, "state_at": clock_now(), "problem": _pack(reasons) if reasons else None}
    if preview is not None:
        values |= {"preview": json.dumps(preview, ensure_ascii=False), "based_on": based_on}
    with transaction() as session:
        session.execute(
            update(RollUpload)
            .where(RollUpload.id == upload_id, RollUpload.attempt == attempt, RollUpload.state.in_(BUSY))
            .values(**values)
        )


def _pack(reasons: Sequence[Reason]) -> str:
    return json.dumps(
        [
            {
                "code": r.code, "message": packed(r.message), "remedy": packed(r.remedy) if r.remedy else None,
                "field": r.field,
            }
            for r in reasons
        ],
        ensure_ascii=False,
    )  # fmt: skip
