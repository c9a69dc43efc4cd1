"""A rule from data and back: presets are shipped this way, a neighbourhood adds its own this way.

The form is described in docs/rules.md.  Nothing is guessed: an unknown field, set, comparator or measure is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.rule import (
    COMPARATORS,
    MEASURES,
    OUTCOMES,
    QUORUM_SETS,
    SETS,
    STAGES,
    WEIGHED,
    Drop,
    Fallback,
    Rule,
    SubgroupRule,
    Test,
)

VOCABULARY: dict[str, tuple[str, ...]] = {
    "confidence": ("V", "M", "D"),
    "procedure_confidence": ("V", "M", "D"),
    "scope": ("neighbourhood", "building", "stairwell", "affected_owners"),
    "follow": ("leading_side", "abstain"),
    "silence": ("not_taking_part", "yes"),
    "present": ("attendance", "in_person", "objections_later"),
    "heads": ("owner", "flat", "contract", "none"),
    "weight": WEIGHED,
    "coowners": ("unresolved", "no_consent", "joint_voter", "larger_share"),
    "untraceable": ("stay", "leave_heads", "court_may_remove"),
    "may_change": ("no", "until_close", "until_filed"),
}
LISTS: dict[str, tuple[str, ...]] = {
    "channels": (
        "online",
        "paper",
        "polling_point",
        "recorded_phone",
        "doorstep",
        "meeting",
        "proxy",
        "signed_contract",
    ),
    "published": ("room", "area", "voted", "name", "choice"),
    "vetoes": ("affected_owner",),
}
TEXTS = ("key", "title", "place", "source", "clause", "use")
REQUIRED = ("key", "title", "source", "clause", "pass", "confidence")
FLAGS = ("developer_one_head", "occupant_may_vote", "paper_on_request", "separate_by_channel")
DAYS = tuple(f.name for f in fields(Rule) if f.name.endswith(("_days", "_months", "_years")))
_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_FRACTION = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


def rule_from_data(data: Mapping[str, Any]) -> Rule:
    """The rule that `data` describes. Raises Refusal with every reason that was found."""
    if not isinstance(data, Mapping):
        raise Refusal(Reason("rule_not_object", say("A rule is an object with named fields.")))
    reader = _Reader(data)
    rule = reader.read()
    if reader.reasons:
        raise Refusal(*reader.reasons)
    return rule


def rule_to_data(rule: Rule) -> dict[str, Any]:
    """The form that `rule_from_data` reads back to an equal rule; only JSON types. A vote keeps this copy at its notice."""
    data: dict[str, Any] = {name: getattr(rule, name) for name in (*TEXTS, *VOCABULARY, *FLAGS, *DAYS)}
    data |= {name: list(getattr(rule, name)) for name in (*LISTS, "notes")}
    data |= {name: day.isoformat() if (day := getattr(rule, name)) else None for name in ("valid_from", "valid_to")}
    data |= {"quorum": [_test_out(t) for t in rule.quorum_tests], "pass": [_test_out(t) for t in rule.pass_tests]}
    data["subgroups"] = [
        {
            "by": group.by,
            "skip_up_to": group.skip_up_to,
            "also_called": list(group.also_called),
            "tests": [_test_out(t) for t in group.tests],
        }
        for group in rule.subgroups
    ]
    data["drops"] = [{"when": [_test_out(t) for t in drop.when], "drop": list(drop.drop)} for drop in rule.drops]
    if rule.fallback:
        when = [_test_out(t) for t in rule.fallback.when]
        data["fallback"] = {"rule": rule.fallback.rule, "after": list(rule.fallback.after), "when": when}
    data["also_called"] = dict(rule.also_called)
    return data


def _test_out(test: Test) -> list[str]:
    return [test.measure, test.numerator, test.denominator, test.comparator, test.fraction, test.name]


class _Reader:
    """Reads the fields one by one and keeps every reason, so that a long rule is corrected in one go."""

    def __init__(self, data: Mapping[str, Any]):
        self.data = data
        self.reasons: list[Reason] = []

    def refuse(self, place: str, expected: str) -> None:
        self.reasons.append(
            Reason(
                "rule_field",
                say("The field %(field)s of the rule cannot be read.", field=place),
                say("Expected: %(expected)s.", expected=expected),
                place,
            )
        )

    def read(self) -> Rule:
        known = {f.name for f in fields(Rule)} - {"tests"} | set(STAGES)
        for name in self.data:
            if name not in known:
                self.refuse(str(name)[:60], "one of " + ", ".join(sorted(known)))
        for name in REQUIRED:
            if not self.data.get(name):
                self.refuse(name, "a value")
        values: dict[str, Any] = {"place": "", "procedure_confidence": "D"}
        values |= {name: self.text(name) for name in TEXTS if name in self.data}
        values |= {name: self.word(name) for name in VOCABULARY if self.data.get(name) is not None}
        values |= {name: self.words(name, known) for name, known in LISTS.items() if name in self.data}
        values |= {name: self.flag(name) for name in FLAGS if name in self.data}
        values |= {name: self.days(name) for name in DAYS if name in self.data}
        values |= {name: self.day(name) for name in ("valid_from", "valid_to") if self.data.get(name) is not None}
        values["notes"] = tuple(self.strings("notes"))
        values["also_called"] = self.aliases()
        values["tests"] = tuple(test for stage in STAGES for test in self.tests(stage, self.data.get(stage, []), stage))
        values["subgroups"] = tuple(self.subgroups())
        values["drops"] = tuple(self.drops())
        values["fallback"] = self.fallback()
        self.check_together(values)
        return Rule(**values) if not self.reasons else _NOTHING

    def check_together(self, values: dict[str, Any]) -> None:
        names = [test.name for test in values["tests"]]
        for name in {name for name in names if names.count(name) > 1}:
            self.refuse(name, "a name of its own for every test (the sixth entry)")
        if not _KEY.fullmatch(values.get("key") or ""):
            self.refuse("key", "lower-case words joined by dots, such as our_estate.ordinary")
        if values.get("window_min_days", 1) > values.get("window_max_days", 60):
            self.refuse("window_min_days", "not more than window_max_days")
        if (start := values.get("valid_from")) and (end := values.get("valid_to")) and end < start:
            self.refuse("valid_to", "not before valid_from")
        if {"YES", "NO", "CAST"}.isdisjoint({t.numerator for t in values["tests"] if t.stage == "pass"}):
            self.refuse("pass", "at least one test on YES")

    def text(self, name: str) -> str:
        value = self.data[name]
        if isinstance(value, str) and len(value) <= 400 and value.isprintable():
            return value.strip()
        self.refuse(name, "one line of text")
        return ""

    def word(self, name: str) -> str:
        value = self.data[name]
        if not (isinstance(value, str) and value in VOCABULARY[name]):
            self.refuse(name, "one of " + ", ".join(VOCABULARY[name]))
        return str(value)

    def words(self, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
        values = self.strings(name)
        if any(value not in known for value in values):
            self.refuse(name, "a list of " + ", ".join(known))
        return tuple(values)

    def strings(self, name: str, data: Any = None) -> list[str]:
        values = self.data.get(name, []) if data is None else data
        if isinstance(values, (list, tuple)) and all(isinstance(value, str) for value in values):
            return list(values)
        self.refuse(name, "a list of texts")
        return []

    def flag(self, name: str) -> bool:
        if not isinstance(self.data[name], bool):
            self.refuse(name, "true or false")
        return bool(self.data[name])

    def days(self, name: str, value: Any = None) -> int:
        value = self.data[name] if value is None else value
        if type(value) is int and 0 <= value <= 3660:
            return value
        self.refuse(name, "a whole number from 0 to 3660")
        return 0

    def day(self, name: str) -> date | None:
        try:
            return date.fromisoformat(self.data[name])
        except (TypeError, ValueError):
            self.refuse(name, "a day such as 2021-01-01")
            return None

    def objects(self, name: str, keys: set[str], data: Any = None) -> list[Mapping[str, Any]]:
        values = self.data.get(name) or [] if data is None else data
        if not isinstance(values, list) or not all(isinstance(v, Mapping) and set(v) <= keys for v in values):
            self.refuse(name, "a list of objects with " + ", ".join(sorted(keys)))
            return []
        return values

    def aliases(self) -> dict[str, str]:
        values = self.data.get("also_called") or {}
        if isinstance(values, Mapping) and all(k in MEASURES and v in MEASURES for k, v in values.items()):
            return dict(values)
        self.refuse("also_called", "an object from measure to measure")
        return {}

    def tests(self, place: str, data: Any, stage: str) -> list[Test]:
        if not isinstance(data, (list, tuple)):
            self.refuse(place, "a list of tests")
            return []
        return [test for entry in data if (test := self.test(place, entry, stage))]

    def test(self, place: str, entry: Any, stage: str) -> Test | None:
        """One test from [measure, numerator set, denominator set, comparator, "p/q"] and, if need be, its name."""
        if (
            not isinstance(entry, (list, tuple))
            or len(entry) not in (5, 6)
            or not all(isinstance(e, str) for e in entry)
        ):
            self.refuse(place, '[measure, numerator set, denominator set, comparator, "p/q"]')
            return None
        measure, numerator, denominator, comparator, fraction = entry[:5]
        match = _FRACTION.fullmatch(fraction)
        p, q = (int(match[1]), int(match[2])) if match else (0, 0)
        sets = QUORUM_SETS if stage == "quorum" else SETS
        for value, known in ((measure, MEASURES), (numerator, sets), (denominator, sets), (comparator, COMPARATORS)):
            if value not in known:
                self.refuse(f"{place}: {value[:40]}", "one of " + ", ".join(known))
                return None
        # More than all, or at least nothing, would make a test that never or always holds.
        if not 0 < p <= q or (comparator == ">" and p == q):
            self.refuse(f"{place}: {fraction[:40]}", "a fraction p/q above 0 and up to 1/1 (below 1/1 for >)")
            return None
        name = entry[5] if len(entry) == 6 else f"{stage}.{measure}"
        return Test(name, stage, measure, numerator, denominator, comparator, p, q)

    def subgroups(self) -> list[SubgroupRule]:
        found = []
        for entry in self.objects("subgroups", {"by", "tests", "skip_up_to", "also_called"}):
            tests = self.tests("subgroups", entry.get("tests"), "pass")
            if not tests or not isinstance(entry.get("by"), str):
                self.refuse("subgroups", "by and at least one test")
                continue
            skip = self.days("subgroups", entry.get("skip_up_to", 0))
            names = tuple(self.strings("subgroups", entry.get("also_called", [])))
            found.append(SubgroupRule(entry["by"], tuple(tests), skip, names))
        return found

    def drops(self) -> list[Drop]:
        found = []
        for entry in self.objects("drops", {"when", "drop"}):
            when = self.tests("drops", entry.get("when"), "pass")
            measures = tuple(self.strings("drops", entry.get("drop", [])))
            if not when or not measures or not set(measures) <= set(MEASURES):
                self.refuse("drops", "at least one test in when, and measures in drop")
                continue
            found.append(Drop(tuple(when), measures))
        return found

    def fallback(self) -> Fallback | None:
        entry = self.data.get("fallback")
        if entry is None:
            return None
        [entry] = self.objects("fallback", {"rule", "after", "when"}, [entry]) or [{}]
        after = self.strings("fallback", entry.get("after", []))
        when = self.tests("fallback", entry.get("when", []), "pass")
        if not isinstance(entry.get("rule"), str) or not after or not set(after) <= set(OUTCOMES) - {"passed"}:
            self.refuse("fallback", "rule (a key), after (outcomes such as rejected) and, if need be, when (tests)")
            return None
        # The name says that these tests open a second vote; they decide nothing by themselves.
        when = [Test(f"second_vote.{t.measure}", *_rest(t)) for t in when]
        return Fallback(entry["rule"], tuple(after), tuple(when))


def _rest(test: Test) -> tuple[Any, ...]:
    return test.stage, test.measure, test.numerator, test.denominator, test.comparator, test.p, test.q


# Stands in while reasons are being collected; rule_from_data raises before anybody sees it.
_NOTHING = Rule("nothing", "", "", "", "", (), "D", "D")
