"""The way back stays readable where it takes several lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.gaze import Gaze
from tests.journeys.scenes import Scene
from tests.journeys.world import Stage

pytestmark = pytest.mark.browser

# How far the words of each place stand from the edge, for those places that begin a line.
INDENTS = """() => {
  const places = [...document.querySelectorAll('.trail li')], edge = places[0].parentElement.getBoundingClientRect().left
  const words = place => { const range = document.createRange(); range.selectNodeContents(place); return range.getBoundingClientRect() }
  return places.filter((place, n) => n && place.offsetTop > places[n - 1].offsetTop).map(place => Math.round(words(place).left - edge))
}"""


def test_a_trail_that_wraps_begins_each_line_with_a_place(chromium: Any, stage: Stage) -> None:
    gaze = Gaze(chromium, stage, "en", large=True)
    gaze.open(Scene("lin", "/desk/{slug}/votes/{vote_open}/turnout"))
    gaze.page.set_viewport_size({"width": 320, "height": 640})
    indents = gaze.page.evaluate(INDENTS)
    assert indents, "this trail is longer than a line"
    assert max(indents) <= 0, "a link may reach out to the left, for fingers"
