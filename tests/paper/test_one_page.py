"""A ballot sheet is one sheet of A4, whatever is asked; only the owner of many homes has a list on a second one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from participation.web.language import LANGUAGE_COOKIE, LANGUAGES
from tests.paper.desk_of import PaperDesk
from tests.paper.test_browser import carry
from tests.support.people import Make
from tests.votes.pages_support import Hall

pytestmark = pytest.mark.browser
LONG = "Do you agree to renew the water pipes of all buildings and to pay for it with at most 80,000 yuan from the maintenance fund?"
ASKED = {
    "one question": {"text": LONG},
    "three questions": {"text": LONG, "questions": 3},
    "two questions and an election": {"text": LONG, "questions": 2, "candidates": [(f"Candidate {n}", "") for n in range(1, 4)], "seats": 2},
    "an election with many candidates": {"questions": 0, "candidates": [(f"Candidate number {n}", "") for n in range(1, 12)], "seats": 5},
    "a rehearsal": {"text": LONG, "rehearsal": True},
}  # fmt: skip


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_each_owner_has_one_page_and_the_owner_of_many_homes_a_list_besides(live: Any, new_phone: Any, language: str) -> None:
    make = Make(live.app)
    lane = make.neighbourhood()
    for n in range(20):
        make.home(lane.unit, f"2-3{n:02d}", 8000 + n, [lane.holders["Developer"]], title="unsold")
    hall, paper = Hall(live.app, lane), PaperDesk(live.app, make, lane.unit)
    phone = new_phone()
    found = {}
    votes = {name: hall.announce(**asked) for name, asked in ASKED.items()}
    carry(phone, live.app, live.url, lane.lin, "token-of-lin-who-prints")
    phone.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": live.url}])
    phone.goto(f"/desk/lane-12/votes/{votes['one question'].id}/paper/sheets")
    phone.fill("#contact", "Support centre, Building 3, ground floor, daily from 9 to 17, telephone 010 5555 1234")
    with phone.expect_navigation():
        phone.locator("form[action$='/paper/sheets'] button.primary").tap()
    for name, vote in votes.items():
        run = paper.print(vote.id).run
        phone.goto(f"/desk/lane-12/votes/{vote.id}/paper/sheets/{run}")
        phone.emulate_media(media="null")
        found[name] = len(re.findall(rb"/Type\s*/Page\b", phone.pdf(prefer_css_page_size=True)))
        phone.emulate_media(media="print")
        sizes = phone.evaluate("getComputedStyle(document.querySelector('.boxes li')).fontSize")
        assert float(sizes.removesuffix("px")) >= 14 * 96 / 72, "14 point or larger"
    assert found == dict.fromkeys(ASKED, 6)
