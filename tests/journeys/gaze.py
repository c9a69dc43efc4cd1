"""A browser that walks through the scenes in one language and notes what is wrong with each page."""

from __future__ import annotations

from typing import Any

from participation.web.language import LANGUAGE_COOKIE, LARGE_COOKIE
from tests.journeys.scenes import Scene
from tests.journeys.world import Stage
from tests.support import browser as browsers

# Between light and dark only colours differ, between letters of two sizes colours (large ones need less contrast),
# sizes and what must scroll: what else axe looks at has been looked at.
COLOURS = ["color-contrast", "link-in-text-block"]
SIZES = [*COLOURS, "target-size", "scrollable-region-focusable"]
NARROW = 320


class Gaze:
    """`open` a scene, then look at it as often as wanted; `found` says what is wrong, one line each."""

    def __init__(self, chromium: Any, stage: Stage, language: str, *, large: bool = False):
        self.stage, self.found, self.errors, self.who = stage, [], [], ""  # type: ignore[var-annotated]
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
        world, self.scene = self.stage.world, scene
        if scene.who != self.who:
            self.who = scene.who
            self._carry(world.app.config["SESSION_COOKIE_NAME"], world.cookie(scene.who))
        self.errors.clear()
        answer = self.page.goto(scene.path.format(**world.places))
        if scene.send:
            answer = self._send(scene)
        shown = [error for error in self.errors if not (scene.status >= 400 and "Failed to load resource" in error)]
        self._note(shown)
        if answer.status != scene.status:
            self._note([f"answered {answer.status} instead of {scene.status}"])

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

    def look(self, mode: str = "light") -> None:
        """Everything axe knows, with all folds open."""
        self.page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        self.page.evaluate(self.axe)
        self._note(self._axe("tag", browsers.AXE_TAGS), mode)
        self._note(self._too_wide(NARROW), mode)

    def look_in_the_dark(self) -> None:
        self.page.emulate_media(color_scheme="dark")
        self._note(self._axe("rule", COLOURS), "dark")
        self.page.emulate_media(color_scheme="light")

    def look_at_large_text(self, with_colours: bool = True) -> None:
        """As the site's own setting makes it; then at twice the size, as a browser's setting does."""
        self.page.evaluate("document.documentElement.classList.add('large')")
        if with_colours:
            self._note(self._axe("rule", SIZES), "large text")
        self._note(self._too_wide(NARROW), "large text")
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")
        self._note(self._too_wide(), "200 %")

    def _axe(self, kind: str, values: list[str]) -> list[str]:
        violations = self.page.evaluate(
            "options => axe.run(document, options).then(done => done.violations.map("
            "v => `${v.id} (${v.impact}): ${v.nodes.map(n => n.target.join(' ')).join(', ')}`))",
            {"runOnly": {"type": kind, "values": values}, "resultTypes": ["violations"]},
        )
        return list(violations)

    def _too_wide(self, narrow: int = 0) -> list[str]:
        """How far the page sticks out of the phone, and of a narrower one if wanted."""
        found = []
        for width in (browsers.PHONE["width"], narrow):
            if width:
                self.page.set_viewport_size({"width": width, "height": browsers.PHONE["height"]})
                wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                found += [f"{wide} px too wide at {width} px"] if wide > 0 else []
        if narrow:
            self.page.set_viewport_size(browsers.PHONE)
        return found

    def _note(self, lines: list[str], mode: str = "") -> None:
        self.found += [f"{self.scene}{f' [{mode}]' if mode else ''}: {line}" for line in lines]
