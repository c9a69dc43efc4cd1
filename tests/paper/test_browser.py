"""Keying sheets in on a small phone, by touch and by keyboard; the camera button only where a camera can be used."""

from __future__ import annotations

from typing import Any

import pytest
from flask.sessions import SecureCookieSessionInterface

from participation.accounts.models import Role
from tests.paper.desk_of import PaperDesk
from tests.support.browser import axe_findings
from tests.support.client import add_sign_in
from tests.support.people import Make
from tests.votes.pages_support import Hall


def carry(page: Any, app: Any, url: str, person: Any, token: str) -> None:
    """Sign this member of staff in on this phone."""
    add_sign_in(app, person, token, "staff")
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    page.context.add_cookies([
        {"name": app.config["SESSION_COOKIE_NAME"], "value": signer.dumps({"_user_id": token, "_fresh": True}), "url": url}
    ])  # fmt: skip


@pytest.mark.browser
def test_two_people_key_two_sheets_in_one_by_touch_one_by_keyboard(live: Any, new_phone: Any) -> None:
    app, make = live.app, Make(live.app)
    lane = make.neighbourhood()
    mei = make.staff("Mei Hua", Role.SUPPORT, lane.unit)
    hall = Hall(app, lane)
    vote, paper = hall.open(), PaperDesk(app, make, lane.unit)
    paper.print(vote.id)
    paper.clock.advance(minutes=5)
    path, question = f"/desk/lane-12/votes/{vote.id}/paper", f"question-{vote.questions[0].id}"

    lin_phone = new_phone(locale="en-GB")
    carry(lin_phone, app, live.url, lane.lin, "token-of-lin-at-the-counter")
    for owner in (lane.wang, lane.qian):
        lin_phone.goto(f"{path}/returns/new")
        assert lin_phone.locator("[data-scan]").count() == 1
        lin_phone.fill("#code", paper.code(vote.id, owner.id).lower())
        assert axe_findings(lin_phone) == []
        with lin_phone.expect_navigation():
            lin_phone.get_by_role("button", name="Record, next sheet").tap()
    lin_phone.goto(f"{path}/readings")
    for choice in ("no", "yes"):
        assert axe_findings(lin_phone) == []
        target = lin_phone.locator(f'input[name="{question}"][value="{choice}"] + label')
        box = target.bounding_box()
        assert box["height"] >= 48 and box["width"] >= 300, "a target for a thumb"
        target.tap()
        with lin_phone.expect_navigation():
            lin_phone.get_by_role("button", name="Save and take the next").tap()
    assert "No sheet waits for you" in lin_phone.inner_text("main")

    mei_phone = new_phone(locale="en-GB")
    carry(mei_phone, app, live.url, mei, "token-of-mei-at-the-counter")
    mei_phone.goto(f"{path}/readings")
    for choice in ("no", "yes"):
        mei_phone.locator(f'input[name="{question}"]').first.focus()
        for _ in range({"yes": 0, "no": 1}[choice]):
            mei_phone.keyboard.press("ArrowDown")
        if choice == "yes":
            mei_phone.keyboard.press("Space")
        with mei_phone.expect_navigation():
            mei_phone.keyboard.press("Enter")
    assert "No sheet waits for you" in mei_phone.inner_text("main")
    assert [b.choices for b in paper.ballots(vote.id, lane.wang.id)] == [{str(vote.questions[0].id): "no"}]
    assert [b.choices for b in paper.ballots(vote.id, lane.qian.id)] == [{str(vote.questions[0].id): "yes"}]


@pytest.mark.browser
def test_a_scanned_code_comes_into_the_field_and_without_a_camera_the_field_stands_alone(live: Any, new_phone: Any) -> None:
    app, make = live.app, Make(live.app)
    lane = make.neighbourhood()
    vote, paper = Hall(app, lane).open(), PaperDesk(app, make, lane.unit)
    paper.print(vote.id)
    code = paper.code(vote.id, lane.wang.id)
    phone = new_phone(locale="en-GB")
    carry(phone, app, live.url, lane.lin, "token-of-lin-who-scans")
    path = f"/desk/lane-12/votes/{vote.id}/paper/returns/new"
    phone.add_init_script("delete window.BarcodeDetector")
    phone.goto(path)
    assert phone.locator("[data-scan]").is_hidden()

    scanning = new_phone(locale="en-GB")
    carry(scanning, app, live.url, lane.lin, "token-of-lin-who-scans-again")
    # A camera that shows nothing and a detector that sees the sheet at its second look.
    scanning.add_init_script(
        "let looks = 0; window.stopped = 0;"
        f"window.BarcodeDetector = class {{ async detect() {{ return ++looks > 1 ? [{{rawValue: '{code}'}}] : []; }} }};"
        "navigator.mediaDevices.getUserMedia = async () => { const s = document.createElement('canvas').captureStream();"
        " for (const t of s.getTracks()) { const stop = t.stop.bind(t); t.stop = () => { window.stopped++; stop(); }; } return s; };"
        "HTMLMediaElement.prototype.play = async () => {};"
    )
    scanning.goto(path)
    scanning.get_by_role("button", name="Scan with the camera").tap()
    scanning.wait_for_function("document.getElementById('code').value !== ''")
    assert scanning.input_value("#code") == code
    assert scanning.evaluate("window.stopped") == 1 and scanning.locator("video").count() == 0, "the camera is let go"
