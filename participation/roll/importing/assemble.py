"""Rows -> homes. A home with several owners has several rows; it is imported with all its owners or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import cast

from participation.kernel.quantities import format_hundredths
from participation.kernel.sentences import say
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
        first = rows[0]
        if refused_line is not None:
            problem = CellProblem(
                "home_incomplete",
                say("Another row of this home, line %(line)s, was refused; a home is not imported with some of its owners only.", line=refused_line),
                say("Correct that line and import again."),
            )
            return self._refuse_all(rows, "owner", problem, lambda row: "、".join(h.name for h in row.holders))
        for row in rows[1:]:
            if row.area != first.area:
                return self._refuse_all(rows, "area", _conflict_of_area(first, row), lambda row: row.area_shown)
            if row.title != first.title:
                return self._refuse_all(rows, "title", _conflict_of_title(first, row), lambda row: row.title)
            if (row.kind, row.area_basis) != (first.kind, first.area_basis):
                self._doubt(row, "kind", row.kind, "rows_differ", first.line)
        holders = tuple(holder for row in rows for holder in row.holders)
        if (problem := self._shares_problem(rows, holders)) is not None:
            return self._refuse_all(rows, "share", problem, _shares_shown)
        return RollHome(
            building=first.building,
            stairwell=first.stairwell,
            floor=first.floor,
            number=first.number,
            kind=cast(Kind, first.kind),
            area=first.area,
            area_basis=cast(AreaBasis, first.area_basis),
            title=cast(Title, first.title),
            holders=self._one_voter(rows, holders),
            tenants=tuple(dict.fromkeys(tenant for row in rows for tenant in row.tenants)),
            notes=" ".join(dict.fromkeys(row.notes for row in rows if row.notes)),
            lines=tuple(row.line for row in rows),
        )

    def _without_duplicates(self, rows: list[HomeRow]) -> list[HomeRow]:
        """The same owner of the same home a second time is refused; the first row stands."""
        kept: list[HomeRow] = []
        seen: dict[tuple[str, str], int] = {}
        for row in rows:
            people = [holder.person for holder in row.holders]
            earlier = next((seen[person] for person in people if person in seen), None)
            if len(set(people)) < len(people):
                earlier = row.line
            if earlier is None:
                seen.update(dict.fromkeys(people, row.line))
                kept.append(row)
                continue
            problem = CellProblem(
                "row_duplicate",
                say("This home with this owner is already in line %(line)s.", line=earlier),
                say("Delete one of the two rows, or correct the number of the home or the owner."),
            )
            self._refuse(row, "number", row.number, problem)
            if row.area != rows[0].area or row.title != rows[0].title or earlier == row.line:
                # Not a mere repetition: nobody knows which row is right.
                kept.append(row)
        return kept

    def _shares_problem(self, rows: list[HomeRow], holders: tuple[RollHolder, ...]) -> CellProblem | None:
        known = [Fraction(*holder.share) for holder in holders if holder.share is not None]
        total = sum(known, Fraction(0))
        if not known or (total == 1 and len(known) == len(holders)):
            return None
        if len(known) == len(holders) and abs(total - 1) < _ROUNDING and any(share.denominator >= 100 for share in known):
            self._findings.doubt(
                rows[0].line,
                self._columns.header("share"),
                _shares_shown(rows[0]),
                Doubt("shares_rounded", say("The shares of this home are rounded and do not add up exactly."), say("Write them as fractions.")),
            )
            return None
        if len(known) < len(holders) and total < 1:
            self._doubt(rows[0], "share", _shares_shown(rows[0]), "share_missing", rows[0].line)
            return None
        return CellProblem(
            "shares_sum",
            say("The shares of this home add up to %(sum)s instead of 1.", sum=str(total)),
            say("Check that every owner of the home has one row with the share of the register."),
        )

    def _one_voter(self, rows: list[HomeRow], holders: tuple[RollHolder, ...]) -> tuple[RollHolder, ...]:
        voters = sum(holder.is_voter is True for holder in holders)
        if voters == 1 or all(holder.is_voter is None for holder in holders):
            return holders
        if voters > 1:
            self._doubt(rows[0], "voter", "、".join(h.name for h in holders if h.is_voter), "voter_several", rows[0].line)
        return tuple(replace(holder, is_voter=None) for holder in holders)

    def _refuse_all(
        self, rows: Iterable[HomeRow], field: str, problem: CellProblem, value: Callable[[HomeRow], str]
    ) -> None:
        for row in rows:
            self._refuse(row, field, value(row), problem)

    def _refuse(self, row: HomeRow, field: str, value: str, problem: CellProblem) -> None:
        self._findings.refuse(row.line, self._columns.header(field), shown(value), problem)

    def _doubt(self, row: HomeRow, field: str, value: str, code: str, line: int) -> None:
        reasons = {
            "rows_differ": say("Kind or source of the area differ from line %(line)s, which is used.", line=line),
            "share_missing": say("Some owners of this home have no share."),
            "voter_several": say("Several owners are named to vote for this home; the naming is left out."),
        }
        doubt = Doubt(code, reasons[code], say("Make all rows of the home agree."))
        self._findings.doubt(row.line, self._columns.header(field), shown(value), doubt)


def _shares_shown(row: HomeRow) -> str:
    return "、".join(f"{h.share[0]}/{h.share[1]}" for h in row.holders if h.share is not None)


def _conflict_of_area(first: HomeRow, row: HomeRow) -> CellProblem:
    return CellProblem(
        "area_conflict",
        say(
            "The rows of this home give different areas: %(one)s m² in line %(line)s, %(other)s m² in line %(other_line)s.",
            one=format_hundredths(first.area), line=first.line, other=format_hundredths(row.area), other_line=row.line,
        ),
        say("Write the registered area of the home in each of its rows."),
    )  # fmt: skip


def _conflict_of_title(first: HomeRow, row: HomeRow) -> CellProblem:
    return CellProblem(
        "title_conflict",
        say("Lines %(line)s and %(other_line)s give different states of this home's title.", line=first.line, other_line=row.line),
        say("Write the same state in each row of the home."),
    )
