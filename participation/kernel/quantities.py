"""Heads and areas as integers.

An area is held as a whole number of 1/100 m2 ("hundredths"), so that sums and
comparisons are exact: a vote may hang on 0.01 m2.  Floating point never appears.
"""

from __future__ import annotations

import re

HUNDREDTHS = 100
# A registered area has at most two decimals; nine digits before the point is more than any estate.
_DECIMAL = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")


def parse_hundredths(text: str) -> int:
    """'4800.00' -> 480000. Raises ValueError unless it is a plain non-negative decimal with at most two decimals."""
    match = _DECIMAL.fullmatch(text.strip())
    if match is None or not match.group(0).isascii():
        raise ValueError(f"not a number with at most two decimals: {text[:40]!r}")
    whole, decimals = match.group(1), match.group(2) or ""
    return int(whole) * HUNDREDTHS + int(decimals.ljust(2, "0"))


def format_hundredths(hundredths: int) -> str:
    """480000 -> '4800.00' (no grouping: this form is for machines and for the record)."""
    sign = "-" if hundredths < 0 else ""
    whole, decimals = divmod(abs(hundredths), HUNDREDTHS)
    return f"{sign}{whole}.{decimals:02d}"
