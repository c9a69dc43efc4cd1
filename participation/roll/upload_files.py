"""The files of an upload: the roll as it was handed in, what was read from it, and how far the work has come.

    INSTANCE/uploads/rolls/KEY/roll                  the file, readable by the site's own user alone
    INSTANCE/uploads/rolls/KEY/read-N/SECTION.jsonl  what the N-th attempt read, a row a line (`preview.py`)
    INSTANCE/uploads/rolls/KEY/progress              {"done": .., "of": ..}; its age tells whether work goes on

Progress is a file and not a row: while a roll is committed, the embedded database takes no other writer.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import IO, Any

from flask import current_app

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.importing.limits import FILE_BYTES

_KEY = re.compile(r"[0-9a-f]{32}")
_SECTION = re.compile(r"[a-z][a-z0-9_-]{0,60}")
CHUNK = 1024 * 1024


def root() -> Path:
    return Path(current_app.config["INSTANCE"]) / "uploads" / "rolls"


def folder(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise ValueError("not the key of an upload")
    return root() / key


def keep(key: str, stream: IO[bytes]) -> tuple[int, str]:
    """Store the file; returns (bytes, sha256). Raises Refusal for one that is empty or larger than 30 MB."""
    place = folder(key)
    place.mkdir(mode=0o700, parents=True)
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(place / "roll", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while size <= FILE_BYTES and (chunk := stream.read(CHUNK)):
            size += len(chunk)
            digest.update(chunk)
            file.write(chunk)
    if 0 < size <= FILE_BYTES:
        return size, digest.hexdigest()
    remove(key)
    if not size:
        raise Refusal(Reason("file_empty", say("The file is empty."), say("Choose the file with the roll."), "roll"))
    raise Refusal(
        Reason(
            "file_too_large",
            say("The file is larger than %(n)s MB.", n=FILE_BYTES // (1024 * 1024)),
            say("Remove pictures and unneeded sheets, or save the sheet as CSV."),
            "roll",
        )
    )


def roll_file(key: str) -> Path:
    return folder(key) / "roll"


def exists(key: str) -> bool:
    return roll_file(key).is_file()


def remove(key: str) -> None:
    shutil.rmtree(folder(key), ignore_errors=True)


def kept_keys() -> list[str]:
    """The keys of all uploads of which files are left."""
    return sorted(path.name for path in root().iterdir() if _KEY.fullmatch(path.name)) if root().is_dir() else []


def age(key: str) -> float:
    """Seconds since the file was handed in, by the machine's own clock."""
    try:
        return time.time() - roll_file(key).stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def write_section(key: str, attempt: int, name: str, rows: Iterable[dict[str, Any]]) -> None:
    place = folder(key) / f"read-{attempt}"
    place.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(_section(place, name), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


def read_section(key: str, attempt: int, name: str, start: int = 0, most: int | None = None) -> list[dict[str, Any]]:
    """Rows from `start` (from 0), at most `most`; an absent section is empty."""
    path = _section(folder(key) / f"read-{attempt}", name)
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in islice(file, start, None if most is None else start + most)]


def forget_reads_before(key: str, attempt: int) -> None:
    for path in folder(key).glob("read-*"):
        if path.name != f"read-{attempt}":
            shutil.rmtree(path, ignore_errors=True)


def _section(place: Path, name: str) -> Path:
    if not _SECTION.fullmatch(name):
        raise ValueError("not the name of a section")
    return place / f"{name}.jsonl"


def write_progress(key: str, done: int, of: int | None) -> None:
    """Written beside and renamed, so that a reader never sees half of it."""
    path = folder(key) / "progress"
    fresh = path.with_suffix(".new")
    try:
        fresh.write_text(json.dumps({"done": done, "of": of}), encoding="ascii")
        fresh.replace(path)
    except FileNotFoundError:
        return  # the upload was discarded meanwhile


def read_progress(key: str) -> tuple[int, int | None, float]:
    """(done, of, seconds since the last sign of life); without any sign the seconds are endless."""
    path = folder(key) / "progress"
    try:
        data = json.loads(path.read_text(encoding="ascii"))
        return int(data["done"]), data["of"], time.time() - path.stat().st_mtime
    except (OSError, ValueError, KeyError):
        return 0, None, float("inf")
