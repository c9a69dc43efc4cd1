"""Slow hashes for what people can remember, and the keys that follow from the site's secret.

Argon2id (RFC 9106) takes some 50 ms on purpose.  It must never run while a write
transaction is open: on SQLite everybody else would wait.  So views compute the hash of
a new secret before they touch the database, and to verify one they read the hash, end
the transaction, verify, and write in the next one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

TIME_COST, MEMORY_KIB, LANES = 3, 32 * 1024, 1
_hasher = PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES)
# Two at a time: a crowd at the sign-in page may take its time, not the machine's memory.
_turn = BoundedSemaphore(2)


def _unmatchable() -> str:
    """A well-formed hash that nothing matches, at the full cost: unknown accounts take as long as known ones."""
    salt, digest = (base64.b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (16, 32))
    return f"$argon2id$v=19$m={MEMORY_KIB},t={TIME_COST},p={LANES}${salt}${digest}"


NOBODY = _unmatchable()


def hash_secret(secret: str) -> str:
    """The argon2id hash of a passphrase, or of a PIN that went through `peppered`."""
    with _turn:
        return _hasher.hash(secret)


def secret_matches(stored: str | None, secret: str) -> bool:
    """Whether `secret` is the one behind `stored`. Without a stored hash: the same work, and never."""
    with _turn:
        try:
            return _hasher.verify(stored or NOBODY, secret) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def derived_key(purpose: str) -> bytes:
    """32 bytes that only this site can compute, another 32 for each purpose (HKDF-SHA256 of the site's secret)."""
    secret = current_app.config["SECRET_KEY"]
    return HKDF(SHA256(), 32, salt=None, info=f"participation/{purpose}".encode()).derive(
        secret.encode() if isinstance(secret, str) else secret
    )


def peppered(pin: str) -> str:
    """A PIN mixed with the site's secret: a stolen database alone does not give away four digits."""
    return hmac.new(derived_key("pin"), pin.encode(), hashlib.sha256).hexdigest()
