"""Reading text files: which encoding, which separator, then row by row.

Both are found by trying: the right pair is the one under which a header row can be read.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
from collections.abc import Iterator, Mapping
from itertools import islice

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.importing import limits
from participation.roll.importing.cells import Row, Table
from participation.roll.importing.header_row import score

DELIMITERS = (",", ";", "\t")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
          "gb18030": "GB 18030", "cp949": "CP949"}  # fmt: skip


def open_text(data: bytes, overrides: Mapping[str, int | str] | None = None) -> Table:
    """A table over `data`. Raises Refusal where no encoding fits or the text is not rows of cells."""
    encodings = [encoding for encoding in _candidates(data) if _decodes(data, encoding)]
    if not encodings:
        raise Refusal(
            Reason(
                "encoding_unknown",
                say("The text of the file cannot be read: it is neither UTF-8 nor GB 18030."),
                say("Save it again as “CSV UTF-8”, or as .xlsx."),
            )
        )
    choices = [(encoding, delimiter) for encoding in encodings for delimiter in DELIMITERS]
    # max() keeps the first of equals: UTF-8 before others, the comma before others.
    encoding, delimiter = max(choices, key=lambda choice: _best_score(data, choice[0], choice[1], overrides))
    return Table(
        rows=lambda: _rows(data, encoding, delimiter),
        encoding=_NAMES[encoding],
        expected_rows=data.count(b"\n") or data.count(b"\r"),
    )


def _candidates(data: bytes) -> tuple[str, ...]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return (encoding,)
    sample = data[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    # Without a mark, UTF-16 shows by its separators and digits, every other byte of which is zero.
    if max(even, odd) * 10 > len(sample) and min(even, odd) * 20 < max(even, odd) and len(data) % 2 == 0:
        return ("utf-16-be" if even > odd else "utf-16-le",)
    if _decodes(data, "utf-8"):
        return ("utf-8",)
    # Nearly all Korean CP949 text is also valid GB 18030, so the header decides between them.
    return ("gb18030", "cp949")


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    step = 1 << 20
    try:
        for start in range(0, len(data), step):
            decoder.decode(data[start : start + step], final=start + step >= len(data))
    except UnicodeError:
        return False
    return True


def _best_score(
    data: bytes, encoding: str, delimiter: str, overrides: Mapping[str, int | str] | None
) -> tuple[int, int, int]:
    first: list[Row] = []
    # A refused row is judged by the rows before it; the reading proper meets it again and tells.
    with contextlib.suppress(Refusal):
        first.extend(islice(_rows(data, encoding, delimiter), limits.HEADER_WITHIN_ROWS))
    best = max((score(row, overrides) for row in first), default=(0, 0))
    # Without any recognised header (columns given by number), the separator that occurs wins.
    return (*best, min(max((len(row.cells) for row in first), default=0), 2))


def _rows(data: bytes, encoding: str, delimiter: str) -> Iterator[Row]:
    stream = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    # strict: a quotation mark that is not closed must not swallow the rows below it.
    reader = csv.reader(_lines(stream), delimiter=delimiter, strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refusal(
                Reason(
                    "text_quotes",
                    say("Line %(line)s: the quotation marks do not match, or a cell is far too long.", line=before + 1),
                    say("Open the file in a spreadsheet program, correct this line and save it again."),
                )
            ) from error
        line, before = before + 1, reader.line_num
        if len(cells) > limits.COLUMNS and any(cell.strip() for cell in cells[limits.COLUMNS :]):
            raise too_many_columns(line)
        yield Row(line, tuple(cells[: limits.COLUMNS]))


def _lines(stream: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := stream.readline(limits.LINE_CHARACTERS + 1):
        number += 1
        if len(line) > limits.LINE_CHARACTERS:
            raise Refusal(
                Reason(
                    "line_too_long",
                    say("Line %(line)s is longer than %(n)s characters.", line=number, n=limits.LINE_CHARACTERS),
                    say("Check that the file is a table with one row for each home and owner."),
                )
            )
        yield line


def too_many_columns(line: int) -> Refusal:
    """The refusal of a table wider than any roll."""
    return Refusal(
        Reason(
            "too_many_columns",
            say("Line %(line)s has more than %(n)s columns.", line=line, n=limits.COLUMNS),
            say("Keep only the columns of the roll."),
        )
    )
