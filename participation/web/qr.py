"""QR codes as small SVG pictures: for receipts, letters, posters and checkpoints."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q

LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}
QUIET_ZONE = 4  # modules of white around the code, as the standard asks


@lru_cache(maxsize=256)
def qr_svg(text: str, level: str = "M", width: int | None = None) -> Markup:
    """`text` as the `<svg>` of a QR code, black on white in every colour mode, without any inline style.

    `level`: how much dirt the code bears: L (7 %, long texts), M (15 %), Q (25 %, posters outdoors).
    `width` in CSS pixels (1/96 inch on paper) where the picture stands outside the `qr` macro, which sets its own.
    Raises ValueError when the text is too long for any code. The picture is hidden from screen
    readers: the page says beside it what it leads to (`codes.html`, macro `qr`).
    """
    code = qrcode.QRCode(error_correction=LEVELS[level], border=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (qrcode.exceptions.DataOverflowError, ValueError) as problem:
        raise ValueError("too long for a QR code") from problem
    rows = code.get_matrix()
    size = len(rows) + 2 * QUIET_ZONE
    return Markup(
        '<svg{width} viewBox="0 0 {size} {size}" shape-rendering="crispEdges" aria-hidden="true" focusable="false">'
        '<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path stroke="#000" d="{path}"/></svg>'
    ).format(
        width=Markup(' width="{0}" height="{0}"').format(width) if width else "",
        size=size,
        path="".join(_row(row, y) for y, row in enumerate(rows)),
    )


def _row(row: list[bool], y: int) -> str:
    """The dark runs of one row as a line of width 1, in relative moves: the shortest form that stays exact."""
    parts: list[str] = []
    gap = x = 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            parts.append(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}.5h{length}" if not parts else f"m{gap} 0h{length}")
        else:
            gap = length
        x += length
    return "".join(parts)
