"""The support centre of a new neighbourhood, with a roll to import."""

from __future__ import annotations

import pytest

from tests.roll.office import Office


@pytest.fixture
def office(app, make, client, new_client) -> Office:
    return Office(app, make, client, new_client)
