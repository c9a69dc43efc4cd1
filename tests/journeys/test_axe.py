"""Every page, in three languages, light, dark and in large text: axe finds nothing, nothing is wider than the phone, no script complains."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from participation.web.language import LANGUAGE_COOKIE, LANGUAGES, LARGE_COOKIE
from tests.journeys.scenes import NOT_PAGES, SCENES, Scene
from tests.journeys.world import Stage
from tests.support import browser as browsers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Between light and dark only colours differ: what else axe looks at has been looked at.
COLOURS = ["color-contrast", "link-in-text-block"]
NARROW = 320


def rules_of_pages(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())} - NOT_PAGES


def test_every_page_of_the_site_has_its_scene(stage: Stage) -> None:
    """A new page without a scene fails here: add it to tests/journeys/scenes.py."""
    app = stage.world.app
    adapter = app.url_map.bind("127.0.0.1")
    seen = set()
    for scene in SCENES:
        path = urlsplit(scene.path.format(**stage.world.places)).path
        if scene.status < 400 or scene.send:
            seen.add(adapter.match(path, return_rule=True)[0].rule)
    assert rules_of_pages(app) - seen == set()


class Gaze:
    """One browser that walks through the scenes in one language and text size, and notes what is wrong."""

    def __init__(self, chromium: Any, stage: Stage, language: str, *, large: bool):
        self.stage, self.found, self.errors, self.who = stage, [], [], ""
        self.context = chromium.new_context(
            base_url=stage.url, viewport=browsers.PHONE, locale=language, reduced_motion="reduce", color_scheme="light"
        )
        self.context.set_default_timeout(20_000)
        self._carry(LANGUAGE_COOKIE, language)
        self._carry(LARGE_COOKIE, "1" if large else "0")
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(f"script error: {error}"))
        self.page.on("console", lambda said: self.errors.append(f"console: {said.text}") if said.type == "error" else None)
        self.axe = browsers.axe_source()

    def _carry(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.stage.url}])

    def open(self, scene: Scene) -> None:
        world = self.stage.world
        if scene.who != self.who:
            self.who = scene.who
            self._carry(world.app.config["SESSION_COOKIE_NAME"], world.cookie(scene.who))
        self.errors.clear()
        answer = self.page.goto(scene.path.format(**world.places))
        if scene.send:
            answer = self._send(scene)
        shown = [error for error in self.errors if not (scene.status >= 400 and "Failed to load resource" in error)]
        self._note(scene, shown)
        if answer.status != scene.status:
            self._note(scene, [f"answered {answer.status} instead of {scene.status}"])

    def _send(self, scene: Scene) -> Any:
        action = scene.send.format(**self.stage.world.places)
        form = self.page.locator(f'main form[method="post"][action$="{action}"]').first
        for name, value in scene.fill.items():
            form.locator(f'[name="{name}"]').first.evaluate(
                "(field, value) => { field.value = value }", value.format(**self.stage.world.places)
            )
        with self.page.expect_navigation() as moved:
            form.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
        return moved.value

    def look(self, scene: Scene, mode: str) -> None:
        self.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        self.page.evaluate(self.axe)
        self._note(scene, self._axe({"runOnly": {"type": "tag", "values": browsers.AXE_TAGS}}), mode)
        self._note(scene, self._too_wide(browsers.PHONE["width"]), mode)
        self._note(scene, self._too_wide(NARROW), mode)
        self.page.set_viewport_size(browsers.PHONE)

    def look_closely(self, scene: Scene) -> None:
        """Letters at twice their size, as a browser's own setting makes them."""
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        self._note(scene, self._too_wide(browsers.PHONE["width"]), "200 %")

    def look_in_the_dark(self, scene: Scene) -> None:
        self.page.emulate_media(color_scheme="dark")
        self._note(scene, self._axe({"runOnly": {"type": "rule", "values": COLOURS}}), "dark")
        self.page.emulate_media(color_scheme="light")

    def _axe(self, options: dict[str, Any]) -> list[str]:
        violations = self.page.evaluate(
            "options => axe.run(document, options).then(done => done.violations.map("
            "v => `${v.id} (${v.impact}): ${v.nodes.map(n => n.target.join(' ')).join(', ')}`))",
            {**options, "resultTypes": ["violations"]},
        )
        return list(violations)

    def _too_wide(self, width: int) -> list[str]:
        self.page.set_viewport_size({"width": width, "height": browsers.PHONE["height"]})
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [f"{wide} px too wide at {width} px"] if wide > 0 else []

    def _note(self, scene: Scene, lines: list[str], mode: str = "") -> None:
        self.found += [f"{scene}{f' [{mode}]' if mode else ''}: {line}" for line in lines]


@pytest.mark.sqlite  # minutes of looking at pages, which are the same over every database
@pytest.mark.parametrize("large", [False, True], ids=["light and dark", "large text"])
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_axe_finds_nothing_on_any_page(chromium: Any, stage: Stage, language: str, large: bool) -> None:
    gaze = Gaze(chromium, stage, language, large=large)
    for scene in SCENES:
        gaze.open(scene)
        gaze.look(scene, "large text" if large else "light")
        if not large:
            gaze.look_in_the_dark(scene)
            gaze.look_closely(scene)
    gaze.context.close()
    assert not gaze.found, f"{len(gaze.found)} findings\n" + "\n".join(gaze.found)
