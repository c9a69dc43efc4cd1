"""A letter with three codes and a ballot sheet are one sheet of A4 each, with the checkpoint of the record at the foot."""

from __future__ import annotations

import re
from typing import Any

import pytest

from participation.web.language import LANGUAGE_COOKIE, LANGUAGES
from tests.conftest import Live
from tests.desk.steps import DESK, Bureau
from tests.support.people import Make

pytestmark = pytest.mark.browser
CONTACT = "Support centre, Building 3, ground floor, daily from 9 to 17, telephone 010 5555 1234"


def sheets_of(chromium: Any, live: Live, html: str) -> tuple[int, int]:
    """How many sheets the page means to be, and how many sheets of paper it takes."""
    context = chromium.new_context()
    page = context.new_page()
    page.route("**/the-page", lambda route, _request: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
    page.goto(live.url + "/the-page")
    paper = page.pdf(prefer_css_page_size=True)
    context.close()
    return html.count('<section class="page'), len(re.findall(rb"/Type\s*/Page\b", paper))


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_each_letter_and_each_ballot_sheet_is_one_sheet(chromium: Any, live: Live, language: str) -> None:
    make = Make(live.app)
    lane, client = make.neighbourhood(), live.app.test_client()
    owners = [make.titleholder(lane.unit, f"Owner number {n} of this home", f"100{n}") for n in range(3)]
    make.home(lane.unit, "1-901", 9000, owners)
    make.home(lane.unit, "1-902", 9000, [*owners, make.titleholder(lane.unit, "Owner without a number", "")])
    bureau = Bureau(live.app, lane, client)
    bureau.sign_in()
    client.set_cookie(LANGUAGE_COOKIE, language)
    client.see(f"{DESK}/letters")
    letters = client.submit("/letters", contact=CONTACT).get_data(as_text=True)
    assert letters.count("record-foot") == letters.count('<section class="page')
    meant, taken = sheets_of(chromium, live, letters)
    assert meant == taken == 9
    vote_id = bureau.announced()
    opens_at = bureau.vote(vote_id).opens_at
    assert opens_at is not None
    bureau.wait(seconds=(opens_at - bureau.clock.now()).total_seconds())
    client.see(f"{DESK}/votes/{vote_id}/paper/sheets")
    ballots = client.submit("/paper/sheets").get_data(as_text=True)
    assert ballots.count("record-foot") == ballots.count('<section class="page')
    meant, taken = sheets_of(chromium, live, ballots)
    assert meant == taken > 0
