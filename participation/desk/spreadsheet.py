"""Tables to download: CSV that a spreadsheet program opens as text, whatever is in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

# What a spreadsheet program may take for the beginning of a formula or of a command.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: object) -> str:
    """Text that stays text: an apostrophe goes before whatever might be taken for a formula."""
    text = str(value)
    return "'" + text if text.lstrip(" ").startswith(_RISKY) else text


def csv_download(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """UTF-8 with the mark by which spreadsheet programs know it, as an attachment."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(cell) for cell in header])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    response = Response(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
