"""QR codes: what a phone's camera would read is what was put in."""

from __future__ import annotations

import re

import pytest
import qrcode

from participation.web.qr import qr_svg

RECEIPT = "https://hall.example/receipts/7K4MQ2XD9RTABCDF"


def modules(svg: str) -> list[list[bool]]:
    """Draw the picture: the dark modules inside the quiet zone."""
    size = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])
    grid = [[False] * size for _ in range(size)]
    path = re.search(r'stroke="#000" d="([^"]*)"', svg)[1]
    x = y = 0
    for command, first, second in re.findall(r"([Mmh])(\d+)(?: (\d+))?(?:\.5)?", path):
        if command == "M":
            x, y = int(first), int(second)
        elif command == "m":
            x += int(first)
        else:
            for at in range(x, x + int(first)):
                grid[y][at] = True
            x += int(first)
    assert not any(any(row) for row in (*grid[:4], *grid[-4:])), "the quiet zone stays white"
    return [row[4:-4] for row in grid[4:-4]]


@pytest.mark.parametrize("level", ["L", "M", "Q"])
def test_the_picture_holds_exactly_the_modules_of_the_code(level: str) -> None:
    code = qrcode.QRCode(error_correction={"L": 1, "M": 0, "Q": 3}[level], border=0)
    code.add_data(RECEIPT)
    code.make(fit=True)
    assert modules(qr_svg(RECEIPT, level)) == code.get_matrix()


def test_the_picture_has_no_inline_style_and_is_small() -> None:
    svg = qr_svg(RECEIPT)
    assert "style" not in svg
    assert len(svg) < 4000


def test_markup_in_the_text_cannot_leave_the_picture() -> None:
    assert "<script" not in qr_svg("<script>alert(1)</script>")


def test_a_text_too_long_for_any_code_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr_svg("x" * 5000)
