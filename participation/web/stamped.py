"""Pages that many people open in one evening are printed once, and stamped with what is each visitor's own.

The sheet is printed for a visitor who does not exist: wherever a name, a home, a key or the token of a form will stand,
it carries a mark made of characters that no text has.  So no sheet ever holds anything of a real person.  The first
visitor of a sheet gets the page rendered in the ordinary way; the sheet is kept only if stamping it gives that very
page, letter by letter.  Where it does not, everybody gets the ordinary page, and it is merely slower.  What is printed
is also compressed only once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, current_app, g, render_template, request, session
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

from participation.web import compression
from participation.web.language import page_language, wants_large_text

MOST_KEPT = 256
_MARK = re.compile("\ue000([a-z_]+)\ue001")


class Sheet:
    """A printed page: texts that are the same for everybody, and between them the names of the stamps."""

    def __init__(self, printed: str, styles: str):
        self.styles = styles
        pieces = _MARK.split(printed)
        self.texts = [piece.encode() for piece in pieces[::2]]
        self.names = pieces[1::2]
        self.pressed = [compression.pressed(text) for text in self.texts]

    def stamped(self, stamps: Mapping[str, bytes]) -> bytes:
        """The page."""
        return b"".join(self._filled(self.texts, stamps))

    def packed(self, stamps: Mapping[str, bytes], page: bytes) -> bytes:
        """The gzip file of the page: what is printed was compressed beforehand, stamps are compressed with nothing."""
        return compression.packed(self._filled(self.pressed, {n: compression.stored(s) for n, s in stamps.items()}), page)

    def _filled(self, texts: Sequence[bytes], stamps: Mapping[str, bytes]) -> list[bytes]:
        parts = [texts[0]]
        for name, text in zip(self.names, texts[1:], strict=True):
            parts += (stamps[name], text)
        return parts


def mark(name: str) -> str:
    """What stands on the sheet where the stamp `name` will be."""
    return f"\ue000{name}\ue001"


def stamped_page(
    template: str, key: Sequence[Any], own: Mapping[str, str], context: Callable[[Mapping[str, str]], dict[str, Any]]
) -> Response:
    """The page of `template` for this visitor.

    `key`: everything beside the visitor's own texts that the page depends on (language and text size are added).
    `own`: the visitor's own texts by name.  `context`: makes the template's values out of such texts; it is called
    with the real ones, and with marks in their place.
    """
    if "_flashes" in session:  # a message for this visitor alone stands on top
        return Response(render_template(template, **context(own)), mimetype="text/html")
    own = {"csrf_token": generate_csrf(), "person": current_user.name, "path": request.full_path.rstrip("?"), **own}
    sheets: dict[Any, Sheet | None] = current_app.extensions.setdefault("sheets", {})
    full_key = (template, page_language(), wants_large_text(), *key)
    if full_key not in sheets:
        return _first(template, sheets, full_key, own, context)
    sheet = sheets[full_key]
    stamps = _stamps(own)
    if sheet is None or max(map(len, stamps.values())) > compression.STORED_MOST:
        return Response(render_template(template, **context(own)), mimetype="text/html")
    g.styles, page = sheet.styles, sheet.stamped(stamps)
    response = Response(page, mimetype="text/html")
    if compression.wanted():
        compression.set_packed(response, sheet.packed(stamps, page))
    return response


def _stamps(own: Mapping[str, str]) -> dict[str, bytes]:
    return {name: str(escape(text)).encode() for name, text in own.items()}


def _first(
    template: str,
    sheets: dict[Any, Sheet | None],
    key: Any,
    own: Mapping[str, str],
    context: Callable[[Mapping[str, str]], dict[str, Any]],
) -> Response:
    """Render the page for this visitor, and print the sheet for those who follow."""
    page = render_template(template, **context(own))
    sheet = Sheet(_print(template, own, context), g.styles)
    stamps = _stamps(own)
    same = stamps.keys() >= set(sheet.names) and sheet.stamped(stamps) == page.encode()
    if len(sheets) >= MOST_KEPT:
        sheets.clear()
    sheets[key] = sheet if same else None
    if not same:
        current_app.logger.warning("%s cannot be stamped: the page is more than its sheet", template)
    return Response(page, mimetype="text/html")


def _print(
    template: str, own: Mapping[str, str], context: Callable[[Mapping[str, str]], dict[str, Any]]
) -> str:
    marks = {name: mark(name) for name in own}
    nobody = type("Nobody", (), {"name": marks["person"], "is_staff": False})()
    # Flask-WTF answers every question for the token of this request from here, also inside components.
    token, g.csrf_token = g.csrf_token, marks["csrf_token"]
    try:
        return render_template(template, **{"visitor": nobody, "current_path": marks["path"], **context(marks)})
    finally:
        g.csrf_token = token
