"""A device of the staff in a voter's hands: it opens nothing else, and tells the staff nothing of the choice."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from participation.database import db
from participation.votes.electors import electors_of
from participation.votes.models import Ballot
from tests.accounts.staff import PASSPHRASE, code_now
from tests.desk.polling import Point
from tests.desk.steps import DESK
from tests.support.client import ParsingClient

# --- the voter cannot wander


WANDERING = (
    "/desk", "/desk/lane-12", "/desk/lane-12/votes", "/desk/lane-12/roll", "/desk/lane-12/letters", "/desk/lane-12/people",
    "/desk/lane-12/look-ups", "/account", "/", "/notices", "/operator", "/welcome",
)  # fmt: skip


def test_whatever_address_is_opened_the_voter_is_led_to_giving_the_device_back(point: Point) -> None:
    point.hand_over()
    for path in (*WANDERING, point.base, point.home("1-101"), f"{DESK}/votes/{point.vote_id}"):
        point.client.see(path)
        assert point.client.page.path == "/desk/handed-over", path
        links = [link for link in point.client.page.links() if not link.startswith(("/assets/", "#"))]
        assert all("/station/tickets/" in link for link in links), f"{path}: {links}"


def test_nothing_can_be_sent_from_a_handed_over_device_but_the_ballot(point: Point) -> None:
    point.hand_over()
    token = point.client.csrf_token()
    for path in (f"{point.base}/search", point.owner("1-101", "Wang"), f"{DESK}/votes/{point.vote_id}/cancellation"):
        answer = point.client.post(path, data={"csrf_token": token, "words": "Wang", "document_seen": "1", "reason": "x"})
        assert (answer.status_code, answer.location) == (303, "/desk/handed-over"), path
    assert point.bureau.vote(point.vote_id).step == "noticed"


def test_an_older_cookie_and_a_second_tab_are_locked_too(point: Point, new_client: Callable[[], ParsingClient]) -> None:
    other_tab = new_client()
    other_tab.carry(point.client.token)
    other_tab.see(point.base)
    assert other_tab.page.path == point.base
    point.hand_over()
    other_tab.see(point.base)
    assert other_tab.page.path == "/desk/handed-over", "the lock is a row, not a cookie"


def test_colleagues_go_on_working(point: Point, new_client: Callable[[], ParsingClient]) -> None:
    point.hand_over()
    colleague = new_client()
    colleague.sign_in(point.bureau.lane.lin, "staff")  # the same person at another device
    assert colleague.see(point.base).path == point.base
    ticket = point.ticket()
    colleague.see(f"{point.base}/tickets/{ticket.id}/identity", 404)


def test_only_the_member_of_staff_takes_the_device_back(point: Point) -> None:
    point.hand_over()
    for proof in ("", "5005", "000000", "wrong wrong wrong wrong"):
        assert point.take_back(proof) == 422, proof
    point.client.see(point.base)
    assert point.client.page.path == "/desk/handed-over"
    assert point.take_back(PASSPHRASE) == 200
    assert point.client.see(point.base).path == point.base


def test_the_code_of_the_app_takes_the_device_back_once(point: Point) -> None:
    point.hand_over()
    code = code_now(point.bureau.app, point.authenticator)
    assert point.take_back(code) == 200
    point.hand_over()
    assert point.take_back(code) == 422, "a code works once"


def test_guessing_the_passphrase_on_a_handed_over_device_soon_meets_a_pause(point: Point) -> None:
    point.hand_over()
    for _ in range(5):
        assert point.take_back("guess guess guess guess") == 422
    assert point.take_back(PASSPHRASE) == 422
    assert "Please wait" in point.client.text()


def test_signing_out_is_a_safe_way_back(point: Point) -> None:
    point.hand_over()
    point.client.see("/desk/handed-over")
    point.client.submit("/sign-out")
    assert point.client.get("/desk").status_code == 302, "nobody is signed in on this device any more"


def test_the_next_voter_does_not_reach_the_slip_of_the_last(point: Point) -> None:
    point.vote()
    slip = point.client.page.path
    point.take_back()
    assert "Your ballot is in the box" in point.client.see(slip).text(), "staff may print it again"
    point.hand_over("1-101", "Wang")
    point.client.see(slip, 404)


def test_staff_of_another_neighbourhood_and_watchers_have_no_such_page(point: Point, outsiders: Any) -> None:
    for person in (point.bureau.lane.he, point.bureau.lane.chen, outsiders.xu):
        point.client.sign_in(person, "staff")
        for path in (point.base, point.home("1-101"), point.owner("1-101", "Wang")):
            point.client.see(path, 404)


# --- secrecy towards the staff


def cookie_words(client: ParsingClient) -> str:
    """Everything that the cookie of this browser holds, unpacked."""
    value = client.get_cookie("visit").value  # type: ignore[union-attr]
    packed, value = value.startswith("."), value.lstrip(".")
    body = value.split(".")[0]
    raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    return (zlib.decompress(raw) if packed else raw).decode()


def test_after_the_cast_no_page_and_no_cookie_tells_staff_what_was_chosen(point: Point) -> None:
    point.hand_over()
    ticket = point.client.page.path.rsplit("/", 1)[0]
    point.prove()
    point.choose("no")
    assert "Against" in point.client.text(), "the owner looks at it once more"
    assert '"no"' in cookie_words(point.client)
    point.client.submit("/ballots")
    assert '"no"' not in cookie_words(point.client)
    point.take_back()
    for path in (
        f"{ticket}/identity", f"{ticket}/ballot", f"{ticket}/review", f"{ticket}/slip", point.home("1-S1"),
        f"/receipts/{point.ballots()[0].receipt}", f"{DESK}/votes/{point.vote_id}",
    ):  # fmt: skip
        page = point.client.see(path)
        assert "Against" not in page.text(), path
        assert not page.select("input[checked]"), path


def test_a_ballot_that_was_filled_in_and_left_is_forgotten_when_the_device_comes_back(point: Point) -> None:
    point.hand_over()
    point.prove()
    point.choose("no")
    point.take_back()
    assert '"no"' not in cookie_words(point.client)
    assert not point.ballots()


def test_no_page_of_a_voter_may_be_kept_by_the_browser(point: Point) -> None:
    point.hand_over()
    ticket = point.client.page.path.rsplit("/", 1)[0]
    point.prove()
    point.choose()
    for page in ("ballot", "review"):
        assert point.client.get(f"{ticket}/{page}").headers["Cache-Control"] == "no-store"


def test_nothing_of_the_choice_is_logged(point: Point, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        point.vote("no")
    assert "Against" not in caplog.text and '"no"' not in caplog.text and "=no" not in caplog.text


def test_the_ticket_decides_for_whom_the_ballot_is_whatever_the_form_says(point: Point) -> None:
    wang = point.bureau.lane.holders["Wang"]
    point.hand_over()
    point.prove()
    point.choose("yes")
    form = point.client.page.form("/ballots")
    with point.bureau.app.app_context():
        elector = electors_of(wang.person_id, point.vote_id)[0].id
    point.client.post(form.action, data={**form.values(), "elector": str(elector), "key": "another-key-of-mine"})
    (ballot,) = point.ballots()
    assert ballot.elector_id != elector and ballot.cast_by_id == point.bureau.lane.qian.id


def test_a_phone_that_was_faster_leaves_no_ballot_to_cast_here(point: Point) -> None:
    point.hand_over()
    point.prove()
    point.choose("no")
    point.bureau.cast(point.bureau.lane.qian, point.vote_id, "yes")
    point.client.submit("/ballots")
    assert "ballot is in the box, and this rule allows no change" in point.client.text()
    with point.bureau.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Ballot)) == 1
