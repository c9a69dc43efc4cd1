"""The two applications under measurement, made from the environment, and a process that serves one of them.

BENCH_FLOOR   database file of the floor        PORT   port on loopback
The site reads its own environment (participation/config.py).
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from flask import Flask

from benchmarks import client

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds until a server must answer or be gone


def floor() -> Flask:
    from benchmarks.floor import make_floor

    return make_floor(Path(os.environ["BENCH_FLOOR"]), int(os.environ["PORT"]))


def site() -> Flask:
    from participation import create_app

    return create_app()


class Server(NamedTuple):
    port: int
    process: subprocess.Popen[bytes]
    started_in: float  # seconds from starting the process to the first answer

    def memory(self) -> int:
        """Resident bytes of the process and its children, shared pages divided among those who share them."""
        return sum(_pss(pid) for pid in _family(self.process.pid))

    def stop(self) -> float:
        """End it with SIGTERM; seconds until it was gone."""
        began = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        return time.perf_counter() - began


def command(which: str) -> list[str]:
    """The command that serves `floor` or `site` as the site is served in earnest."""
    return [sys.executable, "-m", "benchmarks.serving", which]


@contextmanager
def served(arguments: Sequence[str], port: int, environ: Mapping[str, str], path: str) -> Iterator[Server]:
    """Run a server while the block runs. `path` is fetched until it answers."""
    began = time.perf_counter()
    process = subprocess.Popen(
        arguments, cwd=ROOT, env={**os.environ, "PORT": str(port), **environ}, stdout=subprocess.DEVNULL
    )
    server = None
    try:
        _wait_for(process, port, path)
        server = Server(port, process, time.perf_counter() - began)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode} before it answered")
        try:
            if client.drive(port, [client.get(path)], 1).answers[0].status < 500:
                return
        except (ConnectionError, TimeoutError):
            time.sleep(0.01)
    raise TimeoutError(f"no answer on port {port} within {PATIENCE:.0f} seconds")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _family(pid: int) -> list[int]:
    """The process and all that descend from it (Linux)."""
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        children += map(int, task.read_text().split())
    return [pid, *(found for child in children for found in _family(child))]


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    from participation.serve import serve

    serve({"floor": floor, "site": site}[sys.argv[1]]())
