"""The support centre at its desk in Lane 12."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.accounts.staff import equip
from tests.desk.polling import Point
from tests.desk.steps import Bureau
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood


@pytest.fixture
def bureau(app: Flask, lane: Neighbourhood, client: ParsingClient) -> Bureau:
    """Lin of the support centre, signed in."""
    bureau = Bureau(app, lane, client)
    bureau.sign_in()
    return bureau


@pytest.fixture
def point(bureau: Bureau) -> Point:
    """The polling point of an open vote, with Lin and her device."""
    vote_id = bureau.announced()
    bureau.wait(days=17)
    return Point(bureau, vote_id, equip(bureau.app, bureau.lane.lin))
