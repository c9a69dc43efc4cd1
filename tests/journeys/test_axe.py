"""Every page, in three languages, light, dark and in large text: axe finds nothing, nothing is wider than the phone, no script complains."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from participation.web.language import LANGUAGES
from tests.journeys.gaze import Gaze
from tests.journeys.scenes import NOT_PAGES, SCENES, Scene
from tests.journeys.world import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def rules_of_pages(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())} - NOT_PAGES


def rule_of(scene: Scene, stage: Stage) -> str:
    """The rule of the page that a scene shows, '' for one that must be refused."""
    if scene.status >= 400 and not scene.send:
        return ""
    adapter = stage.world.app.url_map.bind("127.0.0.1")
    return str(adapter.match(urlsplit(scene.path.format(**stage.world.places)).path, return_rule=True)[0].rule)


def test_every_page_of_the_site_has_its_scene(stage: Stage) -> None:
    """A new page without a scene fails here: add it to tests/journeys/scenes.py."""
    seen = {rule_of(scene, stage) for scene in SCENES}
    assert rules_of_pages(stage.world.app) - seen == set()


# Minutes of looking at pages, which are the same over every database.
@pytest.mark.sqlite
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_axe_finds_nothing_on_any_page_in_any_mode(chromium: Any, stage: Stage, language: str) -> None:
    gaze = Gaze(chromium, stage, language)
    # Colours are the same in every language; lengths are not.
    with_colours = language == "zh-Hans"
    for scene in SCENES:
        gaze.open(scene)
        gaze.look()
        if with_colours:
            gaze.look_in_the_dark()
        gaze.look_at_large_text(with_colours)
    gaze.context.close()
    assert not gaze.found, f"{len(gaze.found)} findings\n" + "\n".join(gaze.found)


@pytest.mark.sqlite
def test_axe_finds_nothing_on_pages_that_are_served_in_large_text(chromium: Any, stage: Stage) -> None:
    """The first scene of every page, as the server itself sets it large."""
    gaze = Gaze(chromium, stage, "zh-Hans", large=True)
    for scene in {rule_of(scene, stage): scene for scene in reversed(SCENES)}.values():
        gaze.open(scene)
        on_paper = gaze.page.locator("body.on-paper").count()  # sheets for A4 have their own size
        assert on_paper or gaze.page.get_attribute("html", "class") == "large", scene
        gaze.look("large text")
    gaze.context.close()
    assert not gaze.found, f"{len(gaze.found)} findings\n" + "\n".join(gaze.found)
