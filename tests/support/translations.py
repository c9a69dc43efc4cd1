"""Are the catalogues complete? `python -m tests.support.translations` lists what is missing and exits 1.

The sentences are collected from the code as `make translations` does, so that a sentence
added without a translation is found even when nobody ran that command.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh_Hans", "ko")
KEYWORDS = {**DEFAULT_KEYWORDS, "say": None, "lazy_gettext": None}
_PLACE = re.compile(r"%\((\w+)\)[sd]|%[%sd]")
_CONTEXT = "\x04"


def collected() -> set[str]:
    """Every English sentence of the code and the templates (of a plural pair, the singular)."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = set()
    for _, _, message, _, context in extract_from_dir(
        str(ROOT), methods, options, keywords=KEYWORDS, directory_filter=_holds_sentences
    ):
        singular = message[0] if isinstance(message, tuple) else message
        found.add(f"{context}{_CONTEXT}{singular}" if context else singular)
    return found - {""}


def _holds_sentences(folder: str) -> bool:
    """Whether to look into this folder at all."""
    return Path(folder).relative_to(ROOT).parts[:1] in ((), ("participation",), ("templates",))


def catalogue(language: str) -> Catalog:
    path = ROOT / "participation" / "translations" / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def problems(language: str, wanted: set[str] | None = None) -> list[str]:
    """What is missing, doubtful or wrongly filled in, one line per sentence."""
    wanted = collected() if wanted is None else wanted
    entries = {}
    for message in catalogue(language):
        singular = message.id[0] if isinstance(message.id, tuple) else message.id
        entries[f"{message.context}{_CONTEXT}{singular}" if message.context else singular] = message
    found = []
    for sentence in sorted(wanted):
        message = entries.get(sentence)
        texts = [] if message is None else [message.string] if isinstance(message.string, str) else list(message.string)
        told = repr(sentence.split(_CONTEXT)[-1])[:150]
        if not texts or not all(texts):
            found.append(f"{language}: not translated: {told}")
        elif message is not None and message.fuzzy:
            found.append(f"{language}: marked as doubtful (fuzzy): {told}")
        elif any(places(text) != places(sentence) for text in texts) and not isinstance(message.id, tuple):
            found.append(f"{language}: other places than in English: {told} -> {texts[0]!r}")
        elif isinstance(message.id, tuple) and any(not places(t) <= places(message.id[1]) for t in texts):
            found.append(f"{language}: unknown places in the plural: {told} -> {texts!r}")
    return found


def places(text: str) -> set[str]:
    """The `%(name)s` in a sentence."""
    return {match[0] for match in _PLACE.finditer(text)}


def main() -> int:
    wanted = collected()
    found = [line for language in LANGUAGES for line in problems(language, wanted)]
    for line in found[:40]:
        print(line)
    print(f"{len(wanted)} sentences, {len(LANGUAGES)} languages, {len(found)} to be mended")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
