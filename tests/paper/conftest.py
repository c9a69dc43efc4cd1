"""An estate of six owners with a vote that is open, and three persons of its support centre."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.desk.conftest import bureau  # noqa: F401  (Lin of Lane 12, signed in)
from tests.desk.steps import Bureau
from tests.paper.counter import Counter
from tests.paper.desk_of import PaperDesk
from tests.support.estates import Estate
from tests.support.people import Make


@pytest.fixture
def estate(app: Flask, make: Make) -> Estate:
    return Estate(app, make, [1] * 6)


@pytest.fixture
def paper(app: Flask, make: Make, estate: Estate) -> PaperDesk:
    return PaperDesk(app, make, estate.unit)


@pytest.fixture
def vote(estate: Estate, paper: PaperDesk) -> int:
    return estate.announce()


@pytest.fixture
def counter(bureau: Bureau, make: Make, new_client) -> Counter:  # noqa: F811
    return Counter(bureau, make, new_client)
