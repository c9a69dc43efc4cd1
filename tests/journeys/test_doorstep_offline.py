"""From door to door without a connection, and voting on a device of the staff: a phone of 360x640, in Chinese."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from participation.accounts.models import Person, Role
from participation.database import db
from participation.kernel.sentences import Sentence, say
from participation.votes.models import Ballot
from participation.votes.phases import Phase
from participation.votes.services.steps import wrong_phase
from participation.votes.visit_models import Visit
from tests.accounts.staff import PASSPHRASE, equip
from tests.conftest import Live
from tests.journeys.hand import Hand, in_chinese
from tests.support.browser import axe_findings
from tests.support.people import Make, Neighbourhood
from tests.votes.pages_support import Hall

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("DOORSTEP_PICTURES")


class Round:
    """Lin with a phone in the first stairwell of Lane 12, while a vote is open."""

    def __init__(self, live: Live, new_phone: Callable[..., Any]):
        self.live, self.complaints = live, new_phone.complaints  # type: ignore[attr-defined]
        self.lane: Neighbourhood = Make(live.app).neighbourhood()
        self.hall = Hall(live.app, self.lane)
        self.vote = self.hall.open()
        self.page = new_phone()
        self.sign_in(self.lane.lin)
        self.base = f"/desk/lane-12/votes/{self.vote.id}"
        self.stairwell = f"{self.base}/doorstep/{self.lane.homes['1-101'].stairwell_id}"

    def sign_in(self, person: Person) -> None:
        client: Any = self.live.app.test_client()
        client.sign_in(person, "staff")
        cookie = client.get_cookie("visit").value
        self.page.context.add_cookies([{"name": "visit", "value": cookie, "url": self.live.url}])

    def door(self, place: str) -> str:
        return f"#home-{self.lane.homes[place].id}"

    def note(self, place: str, outcome: str) -> None:
        """Open this door by its address in the page, and tap the outcome."""
        self.page.evaluate("hash => { location.hash = hash; }", self.door(place))
        self.page.locator(f'{self.door(place)} button[value="{outcome}"]').tap()

    def waiting(self) -> str:
        return str(self.page.inner_text("[data-queue]"))

    def is_told(self, sentence: Sentence) -> None:
        """The page says this beside what waits."""
        words = in_chinese(self.live.app, sentence)
        self.page.wait_for_function("words => document.querySelector('[data-queue]').textContent.includes(words)", arg=words)

    def all_sent(self) -> None:
        self.page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('visits:'))")

    def visits(self) -> list[tuple[int, str, int]]:
        with self.live.app.app_context():
            rows = db.session.execute(select(Visit.home_id, Visit.outcome, Visit.by_id).order_by(Visit.id))
            return [tuple(row) for row in rows]

    def look(self, name: str) -> None:
        """Nothing for axe to find; a picture where somebody wants to look."""
        assert not axe_findings(self.page), name
        if PICTURES:
            self.page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.fixture
def round_(live: Live, new_phone: Callable[..., Any]) -> Iterator[Round]:
    round_ = Round(live, new_phone)
    yield round_
    # The browser itself notes a lost connection and a refusal; everything else that it complains of fails the test.
    round_.complaints[:] = [c for c in round_.complaints if "ERR_INTERNET_DISCONNECTED" not in c and "409" not in c]


def test_visits_are_kept_without_a_connection_and_sent_when_it_is_back(round_: Round) -> None:
    page, lane = round_.page, round_.lane
    page.goto(round_.stairwell)
    round_.look("doors")
    page.context.set_offline(True)
    for place, outcome in (("1-101", "absent"), ("1-201", "gave_sheet"), ("1-S1", "answered")):
        round_.note(place, outcome)
    assert "3" in round_.waiting()
    round_.look("waiting")
    assert round_.visits() == []
    round_.hall.cast(round_.vote, lane.qian)  # meanwhile, on her own phone
    page.context.set_offline(False)
    round_.all_sent()
    by = lane.lin.id
    homes = {place: home.id for place, home in lane.homes.items()}
    assert round_.visits() == [(homes["1-101"], "absent", by), (homes["1-201"], "gave_sheet", by), (homes["1-S1"], "answered", by)]
    page.evaluate("hash => { location.hash = hash; }", round_.door("1-S1"))
    meanwhile = in_chinese(round_.live.app, say("This home has voted meanwhile; it need not be visited again."))
    assert meanwhile in page.inner_text(f"{round_.door('1-S1')} [data-said]")
    round_.look("sent")
    page.reload()
    assert page.locator(f"{round_.door('1-S1')} form").count() == 0, "do not disturb"


def test_what_waits_outlives_the_page_and_a_lapsed_sign_in(round_: Round) -> None:
    page, clock = round_.page, round_.live.app.extensions["clock"]
    page.goto(round_.stairwell)
    page.context.set_offline(True)
    round_.note("1-101", "absent")
    clock.advance(hours=3)  # the sign-in lapses in the meantime
    page.context.set_offline(False)
    round_.is_told(say("Sign in again on this device: what waits is sent then."))
    assert round_.visits() == []
    page.goto("/notices")
    round_.sign_in(round_.lane.lin)
    page.goto(round_.stairwell)
    round_.all_sent()
    assert [outcome for _, outcome, _ in round_.visits()] == ["absent"]


def test_a_colleague_on_the_same_device_does_not_send_what_is_not_theirs(round_: Round) -> None:
    page, lane = round_.page, round_.lane
    page.goto(round_.stairwell)
    page.context.set_offline(True)
    round_.note("1-101", "absent")
    round_.sign_in(Make(round_.live.app).staff("Mo", Role.SUPPORT, lane.unit))
    page.context.set_offline(False)
    round_.is_told(say("Sign in again on this device: what waits is sent then."))
    page.goto(round_.stairwell)
    assert not round_.waiting(), "Mo's page does not know of it"
    assert round_.visits() == []
    round_.sign_in(lane.lin)
    page.goto(round_.stairwell)
    round_.all_sent()
    assert round_.visits() == [(lane.homes["1-101"].id, "absent", lane.lin.id)]


def test_a_visit_that_cannot_be_put_on_record_is_shown_until_it_is_read(round_: Round) -> None:
    page, clock = round_.page, round_.live.app.extensions["clock"]
    page.goto(round_.stairwell)
    page.context.set_offline(True)
    round_.note("1-101", "absent")
    clock.at = round_.vote.closes_at  # the clock of the browser is ahead of the site's: the visit counts as made now
    round_.sign_in(round_.lane.lin)
    page.context.set_offline(False)
    page.wait_for_selector("[data-conflicts] li")
    closed = in_chinese(round_.live.app, wrong_phase(Phase.CLOSED).message)
    assert closed in page.inner_text("[data-conflicts]")
    round_.look("refused")
    page.reload()
    assert closed in page.inner_text("[data-conflicts]"), "it stays until somebody has read it"
    page.locator("[data-conflicts] button").tap()
    assert page.locator("[data-conflicts] li").count() == 0
    round_.all_sent()
    assert round_.visits() == []


def test_doors_follow_each_other_by_swipe_and_by_link_one_to_a_screen(round_: Round) -> None:
    page = round_.page
    page.goto(round_.stairwell + round_.door("1-101"))
    assert page.locator("[data-door]:visible").count() == 1
    page.locator(f'{round_.door("1-101")} [rel="next"]').tap()
    assert page.locator(round_.door("1-102")).is_visible()
    touch = page.context.new_cdp_session(page)
    _swipe(touch, 300, 60)
    page.wait_for_selector(round_.door("1-201"))
    _swipe(touch, 60, 300)
    page.wait_for_selector(round_.door("1-102"))
    for button in page.locator(f"{round_.door('1-102')} button").all():
        assert button.bounding_box()["height"] >= 48


def _swipe(touch: Any, from_x: int, to_x: int, y: int = 400) -> None:
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": from_x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": to_x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_voter_votes_on_the_device_of_the_staff_and_finds_no_way_into_the_desk(round_: Round) -> None:
    equip(round_.live.app, round_.lane.lin)
    page, hand, lane = round_.page, Hand(round_.page), round_.lane
    home = f"{round_.base}/station/homes/{lane.homes['1-S1'].id}"
    page.goto(f"{round_.base}/station")
    round_.look("station")
    hand.type("words", "S1")
    hand.tap(".actions button")
    round_.look("found")
    page.goto(home)
    round_.look("answers")
    hand.press()
    page.locator('label[for="document_seen"]').tap()
    round_.look("hand-over")
    hand.press()
    round_.look("identity")
    hand.type("last_four", "5005")
    hand.press()
    round_.look("ballot")
    hand.choose("no")
    hand.press()
    round_.look("review")
    hand.press()
    round_.look("slip")
    with round_.live.app.app_context():
        assert db.session.scalars(select(Ballot.channel)).one() == "polling_point"
    for back in range(4):
        page.go_back()
        assert page.locator("input:checked").count() == 0, f"{back + 1} pages back a choice still stands"
        assert in_chinese(round_.live.app, say("Against")) not in page.inner_text("body")
    page.goto("/desk/lane-12/roll")
    assert page.url.endswith("/desk/handed-over")
    round_.look("back")
    hand.type("proof", PASSPHRASE)
    hand.press()
    assert page.url.endswith(home)
    page.goto("/desk/lane-12/roll")
    assert page.url.endswith("/roll")
