"""Pick the matter, and rule and source fill in: what owners decide in China, and under which rule."""

from __future__ import annotations

from typing import NamedTuple

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say


class Matter(NamedTuple):
    """One matter of the law. `kinds`: what a question on it can be; the first is the usual one."""

    key: str
    rule: str
    clause: str
    title: Sentence
    kinds: tuple[str, ...] = ("decision",)


MATTERS: tuple[Matter, ...] = (
    Matter(
        "procedure", "cn.278.ordinary", "278(1)1", say("Adopt or change the rules of procedure of the owners' assembly")
    ),
    Matter("covenant", "cn.278.ordinary", "278(1)2", say("Adopt or change the management covenant")),
    Matter(
        "committee",
        "cn.278.ordinary",
        "278(1)3",
        say("Elect the owners' committee or replace its members"),
        ("election", "decision"),
    ),
    Matter("manager", "cn.278.ordinary", "278(1)4", say("Hire or dismiss the property manager")),
    Matter("use_fund", "cn.278.ordinary", "278(1)5", say("Use the maintenance fund")),
    Matter("raise_fund", "cn.278.special", "278(1)6", say("Raise the maintenance fund")),
    Matter("rebuild", "cn.278.special", "278(1)7", say("Rebuild or alter a building or its facilities")),
    Matter(
        "common_parts",
        "cn.278.special",
        "278(1)8",
        say("Change the use of common parts, or do business with them"),
    ),
    Matter("other", "cn.278.ordinary", "278(1)9", say("Another major matter of common property and management")),
    Matter("dwelling_to_business", "cn.279", "279", say("Turn a dwelling into business premises")),
    Matter("lift", "cn.lift", "278(1)7", say("Add a lift to a stairwell")),
    # Not a matter of the law: the council's seats, by the neighbourhood's own rules.
    Matter("council", "council.secret", "", say("Elect members of the neighbourhood council, in secret"), ("election",)),
)


def load_matter(key: str) -> Matter:
    """The matter with this key. Raises Refusal (code unknown_matter)."""
    for matter in MATTERS:
        if matter.key == key:
            return matter
    raise Refusal(
        Reason(
            "unknown_matter",
            say("There is no matter %(key)s.", key=repr(key)[:80]),
            say("Choose one of the matters in the list."),
            "matter",
        )
    )
