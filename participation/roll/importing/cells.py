"""What a cell holds, seen alike from a text file and from a workbook.

Every cell is a `str`. A workbook knows more about some of them, and that is kept as the type:
a number may have lost its leading zeros, a formula must not be computed, a date was probably
a room ("3-1") or a share ("1/2") once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from participation.kernel.sentences import say
from participation.roll.importing import limits
from participation.roll.importing.findings import CellProblem


class NumberText(str):
    """A workbook's number, as its exact decimal text without exponent."""


class FormulaText(str):
    """A workbook's formula, not computed."""


class ErrorText(str):
    """What a workbook shows when a formula failed, such as #N/A."""


class DateText(str):
    """A workbook's date or time."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `line` counts from 1 as the file shows it; `carried` are columns filled from a merged cell above."""

    line: int
    cells: tuple[str, ...]
    carried: frozenset[int] = frozenset()

    def cell(self, index: int) -> str:
        return self.cells[index] if index < len(self.cells) else ""

    @property
    def is_empty(self) -> bool:
        return not any(cell and not cell.isspace() for cell in self.cells)


@dataclass(slots=True)
class Table:
    """A file opened for reading: `rows()` starts from the top each time and streams."""

    rows: Callable[[], Iterator[Row]]
    encoding: str | None = None  # text files
    sheet: str | None = None  # workbooks
    other_sheets: tuple[str, ...] = ()  # further sheets that look like a roll and were not read
    expected_rows: int | None = None  # for the progress bar, roughly
    close: Callable[[], None] = field(default=lambda: None)


# Invisible characters that office programs and messengers leave behind; they carry nothing.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_SPACE_BETWEEN_IDEOGRAPHS = re.compile(
    r"(?<=[\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]) (?=[\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff])"
)
# Control characters (NUL, escape ...), and bidirectional overrides, which can make one name look like another.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_PLAIN = re.compile(r"[\w \u3000./,:;()、，；：（）·]*")
_HARMLESS_SIGN = re.compile(r"[+-][0-9\s().,\-]*")
_NOTHING = frozenset({"-", "--", "---", "—", "——", "–", "/", "\\", "无", "暂无", "無", "n/a", "none", "없음", "null"})


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """One spelling for what looks the same: full-width forms, spaces, invisible characters, a protecting apostrophe."""
    text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return " ".join(text.split()).removeprefix("'")


@lru_cache(maxsize=65_536)
def tightened(text: str) -> str:
    """`folded`, and without the spaces that only align Chinese or Korean names ("张 三")."""
    return _SPACE_BETWEEN_IDEOGRAPHS.sub("", folded(text))


def is_nothing(text: str) -> bool:
    """Empty, or one of the signs that people write for "none"."""
    return not text or text.casefold() in _NOTHING


def check_cell(cell: str, *, longest: int = limits.CELL_CHARACTERS, signs: bool = False) -> None:
    """Raise CellProblem for what is never read: formulas, errors, dates, markup, control characters, overlong text.

    With `signs`, a leading plus or minus is left to the reader of the number.
    """
    if type(cell) is str and len(cell) <= longest and _PLAIN.fullmatch(cell):
        return  # nearly every cell
    if isinstance(cell, FormulaText):
        raise _formula()
    if isinstance(cell, ErrorText):
        raise CellProblem(
            "cell_error",
            say("The cell holds an error of the spreadsheet program instead of a value."),
            say("Write the value into the cell."),
        )
    if isinstance(cell, DateText):
        raise CellProblem(
            "cell_date",
            say("The spreadsheet program has turned this cell into a date."),
            say("Format the cell as text and write the value again."),
        )
    if isinstance(cell, NumberText):
        return
    if len(cell) > longest:
        raise CellProblem(
            "cell_too_long",
            say("The cell is longer than %(n)s characters.", n=longest),
            say("Shorten it. If several rows ended up in one cell, a quotation mark is not closed."),
        )
    if _CONTROL.search(cell):
        raise CellProblem(
            "cell_control",
            say("The cell contains invisible control characters."),
            say("Delete the cell and write the value again by hand."),
        )
    text = folded(cell)
    if "<" in text or ">" in text:
        raise CellProblem(
            "cell_markup", say("The cell contains markup (angle brackets)."), say("Write plain text without them.")
        )
    if text[:1] in ("=", "@") or (not signs and text[:1] in ("+", "-") and not _HARMLESS_SIGN.fullmatch(text)):
        raise _formula()


def _formula() -> CellProblem:
    return CellProblem(
        "cell_formula",
        say("The cell holds a formula. Formulas are not computed here."),
        say("Replace the formula by its value (copy, then paste as values)."),
    )
