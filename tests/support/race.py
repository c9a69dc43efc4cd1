"""Races between real processes: each builds its own site over the same database and starts at one barrier.

    def cast(app, token, key):                      # a function of a module, so that it can be sent
        client = app.test_client(); client.carry(token)
        return client.send("/votes/1/ballot", choice="yes", key=key).status_code

    answers = race(app, cast, [(token, "k1"), (token, "k1")])
"""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from tests.support.sites import close_site, make_site

PATIENCE = 90  # seconds; a process that takes longer hangs


def race(app: Flask, run: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What `run(app, *arguments[i])` returned in each process, in order. An exception there is raised here."""
    context = _context()
    barrier, answers = context.Barrier(len(arguments)), context.Queue()
    settings = {
        "database_url": app.config["SQLALCHEMY_DATABASE_URI"],
        "instance": Path(app.config["INSTANCE"]),
        "at": app.extensions["clock"].now(),
        "secret": app.config["SECRET_KEY"],
        "public_url": app.config["PUBLIC_URL"],
        "templates": getattr(app.jinja_env.bytecode_cache, "directory", None),
    }
    runners = [
        context.Process(target=_runner, args=(settings, barrier, answers, number, run, given), daemon=True)
        for number, given in enumerate(arguments)
    ]
    for runner in runners:
        runner.start()
    try:
        found = dict(answers.get(timeout=PATIENCE) for _ in runners)
    finally:
        for runner in runners:
            runner.join(5)
            if runner.is_alive():
                runner.terminate()
                runner.join()
            runner.close()
        answers.close()
        answers.join_thread()
    failed = [answer.text for answer in found.values() if isinstance(answer, Failed)]
    assert not failed, "a racing process failed:\n" + "\n".join(failed)
    return [found[number] for number in range(len(arguments))]


def _context() -> Any:
    """A fork server that has imported the site already: clean processes, without seconds of imports each."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.preload"])
    return context


class Failed:
    def __init__(self, text: str):
        self.text = text


def _runner(settings: dict[str, Any], barrier: Any, answers: Any, number: int, run: Any, given: Any) -> None:
    try:
        at: datetime = settings["at"]
        app = make_site(
            settings["database_url"],
            settings["instance"],
            at=at,
            templates=FileSystemBytecodeCache(settings["templates"]) if settings["templates"] else None,
            environ={"SECRET_KEY": settings["secret"], "PUBLIC_URL": settings["public_url"]},
        )
        barrier.wait(PATIENCE)
        answer: Any = run(app, *given)
        close_site(app)
    except BaseException:
        barrier.abort()
        answer = Failed(traceback.format_exc())
    answers.put((number, answer))
