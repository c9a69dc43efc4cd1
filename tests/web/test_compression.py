"""Pages are compressed for browsers that ask for it, and only then."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from werkzeug.test import Client


@pytest.fixture
def browser(app: Flask) -> Client:
    """A plain client: the parsing one reads pages and never asks for compressed ones."""
    browser = Client(app)
    browser.get("/help")  # from here on it has its cookie
    return browser


def test_a_browser_that_understands_gzip_gets_the_same_page_in_fewer_bytes(browser: Client) -> None:
    plain = browser.get("/help")
    small = browser.get("/help", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.content_length == len(small.data) < len(plain.data) * 2 / 3
    assert gzip.decompress(small.data).decode().split("<main")[1] == plain.text.split("<main")[1]
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, small))


def test_the_length_of_a_page_is_not_the_same_twice(browser: Client) -> None:
    lengths = {browser.get("/help", headers={"Accept-Encoding": "gzip"}).content_length for _ in range(20)}
    assert len(lengths) > 5, lengths


def test_who_refuses_gzip_or_asks_for_very_little_gets_it_plain(browser: Client) -> None:
    assert "Content-Encoding" not in browser.get("/help", headers={"Accept-Encoding": "gzip;q=0, identity"}).headers
    assert "Content-Encoding" not in browser.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers
