"""Evidence files of the instance: small ones are written at once, large ones beside the pages, with a sign of life.

    INSTANCE/evidence/public-VOTE-SIZE.zip       kept, since everybody asks for the same
    INSTANCE/evidence/auditor-VOTE-ENTRY.zip     for the hand-out of that entry; goes after a day

A file appears whole or not at all (`archive.py`); its `.progress` tells how far the writing has come, and when that
has been silent for half a minute, whoever asks next begins anew.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app

from participation.database import db, transaction
from participation.votes.evidence.bundle import write_bundle
from participation.votes.models import Vote

AT_ONCE = 20_000  # lines: about two seconds of writing
SILENT_SECONDS = 30.0
KEEP_PRIVATE = 24 * 3600.0
KEEP_PUBLIC = 30 * 24 * 3600.0
log = logging.getLogger(__name__)
_threads: dict[Path, threading.Thread] = {}


@dataclass(frozen=True, slots=True)
class State:
    """`path` once the file is there; before, how many of the lines have been written."""

    path: Path | None
    done: int = 0
    of: int = 0


def public_file(vote_id: int, size: int) -> Path:
    return _folder() / f"public-{vote_id}-{size}.zip"


def auditor_file(vote_id: int, entry: int) -> Path:
    return _folder() / f"auditor-{vote_id}-{entry}.zip"


def ready(path: Path) -> State | None:
    """The state of a file that exists or is being written; None: nobody has begun, or whoever did has stopped."""
    if path.is_file():
        return State(path)
    try:
        data = json.loads(_progress(path).read_text(encoding="ascii"))
        if time.time() - _progress(path).stat().st_mtime <= SILENT_SECONDS:
            return State(None, int(data["done"]), int(data["of"]))
    except (OSError, ValueError, KeyError):
        pass
    return None


def make(vote_id: int, path: Path, lines: int, *, auditor: bool) -> State:
    """The file, written now if that is quick, else begun in the background. Asking again never begins it twice."""
    tidy()
    state = ready(path)
    if state is not None:
        return state
    if lines <= AT_ONCE:
        write_bundle(db.session.get_one(Vote, vote_id), path, auditor=auditor)
        return State(path)
    _say(path, 0, lines)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    thread = threading.Thread(target=_work, args=(app, vote_id, path, auditor), name=f"evidence-{vote_id}", daemon=True)
    _threads[path] = thread
    thread.start()
    return State(None, 0, lines)


def wait(path: Path, seconds: float) -> bool:
    """Wait for the writing of `path`, if this process does it; True when it is done. For tests and tidy stops."""
    thread = _threads.get(path)
    if thread is not None:
        thread.join(seconds)
    return thread is None or not thread.is_alive()


def tidy() -> None:
    """Remove what is too old to be kept: contents of ballots lie here no longer than a day."""
    if not _folder().is_dir():
        return
    for path in _folder().iterdir():
        limit = KEEP_PUBLIC if path.name.startswith("public-") else KEEP_PRIVATE
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > limit:
                path.unlink()


def _work(app: Flask, vote_id: int, path: Path, auditor: bool) -> None:
    try:
        with app.app_context(), transaction(write=False):
            vote = db.session.get_one(Vote, vote_id)
            write_bundle(vote, path, auditor=auditor, progress=lambda done, of: _say(path, done, of))
    except Exception:
        log.exception("writing the evidence of vote %s failed", vote_id)
    finally:
        _progress(path).unlink(missing_ok=True)
        _threads.pop(path, None)


def _say(path: Path, done: int, of: int) -> None:
    """Written beside and renamed, so that a reader never sees half of it."""
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{threading.get_ident()}.new")
    fresh.write_text(json.dumps({"done": done, "of": of}), encoding="ascii")
    fresh.replace(_progress(path))


def _progress(path: Path) -> Path:
    return path.with_suffix(".progress")


def _folder() -> Path:
    return Path(current_app.config["INSTANCE"]) / "evidence"
