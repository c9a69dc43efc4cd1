"""The first view of what residents open first: bytes and requests over the wire, as the browser's own meter counts them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask.sessions import SecureCookieSessionInterface

from tests.conftest import Live
from tests.support.client import add_sign_in
from tests.support.people import Make
from tests.votes.pages_support import Hall

pytestmark = pytest.mark.browser
MOST_BYTES, MOST_REQUESTS = 20 * 1024, 4


class Meter:
    """Counts what one page costs: every request with the bytes of its answer, heads included."""

    def __init__(self, page: Any):
        self.bytes: dict[str, int] = {}
        names: dict[str, str] = {}
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", lambda sent: names.setdefault(sent["requestId"], sent["request"]["url"]))
        wire.on(
            "Network.loadingFinished",
            lambda done: self.bytes.__setitem__(names.get(done["requestId"], "?"), int(done["encodedDataLength"])),
        )


@pytest.mark.parametrize("language", ["zh-CN", "en-GB", "ko-KR"])
@pytest.mark.parametrize("page", ["the first page", "my first page", "the vote", "the ballot"])
def test_a_first_view_is_light(live: Live, new_phone: Callable[..., Any], page: str, language: str) -> None:
    lane = Make(live.app).neighbourhood()
    vote = Hall(live.app, lane).open(questions=2, explanation="Pipes from 1987, **214** repairs last year. " * 20)
    phone = new_phone(locale=language)
    if page != "the first page":
        token = secrets.token_urlsafe(24)
        add_sign_in(live.app, lane.wang, token, "device", unlocked=True)
        signer = SecureCookieSessionInterface().get_signing_serializer(live.app)
        assert signer is not None
        cookie = signer.dumps({"_user_id": token, "_fresh": True})
        phone.context.add_cookies([{"name": live.app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": live.url}])
    meter = Meter(phone)
    path = {"the vote": f"/votes/{vote.id}", "the ballot": f"/votes/{vote.id}/ballot"}.get(page, "/")
    answer = phone.goto(path, wait_until="networkidle")
    assert answer.status == 200
    assert len(meter.bytes) >= 3, f"page, style and script at least: {meter.bytes}"
    assert len(meter.bytes) <= MOST_REQUESTS, meter.bytes
    assert sum(meter.bytes.values()) <= MOST_BYTES, meter.bytes
