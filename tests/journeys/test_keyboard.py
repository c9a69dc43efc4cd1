"""From the letter to the receipt with Tab, Space and Enter alone, and with letters at twice their size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from participation.database import db
from participation.votes.models import Ballot
from tests.accounts.letters import code_of
from tests.conftest import Live
from tests.journeys.hand import Hand
from tests.support.browser import PHONE
from tests.support.people import Make, Neighbourhood
from tests.votes.pages_support import Hall

pytestmark = pytest.mark.browser

# What has the focus: where it is in the document and on the screen, and whether a ring shows it (on itself or on its label).
FOCUS = """() => {
  const it = document.activeElement, label = it.labels && it.labels[0], box = (label || it).getBoundingClientRect();
  const ringed = (e) => { const s = getComputedStyle(e); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== "none"; };
  return {
    place: [...document.querySelectorAll("*")].indexOf(it), tag: it.tagName, name: it.name || "", href: it.getAttribute("href") || "",
    primary: it.classList.contains("primary"), in_main: !!it.closest("main"), ring: ringed(it) || !!label && ringed(label),
    seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight && box.left >= -1 && box.right <= innerWidth + 1,
  };
}"""


class Keys:
    """A person without a pointer. Every stop of the Tab key is looked at: in order, on the screen, with a ring."""

    def __init__(self, page: Any):
        self.page = page

    def tab_to(self, wanted: Callable[[dict[str, Any]], bool], most: int = 30) -> dict[str, Any]:
        last = -1
        for _ in range(most):
            self.page.keyboard.press("Tab")
            stop: dict[str, Any] = self.page.evaluate(FOCUS)
            assert stop["tag"] != "BODY", "the focus left the page before it came where it should"
            assert stop["place"] > last, f"{stop} comes before what had the focus"
            assert stop["ring"], f"nothing shows that {stop} has the focus"
            assert stop["seen"], f"{stop} has the focus but is not on the screen"
            last = stop["place"]
            if wanted(stop):
                return stop
        raise AssertionError(f"not reached with {most} presses of Tab on {self.page.url}")

    def enter(self) -> None:
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def fill(self, name: str, text: str) -> None:
        self.tab_to(lambda stop: stop["name"] == name)
        self.page.keyboard.type(text)

    def press_primary(self) -> None:
        self.tab_to(lambda stop: stop["primary"])
        self.enter()


@pytest.fixture
def lane(live: Live) -> Neighbourhood:
    return Make(live.app).neighbourhood()


def test_the_ballot_is_cast_without_a_pointer(live: Live, lane: Neighbourhood, phone: Any) -> None:
    vote = Hall(live.app, lane).open(questions=2)
    keys = Keys(phone)
    phone.goto(f"/i/{code_of(live.app, lane.unit, '1-1-101')}")
    keys.fill("last_four", "101X")
    keys.enter()
    keys.fill("pin", "2749")
    keys.enter()

    first = keys.tab_to(lambda stop: True)
    assert first["href"] == "#main", "the first stop leads past what is the same on every page"
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/ballot#main")
    assert phone.evaluate("document.activeElement.tagName") == "MAIN"

    for question, choice in zip(vote.questions, ("yes", "no"), strict=True):
        keys.tab_to(lambda stop, name=f"question-{question.id}": stop["name"] == name)  # type: ignore[misc]
        phone.keyboard.press("Space")
        for _ in range(("yes", "no").index(choice)):
            phone.keyboard.press("ArrowDown")
        assert phone.evaluate("document.activeElement.checked && document.activeElement.value") == choice
    keys.press_primary()
    keys.press_primary()
    assert "/receipts/" in phone.url
    with live.app.app_context():
        (choices,) = db.session.scalars(select(Ballot.choices))
    assert choices == {str(vote.questions[0].id): "yes", str(vote.questions[1].id): "no"}


def test_a_refused_form_puts_the_focus_on_the_list_and_its_link_on_the_field(
    live: Live, lane: Neighbourhood, new_phone: Callable[..., Any]
) -> None:
    phone = new_phone()
    phone.goto(f"/i/{code_of(live.app, lane.unit, '1-1-101')}")
    keys = Keys(phone)
    keys.fill("last_four", "0000")
    keys.enter()
    assert phone.evaluate("document.activeElement.id") == "errors"
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.name") == "last_four"
    new_phone.complaints[:] = [said for said in new_phone.complaints if "422" not in said]  # type: ignore[attr-defined]


def test_at_twice_the_size_of_letters_everything_is_there_and_can_be_pressed(
    live: Live, lane: Neighbourhood, phone: Any
) -> None:
    Hall(live.app, lane).open(questions=2, candidates=[("Wang Minhua", "Retired teacher"), ("Liu Jianjun", "")], seats=2)

    def magnified() -> None:
        phone.evaluate("document.documentElement.style.fontSize = '200%'")
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], phone.url
        cut = phone.evaluate(
            "[...document.querySelectorAll('main *')].filter(e => getComputedStyle(e).overflowX === 'hidden'"
            " && !e.classList.contains('hide') && e.scrollWidth > e.clientWidth + 1).map(e => e.outerHTML.slice(0, 90))"
        )
        assert not cut, f"{phone.url}: cut off: {cut}"

    hand = Hand(phone)
    hand.scan(f"/i/{code_of(live.app, lane.unit, '1-1-101')}")
    for name, text in (("last_four", "101X"), ("pin", "2749")):
        magnified()
        hand.type(name, text)
        hand.press()
    magnified()
    for label in phone.locator("main .choice label").all():
        label.tap()
    for expected in ("/review", "/receipts/"):
        hand.press()
        assert expected in phone.url
        magnified()
    with live.app.app_context():
        assert db.session.scalar(select(func.count(Ballot.id))) == 1
