"""Reading an owners' roll from a file: nothing is written, everything doubtful is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import IO

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.importing import limits
from participation.roll.importing.assemble import Assembler
from participation.roll.importing.cells import Row, Table
from participation.roll.importing.columns import RollColumns, refuse_if_incomplete
from participation.roll.importing.doubts_people import PeopleDoubts
from participation.roll.importing.doubts_places import PlaceDoubts
from participation.roll.importing.findings import Doubt, Findings, shown
from participation.roll.importing.header_row import columns_below, find_header
from participation.roll.importing.homes import ParsedRoll, RollHome, totals_of
from participation.roll.importing.rows import RowReader
from participation.roll.importing.source import is_workbook, read_bytes
from participation.roll.importing.text import open_text
from participation.roll.importing.total_rows import TotalRow, compare_totals, is_header_again, is_total_row, total_of
from participation.roll.importing.workbook import open_workbook

Overrides = Mapping[str, int | str]
Progress = Callable[[int, int | None], None]


def read_roll(
    path_or_fileobj: str | os.PathLike[str] | IO[bytes],
    *,
    filename: str,
    columns: Overrides | None = None,
    first_line: int | None = None,
    progress: Progress | None = None,
) -> ParsedRoll:
    """Read a roll from a CSV or XLSX file, recognised by its content.

    `columns` corrects the recognised columns: field (see `headers.FIELDS`) -> header text or index from 0, or ''
    where the file has no such column.  `first_line` is the line of the first home in a file without a header that can
    be recognised; columns are then given by index alone.  `progress(rows, of_about)` is called every 1,000 rows; `of_about` may be None.

    Raises Refusal where the file as a whole cannot be read: damaged, too large, hostile, no header, or a column
    missing without which there is no roll.  Single bad rows are in `ParsedRoll.refused` instead.
    """
    table = _open(path_or_fileobj, columns, first_line)
    try:
        header, read = _header(table, columns, first_line)
        refuse_if_incomplete(read)
        return _read(table, header, read, filename, progress)
    finally:
        table.close()


def inspect_columns(
    path_or_fileobj: str | os.PathLike[str] | IO[bytes],
    *,
    columns: Overrides | None = None,
    first_line: int | None = None,
) -> RollColumns:
    """Only the columns, for the page where they are corrected; mandatory ones may be missing. Raises Refusal."""
    table = _open(path_or_fileobj, columns, first_line)
    try:
        return _header(table, columns, first_line)[1]
    finally:
        table.close()


def first_rows(path_or_fileobj: str | os.PathLike[str] | IO[bytes], most: int = 10) -> list[Row]:
    """The first rows that are not empty, their cells harmless to print, for choosing columns by eye. Raises Refusal."""
    table = _open(path_or_fileobj)
    try:
        filled = (row for row in _limited(table.rows()) if not row.is_empty)
        return [Row(row.line, tuple(shown(cell) for cell in row.cells)) for row in islice(filled, most)]
    finally:
        table.close()


def _open(
    source: str | os.PathLike[str] | IO[bytes], columns: Overrides | None = None, first_line: int | None = None
) -> Table:
    data = read_bytes(source)
    if first_line is not None:
        columns = None  # the same sheet and separator as `first_rows` saw, by which the columns were chosen
    return open_workbook(data, columns) if is_workbook(data) else open_text(data, columns)


def _header(table: Table, overrides: Overrides | None, first_line: int | None) -> tuple[int, RollColumns]:
    """The last line above the homes (0 = none) and the columns."""
    filled = (row for row in _limited(table.rows()) if not row.is_empty)
    header = find_header(list(islice(filled, limits.HEADER_WITHIN_ROWS + 1)), overrides, first_line)
    return header.last_line, columns_below(header, overrides)


def _read(table: Table, header_line: int, columns: RollColumns, filename: str, progress: Progress | None) -> ParsedRoll:
    findings = Findings()
    _doubts_of_the_file(table, columns.header_line or 0, columns, findings)
    reader, assembler = RowReader(columns, findings), Assembler(columns, findings)
    totals: list[TotalRow] = []
    count = 0
    for row in _limited(table.rows()):
        if row.line <= header_line or row.is_empty or _is_only_carried(row) or is_header_again(row, columns):
            continue
        if is_total_row(row, columns):
            if (total := total_of(row, columns)) is not None:
                totals.append(total)
            continue
        assembler.take(reader.read(row))
        count += 1
        if progress is not None and count % limits.PROGRESS_EVERY_ROWS == 0:
            progress(count, table.expected_rows)
    if not count:
        raise Refusal(
            Reason(
                "no_rows",
                say("The file has a header but no homes below it."),
                say("Check that this is the right sheet or file."),
            )
        )
    homes = _homes(assembler, columns, findings)
    compare_totals(totals, homes, columns, findings)
    refused = findings.refused()
    left_out = {finding.line for finding in refused}
    return ParsedRoll(
        filename=shown(filename),
        homes=homes,
        totals=totals_of(homes),
        doubts=tuple(doubt for doubt in findings.doubts() if doubt.line not in left_out),
        refused=refused,
        mapping=columns,
        encoding=table.encoding,
        sheet=table.sheet,
        rows_read=count,
    )


def _homes(assembler: Assembler, columns: RollColumns, findings: Findings) -> tuple[RollHome, ...]:
    people, places = PeopleDoubts(columns, findings), PlaceDoubts(columns, findings)
    homes = []
    for home in assembler.homes():
        people.see(home)
        places.see(home)
        homes.append(home)
    return tuple(homes)


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    filled = 0
    for row in rows:
        filled += not row.is_empty
        if filled > limits.ROWS:
            raise Refusal(
                Reason(
                    "too_many_rows",
                    say("The file has more than %(n)s rows.", n=limits.ROWS),
                    say("Import the neighbourhoods one by one."),
                )
            )
        yield row


def _is_only_carried(row: Row) -> bool:
    """The lower half of cells that are all merged: it says nothing of its own."""
    return bool(row.carried) and all(not cell.strip() or index in row.carried for index, cell in enumerate(row.cells))


def _doubts_of_the_file(table: Table, header_line: int, columns: RollColumns, findings: Findings) -> None:
    for column, doubt in columns.doubts:
        findings.doubt(header_line, column.header, column.header, doubt)
    if table.other_sheets:
        names = ", ".join(shown(name) for name in table.other_sheets[:5])
        findings.doubt(0, "", names, Doubt(
            "other_sheets",
            say("Other sheets of this workbook look like a roll too and were not read: %(names)s", names=names),
            say("Put all homes on one sheet."),
        ))  # fmt: skip
    if "identity" not in columns.fields:
        findings.doubt(header_line, "", "", Doubt(
            "identity_no_column",
            say("The file has no identity numbers: owners of the same name count as one, and nobody can sign in with a letter."),
            say("Add a column with the last four of each owner's identity number."),
        ))  # fmt: skip
    if "title" not in columns.fields:
        findings.doubt(header_line, "", "", Doubt(
            "title_no_column",
            say("The file does not say which homes are unsold or undelivered; all are taken as registered."),
            say("Add a column with the state of the title if the developer still holds homes."),
        ))  # fmt: skip
