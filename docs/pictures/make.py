"""Take the pictures of README.md and README.zh.md anew, from a freshly loaded demonstration that is being served.

    make run                                          in one terminal, with an empty instance folder
    .venv/bin/python docs/pictures/make.py            in another, with the same PORT and PARTICIPATION_INSTANCE

Needs what the browser tests need: Playwright (requirements-test.txt) and Chromium. It founds a second neighbourhood,
hands in a roll there without putting it into force, casts one ballot, and prints one owner's ballot sheet anew.
`make.py ballot poster` takes these two only.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SITE = f"http://127.0.0.1:{os.environ.get('PORT') or 5000}"
ROLL = ROOT / "tests" / "data" / "rolls" / "estate-403-as-handed-over.xlsx"
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
PHONE = {"width": 360, "height": 720}
QUALITY = 58  # of 100: the folder stays small
SHEET = {"width": 794, "height": 1123}  # A4 at 96 dots per inch
PAPER = "paper"  # no role: a window of the size of a sheet; "paper:support" is the support centre's
FINAL, OPEN = 1, 3  # the demonstration's votes, in the order in which it makes them
BUILDING, HOME = "1号楼", "1号楼 1单元 501"  # whose owner has not voted yet
CONTACT = "支援中心(6 号楼底层),每天 9:00–18:00"
DESK = f"/desk/old-estate-36/votes/{OPEN}"
SECOND = {"slug": "wutong-court", "name": "梧桐苑", "area": "老城片区"}


class Frame(NamedTuple):
    """One language's browser windows: `of(role)` gives the page of that person, signed in; `of("")` a stranger's."""

    language: str
    of: Callable[[str], Page]


def links() -> dict[str, str]:
    """role -> sign-in address, as the running site knows them."""
    command = [sys.executable, "-m", "flask", "--app", "app", "demo", "links", "--json"]
    printed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603
    return {link["role"]: link["url"] for link in json.loads(printed)}


@contextmanager
def windows(browser: Browser, language: str, ways_in: dict[str, str]) -> Iterator[Frame]:
    contexts: dict[str, Any] = {}

    def of(role: str) -> Page:
        if role not in contexts:
            window, scale = (SHEET, 0.6) if role.startswith(PAPER) else (PHONE, 1.5)
            contexts[role] = browser.new_context(
                base_url=SITE,
                locale=LANGUAGES[language],
                color_scheme="light",
                viewport=window,
                device_scale_factor=scale,
            )
            page = contexts[role].new_page()
            person = role.removeprefix(f"{PAPER}:")
            if person in ways_in:
                page.goto(ways_in[person])
                press(page)
        return contexts[role].pages[0]

    yield Frame(language, of)
    for context in contexts.values():
        context.close()


def press(page: Page, selector: str = "main .primary") -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()


def opened(page: Page, path: str, top: str = "body") -> Page:
    page.goto(path)
    return scrolled(page, top)


def scrolled(page: Page, top: str) -> Page:
    """The page, with the first thing that `top` finds at the upper edge of the window."""
    page.locator(top).first.evaluate("found => window.scrollTo(0, found.getBoundingClientRect().top + scrollY - 14)")
    return page


def printed(page: Page, path: str) -> Page:
    """The page as it comes out on paper; its margins are the printer's, so the window has to be given some."""
    page.emulate_media(media="print")
    opened(page, path).evaluate("document.body.style.padding = '48px'")
    return page


def filled_in(page: Page) -> Page:
    """The open vote's ballot, with for and against chosen, at its first question."""
    opened(page, f"/votes/{OPEN}/ballot")
    for value, question in (("yes", 0), ("no", 1)):
        page.locator(f'main input[value="{value}"]').nth(question).check()
    return scrolled(page, "main fieldset")


def cast(page: Page) -> str:
    """Cast the ballot; gives the address of its receipt."""
    filled_in(page)
    press(page)  # to the review
    press(page)  # to the receipt
    assert "/receipts/" in page.url, f"expected a receipt, found {page.url}: is this demonstration fresh?"
    return page.url


def previewed(page: Page) -> str:
    """Found a second neighbourhood and hand in the worksheet as an office gave it; gives the address of the preview."""
    page.goto("/operator")
    for name, text in SECOND.items():
        page.fill(f'main [name="{name}"]', text)
    page.check('main [name="is_support"]')
    press(page)
    page.goto(f"/desk/{SECOND['slug']}/roll/imports/new")
    page.set_input_files('main [name="roll"]', ROLL)
    press(page)
    return page.url


def building(page: Page) -> str:
    """The address of one building's grid of turnout."""
    page.goto(f"/desk/old-estate-36/votes/{OPEN}/turnout")
    return str(page.locator('main a[href*="/turnout/"]').first.get_attribute("href"))


def printed_sheet(page: Page) -> str:
    """Print the ballot sheet of one owner anew; gives the address of its page."""
    page.goto(f"{DESK}/paper/sheets")
    page.select_option("main [name=building]", label=BUILDING)
    page.fill("main [name=room]", HOME)
    page.fill("main [name=contact]", CONTACT)
    press(page)
    return page.url


def at_the_polling_point(page: Page) -> str:
    """Look for somebody who is here; gives the address of the answer."""
    page.goto(f"{DESK}/station")
    page.fill("main [name=words]", HOME)
    press(page)
    with page.expect_navigation():
        page.locator("main .papers a").first.click()
    return page.url


def visited_stairwell(page: Page) -> str:
    """The address of the stairwell with the most doors visited."""
    page.goto(f"{DESK}/doorstep")
    return str(page.evaluate(
        """() => [...document.querySelectorAll('main .papers a')]
            .map(found => [Number((found.querySelectorAll('small')[1].textContent.match(/\\d+/) || [0])[0]), found.href])
            .sort((one, other) => other[0] - one[0])[0][1]"""
    ))  # fmt: skip


def take(page: Page, name: str, language: str) -> None:
    """Write the window as it stands; WebP, which Chromium itself encodes, keeps the folder small."""
    page.evaluate("document.activeElement && document.activeElement.blur()")
    page.wait_for_timeout(300)
    shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    file = HERE / f"{name}.{language}.webp"
    file.write_bytes(base64.b64decode(shot["data"]))
    sys.stdout.write(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1024:.0f} KB\n")


def main(wanted: list[str]) -> None:
    executable = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    ways_in = links()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        with windows(browser, "zh", ways_in) as chinese, windows(browser, "en", ways_in) as english:
            places: dict[str, str] = {}

            def once(what: str, find: Callable[[Page], str], role: str) -> str:
                if what not in places:
                    places[what] = find(chinese.of(role))
                return places[what]

            pictures: dict[str, Callable[[Frame], Page]] = {
                "for-you": lambda frame: opened(frame.of("owner"), "/"),
                "ballot": lambda frame: filled_in(frame.of("owner")),
                "receipt": lambda frame: opened(frame.of("owner"), once("receipt", cast, "owner"), "h1"),
                "result": lambda frame: opened(frame.of(""), f"/votes/{FINAL}/result", "main h2"),
                "desk": lambda frame: opened(frame.of("support"), "/desk"),
                "roll": lambda frame: opened(frame.of("operator"), once("roll", previewed, "operator"), "h1"),
                "building": lambda frame: opened(frame.of("support"), once("building", building, "support"), "h1"),
                "sheet": lambda frame: printed(frame.of(f"{PAPER}:support"), once("sheet", printed_sheet, "support")),
                "station": lambda frame: opened(frame.of("support"), once("station", at_the_polling_point, "support"), "h1"),
                "doorstep": lambda frame: opened(frame.of("second-support"), once("doorstep", visited_stairwell, "second-support"), "h1"),
                "record": lambda frame: opened(frame.of(""), f"/votes/{FINAL}/record", "h1"),
                "poster": lambda frame: printed(frame.of(PAPER), f"/votes/{FINAL}/print/final"),
            }
            for name, picture in pictures.items():
                for frame in (chinese, english) if not wanted or name in wanted else ():
                    take(picture(frame), name, frame.language)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
