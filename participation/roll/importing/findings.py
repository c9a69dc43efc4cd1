"""What the import has to say about single cells: refused rows, and doubts about accepted ones.

A finding shows the value it speaks of, so that the row can be found again, but never raw: control
characters are gone, markup signs are replaced, a formula is disarmed by a leading apostrophe, and of
an identity number only the last four characters are left.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.roll.importing import limits

_SIGNED_NUMBER = re.compile(r"[+-][0-9][0-9.,\s-]*")
_MARKUP = str.maketrans({"<": "‹", ">": "›"})
# Long runs of digits in any column may be an identity number that slipped into the wrong cell.
_IDENTITY = re.compile(
    r"(?<![0-9A-Z])(?:[0-9]{14}(?:[0-9]{3})?|[0-9]{6}-?[1-8][0-9]{2}|[0-9]{16})(?=[0-9]{3}[0-9X](?![0-9A-Z]))", re.I
)
_BEFORE_LAST_FOUR = re.compile(r"[^\s、,，;；/／|]+(?=[^\s、,，;；/／|]{4})")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to tell about one cell.

    `line` counts from 1 and includes title and header lines, as the file shows them; 0 = the whole file.
    `column` is the header as written in the file. `value` is safe to print. `code` is stable, for machines.
    """

    line: int
    column: str
    value: str
    reason: Sentence
    remedy: Sentence
    code: str


class CellProblem(Exception):
    """Raised while one cell is read: why it cannot be accepted, and what to do."""

    def __init__(self, code: str, reason: Sentence, remedy: Sentence):
        super().__init__(str(reason))
        self.code, self.reason, self.remedy = code, reason, remedy


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell was accepted, but somebody should look at it."""

    code: str
    reason: Sentence
    remedy: Sentence


def shown(value: object, *, identity: bool = False) -> str:
    """A cell's value as a finding may show it: one line, at most 60 characters, harmless in a page or a spreadsheet.

    With `identity`, each number in the cell is cut to its last four characters.
    """
    text = str(value)[: 20 * limits.SHOWN_CHARACTERS]
    text = "".join(c if c.isprintable() else (" " if c in "\t\r\n\u3000" else "") for c in text)
    text = " ".join(text.split()).translate(_MARKUP)
    # Looked for in the folded form: full-width digits are digits to a reader.
    folded = unicodedata.normalize("NFKC", text)
    if _IDENTITY.search(folded):
        text = folded = _IDENTITY.sub("…", folded).translate(_MARKUP)
    if folded[:1] in ("=", "@") or (folded[:1] in ("+", "-") and not _SIGNED_NUMBER.fullmatch(folded)):
        text = "'" + text
    elif identity:
        text = _BEFORE_LAST_FOUR.sub("…", text)
    if len(text) > limits.SHOWN_CHARACTERS:
        text = text[: limits.SHOWN_CHARACTERS - 1] + "…"
    return text


class Findings:
    """Collects findings while a file is read, up to a limit."""

    def __init__(self) -> None:
        self._refused: list[Finding] = []
        self._doubts: list[Finding] = []

    def refuse(self, line: int, column: str, value: str, problem: CellProblem) -> None:
        """`value` has been through `shown`."""
        self._refused.append(Finding(line, column, value, problem.reason, problem.remedy, problem.code))
        self._check()

    def doubt(self, line: int, column: str, value: str, doubt: Doubt) -> None:
        """`value` has been through `shown`."""
        self._doubts.append(Finding(line, column, value, doubt.reason, doubt.remedy, doubt.code))
        self._check()

    def refused(self) -> tuple[Finding, ...]:
        return tuple(sorted(self._refused, key=lambda finding: finding.line))

    def doubts(self) -> tuple[Finding, ...]:
        return tuple(sorted(self._doubts, key=lambda finding: finding.line))

    def _check(self) -> None:
        if len(self._refused) + len(self._doubts) > limits.FINDINGS:
            raise Refusal(
                Reason(
                    "too_many_findings",
                    say("More than %(n)s cells of this file are refused or doubtful.", n=limits.FINDINGS),
                    say("Check that this is the owners' roll and that each column is read as what it is."),
                )
            )
