"""`make bench`: the site against a bare floor, served alike on this machine, in turns. README.md explains each line."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import client, first_view, record_check, slow_phone, voters
from benchmarks.client import Batch
from benchmarks.neighbourhood import Voter, finished_vote, open_vote
from benchmarks.serving import command, free_port, served
from participation import create_app
from participation.setup import upgrade_database

ROUNDS = 12
OWNERS = 100  # who open and cast in each round
FLOOR = 300  # requests to the floor in each round: it is quicker, and a round should last
CONNECTIONS = 4
TWICE = 40  # owners whose ballot is sent twice at the same time
PEEKS = 10  # result pages of each size in each round
SMALL, LARGE = 100, int(os.environ.get("BENCH_LARGE", "100000"))  # fewer only while working on the benchmark itself
SECRET = "only for measuring, on loopback"

Drive = Callable[[int, Sequence[bytes]], Batch]


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="participation-bench.") as folder, ExitStack() as stack:
        instance = Path(folder) / "site"
        environ = {"PARTICIPATION_INSTANCE": str(instance), "SECRET_KEY": SECRET, "PARTICIPATION_MODE": "trial"}
        app = create_app(environ=environ)
        upgrade_database(app)
        tell(f"An open vote of {ROUNDS * OWNERS + TWICE} owners, finished votes of {SMALL} and {LARGE:,} ballots ...")
        vote, owners = open_vote(app, "open", ROUNDS * OWNERS + 2 * TWICE)
        small, large = finished_vote(app, "small", SMALL), finished_vote(app, "large", LARGE)
        tell(f"... made in {time.monotonic() - began:.0f} s")

        pool = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        floor_environ = {"BENCH_FLOOR": str(Path(folder) / "floor.db")}
        floor = stack.enter_context(served(command("floor"), free_port(), floor_environ, "/page"))
        site = stack.enter_context(served(command("site"), free_port(), environ, "/healthz"))

        def drive(port: int, requests: Sequence[bytes]) -> Batch:
            return pool.submit(client.drive, port, requests, CONNECTIONS).result()

        casts, pages, receipts = in_turns(drive, floor.port, site.port, vote, owners[: ROUNDS * OWNERS])
        growth = result_pages(drive, site.port, small, large)
        doubled = owners[ROUNDS * OWNERS :][:TWICE]
        receipts += cast_twice(drive, site.port, vote, doubled)
        waiting = owners[-1]
        views = first_view.measure(site.port, {"vote": vote, "result": small}, waiting)
        visible = slow_phone.control_visible(site.port, vote, waiting)
        tell(f"site: first answer after {site.started_in:.2f} s, {site.memory() / 1e6:.0f} MB, stopped in {site.stop():.2f} s")
        problems = record_check.check(app, vote, large, receipts)

    print(f"RATIO cast {casts:.2f}")
    print(f"RATIO ballot-page {pages:.2f}")
    print(f"RATIO result-page-1e5 {growth:.2f}")
    heaviest = max(views, key=lambda view: view.bytes)
    print(f"FIRST-VIEW bytes={heaviest.bytes} requests={max(view.requests for view in views)}")
    print(f"CONTROL-VISIBLE {visible}")
    tell(f"took {time.monotonic() - began:.0f} s")
    for problem in problems:
        print(f"WRONG {problem}")
    return 1 if problems else 0


def in_turns(
    drive: Drive, floor: int, site: int, vote: int, owners: Sequence[Voter]
) -> tuple[float, float, list[str]]:
    """Floor and site in rounds, each beginning in turn; the median of the rounds' ratios, and all receipts."""
    casts, pages, receipts, rates = [], [], [], []
    inserts = [client.post("/insert", [("elector", "1000001"), ("key", "k" * 24)])] * FLOOR
    plain = [client.get("/page", Accept_Encoding="gzip")] * FLOOR
    for number in range(ROUNDS):
        group = owners[number * OWNERS : (number + 1) * OWNERS]
        opening = [voters.opening(vote, voter) for voter in group]
        if number % 2:
            shown, bare = drive(site, opening), drive(floor, plain)
        else:
            bare, shown = drive(floor, plain), drive(site, opening)
        ballots = [voters.filled_in(voter, page) for voter, page in zip(group, shown.answers, strict=True)]
        casting = [voters.casting(vote, ballot) for ballot in ballots]
        if number % 2:
            cast, inserted = drive(site, casting), drive(floor, inserts)
        else:
            inserted, cast = drive(floor, inserts), drive(site, casting)
        receipts += [voters.receipt_of(answer) for answer in cast.answers]
        if any(answer.status != 303 for answer in inserted.answers) or any(a.status != 200 for a in bare.answers):
            raise RuntimeError("the floor did not answer as it should")
        pages.append(shown.rate / bare.rate)
        casts.append(cast.rate / inserted.rate)
        rates.append((inserted.rate, cast.rate, bare.rate, shown.rate))
    names = ("floor insert", "site cast", "floor page", "site ballot page")
    tell("per second: " + ", ".join(f"{n} {statistics.median(r):.0f}" for n, r in zip(names, zip(*rates, strict=True), strict=True)))
    return statistics.median(casts), statistics.median(pages), receipts


def result_pages(drive: Drive, site: int, small: int, large: int) -> float:
    """How much longer the result page takes with a thousand times as many ballots: the median of the rounds' ratios."""
    ratios = []
    for number in range(ROUNDS + 1):
        order = [small, large] if number % 2 else [large, small]
        seconds = {}
        for vote in order:
            batch = drive(site, [client.get(f"/votes/{vote}/result")] * PEEKS)
            if any(answer.status != 200 for answer in batch.answers):
                raise RuntimeError("a result page did not answer")
            seconds[vote] = batch.seconds
        if number:  # the first time, both are fetched from the disk
            ratios.append(seconds[large] / seconds[small])
    return statistics.median(ratios)


def cast_twice(drive: Drive, site: int, vote: int, owners: Sequence[Voter]) -> list[str]:
    """Each ballot twice at the same instant, half of them as a double tap and half from two pages; one receipt each."""
    requests = []
    for number, owner in enumerate(owners):
        pages = drive(site, [voters.opening(vote, owner)] * 2).answers
        first, second = (voters.filled_in(owner, page) for page in pages)
        requests += [voters.casting(vote, first), voters.casting(vote, second if number % 2 else first)]
    answers = drive(site, requests).answers
    found = [voters.receipt_of(answer) for answer in answers]
    if any(one != other for one, other in zip(found[::2], found[1::2], strict=True)):
        raise RuntimeError("two simultaneous requests of one owner got different receipts")
    return found[::2]


def tell(text: str) -> None:
    print(f"# {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
