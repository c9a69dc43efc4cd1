"""Sentences that are written once in English and said in the reader's language.

Pure code cannot know who reads it.  It therefore returns a `Sentence`: an English
text with named places (`%(area)s`) and the values for them.  Pages translate it
(`web/language.py`), the command line prints `str(sentence)`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English text and the values for its `%(name)s` places."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text % self.values if self.values else self.text


def say(text: str, **values: Any) -> Sentence:
    """Mark `text` for translation and bind its values: `say("%(n)s homes", n=3)`.

    The catalogue is extracted with `-k say`, so `text` must be a literal.
    """
    return Sentence(text, values)
