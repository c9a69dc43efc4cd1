"""Pictures of papers (authorities, sheets), kept as files named by their hash in a folder of the instance.

A file is written beside its place, forced to the disk and renamed, so that it is there whole or not at all.  The row
that speaks of it comes with the transaction; a file whose row was rolled back harms nobody.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import IO, NamedTuple

from flask import current_app

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.documents import check_content

LARGEST = 12 * 1024 * 1024


class Kept(NamedTuple):
    """A file that is kept: SHA-256 of its content in hex, and what it is by its content."""

    sha256: str
    media_type: str


def keep_picture(folder: str, stream: IO[bytes] | None) -> Kept:
    """Keep a photo or PDF of a paper. Raises Refusal (field document): nothing chosen, too large, not a picture or PDF."""
    content = stream.read(LARGEST + 1) if stream is not None else b""
    if not content:
        raise Refusal(
            Reason("no_picture", say("There is no picture of the paper."), say("Take a photo of it, or choose a PDF."), "document")
        )
    if len(content) > LARGEST:
        raise Refusal(
            Reason("picture_large", say("The picture is larger than 12 MB."), say("Take it again with a smaller resolution."), "document")
        )
    media_type = check_content(content)
    return Kept(keep_content(folder, content), media_type)


def keep_content(folder: str, content: bytes) -> str:
    """Keep what has been looked into already; returns its SHA-256 in hex."""
    path = kept_path(folder, hashlib.sha256(content).hexdigest())
    _write(path, content)
    return path.name


def kept_path(folder: str, sha256: str) -> Path:
    """Where the file with this hash is kept."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in hex")
    return Path(current_app.config["INSTANCE"]) / folder / sha256


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == path.name:
        return
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with fresh.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name itself must survive a power cut
    finally:
        os.close(folder)
