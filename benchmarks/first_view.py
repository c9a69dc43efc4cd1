"""What the first view of a resident's page brings over the wire: the page and everything it asks for, headers included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from benchmarks import client
from benchmarks.neighbourhood import Voter
from benchmarks.voters import COOKIE

_ASKED_FOR = re.compile(rb'<(?:link|script|img|source|iframe)\b[^>]*?\b(?:href|src)="([^"]+)"')


class View(NamedTuple):
    """`bytes` over the wire for all `requests` together."""

    name: str
    bytes: int
    requests: int


def measure(port: int, votes: Mapping[str, int], voter: Voter) -> list[View]:
    """The pages a resident may see first, as a browser with an empty cache gets them."""
    pages = {
        "home": "/",
        "vote": f"/votes/{votes['vote']}",
        "ballot": f"/votes/{votes['vote']}/ballot",
        "result": f"/votes/{votes['result']}/result",
    }
    views = [_view(port, name, path, voter) for name, path in pages.items()]
    for view in views:
        print(f"# first view of {view.name}: {view.bytes} bytes in {view.requests} requests")
    return views


def _view(port: int, name: str, path: str, voter: Voter) -> View:
    cookies = {COOKIE: voter.cookie}
    page = _fetch(port, path, cookies)
    total, wanted = page.wire_bytes, sorted(set(_ASKED_FOR.findall(page.page)))
    for address in wanted:
        if not address.startswith(b"data:"):
            total += _fetch(port, address.decode(), cookies).wire_bytes
    return View(name, total, 1 + sum(not address.startswith(b"data:") for address in wanted))


def _fetch(port: int, path: str, cookies: Mapping[str, str]) -> client.Answer:
    request = client.get(path, cookies, Accept_Encoding="gzip")
    answer = client.drive(port, [request], 1).answers[0]
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    return answer
