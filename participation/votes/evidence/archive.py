"""A ZIP file in which every byte is accounted for.

Members have a fixed date and mode, so that the same contents give the same bytes.  The archive's comment holds the
SHA-256 of everything before it: a checker notices any changed byte, headers and padding included.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can state: when a file was made says nothing about the vote
_PREFIX = b"sha256:"
COMMENT_LENGTH = len(_PREFIX) + 64
CHUNK = 1024 * 1024
# Larger members need the 64-bit form of the headers; it must be chosen before their size is known.
_PLAIN_LIMIT = 1_000_000_000


class SealedArchive:
    """`with SealedArchive(path) as archive: with archive.member("name") as file: file.write(b"...")`.

    The file appears under `path` when the block ends without an error, whole and sealed, readable by its owner alone.
    """

    def __init__(self, path: Path):
        self.path = path
        # A name of its own: two who write the same file at once do not disturb each other, and the last one stays.
        self._draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")

    def __enter__(self) -> SealedArchive:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        self._file = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._zip.comment = _PREFIX + b"0" * 64
        return self

    @contextmanager
    def member(self, name: str, expected_bytes: int = 0) -> Iterator[IO[bytes]]:
        """A member to write into; `expected_bytes`: a guess, needed for very large ones."""
        info = zipfile.ZipInfo(name, _DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = 3  # the same on every machine
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=expected_bytes > _PLAIN_LIMIT) as file:
            yield file

    def put(self, name: str, data: bytes) -> None:
        with self.member(name) as file:
            file.write(data)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._zip.close()
            if kind is None:
                self._seal()
        finally:
            self._file.close()
            if kind is None:
                self._draft.replace(self.path)
            else:
                self._draft.unlink(missing_ok=True)

    def _seal(self) -> None:
        file = self._file
        left = file.seek(0, os.SEEK_END) - COMMENT_LENGTH
        digest = hashlib.sha256()
        file.seek(0)
        while left and (chunk := file.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
        file.seek(-COMMENT_LENGTH, os.SEEK_END)
        file.write(_PREFIX + digest.hexdigest().encode())
        file.flush()
        os.fsync(file.fileno())
