"""Witnesses are named at the desk by those who may, and every naming is public."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from participation.record.cosignature import WitnessKey
from tests.desk.steps import DESK
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood

PAGE = f"{DESK}/witnesses"
KEY = WitnessKey("li.example.org/w", Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()).vkey


@pytest.mark.parametrize("who", ["lin", "yu"])
def test_support_centre_and_operator_name_and_end_a_witness(client: ParsingClient, lane: Neighbourhood, who: str) -> None:
    client.sign_in(getattr(lane, who), "staff")
    client.see(PAGE)
    assert "No witness yet" in client.text()
    client.submit("/witnesses", vkey=f" {KEY} ")
    assert "li.example.org/w" in client.text()
    assert "nothing yet" in client.text()
    client.see("/units/lane-12/record")
    assert "Witness named: li.example.org/w" in client.text()
    assert "has not signed yet" in client.text()
    client.see(PAGE)
    client.submit("/end")
    assert "Ended" in client.text()
    client.see("/units/lane-12/record")
    assert "Witness ended: li.example.org/w" in client.text()


@pytest.mark.parametrize("typed", ["", "hello", KEY[:-3], "x" * 400])
def test_what_is_no_key_is_asked_for_again_and_nothing_is_on_record(
    client: ParsingClient, lane: Neighbourhood, typed: str
) -> None:
    client.sign_in(lane.lin, "staff")
    client.see(PAGE)
    assert client.submit("/witnesses", vkey=typed).status_code == 422
    assert "This is not the key of a witness" in client.text()
    client.see("/units/lane-12/record")
    assert "Witness named" not in client.text()


@pytest.mark.parametrize("who", ["he", "chen", "wang"])
def test_others_have_no_such_page(client: ParsingClient, lane: Neighbourhood, who: str) -> None:
    client.sign_in(getattr(lane, who), "device" if who == "wang" else "staff")
    assert client.get(PAGE).status_code == 404
    assert client.send(PAGE, vkey=KEY).status_code == 404
    client.see("/units/lane-12/record")
    assert "Witness named" not in client.text()


def test_the_support_centre_of_another_neighbourhood_is_refused(
    app: Flask, client: ParsingClient, lane: Neighbourhood, outsiders: Neighbourhood
) -> None:
    client.sign_in(outsiders.xu, "staff")
    assert client.get(PAGE).status_code == 404
    assert client.send(f"{PAGE}/1/end").status_code == 404


def test_a_witness_that_does_not_exist_cannot_end(client: ParsingClient, lane: Neighbourhood) -> None:
    client.sign_in(lane.lin, "staff")
    for number in (7, 2**60):
        assert client.send(f"{PAGE}/{number}/end").status_code == 404
