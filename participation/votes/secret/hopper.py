"""Until closing: one envelope per elector, so that a later ballot can replace an earlier one.

An envelope holds the sealed ballot under the hopper key of its vote.  That key is one file in the instance folder,
`hopper/`, and nowhere else: not in the database, and not in its backups.  At closing the envelopes are opened, the
sealed ballots fall into the box in the order of their hashes, and the key is destroyed: from then on no copy of the
database, however old, tells which sealed ballot was whose.

The folder must not be backed up.  A lost hopper key costs the election, which can be held again; a copied one could
cost the secret, which cannot.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.record.commitment import canonical

FOLDER = "hopper"
KEY_LENGTH = 32
_NONCE, _HASH, _SALT, _INDEX = 12, 32, 32, 8


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an envelope holds: the sealed ballot, and what lets a repeated request have the same answer."""

    request: bytes  # SHA-256 of the request's own key
    salt: bytes  # opens the commitment in the record; the voter takes it away, nobody else has it
    index: int  # the entry in the record
    sealed: bytes

    def to_bytes(self) -> bytes:
        return self.request + self.salt + self.index.to_bytes(_INDEX) + self.sealed

    @classmethod
    def from_bytes(cls, data: bytes) -> Envelope:
        salt, index, sealed = _HASH, _HASH + _SALT, _HASH + _SALT + _INDEX
        return cls(data[:salt], data[salt:index], int.from_bytes(data[index:sealed]), data[sealed:])


def request_hash(idempotency_key: str) -> bytes:
    return hashlib.sha256(b"participation/secret-request/v1\n" + idempotency_key.encode()).digest()


def make_key(instance: Path, vote_id: int) -> None:
    """Make the hopper key of a vote, at its notice. An existing one stays: a second notice is refused elsewhere."""
    path = path_of(instance, vote_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)


def load_key(instance: Path, vote_id: int) -> bytes:
    """The hopper key. Refusal where it is gone: it is never made anew while envelopes wait for it."""
    try:
        key = path_of(instance, vote_id).read_bytes()
    except FileNotFoundError:
        key = b""
    if len(key) != KEY_LENGTH:
        raise Refusal(Reason("hopper_key", say("The ballot box of this election cannot be used: its key is missing on the server."), say("Tell the support centre at once. Nothing was stored.")))
    return key


def is_there(instance: Path, vote_id: int) -> bool:
    return path_of(instance, vote_id).exists()


def destroy_key(instance: Path, vote_id: int) -> None:
    """Overwrite the key and remove its file. Safe to repeat."""
    path = path_of(instance, vote_id)
    try:
        with path.open("r+b", buffering=0) as file:
            file.write(secrets.token_bytes(KEY_LENGTH))
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    _sync_folder(path.parent)


def path_of(instance: Path, vote_id: int) -> Path:
    return instance / FOLDER / f"vote-{vote_id}.key"


def close_envelope(key: bytes, envelope: Envelope, place: dict[str, Any]) -> bytes:
    """The envelope's bytes for the database. `place` (vote, elector, roll) is bound in: it opens nowhere else."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, envelope.to_bytes(), canonical(place))


def open_envelope(key: bytes, blob: bytes, place: dict[str, Any]) -> Envelope:
    """Raises ValueError for an envelope that was changed, or moved to another elector or vote."""
    try:
        return Envelope.from_bytes(ChaCha20Poly1305(key).decrypt(blob[:_NONCE], blob[_NONCE:], canonical(place)))
    except InvalidTag as problem:
        raise ValueError("an envelope of a secret ballot was changed") from problem


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
