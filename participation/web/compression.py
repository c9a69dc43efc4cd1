"""Pages travel compressed: on 400 kbit/s a third of the bytes is a second less to wait for.

Compressing a secret beside words that a stranger chose lets the stranger guess the secret by the length of the answer
(BREACH). Two things stand against it: the session's cookie is `SameSite=Lax`, so another site can only make a person
open a page, never fetch it a thousand times unseen; and every answer carries a random number of random letters in the
gzip header's file name, so that its length says little.
"""

from __future__ import annotations

import gzip
import secrets
import string
from io import BytesIO

from flask import Flask, Response, request

KINDS = {"text/html", "application/json", "text/plain"}
SMALLEST = 1024  # bytes; below that the packet is the same
LEVEL = 5
PADDING = 32  # letters at most


def init_app(app: Flask) -> None:
    @app.after_request
    def _compressed(response: Response) -> Response:
        if response.mimetype not in KINDS or response.direct_passthrough or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        asked = request.accept_encodings.quality("gzip") > 0
        if not asked or "Content-Encoding" in response.headers or len(response.get_data()) < SMALLEST:
            return response
        response.set_data(squeeze(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        return response


def squeeze(content: bytes) -> bytes:
    """gzip of `content`, a little longer than needed by a random number of bytes."""
    name = "".join(secrets.choice(string.ascii_letters) for _ in range(secrets.randbelow(PADDING + 1)))
    buffer = BytesIO()
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=buffer, mtime=0) as file:
        file.write(content)
    return buffer.getvalue()
