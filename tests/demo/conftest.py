"""The demonstration, loaded once for all tests of this room; they only read, or write into votes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache

from participation.accounts.visitor import clock_now
from participation.database import transaction
from participation.demo.load import load
from tests.support.databases import Databases
from tests.support.sites import close_site, make_site


@pytest.fixture(scope="module")
def loaded(databases: Databases, templates: BytecodeCache, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    url = databases.fresh()
    app = make_site(url, tmp_path_factory.mktemp("demonstration"), templates=templates)
    with app.app_context():
        load(clock_now(), lambda _: None)
    yield app
    close_site(app)
    databases.drop(url)


@pytest.fixture
def inside(loaded: Flask) -> Iterator[Any]:
    """Within the loaded site, reading."""
    with loaded.app_context(), transaction(write=False):
        yield loaded
