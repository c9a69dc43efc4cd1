"""The rules that ship with the site, read once from `presets/*.json`.

Each file holds the rules of one place: `common` fields, then `rules` that add to or override them; `in_original` are
the names of its laws for readers of the language in which they are written, where we know them: language -> source or
clause as in the rules -> the same in that language.  Titles live in `titles.py`, because they are translated.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.votes.rule import Rule
from participation.votes.rule_data import rule_from_data
from participation.votes.titles import TITLES

# The order in which places are shown; within a file the order of the file.
PLACES = ("cn", "kr", "tw", "jp", "sg", "de", "fr", "es", "gb", "council")


def all_rules() -> tuple[Rule, ...]:
    """Every shipped rule, China first."""
    return tuple(_by_key().values())


def load_rule(key: str) -> Rule:
    """The shipped rule with this key. Raises Refusal (code unknown_rule) if there is none."""
    try:
        return _by_key()[key]
    except (KeyError, TypeError):
        raise Refusal(
            Reason(
                "unknown_rule",
                say("There is no rule with the key %(key)s.", key=repr(key)[:80]),
                say("`flask rules list` prints the keys that exist."),
                "rule",
            )
        ) from None


def rule_title(rule: Rule) -> Sentence:
    """The rule's name for people: translatable for shipped rules, as written for a neighbourhood's own."""
    return TITLES[rule.key].title if rule.key in TITLES else Sentence("%(title)s", {"title": rule.title})


def rule_use(rule: Rule) -> Sentence:
    """What the rule is for, in one sentence."""
    return TITLES[rule.key].use if rule.key in TITLES else Sentence("%(use)s", {"use": rule.use})


def law_name(text: str, language: str) -> str:
    """A source or clause for a reader of `language` ('zh'): as the law itself is cited there, else as it is written."""
    return _in_original().get((language, text), text)


@cache
def _in_original() -> dict[tuple[str, str], str]:
    named = ((language, names) for place in PLACES for language, names in _content(place).get("in_original", {}).items())
    return {(language, text): name for language, names in named for text, name in names.items()}


@cache
def _by_key() -> dict[str, Rule]:
    rules = [rule_from_data(data) for place in PLACES for data in _read(place)]
    return {rule.key: rule for rule in rules}


def _content(place: str) -> dict[str, Any]:
    return json.loads((files("participation.votes") / "presets" / f"{place}.json").read_text(encoding="utf-8"))


def _read(place: str) -> list[dict[str, Any]]:
    content = _content(place)
    return [
        {"title": str(TITLES[entry["key"]].title), "use": str(TITLES[entry["key"]].use)} | content["common"] | entry
        for entry in content["rules"]
    ]
