"""One row of the file -> what it says of one home, or the reasons why it is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace

from participation.kernel.sentences import Sentence, say
from participation.roll.importing import limits
from participation.roll.importing.cells import Row, check_cell, folded, is_nothing, tightened
from participation.roll.importing.columns import RollColumns
from participation.roll.importing.findings import CellProblem, Doubt, Findings, shown
from participation.roll.importing.homes import HomeIdentity, RollHolder, home_identity
from participation.roll.importing.measures import parse_area
from participation.roll.importing.people import FieldProblem, OwnerCells, holders_of, split_names
from participation.roll.importing.words import AREA_BASIS, KIND, NO, TITLE, YES, key

_IDENTITIES = ("identity", "co_identity")


@dataclass(frozen=True, slots=True)
class HomeRow:
    """One accepted row; several make up a home with several owners. `area` in 1/100 m2."""

    line: int
    identity: HomeIdentity
    building: str
    stairwell: str
    floor: str
    number: str
    kind: str
    area: int
    area_basis: str
    title: str
    holders: tuple[RollHolder, ...]
    tenants: tuple[str, ...]
    notes: str
    area_shown: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was refused; `identity` is None where not even the home could be read."""

    line: int
    identity: HomeIdentity | None


class RowReader:
    """Reads rows under one header, reporting to `findings`."""

    def __init__(self, columns: RollColumns, findings: Findings):
        self._columns = columns
        self._findings = findings
        self._indexes = {field: column.index for field, column in columns.fields.items()}
        self._row = Row(0, ())
        self._refused: set[str] = set()  # fields of this row

    def read(self, row: Row) -> HomeRow | RefusedRow:
        self._row, self._refused = row, set()
        for field, index in self._indexes.items():
            if row.cell(index):
                self._check(field)
        building, number = self._place("building"), self._place("number")
        stairwell, floor = self._text("stairwell"), self._floor(number)
        if not stairwell and "stairwell" in self._columns.fields:
            self._doubt(
                "stairwell",
                Doubt(
                    "stairwell_missing",
                    say("The stairwell is missing."),
                    say("Check whether the building has several."),
                ),
            )
        area = self._area()
        kind = self._word(
            "kind", KIND, "dwelling", "other", say("This kind of home is not known; it is taken as “other”.")
        )
        basis = self._word("area_basis", AREA_BASIS, "unknown", "unknown", say("This source of the area is not known."))
        title = self._word(
            "title",
            TITLE,
            "registered",
            "registered",
            say("This state of the title is not known; the home is taken as registered."),
        )
        holders = self._holders()
        tenants = split_names(self._cell("tenant"), 0)
        if self._refused or area is None:
            known = building and number and "stairwell" not in self._refused
            return RefusedRow(row.line, home_identity(building, stairwell, number) if known else None)
        if title != "registered":
            # A company that holds unsold homes is the developer, whatever its name.
            holders = tuple(replace(h, is_developer=h.is_developer or h.is_corporate) for h in holders)
        return HomeRow(
            row.line, home_identity(building, stairwell, number), building, stairwell, floor, number, kind, area, basis,
            title, holders, tenants, self._text("notes"), self._shown("area"),
        )  # fmt: skip

    def _check(self, field: str) -> None:
        longest = limits.NOTE_CHARACTERS if field in ("notes", "tenant") else limits.CELL_CHARACTERS
        try:
            check_cell(self._cell(field), longest=longest, signs=field == "area")
        except CellProblem as problem:
            self._refuse(field, problem)

    def _place(self, field: str) -> str:
        text = self._text(field)
        if field in self._refused:
            return ""
        if not is_nothing(text):
            return text
        reason, code = (
            (say("The building is missing."), "building_missing")
            if field == "building"
            else (say("The home's number is missing."), "number_missing")
        )
        self._refuse(
            field, CellProblem(code, reason, say("Write it in every row; only merged cells are carried down."))
        )
        return ""

    def _floor(self, number: str) -> str:
        """The floor as written, without its unit; from a number such as 1203 where the file has no floors."""
        if "floor" in self._columns.fields:
            return self._text("floor").removesuffix("层").removesuffix("층").removesuffix("F").strip()
        digits = number.removesuffix("室").removesuffix("호")
        return digits[:-2] if digits.isascii() and digits.isdecimal() and len(digits) in (3, 4) else ""

    def _area(self) -> int | None:
        area, number = self._indexes["area"], self._indexes["number"]
        if "area" in self._refused:
            return None
        try:
            if area in self._row.carried and number not in self._row.carried:
                raise CellProblem(
                    "area_merged",
                    say("One merged cell gives the area of several homes."),
                    say("Write the area of each home in its own row."),
                )
            return parse_area(self._cell("area"))
        except CellProblem as problem:
            self._refuse("area", problem)
            return None

    def _word(self, field: str, meanings: dict[str, str], absent: str, unknown: str, reason: Sentence) -> str:
        text = self._text(field)
        if not text or is_nothing(text):
            return absent
        meaning = meanings.get(key(text))
        if meaning is None:
            self._doubt(field, Doubt(f"{field}_unknown", reason, say("Check it, and use one of the usual words.")))
            return unknown
        return meaning

    def _holders(self) -> tuple[RollHolder, ...]:
        fields = ("owner", "identity", "co_owner", "co_identity", "phone", "share")
        if self._refused.intersection(fields):
            return ()
        cells = OwnerCells(**{field: self._cell(field) for field in fields})
        try:
            holders = holders_of(cells, self._doubt)
        except FieldProblem as error:
            self._refuse(error.field, error.problem)
            return ()
        return self._with_voter(holders)

    def _with_voter(self, holders: tuple[RollHolder, ...]) -> tuple[RollHolder, ...]:
        """The co-owner named to vote: by a mark in that owner's row, or by name."""
        text = tightened(self._cell("voter"))
        if not text or (is_nothing(text) and key(text) not in YES):
            return holders
        if key(text) in NO:
            return tuple(replace(holder, is_voter=False) for holder in holders)
        if key(text) in YES and len(holders) == 1:
            return (replace(holders[0], is_voter=True),)
        named = [holder.name == text for holder in holders]
        if any(named):
            return tuple(replace(holder, is_voter=is_named) for holder, is_named in zip(holders, named, strict=True))
        if len(holders) == 1 and key(text) not in YES:
            return (replace(holders[0], is_voter=False),)  # the name may be in the home's next row
        self._doubt(
            "voter",
            Doubt(
                "voter_unclear",
                say("It is not clear which owner is named to vote."),
                say("Write the name of one of the owners."),
            ),
        )
        return holders

    def _cell(self, field: str) -> str:
        index = self._indexes.get(field)
        return "" if index is None else self._row.cell(index)

    def _text(self, field: str) -> str:
        return folded(self._cell(field))

    def _shown(self, field: str) -> str:
        return shown(self._cell(field), identity=field in _IDENTITIES)

    def _refuse(self, field: str, problem: CellProblem) -> None:
        self._refused.add(field)
        self._findings.refuse(self._row.line, self._columns.header(field), self._shown(field), problem)

    def _doubt(self, field: str, doubt: Doubt) -> None:
        self._findings.doubt(self._row.line, self._columns.header(field), self._shown(field), doubt)
