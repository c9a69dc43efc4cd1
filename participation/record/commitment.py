"""Sealed envelopes: what goes into the public log instead of what must stay private.

A commitment is published; the content and its 32-byte salt stay with those who may see
them.  Nobody can guess the content from the commitment (the salt is secret and random),
and nobody can later put another content in its place.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable
from typing import Any

from participation.record.merkle import Frontier, leaf_hash

SALT_LENGTH = 32
COMMITMENT_LENGTH = 32
# Nothing else in the system computes an HMAC over this beginning, so no other value passes for a commitment.
DOMAIN = b"participation/record/commitment/v1\n"
# Beyond this a browser reads a neighbouring number (RFC 7493), and would hash other bytes than we did.
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def canonical(data: Any) -> bytes:
    """The one spelling of `data` as JSON: RFC 8785 without fractional numbers, in UTF-8.

    Keys sorted by UTF-16 code units, no spaces, strings kept character by character (no
    normalisation). Holds None, bool, int up to 2**53 - 1, str, list and dict with str keys,
    exactly these types. ValueError for anything else: a float would not be exact, a subclass
    might print differently from what it is.
    """
    return json.dumps(_ordered(data, 0), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def parse_canonical(encoded: bytes) -> Any:
    """Read canonical JSON back. ValueError unless `canonical` of the result is these very bytes."""
    try:
        data = json.loads(encoded.decode())
        again = canonical(data)
    except RecursionError as problem:
        raise ValueError("JSON nested too deeply") from problem
    if again != encoded:
        raise ValueError("not the canonical spelling of this JSON")
    return data


def new_salt() -> bytes:
    """32 bytes from the operating system's generator; a new one for every commitment."""
    return secrets.token_bytes(SALT_LENGTH)


def commit(salt: bytes, content: bytes) -> bytes:
    """HMAC-SHA-256 with the salt as key over `DOMAIN` and the content; 32 bytes.

    The salt must be exactly 32 bytes (ValueError): HMAC pads short keys, so that two
    different ones could open the same envelope.
    """
    if not isinstance(salt, bytes) or len(salt) != SALT_LENGTH:
        raise ValueError("a salt is 32 bytes")
    return hmac.digest(salt, DOMAIN + content, hashlib.sha256)


def check(commitment: bytes, salt: bytes, content: bytes) -> bool:
    """Do this salt and content open the commitment? Compared in constant time; ValueError for a bad salt."""
    return hmac.compare_digest(commit(salt, content), commitment)


def fingerprint(lines: Iterable[bytes]) -> bytes:
    """The Merkle root over 32-byte commitments, in their order: the seal of a frozen roll.

    Reads `lines` once and holds no more than one hash per doubling of their number, however
    many there are. ValueError when a line is not 32 bytes: bare personal data must not be
    hashed without salt.
    """
    frontier = Frontier.empty()
    for line in lines:
        if not isinstance(line, bytes) or len(line) != COMMITMENT_LENGTH:
            raise ValueError("a line of a fingerprint is a 32-byte commitment")
        frontier, _nodes = frontier.append(leaf_hash(line))
    return frontier.root()


def _ordered(data: Any, depth: int) -> Any:
    """A copy with sorted keys, after making sure that every part may stand in the record."""
    if depth > MAX_DEPTH:
        raise ValueError("JSON nested too deeply")
    kind = type(data)
    if data is None or kind is bool:
        return data
    if kind is int:
        if abs(data) > MAX_INTEGER:
            raise ValueError("a number in the record has at most 53 bits")
        return data
    if kind is str:
        return _text(data)
    if kind is list:
        return [_ordered(part, depth + 1) for part in data]
    if kind is dict:
        if not all(type(key) is str for key in data):
            raise ValueError("keys in the record are texts")
        keys = sorted(map(_text, data), key=lambda key: key.encode("utf-16-be"))
        return {key: _ordered(data[key], depth + 1) for key in keys}
    raise ValueError(f"no {kind.__name__} in the record")


def _text(text: str) -> str:
    if _SURROGATE.search(text):
        raise ValueError("half a character (a lone surrogate) cannot be written")
    return text
