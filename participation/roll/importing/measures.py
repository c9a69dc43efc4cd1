"""Areas and shares from cells, in whole numbers. Floating point never appears."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from participation.kernel.quantities import HUNDREDTHS
from participation.kernel.sentences import say
from participation.roll.importing import limits
from participation.roll.importing.cells import NumberText, folded
from participation.roll.importing.findings import CellProblem

_UNIT = re.compile(r"(?:m2|m\^2|m²|平方米|平米|平方公尺|平方|제곱미터|sq\.? ?m\.?|square met(?:er|re)s?)$", re.I)
_OTHER_UNIT = re.compile(r"(?:坪|평|亩|畝|sq\.? ?ft\.?|ft2|square f(?:ee|oo)t)$", re.I)
_NUMBER = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?", re.ASCII)
# A workbook stores 110.34 as the nearest binary number, and sums of such numbers may miss the second decimal by a hair.
_HAIR = Decimal("1e-9")


def parse_area(cell: str, *, limit: int | None = limits.AREA_HUNDREDTHS) -> int:
    """'173.2㎡' -> 17320 (1/100 m2). Raises CellProblem; `limit` None is for totals."""
    text = folded(cell)
    if not text:
        raise CellProblem("area_missing", say("The area is missing."), say("Write the registered area in m²."))
    if _OTHER_UNIT.search(text):
        raise CellProblem(
            "area_unit", say("The area is in another unit than m²."), say("Write the registered area in m².")
        )
    text = _UNIT.sub("", text).strip()
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise CellProblem(
            "area_not_a_number",
            say("The area is not a number."),
            say("Write the registered area as digits, with a point before the decimals."),
        )
    sign, whole, decimals = match.group(1), match.group(2).replace(",", ""), (match.group(3) or "").rstrip("0")
    if len(decimals) > 2 and isinstance(cell, NumberText):
        whole, decimals = _nearest(whole, decimals)
    if len(decimals) > 2:
        raise CellProblem(
            "area_decimals",
            say("The area has more than two decimals."),
            say("Write it as in the register, to 0.01 m²."),
        )
    if len(whole.lstrip("0")) > 12:
        raise _too_large()
    area = int(whole) * HUNDREDTHS + int(decimals.ljust(2, "0"))
    if sign == "-" and area:
        raise CellProblem("area_negative", say("The area is negative."), say("Write the registered area in m²."))
    if area == 0:
        raise CellProblem("area_zero", say("The area is zero."), say("Write the registered area in m²."))
    if limit is not None and area > limit:
        raise _too_large()
    return area


def _too_large() -> CellProblem:
    return CellProblem(
        "area_too_large",
        say("The area is larger than %(n)s m², more than any home.", n=f"{limits.AREA_HUNDREDTHS // HUNDREDTHS:,}"),
        say("Write the area of this home alone, in m²."),
    )


def _nearest(whole: str, decimals: str) -> tuple[str, str]:
    if len(whole) > 12:
        return whole, decimals
    exact = Decimal(f"{whole}.{decimals}")
    rounded = exact.quantize(Decimal("0.01"))
    if abs(exact - rounded) >= _HAIR:
        return whole, decimals
    left, _, right = format(rounded, "f").partition(".")
    return left, right.rstrip("0")


_FRACTION = re.compile(r"([0-9]{1,6}) ?[/⁄] ?([0-9]{1,6})", re.ASCII)
_DECIMAL = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,6}))?( ?%)?", re.ASCII)
_WHOLE = frozenset({"全部", "单独所有", "单独", "100%", "全", "whole", "sole", "단독", "단독소유", "전부"})
_JOINT = frozenset({"共同共有", "共同", "共有", "夫妻共有", "joint", "jointly", "공동", "공유", "공동소유", "합유"})
SHARE_SEPARATOR = re.compile(r"[、,;|\n]+")


@lru_cache(maxsize=1024)
def parse_share(text: str) -> tuple[int, int] | None:
    """'1/2' or '50%' -> (1, 2); 'joint' and '' -> None. `text` is folded. Raises CellProblem outside (0, 1]."""
    if not text or text.casefold() in _JOINT:
        return None
    if text.casefold() in _WHOLE:
        return 1, 1
    if match := _FRACTION.fullmatch(text):
        over, under = int(match.group(1)), int(match.group(2))
    elif match := _DECIMAL.fullmatch(text):
        decimals = match.group(2) or ""
        over, under = int(match.group(1) + decimals), 10 ** len(decimals) * (100 if match.group(3) else 1)
    else:
        raise CellProblem(
            "share_unreadable", say("The share cannot be read."), say("Write it as a fraction such as 1/2.")
        )
    if under == 0 or over == 0 or over > under:
        raise CellProblem(
            "share_out_of_range",
            say("A share is more than nothing and at most the whole."),
            say("Write the share as in the register, such as 1/2."),
        )
    share = Fraction(over, under)
    return share.numerator, share.denominator
