"""Identity numbers and telephone numbers from cells.

Of an identity number only the last four characters are kept on the roll. Where the file holds whole
numbers they pass through (for a keyed hash that tells namesakes apart), after a check that they are
written correctly, since a wrong last four keeps an owner from signing in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from participation.kernel.sentences import say
from participation.roll.importing.cells import NumberText, folded, is_nothing
from participation.roll.importing.findings import CellProblem, Doubt

_FOUR = re.compile(r"[0-9]{3}[0-9X]", re.ASCII)
_MASKED = re.compile(r"[0-9A-Z]*[*•●○]{2,}([0-9]{3}[0-9X])", re.ASCII)
_CHINA = re.compile(
    r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]", re.ASCII
)
_CHINA_OLD = re.compile(r"[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}", re.ASCII)
_KOREA = re.compile(r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{7}", re.ASCII)
# Passports, travel permits, Taiwan and Hong Kong identity cards.
_DOCUMENT = re.compile(r"[A-Z]{1,3}[0-9]{6,10}", re.ASCII)
_CORPORATE = re.compile(r"(?=.*[0-9])[0-9A-Z]{8,20}", re.ASCII)
_CORPORATE_FOUR = re.compile(r"[0-9A-Z]{4}", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Identity:
    """The last four characters, and the whole number where the file has it (never printed, never stored)."""

    last_four: str
    number: str | None = field(default=None, repr=False)


def parse_identity(text: str, *, is_corporate: bool, is_number: bool = False) -> tuple[Identity | None, Doubt | None]:
    """One owner's identity cell. `is_number`: the workbook stored a number, so leading zeros may be lost.

    Raises CellProblem; its sentences never repeat the number.
    """
    text = re.sub(r"[\s\-–()]+", "", folded(text)).upper()
    if not text or is_nothing(text):
        return None, None
    if _FOUR.fullmatch(text):
        return Identity(text), None
    if is_number and len(text) < 4 and text.isdecimal():
        return Identity(text.zfill(4)), Doubt(
            "identity_zeros",
            say("The spreadsheet program kept this as a number; leading zeros were put back."),
            say("Check the last four of the identity number."),
        )
    if is_number and len(text) > 15:
        raise CellProblem(
            "identity_rounded",
            say("The spreadsheet program kept this identity number as a number and lost its last digits."),
            say("Format the column as text and write the numbers again, or the last four alone."),
        )
    if match := _MASKED.fullmatch(text):
        return Identity(match.group(1)), None
    if is_corporate and (_CORPORATE.fullmatch(text) or _CORPORATE_FOUR.fullmatch(text)):
        return Identity(text[-4:], text if len(text) > 4 else None), None
    if re.fullmatch(r"[0-9]{17}[0-9X]", text, re.ASCII):
        if _CHINA.fullmatch(text) and _check_character(text) == text[-1]:
            return Identity(text[-4:], text), None
        raise CellProblem(
            "identity_checksum",
            say("This identity number is mistyped: its check digit does not fit."),
            say("Compare it with the document, or write the last four alone."),
        )
    if _CHINA_OLD.fullmatch(text) or _KOREA.fullmatch(text) or _DOCUMENT.fullmatch(text):
        return Identity(text[-4:], text), None
    raise CellProblem(
        "identity_not_four",
        say("This is neither an identity number nor its last four characters."),
        say("Write exactly the last four, with leading zeros, in a column formatted as text."),
    )


def _check_character(number: str) -> str:
    """GB 11643: the eighteenth character of a Chinese identity number."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11]


_PHONE = re.compile(r"\+?[0-9]{5,16}", re.ASCII)


def parse_phone(text: str) -> str | None:
    """'199-0000-5868' -> '19900005868'. None for empty; raises ValueError for what is no telephone number."""
    text = re.sub(r"[\s\-–—().]+", "", folded(text))
    if not text or is_nothing(text):
        return None
    if not _PHONE.fullmatch(text):
        raise ValueError("not a telephone number")
    return text


def is_number_cell(cell: str) -> bool:
    return isinstance(cell, NumberText)
