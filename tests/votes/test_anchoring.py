"""Everything printed carries the record's checkpoint, and its code leads to the answer whether it still holds."""

from __future__ import annotations

import pytest
from flask import Flask

from participation.database import transaction
from participation.record.services import checkpoint, log_of
from participation.votes.anchoring import check_address
from participation.web.qr import qr_svg
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.votes.pages_support import Hall, words


@pytest.mark.parametrize("sheet", ["notice", "preliminary", "final", "result"])
def test_a_poster_carries_the_checkpoint_of_its_printing(
    app: Flask, client: ParsingClient, lane: Neighbourhood, sheet: str
) -> None:
    hall = Hall(app, lane)
    vote = hall.open()
    for name in ("wang", "qian", "deng", "li"):
        hall.cast(vote, getattr(lane, name), "yes")
    hall.count(vote)
    hall.finish(vote)
    page = client.get(f"/votes/{vote.id}/print/{sheet}").get_data(as_text=True)
    with app.app_context(), transaction(write=False):
        present, note = checkpoint(log_of(lane.unit.id))
    for line in note.split("\n"):
        assert line.replace("+", "&#43;") in page or line in page
    with app.test_request_context():
        address = check_address("lane-12", present.size, present.root)
        assert str(qr_svg(address, "M", 84)) in page
    hall.announce("Another vote")  # the record goes on
    client.see(address.removeprefix(app.config["PUBLIC_URL"]))
    assert f"begins with exactly these {present.size}" in words(client)
