"""What hangs on the notice board fits on one sheet of A4, in every language."""

from __future__ import annotations

import re
from typing import Any

import pytest

from participation.web.language import LANGUAGE_COOKIE, LANGUAGES
from tests.journeys.world import Stage

pytestmark = pytest.mark.browser
POSTERS = (
    "/votes/{vote_notice}/print/notice", "/votes/{vote_everything}/print/notice", "/votes/{vote_preliminary}/print/preliminary", "/votes/{vote_final}/print/final",
    "/votes/{vote_rejected}/print/final", "/votes/{vote_elected}/print/final",
)  # fmt: skip


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_poster_is_one_sheet(chromium: Any, stage: Stage, language: str) -> None:
    context = chromium.new_context(base_url=stage.url)
    context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": stage.url}])
    page = context.new_page()
    sheets = {}
    for path in POSTERS:
        page.goto(path.format(**stage.world.places))
        sheets[path] = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    context.close()
    assert sheets == dict.fromkeys(POSTERS, 1)
