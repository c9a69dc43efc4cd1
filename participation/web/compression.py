"""Pages travel compressed: on 400 kbit/s a third of the bytes is a second less to wait for.

Compressing a secret beside words that a stranger chose lets the stranger guess the secret by the length of the answer
(BREACH). Three things stand against it: the session's cookie is `SameSite=Lax`, so another site can only make a person
open a page, never fetch it a thousand times unseen; every answer carries a random number of random letters in the
gzip header's file name, so that its length says little; and on the pages that most people open, which are put together
of printed texts and stamps (stamped.py), the stamps are not compressed at all.

A gzip file is a head, a deflate stream and an end (RFC 1951, 1952); the stream may be put together of pieces that know
nothing of each other.
"""

from __future__ import annotations

import secrets
import struct
import zlib
from collections.abc import Iterable
from functools import lru_cache

from flask import Flask, Response, request
from werkzeug.http import parse_accept_header

KINDS = {"text/html", "application/json", "text/plain"}
SMALLEST = 1024  # bytes; below that the packet is the same
LEVEL = 5
PADDING = 32  # letters at most
STORED_MOST = 0xFFFF  # bytes in a piece that is not compressed
_HEAD = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"  # gzip, deflate, with a file name, of no time and no system
_LAST = b"\x03\0"  # the last piece, with nothing in it


def init_app(app: Flask) -> None:
    @app.after_request
    def _compressed(response: Response) -> Response:
        if response.mimetype not in KINDS or response.direct_passthrough or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        if "Content-Encoding" in response.headers or not wanted() or len(response.get_data()) < SMALLEST:
            return response
        set_packed(response, packed([pressed(response.get_data(), LEVEL)], response.get_data()))
        return response


def wanted() -> bool:
    """Whether this browser reads gzip."""
    return _reads_gzip(request.headers.get("Accept-Encoding", ""))


@lru_cache(64)
def _reads_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted).quality("gzip") > 0


def set_packed(response: Response, content: bytes) -> None:
    """Give a response its body, which is gzip."""
    response.set_data(content)
    response.headers["Content-Encoding"] = "gzip"


def pressed(text: bytes, level: int = 9) -> bytes:
    """`text` as a piece of a deflate stream that ends with a whole byte and refers to nothing outside itself."""
    # A window as large as the text is enough; the memory for a larger one costs more than the compressing.
    window = min(max(len(text).bit_length(), 9), 15)
    press = zlib.compressobj(level, zlib.DEFLATED, -window, 6)
    return press.compress(text) + press.flush(zlib.Z_FULL_FLUSH)


def stored(text: bytes) -> bytes:
    """`text`, at most STORED_MOST bytes, as a piece of a deflate stream letter by letter."""
    return struct.pack("<BHH", 0, len(text), len(text) ^ STORED_MOST) + text


def packed(pieces: Iterable[bytes], content: bytes) -> bytes:
    """The gzip file of `content` out of its pieces, a little longer than needed by a random number of bytes."""
    name = secrets.token_hex(PADDING)[: secrets.randbelow(PADDING + 1)].encode()
    end = struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return b"".join((_HEAD, name, b"\0", *pieces, _LAST, end))
