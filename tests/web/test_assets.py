"""Stylesheets and script: joined, bare, and asked for before the page itself is read."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.test import Client

from participation.extensions import ROOT
from participation.web.assets import load
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.votes.pages_support import Hall

CLASS = re.compile(r"\.(-?[a-zA-Z][\w-]*)")
STATIC = ROOT / "static"


def test_comments_and_indentation_stay_at_home() -> None:
    assets = load(STATIC)
    for name in ("site.css", "ballot.css", "site.js", "desk.js"):
        text = assets[name].content.decode()
        assert name.endswith(".js") or "/*" not in text, name
        assert not re.search(r"^\s*(//|\s)", text, re.MULTILINE), name
        assert text.count("{") == text.count("}") > 20, name


def test_nothing_but_comments_is_lost() -> None:
    assets = load(STATIC)
    for name, files in (("site.css", STATIC.glob("css/**/*.css")), ("site.js", STATIC.glob("js/*.js"))):
        served = assets[name].content.decode().splitlines()
        for line in (line.strip() for file in files for line in file.read_text().splitlines()):
            assert line in served or line == "" or "//" in line or "*" in line or line[-1] == ".", line


def test_the_light_sheet_is_part_of_the_whole_one_in_the_same_order() -> None:
    assets = load(STATIC)
    whole, light = (assets[name].content.decode() for name in ("site.css", "ballot.css"))
    assert len(light) < len(whole) * 0.6
    lines = iter(whole.splitlines())
    assert all(line in lines for line in light.splitlines()), "so that its rules win over each other as in the whole one"


@pytest.fixture
def ballot_way(app: Flask, client: ParsingClient, lane: Neighbourhood) -> list[str]:
    """The pages that wear the light sheet, in every state in which Wang meets them."""
    hall = Hall(app, lane)
    vote = hall.open(questions=2, rehearsal=True)
    other = hall.announce(rule="kr.condo.rebuild")
    election = hall.announce(candidates=[("Li", "Gardens"), ("Sun", "")], seats=1, questions=0)
    client.sign_in(lane.wang, unlocked=True)
    pages = [client.see(f"/votes/{vote.id}/ballot").source]
    client.submit("review")
    pages.append(client.page.source)
    client.submit("review", **{f"question-{q.id}": "yes" for q in vote.questions})
    pages.append(client.page.source)
    hall.clock.at = other.opens_at  # type: ignore[assignment]
    client.sign_in(lane.wang, unlocked=True)
    return [*pages, *(client.see(f"/votes/{v.id}/ballot").source for v in (other, election))]


def test_the_light_sheet_knows_every_class_of_the_pages_that_wear_it(ballot_way: list[str]) -> None:
    assets = load(STATIC)
    whole, light = (set(CLASS.findall(assets[name].content.decode())) for name in ("site.css", "ballot.css"))
    for page in ballot_way:
        assert f"/assets/{assets['ballot.css'].served_as}" in page
        used = {name for names in re.findall(r'class="([^"]*)"', page) for name in names.split()}
        assert used & light
        assert used & (whole - light) <= {"yes"}, "a word of the legend of a bar, too"


def test_the_styles_are_named_before_the_page(app: Flask, lane: Neighbourhood) -> None:
    vote = Hall(app, lane).open()
    for name in ("wang", "qian", "deng"):  # the first is rendered, the others are stamped
        phone = app.test_client()
        phone.sign_in(getattr(lane, name), unlocked=True)  # type: ignore[attr-defined]
        answer = phone.get(f"/votes/{vote.id}/ballot")
        styles = re.search(r'<link rel="stylesheet" href="([^"]+)"', answer.text)[1]  # type: ignore[index]
        assert answer.headers["Link"] == f"<{styles}>; rel=preload; as=style"
    assert "Link" not in Client(app).get("/healthz").headers
    assert "site." in Client(app).get("/help").headers["Link"]
