"""Rows below the header that are no homes: totals, which are compared, and the header printed again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from participation.kernel.quantities import format_hundredths
from participation.kernel.sentences import say
from participation.roll.importing.cells import FormulaText, Row, folded
from participation.roll.importing.columns import RollColumns
from participation.roll.importing.findings import CellProblem, Doubt, Findings, shown
from participation.roll.importing.homes import RollHome
from participation.roll.importing.measures import parse_area
from participation.roll.importing.words import is_subtotal, is_total


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A total as the file states it. `area` in 1/100 m2, or None where it is a formula or cannot be read."""

    line: int
    area: int | None
    value: str


def is_total_row(row: Row, columns: RollColumns) -> bool:
    """A word such as 合计 somewhere, and no owner. A home whose owner is missing is no total."""
    owner, number = columns.index("owner"), columns.index("number")
    if owner is not None and _is_somebody(row.cell(owner)):
        return False
    words = [cell for cell in row.cells if is_total(cell) or is_subtotal(cell)]
    if not words:
        return False
    others = [row.cell(index) for index in (owner, number) if index is not None]
    return all(not cell.strip() or cell in words or _is_count(cell) for cell in others)


def total_of(row: Row, columns: RollColumns) -> TotalRow | None:
    """The total that `row` states; None for subtotals and totals without an area."""
    index = columns.index("area")
    cell = row.cell(index) if index is not None else ""
    if any(is_subtotal(text) for text in row.cells) or not folded(cell):
        return None
    try:
        area = None if isinstance(cell, FormulaText) else parse_area(cell, limit=None)
    except CellProblem:
        area = None
    return TotalRow(row.line, area, shown(cell))


def is_header_again(row: Row, columns: RollColumns) -> bool:
    """The header repeated at the top of a printed page."""
    read = [columns.fields[field] for field in ("building", "number", "area", "owner")]
    return all(folded(row.cell(column.index)) == folded(column.header) for column in read)


def compare_totals(
    totals: Iterable[TotalRow], homes: Sequence[RollHome], columns: RollColumns, findings: Findings
) -> None:
    """A total must be the sum of all homes above it, or of those since the total before."""
    areas = [(home.lines[0], home.area) for home in homes]
    previous = 0
    for total in totals:
        whole = sum(area for line, area in areas if line < total.line)
        since = sum(area for line, area in areas if previous < line < total.line)
        previous = total.line
        if total.area in (whole, since):
            continue
        if total.area is None:
            doubt = Doubt(
                "total_unread",
                say("The total row was not compared: its area is a formula or cannot be read."),
                say("Compare the total with the sum of the homes by hand."),
            )
        else:
            reason = say(
                "The total row says %(reported)s m², the homes read above it add up to %(sum)s m².",
                reported=format_hundredths(total.area),
                sum=format_hundredths(whole),
            )
            doubt = Doubt("total_differs", reason, say("Find out which homes are missing or wrong before you go on."))
        findings.doubt(total.line, columns.header("area"), total.value, doubt)


def _is_somebody(cell: str) -> bool:
    return bool(cell.strip()) and not (is_total(cell) or is_subtotal(cell) or _is_count(cell))


def _is_count(cell: str) -> bool:
    """'420', '420户': how many, in the column of the numbers or names."""
    text = folded(cell)
    return text.rstrip("户套间人家호세대명").isdecimal()
