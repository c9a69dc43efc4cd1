"""The election board's key: one secret from which a key to open ballots (X25519) and a key to sign (Ed25519) follow.

The site knows the public halves only.  They travel as one line, `board1_...`, with a checksum, and people compare
their fingerprint: sixteen characters on the board's paper, on the notice, and on every ballot page.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.secret.codes import code_of, grouped
from participation.votes.secret.shares import SECRET_LENGTH, SET_LENGTH

PREFIX = "board1_"
KEY_LENGTH = 32
CHECK_LENGTH = 5  # so that the whole has 69 bytes: base 64 without padding
_LINE = re.compile(PREFIX + r"[A-Za-z0-9_-]{92}(?![A-Za-z0-9_-])")


@dataclass(frozen=True, slots=True)
class BoardKey:
    """The public halves: 32 bytes each."""

    opens: bytes  # X25519: ballots are sealed to it
    signs: bytes  # Ed25519: the board's figures are signed with its other half

    @property
    def line(self) -> str:
        """The key as the board hands it to the support centre."""
        return PREFIX + base64.urlsafe_b64encode(self.opens + self.signs + _check(self.opens + self.signs)).decode()

    @property
    def fingerprint(self) -> str:
        """Sixteen characters in groups of four, for people to compare."""
        return grouped(code_of(hashlib.sha256(b"participation/board-key/v1\n" + self.opens + self.signs).digest()))

    @property
    def set_id(self) -> bytes:
        """What marks the shares of this key."""
        return hashlib.sha256(b"participation/board-share-set/v1\n" + self.opens + self.signs).digest()[:SET_LENGTH]

    @property
    def recipient(self) -> X25519PublicKey:
        return X25519PublicKey.from_public_bytes(self.opens)

    def has_signed(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.signs).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class BoardSecret:
    """Both private halves. Exists on the board's own machine, for as long as a command runs."""

    opens: X25519PrivateKey
    signs: Ed25519PrivateKey

    @property
    def public(self) -> BoardKey:
        return BoardKey(self.opens.public_key().public_bytes_raw(), self.signs.public_key().public_bytes_raw())


def new_secret() -> bytes:
    """Sixteen random bytes from the operating system, from which everything of a board follows."""
    return secrets.token_bytes(SECRET_LENGTH)


def board_secret(secret: bytes) -> BoardSecret:
    """The private keys that follow from the board's secret (HKDF-SHA-256, one label for each)."""
    return BoardSecret(
        X25519PrivateKey.from_private_bytes(_derive(secret, b"participation/board/open/v1")),
        Ed25519PrivateKey.from_private_bytes(_derive(secret, b"participation/board/sign/v1")),
    )


def read_board_key(text: str) -> BoardKey:
    """The key in a pasted line or in the file that the board's command wrote. Refusal where it is damaged or absent."""
    lines = set(_LINE.findall(text))
    if len(lines) != 1:
        raise Refusal(Reason("board_key_missing", say("There is no board key in this text."), say("Paste the whole line that begins with %(prefix)s, or choose the file the board made.", prefix=PREFIX), "board_key"))
    try:
        data = base64.urlsafe_b64decode(lines.pop().removeprefix(PREFIX))
    except ValueError:
        data = b""
    keys = data[: 2 * KEY_LENGTH]
    if len(data) != 2 * KEY_LENGTH + CHECK_LENGTH or data[2 * KEY_LENGTH :] != _check(keys):
        raise Refusal(Reason("board_key_damaged", say("The board key was not copied correctly."), say("Copy the line again, from its first to its last character."), "board_key"))
    return BoardKey(keys[:KEY_LENGTH], keys[KEY_LENGTH:])


def _check(keys: bytes) -> bytes:
    return hashlib.sha256(b"participation/board-key-check/v1\n" + keys).digest()[:CHECK_LENGTH]


def _derive(secret: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=label).derive(secret)
