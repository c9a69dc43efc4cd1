"""The support centre at its desk in Lane 12."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.desk.steps import Bureau
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood


@pytest.fixture
def bureau(app: Flask, lane: Neighbourhood, client: ParsingClient) -> Bureau:
    """Lin of the support centre, signed in."""
    bureau = Bureau(app, lane, client)
    bureau.sign_in()
    return bureau
