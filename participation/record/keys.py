"""The key that signs the checkpoints: one file outside the database, readable by the server alone.

Whoever holds both database and key could rewrite history unseen; so they are kept, and
backed up, apart.
"""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from participation.kernel.sentences import Sentence, say
from participation.record.signed_note import Signer

KEY_FILE = "record-signing-key.pem"
MAX_KEY_FILE_BYTES = 16_384


class KeyProblem(RuntimeError):
    """The signing key cannot be used safely. For the operator: names files, so it is no page for visitors."""

    def __init__(self, message: Sentence, remedy: Sentence):
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


def load_or_create_key(folder: Path, name: str) -> Signer:
    """The signer `name` with the key in `folder`; the first call makes the key.

    One key serves all logs of an installation; checkpoints are signed as `signer.named(origin)`.
    Processes that start at once get the same key: the first to put it in place wins.
    Raises KeyProblem as `load_key` does, or when the folder cannot hold a key.
    """
    path = folder / KEY_FILE
    if not os.path.lexists(path):
        _create(path)
    return load_key(folder, name)


def load_key(folder: Path, name: str) -> Signer:
    """The signer `name` with the key in `folder`, which must be there: for a log that was signed before.

    Raises KeyProblem when the file is missing, no Ed25519 key in PKCS #8 PEM, or open to
    other users of the machine.
    """
    path = folder / KEY_FILE
    try:
        data = _read_private(path)
    except FileNotFoundError as problem:
        raise KeyProblem(
            say("The signing key of the record is missing: %(path)s", path=str(path)),
            say("Put the key back from its backup; a new key would not continue the record."),
        ) from problem
    except OSError as problem:
        raise KeyProblem(
            say("The signing key of the record cannot be read: %(path)s", path=str(path)),
            say("Make the account that runs the site the owner of this file."),
        ) from problem
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None  # the parser's own words might quote the file
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(
            say("This file holds no usable Ed25519 key: %(path)s", path=str(path)),
            say("Put the key back from its backup: an unencrypted Ed25519 key in PEM form (PKCS #8)."),
        )
    return Signer(name, key)


def _read_private(path: Path) -> bytes:
    """The file's bytes, after looking at the very file that was opened, not at one put in its place later."""
    # Without O_NONBLOCK a named pipe of this name would hold the start up for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise KeyProblem(
                say("The signing key of the record is not a plain file: %(path)s", path=str(path)),
                say("Move away whatever has this name, then put the key back from its backup."),
            )
        if mode & 0o077:
            raise KeyProblem(
                say("Other users of this machine can reach the signing key of the record: %(path)s", path=str(path)),
                say("Close it with: chmod 600 %(path)s", path=str(path)),
            )
        if path.parent.stat().st_mode & 0o022:
            raise KeyProblem(
                say("Other users of this machine can replace files in %(folder)s", folder=str(path.parent)),
                say("Close it with: chmod 700 %(folder)s", folder=str(path.parent)),
            )
        return os.read(descriptor, MAX_KEY_FILE_BYTES)
    finally:
        os.close(descriptor)


def _create(path: Path) -> None:
    """Put a new key at `path` unless there is one by now. It appears whole or not at all."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(pem)
                file.flush()
                os.fsync(descriptor)
            # A link, unlike a rename, refuses to replace what another process has just put there.
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
        _sync_folder(path.parent)
    except OSError as problem:
        raise KeyProblem(
            say("No signing key can be written in %(folder)s", folder=str(path.parent)),
            say("Choose a folder on a local disk that belongs to the account that runs the site."),
        ) from problem


def _sync_folder(folder: Path) -> None:
    """Make the new name durable: a key lost in a power cut would orphan what it had signed."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
