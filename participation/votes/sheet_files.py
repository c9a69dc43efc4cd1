"""Reading a spreadsheet into which one person has written what returned sheets say. Pure: bytes in, rows and findings out.

One line is one sheet: its code, when it was handed over, an answer for each question, or why the sheet is invalid.
The file is a stranger's: formulas are never computed, sizes are bounded, every refused cell is told with its line,
column, value, reason and remedy (the same guards as for the owners' roll).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.importing.cells import DateText, NumberText, Row, Table, check_cell, folded
from participation.roll.importing.findings import CellProblem, Finding, Findings, shown
from participation.roll.importing.limits import HEADER_WITHIN_ROWS
from participation.roll.importing.source import is_workbook
from participation.roll.importing.text import open_text
from participation.roll.importing.workbook import open_workbook
from participation.votes.counting import BLANK
from participation.votes.paper import Paper, PaperQuestion
from participation.votes.sheet_codes import grouped, read_code
from participation.votes.sheet_words import ANSWERS, COLUMNS, FLAW_WORDS, NONE_WORDS, QUESTION_WORDS

FILE_BYTES = 8 * 1024 * 1024
MOST_ROWS = 500  # filled-in lines: a stack that one person reads in a day
LINES = 20_000  # lines looked at, the empty ones of a template among them


@dataclass(frozen=True, slots=True)
class FileRow:
    """One sheet as this person read it: `choices` by question id, or `flaw`."""

    line: int
    code: str
    received_at: datetime
    choices: Mapping[str, Any] | None
    flaw: str | None


@dataclass(frozen=True, slots=True)
class SheetFile:
    """What could be read, and every cell that could not; both in the order of the file."""

    rows: tuple[FileRow, ...]
    refused: tuple[Finding, ...]


def read_sheet_file(data: bytes, paper: Paper, zone: ZoneInfo) -> SheetFile:
    """Read a CSV or XLSX file, recognised by its content; times are local to `zone`.

    Lines in which only the code stands (of a template) are left out.  Raises Refusal where the file as a whole cannot
    be read: damaged, too large, hostile, no header, a column missing.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise Refusal(Reason("file_empty", say("The file is empty."), say("Choose the filled-in template."), "file"))
    if len(data) > FILE_BYTES:
        raise Refusal(Reason("file_too_large", say("The file is larger than %(n)s MB.", n=FILE_BYTES // 1024 // 1024), say("Keep only the lines of the sheets that you have read."), "file"))
    table = open_workbook(data) if is_workbook(data) else open_text(data)
    try:
        return _read(table, paper, zone)
    finally:
        table.close()


def _read(table: Table, paper: Paper, zone: ZoneInfo) -> SheetFile:
    lines = _limited(table)
    columns = _header(lines, paper)
    findings = Findings()
    rows: list[FileRow] = []
    seen: dict[str, int] = {}
    for row in lines:
        if not any(folded(row.cell(at)) for key, at in columns.items() if key != "code"):
            continue
        if len(rows) + len(findings.refused()) >= MOST_ROWS:
            raise Refusal(Reason("too_many_lines", say("More than %(n)s lines are filled in.", n=MOST_ROWS), say("Split the file."), "file"))
        found = _row(row, columns, paper, zone, findings)
        if found is None:
            continue
        if found.code in seen:
            _refuse(findings, row, columns, "code", CellProblem("code_twice", say("This code stands on line %(line)s already.", line=seen[found.code]), say("Keep one line for each sheet.")))
            continue
        seen[found.code] = row.line
        rows.append(found)
    return SheetFile(tuple(rows), findings.refused())


def _limited(table: Table) -> Iterator[Row]:
    for number, row in enumerate(table.rows(), 1):
        if number > LINES:
            raise Refusal(Reason("too_many_lines", say("The file has more than %(n)s lines.", n=LINES), say("Keep only the lines of the sheets that you have read."), "file"))
        yield row


def _header(lines: Iterator[Row], paper: Paper) -> dict[str, int]:
    """The columns by key: code, received_at, picture, flaw, and the id of each question. Raises Refusal."""
    wanted = {"code", "received_at", *(str(question.id) for question in paper.questions)}
    for _ in range(HEADER_WITHIN_ROWS):
        row = next(lines, None)
        if row is None:
            break
        columns: dict[str, int] = {}
        for at, cell in enumerate(row.cells):
            key = _column(folded(cell).casefold(), paper)
            if key in columns:
                raise Refusal(Reason("column_twice", say("Two columns are called %(name)s.", name=shown(cell)), say("Use the header of the template."), "file"))
            if key is not None:
                columns[key] = at
        if "code" in columns:
            missing = wanted - set(columns)
            if missing:
                raise Refusal(Reason("column_missing", say("Columns are missing: %(names)s.", names=", ".join(sorted(_title(key, paper) for key in missing))), say("Use the header of the template."), "file"))
            return columns
    raise Refusal(Reason("no_header", say("No line of the file begins like the template."), say("Download the template and fill it in; keep its first line."), "file"))


def _column(name: str, paper: Paper) -> str | None:
    for key, names in COLUMNS.items():
        if name in names:
            return key
    for question in paper.questions:
        if name in {f"{word}{gap}{question.position}" for word in QUESTION_WORDS for gap in (" ", "")}:
            return str(question.id)
    return None


def _title(key: str, paper: Paper) -> str:
    position = next((q.position for q in paper.questions if str(q.id) == key), None)
    return f"question {position}" if position else key.replace("_", " ")


def header_of(paper: Paper) -> list[str]:
    """The first line of the template."""
    return ["code", "received at", *(f"question {question.position}" for question in paper.questions), "flaw", "picture"]


def _row(row: Row, columns: dict[str, int], paper: Paper, zone: ZoneInfo, findings: Findings) -> FileRow | None:
    before = len(findings.refused())

    def of(key: str, read: Any) -> Any:
        if key not in columns:
            return None
        try:
            return read(row.cell(columns[key]))
        except CellProblem as problem:
            _refuse(findings, row, columns, key, problem)
            return None

    code, received_at = of("code", _code), of("received_at", lambda cell: _time(cell, zone))
    flaw = of("flaw", _flaw)
    of("picture", _picture)
    choices: dict[str, Any] | None = None
    if flaw is None:
        choices = {
            str(question.id): of(str(question.id), lambda cell, question=question: _answer(cell, question))
            for question in paper.questions
        }
    if len(findings.refused()) > before:
        return None
    return FileRow(row.line, code, received_at, choices, flaw)


def _refuse(findings: Findings, row: Row, columns: dict[str, int], key: str, problem: CellProblem) -> None:
    findings.refuse(row.line, _letter(columns[key]), shown(row.cell(columns[key])), problem)


def _letter(column: int) -> str:
    """0 -> A, 26 -> AA: the column as a spreadsheet program calls it."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _code(cell: str) -> str:
    check_cell(cell)
    code = read_code(folded(cell))
    if code is None:
        raise CellProblem("code_unreadable", say("No sheet has this code: a character is wrong, missing, or two are swapped."), say("Compare it with the sheet, group by group."))
    return code


def _time(cell: str, zone: ZoneInfo) -> datetime:
    if not isinstance(cell, DateText):
        check_cell(cell)
    text = folded(cell).replace("/", "-").replace(".", "-")
    try:
        if isinstance(cell, NumberText):
            raise ValueError
        local = datetime.fromisoformat(text)
        if local.tzinfo is not None or len(text) < 13 or not 2000 <= local.year <= 2200:
            raise ValueError
    except ValueError:
        raise CellProblem("time_unreadable", say("This is not a date and time."), say("Write it like 2026-04-01 09:00.")) from None
    return local.replace(tzinfo=zone, second=0, microsecond=0).astimezone(UTC)


def _flaw(cell: str) -> str | None:
    check_cell(cell)
    text = folded(cell).casefold()
    if not text:
        return None
    for flaw, words in FLAW_WORDS.items():
        if text in words:
            return flaw
    raise CellProblem("flaw_unknown", say("This is not a reason why a sheet is invalid."), say("Write unsigned, torn, wrong sheet, illegible or blank; or leave it empty."))


def _picture(cell: str) -> None:
    check_cell(cell)
    if folded(cell):
        raise CellProblem("picture_in_file", say("A picture cannot come with a spreadsheet."), say("Leave the cell empty, and record the sheet with its photo first."))


def _answer(cell: str, question: PaperQuestion) -> Any:
    check_cell(cell)
    text = folded(cell).casefold()
    if not text:
        raise CellProblem("answer_missing", say("The question has no answer."), say("Write what the sheet says; if no box or more than one is ticked, write blank."))
    if text in ANSWERS[BLANK]:
        return BLANK
    if question.is_election:
        return _candidates(text, question)
    for choice in question.choices:
        if text in ANSWERS[choice]:
            return choice
    raise CellProblem("answer_unknown", say("This is not an answer that the sheet offers."), say("Write one of: %(words)s.", words=", ".join((*question.choices, BLANK))))


def _candidates(text: str, question: PaperQuestion) -> list[int]:
    """Candidates by their place on the sheet or their name, separated by semicolons."""
    if text in NONE_WORDS:
        return []
    known = {str(candidate_at): candidate.id for candidate_at, candidate in enumerate(question.candidates, 1)}
    known |= {folded(candidate.name).casefold(): candidate.id for candidate in question.candidates}
    parts = [part.strip() for part in text.replace("；", ";").replace("、", ";").split(";") if part.strip()]
    if not parts or any(part not in known for part in parts):
        raise CellProblem("candidate_unknown", say("A candidate is not on the sheet."), say("Write their numbers in the order of the sheet, like 1; 3, or none, or blank."))
    found = sorted({known[part] for part in parts})
    if len(found) > question.seats:
        raise CellProblem("choice.too_many", say("%(ticked)s candidates are ticked; at most %(seats)s can be chosen.", ticked=len(found), seats=question.seats), say("If the sheet has that many ticks, write blank."))
    return found


def template_rows(codes: list[str], paper: Paper) -> list[list[str]]:
    """The lines of the template: each code, and nothing filled in."""
    return [[grouped(code), *[""] * (len(header_of(paper)) - 1)] for code in codes]
