"""Which column holds what: found in the header row, below any title rows, and correctable by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.roll.importing.cells import Row, folded
from participation.roll.importing.findings import Doubt, shown
from participation.roll.importing.headers import FIELDS, MANDATORY, recognise

FIELD_NAMES: dict[str, Sentence] = {
    "building": say("building"),
    "stairwell": say("stairwell"),
    "floor": say("floor"),
    "number": say("home number"),
    "kind": say("kind of home"),
    "area": say("area"),
    "area_basis": say("source of the area"),
    "owner": say("owner's name"),
    "identity": say("identity number or its last four"),
    "co_owner": say("co-owners' names"),
    "co_identity": say("co-owners' identity numbers"),
    "phone": say("telephone"),
    "share": say("share"),
    "title": say("state of the title"),
    "voter": say("co-owner named to vote"),
    "tenant": say("tenants"),
    "notes": say("notes"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """`index` counts from 0; `header` is the text in the file, safe to print (a letter where there is none)."""

    index: int
    header: str


@dataclass(frozen=True, slots=True)
class RollColumns:
    """The columns that are read, by field, and those that are not."""

    fields: Mapping[str, Column]
    unrecognised: tuple[Column, ...]
    headers: tuple[Column, ...]  # every column that has a header, for the page that corrects the choice
    header_line: int | None  # None: the file has no header and the columns were given by number
    doubts: tuple[tuple[Column, Doubt], ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(field for field in MANDATORY if field not in self.fields)

    def index(self, field: str) -> int | None:
        column = self.fields.get(field)
        return None if column is None else column.index

    def header(self, field: str) -> str:
        column = self.fields.get(field)
        return "" if column is None else column.header


def letter(index: int) -> str:
    """0 -> 'A', 26 -> 'AA', as spreadsheet programs name columns."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def columns_of(row: Row, overrides: Mapping[str, int | str] | None = None) -> RollColumns:
    """Read `row` as a header. `overrides`: field -> header text, 0-based index, or '' for "not in this file".

    Raises Refusal for an override that names no field or no column.
    """
    chosen = {field: _find(row, field, wanted) for field, wanted in (overrides or {}).items()}
    taken = {index for index in chosen.values() if index is not None}
    by_field: dict[str, list[tuple[int, int]]] = {}
    for index, cell in enumerate(row.cells):
        known = recognise(cell) if cell.strip() else None
        if known is not None and index not in taken:
            by_field.setdefault(known[0], []).append((known[1], index))

    fields = {field: _column(row, index) for field, index in chosen.items() if index is not None}
    doubts: list[tuple[Column, Doubt]] = []
    for field in FIELDS:
        found = sorted(by_field.get(field, ()))
        if not found or field in chosen:
            continue
        fields[field] = _column(row, found[0][1])
        if len(found) > 1:
            doubts.append((fields[field], _several(field, row, [index for _, index in found])))
    for _, index in sorted(by_field.get("ambiguous", ())):
        field = "number" if "number" not in fields and "number" not in chosen else "stairwell"
        if field in fields or field in chosen:
            continue
        fields[field] = _column(row, index)
        doubts.append((fields[field], _guessed(field)))

    used = {column.index for column in fields.values()} | {index for _, index in by_field.get("sequence", ())}
    headers = tuple(_column(row, index) for index, cell in enumerate(row.cells) if cell.strip())
    unrecognised = tuple(column for column in headers if column.index not in used)
    doubts += [(column, _inner_area()) for column in unrecognised if "套内" in column.header and "area" in fields]
    return RollColumns(fields, unrecognised, headers, row.line, tuple(doubts))


def refuse_if_incomplete(columns: RollColumns) -> None:
    """Raise Refusal, one reason per mandatory column that was not found, each naming the columns that were seen."""
    seen = ", ".join(column.header for column in columns.headers)
    if columns.missing:
        raise Refusal(
            *(
                Reason(
                    "column_missing",
                    say(
                        "No column for the %(field)s was recognised. Columns in the file: %(seen)s",
                        field=FIELD_NAMES[f],
                        seen=seen,
                    ),
                    say("Choose the column by hand, or rename it in the file and import again."),
                    field=f,
                )
                for f in columns.missing
            )
        )


def _find(row: Row, field: str, wanted: int | str) -> int | None:
    if field not in FIELDS:
        raise Refusal(
            Reason(
                "field_unknown",
                say("“%(field)s” is not something a roll has.", field=shown(field)),
                say("Use one of: %(fields)s", fields=", ".join(FIELDS)),
            )
        )
    if isinstance(wanted, str):
        if not wanted.strip():
            return None
        for index, cell in enumerate(row.cells):
            if folded(cell).casefold() == folded(wanted).casefold() or (cell.strip() and shown(cell) == wanted):
                return index
        wanted = int(wanted) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 6 else -1
    if 0 <= wanted < len(row.cells):
        return wanted
    raise Refusal(
        Reason(
            "column_unknown",
            say("The column chosen for the %(field)s is not in the file.", field=FIELD_NAMES[field]),
            say("Choose one of the columns of the file."),
            field=field,
        )
    )


def _column(row: Row, index: int) -> Column:
    return Column(index, shown(row.cell(index)) or letter(index))


def _several(field: str, row: Row, indexes: Sequence[int]) -> Doubt:
    names = ", ".join(_column(row, index).header for index in indexes)
    return Doubt(
        "column_several",
        say(
            "Several columns may be the %(field)s: %(names)s. The first is read.", field=FIELD_NAMES[field], names=names
        ),
        say("Check that this is the right one, or choose another by hand."),
    )


def _guessed(field: str) -> Doubt:
    return Doubt(
        "column_guessed",
        say("This column is read as the %(field)s, judging by the other columns.", field=FIELD_NAMES[field]),
        say("Check it, or choose another column by hand."),
    )


def _inner_area() -> Doubt:
    return Doubt(
        "column_inner_area",
        say("This area without the shared parts is not what counts in a vote; it is not read."),
        say("Check that the other area column is the registered area."),
    )
