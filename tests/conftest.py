"""Fixtures of every test. What they stand on is in tests/support/.

app       a site over a fresh database        client    a visitor whose every page is checked
make      named people and homes as rows      lane      Lane 12 with Wang, Li, Sun, Qian, Deng, Zhao, Chen, Lin, ...
clock     the site's clock, which stands still until moved
live      a served site and its address       phone     a page of a real browser at 360x640
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache

from participation.kernel.clock import SettableClock
from tests.support import browser as browsers
from tests.support.client import ParsingClient
from tests.support.databases import Databases, make_databases, server_url
from tests.support.people import Make, Neighbourhood
from tests.support.sites import build_schema, close_site, make_site

# CI sets this: a machine that lacks the browser or the database must not look as if all was tested.
NO_SKIPS = bool(os.environ.get("PARTICIPATION_NO_SKIPS"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    kind = "postgres" if server_url() else "sqlite"
    absent = None if browsers.find_chromium() else pytest.mark.skip(reason="no Chromium found: install chromium")
    for item in items:
        if "databases" not in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.no_database)
        if kind != "postgres" and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="PostgreSQL only: set TEST_DATABASE_URL"))
        if kind != "sqlite" and item.get_closest_marker("sqlite"):
            item.add_marker(pytest.mark.skip(reason="SQLite only: unset TEST_DATABASE_URL"))
        if absent and item.get_closest_marker("browser"):
            item.add_marker(absent)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    report = yield
    if NO_SKIPS and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped where nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates are compiled once per run, not once per test."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    folder = tmp_path_factory.mktemp("databases")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    found = make_databases(folder, worker, lambda url: build_schema(url, folder / "instance"))
    yield found
    found.close()


MakeSite = Callable[..., Flask]


@pytest.fixture
def make_app(databases: Databases, templates: BytecodeCache, tmp_path: Path) -> Iterator[MakeSite]:
    """Makes a site over a fresh database: `make_app(environ={...}, **config)`."""
    made: list[Flask] = []

    def build(database_url: str | None = None, **settings: Any) -> Flask:
        url = database_url or databases.fresh()
        app = make_site(url, tmp_path / f"instance-{len(made)}", templates=templates, **settings)
        made.append(app)
        return app

    yield build
    for app in made:
        close_site(app)
    for url in {app.config["SQLALCHEMY_DATABASE_URI"] for app in made}:
        databases.drop(url)


@pytest.fixture
def app(make_app: MakeSite) -> Flask:
    return make_app()


@pytest.fixture
def clock(app: Flask) -> SettableClock:
    return app.extensions["clock"]


@pytest.fixture
def client(app: Flask) -> ParsingClient:
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def new_client(app: Flask) -> Callable[[], ParsingClient]:
    """Another visitor with a browser of their own."""
    return lambda: app.test_client()  # type: ignore[return-value]


@pytest.fixture
def make(app: Flask) -> Make:
    return Make(app)


@pytest.fixture
def lane(make: Make) -> Neighbourhood:
    """Lane 12 (see tests/support/people.py)."""
    return make.neighbourhood()


@pytest.fixture
def outsiders(make: Make) -> Neighbourhood:
    """Lane 99, whose people must be refused in Lane 12."""
    return make.outsiders()


class Live(NamedTuple):
    """A served site: its app (same process, so the clock can be moved) and its address."""

    app: Flask
    url: str


@pytest.fixture
def live(make_app: MakeSite) -> Iterator[Live]:
    port = browsers.free_port()
    app = make_app(environ={"PORT": str(port)}, PROPAGATE_EXCEPTIONS=False)
    with browsers.serving(app, port) as url:
        yield Live(app, url)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=browsers.find_chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def new_phone(chromium: Any, live: Live) -> Iterator[Callable[..., Any]]:
    """`new_phone(locale="zh-CN", color_scheme="dark", ...)`: a page of a browser of its own at the live site.

    Errors on the page's console and requests that leave the site fail the test.
    """
    contexts, complaints = [], []

    def open_phone(**options: Any) -> Any:
        settings = {"viewport": browsers.PHONE, "locale": "zh-CN", "has_touch": True, "reduced_motion": "reduce"}
        context = chromium.new_context(base_url=live.url, **{**settings, **options})
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on("console", lambda m: complaints.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("request", lambda r: None if r.url.startswith((live.url, "data:", "blob:")) else complaints.append(r.url))
        contexts.append(context)
        return page

    open_phone.complaints = complaints  # type: ignore[attr-defined]
    yield open_phone
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def phone(new_phone: Callable[..., Any]) -> Any:
    return new_phone()
