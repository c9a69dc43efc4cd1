"""Which WSGI server? The same floor and the same site under each candidate, in turns, several rounds.

    python benchmarks/servers.py            the figures of docs/decisions/0005-wsgi-server.md

Candidates that are not installed are left out.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import client, voters
from benchmarks.neighbourhood import open_vote
from benchmarks.serving import Server, free_port, served
from participation import create_app
from participation.setup import upgrade_database

ROUNDS, PER_ROUND, CONNECTIONS, THREADS = 6, 200, 8, 4


def candidates(which: str, port: int) -> dict[str, list[str]]:
    """name -> command line; all with kept-alive connections and the same number of threads."""
    python, made = sys.executable, f"benchmarks.serving:{which}"
    gunicorn = [python, "-m", "gunicorn", "-k", "gthread", "-b", f"127.0.0.1:{port}", "--keep-alive", "30", f"{made}()"]
    granian = [python, "-m", "granian", "--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(port)]
    found = {
        "gunicorn gthread 1": [*gunicorn, "-w", "1", "--threads", str(THREADS)],
        "gunicorn gthread 2": [*gunicorn, "-w", "2", "--threads", str(THREADS)],
        "waitress": [
            python, "-m", "waitress", "--threads", str(THREADS), "--listen", f"127.0.0.1:{port}", "--call", made
        ],
    }  # fmt: skip
    if find_spec("granian"):
        found["granian 1"] = [*granian, "--workers", "1", "--blocking-threads", str(THREADS), made]
        found["granian 2"] = [*granian, "--workers", "2", "--blocking-threads", str(THREADS), made]
    return found


def main() -> None:
    figures: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    names = list(candidates("site", 0))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        base = Path(folder)
        app = create_app(environ={"PARTICIPATION_INSTANCE": str(base / "made"), "SECRET_KEY": "bench"})
        upgrade_database(app)
        vote_id, owners = open_vote(app, "open", ROUNDS * PER_ROUND)
        checkpoint(app)
        pool = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        floors, sites = {}, {}
        for name in names:
            floors[name] = start(stack, name, "floor", {"BENCH_FLOOR": str(base / f"{name}.db")})
            shutil.copytree(base / "made", base / name)
            sites[name] = start(stack, name, "site", {"PARTICIPATION_INSTANCE": str(base / name), "SECRET_KEY": "bench"})
            figures[name]["start s"].append(sites[name].started_in)
        for number in range(ROUNDS):
            group = owners[number * PER_ROUND : (number + 1) * PER_ROUND]
            for name in names[number % len(names) :] + names[: number % len(names)]:
                measure(pool, figures[name], floors[name].port, sites[name].port, vote_id, group)
        for name in names:
            figures[name]["memory MB"].append(sites[name].memory() / 1e6)
            figures[name]["stop s"].append(sites[name].stop())
    columns = list(figures[names[0]])
    print("| server | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name in names:
        print(f"| {name} | " + " | ".join(f"{statistics.median(figures[name][c]):.4g}" for c in columns) + " |")


def start(stack: ExitStack, name: str, which: str, environ: dict[str, str]) -> Server:
    port = free_port()
    path = "/page" if which == "floor" else "/healthz"
    return stack.enter_context(served(candidates(which, port)[name], port, environ, path))


def checkpoint(app) -> None:  # type: ignore[no-untyped-def]
    """Fold the write-ahead log into the database file, so that the file can be copied."""
    from participation.database import db

    with app.app_context():
        db.session.remove()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()


def measure(pool, figures, floor: int, site: int, vote_id: int, group) -> None:  # type: ignore[no-untyped-def]
    def rate(port: int, requests: list[bytes]) -> client.Batch:
        return pool.submit(client.drive, port, requests, CONNECTIONS).result()

    inserts = [client.post("/insert", [("elector", str(o.elector_id)), ("key", "k" * 24)]) for o in group]
    figures["floor insert/s"].append(rate(floor, inserts).rate)
    figures["floor page/s"].append(rate(floor, [client.get("/page")] * len(group)).rate)
    pages = rate(site, [voters.opening(vote_id, voter) for voter in group])
    figures["ballot page/s"].append(pages.rate)
    ballots = [voters.filled_in(voter, page) for voter, page in zip(group, pages.answers, strict=True)]
    casts = rate(site, [voters.casting(vote_id, ballot) for ballot in ballots])
    assert len({voters.receipt_of(answer) for answer in casts.answers}) == len(group)
    figures["cast/s"].append(casts.rate)
    figures["cast p95 ms"].append(1000 * sorted(a.seconds for a in casts.answers)[int(0.95 * len(group))])


if __name__ == "__main__":
    main()
