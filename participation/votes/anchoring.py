"""The record's checkpoint on paper: so the notice board in the stairwell becomes a witness.

Whatever is printed carries the checkpoint of the moment of printing, as text and as a code.  Scanning the code asks
the site whether today's record still begins with what was there then; the text is what counts when the site lies.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import g
from markupsafe import Markup

from participation.record.services import checkpoint, log_of
from participation.record.signed_note import encode_base64
from participation.web.addresses import public_address
from participation.web.qr import qr_svg

WIDTH = 84  # CSS pixels: 22 mm on paper, which a phone reads from a hand's breadth


class Anchor(NamedTuple):
    """A checkpoint ready for paper. `note`: its lines with the signature; `text`: the first three of them."""

    size: int
    text: tuple[str, ...]
    note: tuple[str, ...]
    address: str
    code: Markup


def anchor_of(unit: Any) -> Anchor:
    """The anchor of this neighbourhood's record as it stands, made once for all sheets of a page."""
    kept: dict[int, Anchor] = g.setdefault("anchors", {})
    if unit.id not in kept:
        present, note = checkpoint(log_of(unit.id))
        address = check_address(unit.slug, present.size, present.root)
        lines = tuple(line for line in note.split("\n") if line)
        kept[unit.id] = Anchor(present.size, lines[:3], lines, address, qr_svg(address, "M", WIDTH))
    return kept[unit.id]


def check_address(slug: str, size: int, root: bytes) -> str:
    """The full address at which a checkpoint is compared with the record of the day."""
    in_address = encode_base64(root).rstrip("=").replace("+", "-").replace("/", "_")
    return public_address("public.record_check", slug=slug, size=size, root=in_address)
