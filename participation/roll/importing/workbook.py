"""Reading .xlsx workbooks row by row, without computing formulas and without holding the sheet in memory."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils import column_index_from_string

from participation.kernel.refusal import Refusal
from participation.roll.importing import limits
from participation.roll.importing.archive import merged_ranges, open_archive, unreadable
from participation.roll.importing.cells import DateText, ErrorText, FormulaText, NumberText, Row, Table
from participation.roll.importing.header_row import score
from participation.roll.importing.headers import MANDATORY
from participation.roll.importing.text import too_many_columns

# It warns of styles and extensions that it does not know; a roll does not need them.
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\b")

# column -> first row -> last row, both from 1, columns from 0
Merged = dict[int, dict[int, int]]


def open_workbook(data: bytes, overrides: Mapping[str, int | str] | None = None) -> Table:
    """A table over the sheet that looks most like a roll. Raises Refusal for a damaged or hostile workbook."""
    archive = open_archive(data)
    try:
        # data_only=False: a formula is seen as a formula, never as the value that somebody cached in it.
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or list(book.worksheets)
    except Exception as error:  # openpyxl raises whatever its XML, zip and type conversions raise
        raise unreadable() from error
    if not sheets or len(sheets) > limits.SHEETS:
        book.close()
        raise unreadable()
    scores = [_sheet_score(sheet, overrides) for sheet in sheets]
    best = max(range(len(sheets)), key=lambda position: (scores[position], -position))
    sheet = sheets[best]
    others = tuple(
        s.title for s, found in zip(sheets, scores, strict=True) if s is not sheet and found[0] == len(MANDATORY)
    )
    merged = _merged(archive, sheet)
    return Table(rows=lambda: _rows(sheet, merged), sheet=sheet.title, other_sheets=others, close=book.close)


def _sheet_score(sheet: Any, overrides: Mapping[str, int | str] | None) -> tuple[int, int]:
    first = islice(_rows(sheet, {}), limits.HEADER_WITHIN_ROWS)
    return max((score(row, overrides) for row in first), default=(0, 0))


def _merged(archive: zipfile.ZipFile, sheet: Any) -> Merged:
    """Merged ranges that are higher than one row; only their first column holds a value."""
    merged: Merged = {}
    try:
        # The only place that knows which part of the archive a sheet is.
        for count, (left, top, _, bottom) in enumerate(merged_ranges(archive, sheet._worksheet_path)):
            if count > limits.ROWS:
                raise unreadable()
            if bottom > top:
                merged.setdefault(column_index_from_string(left) - 1, {})[top] = bottom
    except Refusal:
        raise
    except Exception as error:
        raise unreadable() from error
    return merged


def _rows(sheet: Any, merged: Merged) -> Iterator[Row]:
    """Every row of the sheet from line 1, empty ones included, so that lines are those that people see."""
    carrying: dict[int, tuple[int, str]] = {}  # column -> last row, value
    gap: tuple[Any, ...] | None = None
    for line, cells in enumerate(_raw_rows(sheet), start=1):
        if line > limits.SHEET_ROWS:
            raise unreadable()
        if cells is gap or all(cell is EMPTY_CELL for cell in cells):
            # Missing rows all come as one object. What a merged cell would carry into them, it would carry alone.
            gap = cells
            yield Row(line, ())
            continue
        texts = ["" if cell is EMPTY_CELL else text_of(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if len(texts) > limits.COLUMNS:
            raise too_many_columns(line)
        carried = []
        for column, ranges in merged.items():
            if column >= limits.COLUMNS:
                continue
            if line in ranges:
                carrying[column] = (ranges[line], texts[column] if column < len(texts) else "")
                continue
            last, value = carrying.get(column, (0, ""))
            if line <= last and value:
                texts.extend("" for _ in range(column + 1 - len(texts)))
                if not texts[column]:
                    texts[column] = value
                    carried.append(column)
        yield Row(line, tuple(texts), frozenset(carried))


def _raw_rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    # A sheet may lie about its extent, and then rows would be left out.
    sheet.reset_dimensions()
    # One column more than allowed, so that a wider sheet is noticed and refused.
    rows = sheet.iter_rows(max_col=limits.COLUMNS + 1)
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except Exception as error:  # damage shows only while the XML is read
            raise unreadable() from error


def text_of(cell: Any) -> str:
    """A cell's content as text that remembers what it was. Numbers are exact: the shortest decimal that reads back equal."""
    value = cell.value
    if value is None:
        return ""
    kind = cell.data_type
    if kind == "f":
        return FormulaText(value if isinstance(value, str) else "=")
    if kind == "e":
        return ErrorText(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return NumberText(value)
    if isinstance(value, float):
        return NumberText(_decimal_text(value))
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return DateText(value)
    return str(value)


@lru_cache(maxsize=65_536)
def _decimal_text(value: float) -> str:
    exact = Decimal(repr(value))
    if not exact.is_finite():
        return "Infinity"
    return format(exact.to_integral_value() if exact == exact.to_integral_value() else exact, "f")
