"""The page that is printed once and stamped is, for everybody, the very page that rendering would give."""

from __future__ import annotations

import gzip
import re

import pytest
from flask import Flask
from werkzeug.test import Client

from participation.web import stamped
from participation.web.stamped import Sheet, mark
from tests.support.people import Make, Neighbourhood
from tests.votes.pages_support import Hall

VARYING = re.compile(r'(name="(?:csrf_token|key|elector)" value=")[^"]*')


@pytest.fixture
def ballot_page(app: Flask, lane: Neighbourhood):
    """`ballot_page("wang")`: the ballot page of this owner, as bytes over the wire; every call is a new visit."""
    vote = Hall(app, lane).open(questions=2)

    def open_page(name: str, **headers: str):
        client = app.test_client()
        client.sign_in(getattr(lane, name), unlocked=True)
        if "Accept-Encoding" in headers:  # the parsing client reads every page, and reads no gzip
            cookie, client = client.get_cookie("visit").value, Client(app)
            client.set_cookie("visit", cookie)
        answer = client.get(f"/votes/{vote.id}/ballot", headers={"Accept-Language": "zh-CN", **headers})
        assert answer.status_code == 200
        return answer

    return open_page


def sheets(app: Flask) -> dict:
    return app.extensions.get("sheets", {})


def test_a_stamped_page_is_the_page_that_rendering_gives(
    app: Flask, ballot_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, stamped_one = ballot_page("wang").text, ballot_page("qian").text
    (sheet,) = sheets(app).values()
    assert isinstance(sheet, Sheet)
    monkeypatch.setitem(app.extensions, "sheets", {})
    rendered = ballot_page("qian").text
    assert VARYING.sub(r"\1", stamped_one) == VARYING.sub(r"\1", rendered)
    assert VARYING.sub(r"\1", first) != VARYING.sub(r"\1", rendered), "Wang has other homes than Qian"


def test_each_visitor_gets_their_own_home_key_and_token(ballot_page) -> None:
    pages = [ballot_page(name).text for name in ("wang", "qian", "deng", "deng")]
    for field in ("csrf_token", "key"):
        assert len({re.search(f'name="{field}" value="([^"]+)"', page)[1] for page in pages}) == 4
    assert [("1-S1" in page, "2-101" in page) for page in pages] == [
        (False, False),
        (True, False),
        (False, True),
        (False, True),
    ]
    assert all("\ue000" not in page for page in pages)


def test_the_sheet_holds_nothing_of_the_person_for_whom_it_was_printed(app: Flask, ballot_page) -> None:
    page = ballot_page("wang").text
    (sheet,) = sheets(app).values()
    printed = b"".join(sheet.texts).decode()
    own = [*re.findall(r'name="(?:csrf_token|key)" value="([^"]+)"', page), "Wang", "1-101", "170.50"]
    assert all(text in page and text not in printed for text in own)


def test_the_compressed_page_is_the_same_page(ballot_page) -> None:
    ballot_page("wang")
    plain, packed = ballot_page("qian"), ballot_page("qian", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, packed))
    assert VARYING.sub(r"\1", gzip.decompress(packed.data).decode()) == VARYING.sub(r"\1", plain.text)
    assert len(packed.data) < len(plain.data) * 0.7


def test_a_name_of_markup_or_marks_stays_a_name(app: Flask, lane: Neighbourhood, make: Make, ballot_page) -> None:
    from participation.accounts.models import Person
    from participation.database import db

    ballot_page("deng")
    for name in ("<script>alert(1)</script>", mark("csrf_token"), "&amp;\"'"):
        with make.unit_of_work():
            db.session.get_one(Person, lane.qian.id).name = name
        page = ballot_page("qian").text
        assert "<script>alert" not in page
        token = re.search('name="csrf_token" value="([^"]+)"', page)[1]
        assert page.count(token) == 3, "the forms' own tokens and no other"


def test_a_page_that_is_more_than_its_sheet_is_rendered_for_everybody(
    app: Flask, ballot_page, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed, told = stamped._print, []
    monkeypatch.setattr(app.logger, "warning", lambda text, *values: told.append(text % values))
    monkeypatch.setattr(stamped, "_print", lambda *arguments: printed(*arguments) + "something else")
    assert "something else" not in ballot_page("wang").text + ballot_page("qian").text
    assert list(sheets(app).values()) == [None]
    assert len(told) == 1 and "cannot be stamped" in told[0]
