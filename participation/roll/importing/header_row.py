"""Finding the header among the first rows: below titles, dates and units, sometimes two rows high."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.importing import limits
from participation.roll.importing.cells import NumberText, Row, folded
from participation.roll.importing.columns import Column, RollColumns, columns_of, letter
from participation.roll.importing.findings import shown
from participation.roll.importing.headers import FIELDS, MANDATORY, recognise


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """`row` holds the header texts, or letters where the file has no header; data begin below line `last_line`."""

    row: Row
    last_line: int

    @property
    def exists(self) -> bool:
        return self.row.line > 0


def score(row: Row, overrides: Mapping[str, int | str] | None = None) -> tuple[int, int]:
    """How much `row` looks like the header: (mandatory fields named, all fields named)."""
    fields = {known[0] for cell in row.cells if cell.strip() and (known := recognise(cell))}
    texts = {folded(cell).casefold() for cell in row.cells if cell.strip()} if overrides else set()
    for field, wanted in (overrides or {}).items():
        if isinstance(wanted, int) or folded(wanted).casefold() in texts:
            fields.add(field)
    if "ambiguous" in fields:
        fields.add("number")
    if not any(recognise(cell) or folded(cell).casefold() in _texts(overrides) for cell in row.cells if cell.strip()):
        return 0, 0
    return len(fields.intersection(MANDATORY)), len(fields.intersection(FIELDS))


def find_header(
    first_rows: Sequence[Row], overrides: Mapping[str, int | str] | None = None, first_line: int | None = None
) -> HeaderRow:
    """The best header among the first rows; with `first_line`, the line of the first home, none but the letters A, B, C.

    Raises Refusal where no row names at least two things of a roll.
    """
    candidates: list[tuple[tuple[int, int], int, HeaderRow]] = []
    rows = [row for row in first_rows if not row.is_empty][: limits.HEADER_WITHIN_ROWS]
    if first_line is not None:
        return _letters(rows, first_line)
    for position, row in enumerate(rows):
        # Earlier rows win ties, and one row wins over two.
        candidates.append((score(row, overrides), -2 * position, HeaderRow(row, row.line)))
        if position + 1 < len(rows) and rows[position + 1].line == row.line + 1:
            both = _two_high(row, rows[position + 1])
            if both is not None:
                candidates.append((score(both, overrides), -2 * position - 1, HeaderRow(both, both.line)))
    best = max(candidates, key=lambda candidate: candidate[:2], default=None)
    if best is not None and best[0][1] >= 2:
        return best[2]
    if rows and overrides and all(isinstance(_as_index(overrides.get(field, "")), int) for field in MANDATORY):
        return _letters(rows, 1)
    raise Refusal(
        Reason(
            "header_missing",
            say(
                "No header row was recognised in the first rows. The file begins with: %(seen)s", seen=_beginning(rows)
            ),
            say("The roll needs a row that names its columns: at least building, home number, area and owner's name."),
        )
    )


def likely_first_line(rows: Sequence[Row]) -> int:
    """The line of the first home in a file whose header is not known: homes have figures in several cells, titles have not."""
    for row in rows:
        if sum(any(c.isdecimal() for c in cell) for cell in row.cells) >= 2:
            return row.line
    return rows[0].line if rows else 1


def _letters(rows: Sequence[Row], first_line: int) -> HeaderRow:
    width = max((len(row.cells) for row in rows), default=0)
    return HeaderRow(Row(0, tuple(letter(index) for index in range(width))), max(first_line, 1) - 1)


def columns_below(header: HeaderRow, overrides: Mapping[str, int | str] | None) -> RollColumns:
    """The columns that `header` names, corrected by `overrides`."""
    if header.exists:
        return columns_of(header.row, overrides)
    indexes = {field: index for field, wanted in (overrides or {}).items() if (index := _as_index(wanted)) is not None}
    read = columns_of(Row(0, tuple(" " for _ in header.row.cells)), indexes)
    every = tuple(Column(index, letter(index)) for index in range(len(header.row.cells)))
    used = set(indexes.values())
    return RollColumns(read.fields, tuple(c for c in every if c.index not in used), every, None)


def _two_high(upper: Row, lower: Row) -> Row | None:
    """A header whose groups ("owner") span the columns that the next row names ("name", "telephone")."""
    if not any(recognise(cell) for cell in lower.cells if cell.strip()):
        return None
    if any(isinstance(cell, NumberText) for cell in lower.cells):
        return None
    width = max(len(upper.cells), len(lower.cells))
    return Row(lower.line, tuple(lower.cell(i) if lower.cell(i).strip() else upper.cell(i) for i in range(width)))


def _texts(overrides: Mapping[str, int | str] | None) -> set[str]:
    return {
        folded(wanted).casefold() for wanted in (overrides or {}).values() if isinstance(wanted, str) and wanted.strip()
    }


def _as_index(wanted: int | str) -> int | None:
    if isinstance(wanted, str):
        return int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 6 else None
    return wanted


def _beginning(rows: Sequence[Row]) -> str:
    return " / ".join(shown(cell) for row in rows[:2] for cell in row.cells[:6] if cell.strip())[:200]
