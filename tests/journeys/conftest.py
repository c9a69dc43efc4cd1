"""The stage of the tests that look at every page: one world, built once and served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import Stage, World
from tests.support import browser as browsers
from tests.support.databases import Databases
from tests.support.sites import close_site, make_site


@pytest.fixture(scope="package")
def stage(databases: Databases, templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    port, database = browsers.free_port(), databases.fresh()
    folder: Path = tmp_path_factory.mktemp("stage")
    app = make_site(database, folder, templates=templates, environ={"PORT": str(port)}, PROPAGATE_EXCEPTIONS=False)
    world = World(app)
    with browsers.serving(app, port) as url:
        yield Stage(world, url)
    close_site(app)
    databases.drop(database)
