"""Rows -> homes. A home with several owners has several rows; it is imported with all its owners or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import cast

from participation.kernel.quantities import format_hundredths
from participation.kernel.sentences import Sentence, say
from participation.roll.importing.columns import RollColumns
from participation.roll.importing.findings import CellProblem, Doubt, Findings, shown
from participation.roll.importing.homes import AreaBasis, HomeIdentity, Kind, RollHolder, RollHome, Title
from participation.roll.importing.rows import HomeRow, RefusedRow

# Percentages such as 33.33 % cannot add up exactly.
_ROUNDING = Fraction(1, 100)


class Assembler:
    """Takes rows in the order of the file and gives the homes in the order of their first rows."""

    def __init__(self, columns: RollColumns, findings: Findings):
        self._columns = columns
        self._findings = findings
        self._rows: dict[HomeIdentity, list[HomeRow]] = {}
        self._refused: dict[HomeIdentity, int] = {}  # a refused row of this home

    def take(self, row: HomeRow | RefusedRow) -> None:
        if isinstance(row, HomeRow):
            self._rows.setdefault(row.identity, []).append(row)
        elif row.identity is not None:
            self._refused.setdefault(row.identity, row.line)

    def homes(self) -> Iterator[RollHome]:
        """Yields each home and forgets its rows, so that both are never held together."""
        while self._rows:
            identity = next(iter(self._rows))
            home = self._home(self._rows.pop(identity), self._refused.get(identity))
            if home is not None:
                yield home

    def _home(self, rows: list[HomeRow], refused_line: int | None) -> RollHome | None:
        rows = self._without_duplicates(rows)
        problem = (
            _incomplete(refused_line) or _repeated_in_a_cell(rows) or _conflict(rows) or self._shares_problem(rows)
        )
        if problem is not None:
            for row in rows:
                self._refuse(row, problem)
            return None
        first = rows[0]
        for row in rows[1:]:
            if (row.kind, row.area_basis) != (first.kind, first.area_basis):
                reason = say("Kind or source of the area differ from line %(line)s, which is used.", line=first.line)
                self._doubt(row, "kind", "rows_differ", reason)
        return RollHome(
            building=first.building,
            stairwell=first.stairwell,
            floor=first.floor,
            number=first.number,
            kind=cast(Kind, first.kind),
            area=first.area,
            area_basis=cast(AreaBasis, first.area_basis),
            title=cast(Title, first.title),
            holders=self._one_voter(rows),
            tenants=tuple(dict.fromkeys(tenant for row in rows for tenant in row.tenants)),
            notes=" ".join(dict.fromkeys(row.notes for row in rows if row.notes)),
            lines=tuple(row.line for row in rows),
        )

    def _without_duplicates(self, rows: list[HomeRow]) -> list[HomeRow]:
        """The same row of the same home a second time is refused; the first stands."""
        kept: list[HomeRow] = []
        seen: dict[tuple[str, str], int] = {}
        for row in rows:
            earlier = next((seen[holder.person] for holder in row.holders if holder.person in seen), None)
            if earlier is None:
                seen.update((holder.person, row.line) for holder in row.holders)
            else:
                problem = CellProblem(
                    "row_duplicate",
                    say("This home with this owner is already in line %(line)s.", line=earlier),
                    say("Delete one of the two rows, or correct the number of the home or the owner."),
                )
                self._refuse(row, ("number", problem))
            if earlier is None or (row.area, row.title) != (rows[0].area, rows[0].title):
                # Not a mere repetition: nobody knows which row is right, and the conflict refuses the home.
                kept.append(row)
        return kept

    def _shares_problem(self, rows: list[HomeRow]) -> tuple[str, CellProblem] | None:
        holders = [holder for row in rows for holder in row.holders]
        if len(holders) == 1 and holders[0].share in (None, (1, 1)):
            return None
        known = [Fraction(*holder.share) for holder in holders if holder.share is not None]
        total = sum(known, Fraction(0))
        if not known or (total == 1 and len(known) == len(holders)):
            return None
        if len(known) < len(holders) and total < 1:
            self._doubt(rows[0], "share", "share_missing", say("Some owners of this home have no share."))
            return None
        in_hundredths = any(share.denominator >= 100 for share in known)
        if len(known) == len(holders) and in_hundredths and abs(total - 1) < _ROUNDING:
            reason = say("The shares of this home are rounded and do not add up exactly.")
            self._doubt(rows[0], "share", "shares_rounded", reason)
            return None
        return "share", CellProblem(
            "shares_sum",
            say("The shares of this home add up to %(sum)s instead of 1.", sum=str(total)),
            say("Check that every owner of the home has one row with the share of the register."),
        )

    def _one_voter(self, rows: list[HomeRow]) -> tuple[RollHolder, ...]:
        holders = tuple(holder for row in rows for holder in row.holders)
        voters = sum(holder.is_voter is True for holder in holders)
        if voters == 1 or all(holder.is_voter is None for holder in holders):
            return holders
        if voters > 1:
            reason = say("Several owners are named to vote for this home; the naming is left out.")
            self._doubt(rows[0], "voter", "voter_several", reason)
        return tuple(replace(holder, is_voter=None) for holder in holders)

    def _refuse(self, row: HomeRow, problem: tuple[str, CellProblem]) -> None:
        field, what = problem
        self._findings.refuse(row.line, self._columns.header(field), _shown(row, field), what)

    def _doubt(self, row: HomeRow, field: str, code: str, reason: Sentence) -> None:
        doubt = Doubt(code, reason, say("Make all rows of the home agree."))
        self._findings.doubt(row.line, self._columns.header(field), _shown(row, field), doubt)


def _shown(row: HomeRow, field: str) -> str:
    match field:
        case "share":
            return "、".join(f"{h.share[0]}/{h.share[1]}" for h in row.holders if h.share is not None)
        case "owner":
            return shown("、".join(holder.name for holder in row.holders))
        case "voter":
            return shown("、".join(holder.name for holder in row.holders if holder.is_voter))
        case "area":
            return row.area_shown
        case _:
            return shown(getattr(row, field))


def _incomplete(refused_line: int | None) -> tuple[str, CellProblem] | None:
    if refused_line is None:
        return None
    return "owner", CellProblem(
        "home_incomplete",
        say(
            "Another row of this home, line %(line)s, was refused; a home is not imported with some of its owners only.",
            line=refused_line,
        ),
        say("Correct that line and import again."),
    )


def _repeated_in_a_cell(rows: list[HomeRow]) -> tuple[str, CellProblem] | None:
    for row in rows:
        if len({holder.person for holder in row.holders}) < len(row.holders):
            return "owner", CellProblem(
                "owner_repeated",
                say("Line %(line)s names the same owner twice.", line=row.line),
                say("Name each owner once, or add what tells the two apart."),
            )
    return None


def _conflict(rows: list[HomeRow]) -> tuple[str, CellProblem] | None:
    first = rows[0]
    for row in rows[1:]:
        if row.area != first.area:
            return "area", CellProblem(
                "area_conflict",
                say(
                    "The rows of this home give different areas: %(one)s m² in line %(line)s, %(other)s m² in line %(other_line)s.",
                    one=format_hundredths(first.area),
                    line=first.line,
                    other=format_hundredths(row.area),
                    other_line=row.line,
                ),
                say("Write the registered area of the home in each of its rows."),
            )
        if row.title != first.title:
            return "title", CellProblem(
                "title_conflict",
                say(
                    "Lines %(line)s and %(other_line)s give different states of this home's title.",
                    line=first.line,
                    other_line=row.line,
                ),
                say("Write the same state in each row of the home."),
            )
    return None
