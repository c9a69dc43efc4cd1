"""`story`: one finished vote for a whole module of tests; whoever tampers with it takes everything back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.evidence.story import Story
from tests.support.databases import Databases
from tests.support.sites import close_site, make_site


@pytest.fixture(scope="module")
def story(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    url = databases.fresh()
    app = make_site(url, folder / "instance")
    yield Story(app, folder)
    close_site(app)
    databases.drop(url)
