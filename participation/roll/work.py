"""Long work in the background: a thread with its own app context, and a sign of life once a second.

Nothing of it is kept in memory alone: when the server stops, the sign of life grows old, and whoever looks at the
upload may begin the work again (`uploads.py` sees to it that it cannot end twice).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from flask import Flask

from participation.roll import upload_files

BEAT_SECONDS = 1.0
SILENT_SECONDS = 30.0  # older signs of life mean that nobody works on it any more
log = logging.getLogger(__name__)

Progress = Callable[[int, int | None], None]
Work = Callable[[Progress], None]
_threads: dict[str, threading.Thread] = {}


def run(app: Flask, key: str, work: Work, *, in_background: bool) -> None:
    """Do `work(progress)` for the upload `key`: now, or in a thread. Its exceptions are its own affair: they are logged."""
    upload_files.write_progress(key, 0, None)
    if not in_background:
        _beating(key, work)
        return
    thread = threading.Thread(target=_in_context, args=(app, key, work), name=f"roll-{key[:8]}", daemon=True)
    _threads[key] = thread
    thread.start()


def wait(key: str, seconds: float) -> bool:
    """Wait for the thread of an upload, if this process has one; True when it is done. For tests and tidy stops."""
    thread = _threads.get(key)
    if thread is not None:
        thread.join(seconds)
    return thread is None or not thread.is_alive()


def is_silent(key: str) -> bool:
    """Whether no sign of life has come for so long that the work must have been cut off."""
    return upload_files.read_progress(key)[2] > SILENT_SECONDS


def _in_context(app: Flask, key: str, work: Work) -> None:
    try:
        with app.app_context():
            _beating(key, work)
    except Exception:
        log.exception("work on the upload %s failed", key[:8])
    finally:
        _threads.pop(key, None)


def _beating(key: str, work: Work) -> None:
    """Run `work`; what it reports is written by a second thread, so that reporting costs it nothing."""
    from flask import current_app

    latest: list[int | None] = [0, None]
    over = threading.Event()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def progress(done: int, of: int | None) -> None:
        latest[:] = [done, of]

    def beat() -> None:
        with app.app_context():
            while not over.wait(BEAT_SECONDS):
                upload_files.write_progress(key, latest[0] or 0, latest[1])

    pulse = threading.Thread(target=beat, name=f"pulse-{key[:8]}", daemon=True)
    pulse.start()
    try:
        work(progress)
    finally:
        over.set()
        pulse.join()
