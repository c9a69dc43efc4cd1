"""What a page weighs on the wire: at most 20 KB and 4 requests for all its parts together, as docs/interface.md promises."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.test import Client

from tests.support.people import Neighbourhood
from tests.votes.pages_support import Hall

MOST_BYTES, MOST_REQUESTS = 20_000, 4
LANGUAGES = ("zh-CN", "en", "ko")
# A house committee with as many candidates as a ballot is likely to show, each with something to say.
CANDIDATES = [(f"Candidate {number}", "Keeps the accounts open and the stairs lit. " * 3) for number in range(1, 12)]
_PARTS = re.compile(r'<(?:link|script|img|source|iframe|object|embed)\b[^>]*?\b(?:href|src|data)="([^"]+)"')


class Weight(NamedTuple):
    bytes: int
    requests: int


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


@pytest.fixture
def weigh(app: Flask, lane: Neighbourhood) -> Callable[..., Weight]:
    """`weigh(path, language)`: what Wang's phone with an empty cache receives for this page, headers included."""

    def measure(path: str, language: str) -> Weight:
        signed_in = app.test_client()
        signed_in.sign_in(lane.wang, unlocked=True)  # type: ignore[attr-defined]
        phone = Client(app)  # the parsing client reads no gzip
        phone.set_cookie("visit", signed_in.get_cookie("visit").value)  # type: ignore[union-attr]
        headers = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": language}
        page = phone.get(path, headers=headers)
        assert page.status_code == 200, f"{path} answered {page.status_code}"
        assert page.headers["Content-Encoding"] == "gzip"
        wanted = sorted(set(_PARTS.findall(gzip.decompress(page.data).decode())))
        parts = [phone.get(part, headers=headers) for part in wanted if not part.startswith("data:")]
        assert all(part.status_code == 200 for part in parts), wanted
        assert all("immutable" in part.headers["Cache-Control"] for part in parts), "the second view asks for no part again"
        return Weight(sum(len(str(a.headers).encode()) + len(a.data) for a in (page, *parts)), 1 + len(parts))

    return measure


def assert_light(weigh: Callable[..., Weight], *paths: str) -> None:
    weights = {(path, language): weigh(path, language) for path in paths for language in LANGUAGES}
    heavy = {page: weight for page, weight in weights.items() if weight.bytes > MOST_BYTES or weight.requests > MOST_REQUESTS}
    assert not heavy, heavy


def test_the_pages_of_an_open_vote_are_light(hall: Hall, weigh: Callable[..., Weight]) -> None:
    vote = hall.open(explanation="What is planned, and what it costs. " * 40, questions=3)
    assert_light(weigh, "/", f"/votes/{vote.id}", f"/votes/{vote.id}/ballot", "/notices", "/help", "/account")


def test_the_ballot_of_an_election_is_light(hall: Hall, weigh: Callable[..., Weight]) -> None:
    vote = hall.open(candidates=CANDIDATES, seats=5, questions=0)
    assert_light(weigh, f"/votes/{vote.id}", f"/votes/{vote.id}/ballot")


def test_the_page_of_a_result_is_light(hall: Hall, lane: Neighbourhood, weigh: Callable[..., Weight]) -> None:
    vote = hall.open(candidates=CANDIDATES, seats=5, questions=3)
    for person in (lane.wang, lane.qian, lane.deng):
        hall.cast(vote, person, ["Candidate 1", "Candidate 2"])
    hall.count(vote)
    hall.finish(vote)
    assert_light(weigh, f"/votes/{vote.id}/result", f"/votes/{vote.id}")


def test_the_ways_in_are_light(weigh: Callable[..., Weight]) -> None:
    assert_light(weigh, "/welcome", "/sign-in")
