"""A person at a phone: taps, types, turns pages, and both are counted.

Things are found by what they are (the one primary button, a field's name, an address), never by
their words, so that a journey reads the same in every language.
"""

from __future__ import annotations

from typing import Any

from flask import Flask

from participation.kernel.sentences import Sentence
from participation.web.language import said

BLANKS = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})


class Hand:
    """One thumb on `page` (a Playwright page). `pages` and `typed` say what the journey has cost so far."""

    def __init__(self, page: Any):
        self.page = page
        self.pages: list[str] = []
        self.typed = ""
        page.on("domcontentloaded", lambda opened: self.pages.append(opened.url))

    def scan(self, address: str) -> None:
        """Open an address from paper."""
        self.page.goto(address)

    def type(self, name: str, text: str) -> None:
        """Type into the field of this name, key by key."""
        field = self.page.locator(f'main [name="{name}"]')
        field.tap()
        field.press_sequentially(text)
        self.typed += text

    def press(self) -> None:
        """Tap the page's one primary button and wait for what it leads to."""
        self.tap("main .primary")

    def tap(self, selector: str) -> None:
        """Tap the only thing that this selector finds, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.locator(selector).tap()

    def choose(self, value: str, question: int = 0) -> None:
        """Tap the words beside the choice of this value (the first question's unless told)."""
        choice = self.page.locator(f'main input[value="{value}"]').nth(question)
        self.page.locator(f'label[for="{choice.get_attribute("id")}"]').tap()
        assert choice.is_checked()

    def reads(self, selector: str = "main") -> str:
        """The words there, with every kind of blank as a plain one."""
        return self.page.inner_text(selector).translate(BLANKS)


def in_chinese(app: Flask, sentence: Sentence) -> str:
    """A sentence of the code as the Chinese page says it."""
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        return str(said(sentence))
