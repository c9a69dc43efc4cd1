"""Every sentence of the site is there in every language, with the same places to fill in."""

from __future__ import annotations

import pytest

from tests.support.translations import LANGUAGES, collected, places, problems


@pytest.fixture(scope="module")
def wanted() -> set[str]:
    return collected()


def test_sentences_are_collected_from_pages_and_from_rules(wanted: set[str]) -> None:
    assert "Large text" in wanted  # a template
    assert "There is no such page" in wanted  # a view
    assert any("%(" in sentence for sentence in wanted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_is_complete(language: str, wanted: set[str]) -> None:
    found = problems(language, wanted)
    assert not found, f"{len(found)} sentences (make translations):\n" + "\n".join(found[:30])


def test_a_missing_sentence_is_noticed() -> None:
    assert problems("ko", {"This sentence is nowhere."}) == ["ko: not translated: 'This sentence is nowhere.'"]


def test_places_are_read() -> None:
    assert places("%(n)s of %(m)d, 100%%") == {"%(n)s", "%(m)d", "%%"}


def test_sentences_are_collected_as_one_line(wanted: set[str]) -> None:
    """A line break in a sentence would differ between the page and the catalogue: use {% trans trimmed %}."""
    assert [sentence for sentence in wanted if sentence != sentence.strip() or "\n" in sentence] == []
