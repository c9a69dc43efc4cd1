"""A case as a file: rule, roll and ballots in, verdict out. For `flask rules check`, tests and the calculator page.

Numbers are read as text and become integers at once; a floating-point number never exists.  A case that cannot be
true is refused with every reason (`CaseError`), and never gets a verdict.  The form is in docs/rules.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from participation.kernel.quantities import HUNDREDTHS, parse_hundredths
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.presets import all_rules, load_rule
from participation.votes.rule import COUNTED, MEASURES, Rule
from participation.votes.rule_data import LISTS, rule_from_data
from participation.votes.tally import Choice, Subgroup, Tally
from participation.votes.verdict import TestResult, Verdict, decide

LARGEST_FILE = 4 * 1024 * 1024
_FIELDS = ("rule", "roll", "ballots", "present", "subgroups", "consents")
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


class CaseError(Refusal):
    """The case cannot be decided as it stands; `reasons` say why and what to do."""


class JsonNumber(str):
    """A number exactly as it was written in the file."""


def read_case(content: bytes | str) -> dict[str, Any]:
    """The object in a JSON file. Raises CaseError for anything else: not UTF-8, a key twice, NaN, no object."""
    if len(content) > LARGEST_FILE:
        raise CaseError(Reason("too_large", say("The file is larger than %(most)s bytes.", most=LARGEST_FILE)))
    try:
        # Spreadsheet and notepad programs begin UTF-8 files with a mark; it carries no meaning.
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        data = json.loads(
            text,
            parse_int=JsonNumber,
            parse_float=JsonNumber,
            parse_constant=_no_constant,
            object_pairs_hook=_no_key_twice,
        )
    except UnicodeDecodeError as error:
        raise CaseError(
            Reason("not_utf8", say("The file is not UTF-8 (byte %(at)s).", at=error.start), say("Save it as UTF-8."))
        ) from None
    except RecursionError:
        raise CaseError(Reason("too_deep", say("The file is nested too deeply."))) from None
    except json.JSONDecodeError as error:
        raise CaseError(
            Reason(
                "not_json",
                say("The file is not JSON: line %(line)s, column %(column)s.", line=error.lineno, column=error.colno),
                say("Compare it with the example in docs/rules.md."),
            )
        ) from None
    if not isinstance(data, dict):
        raise CaseError(Reason("not_object", say("A case is an object with rule, roll and ballots.")))
    return data


def check_case(data: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict on a case, as plain JSON values: weighed measures as '4800.00', counted ones as integers.

    `data` holds numbers as int, str or JsonNumber. Raises CaseError with every reason found.
    """
    rule, tally, ignored = parse_case(data)
    try:
        verdict = decide(rule, tally)
    except Refusal as refusal:
        raise CaseError(*refusal.reasons) from None
    return verdict_to_data(verdict) | ({"ignored": ignored} if ignored else {})


def parse_case(data: Mapping[str, Any]) -> tuple[Rule, Tally, list[str]]:
    """(rule, tally, measures that were given but that the rule does not ask). Raises CaseError."""
    if not isinstance(data, Mapping):
        raise CaseError(Reason("not_object", say("A case is an object with rule, roll and ballots.")))
    reasons = [_unknown(shown(name), _FIELDS) for name in data if name not in _FIELDS]
    reasons += [
        Reason("missing", say("The field %(field)s is missing.", field=name), say("Add it."), name)
        for name in _FIELDS[:3]
        if name not in data
    ]
    if reasons:
        raise CaseError(*reasons)
    reader = _Reader(_rule_of(data["rule"]), data["roll"])
    tally = Tally(
        roll=reader.quantities("roll", data["roll"]),
        ballots=reader.ballots("ballots", data["ballots"]),
        present=reader.quantities("present", data["present"]) if "present" in data else None,
        subgroups=reader.subgroups(data.get("subgroups", [])),
        consents=reader.consents(data.get("consents", {})),
    )
    reader.check_measures(tally)
    if reader.reasons:
        raise CaseError(*reader.reasons)
    return reader.rule, tally, reader.ignored


def verdict_to_data(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain JSON values."""
    data: dict[str, Any] = {
        "outcome": verdict.outcome,
        "rule": verdict.rule,
        "source": verdict.source,
        "tests": [result_to_data(result) for result in verdict.tests],
        "followed": verdict.followed.value if verdict.followed else None,
        "effective": {
            choice: {measure: _out(measure, units) for measure, units in quantities.items()}
            for choice, quantities in verdict.effective.items()
        },
    }
    if verdict.dropped:
        data["dropped"] = [result_to_data(result) for result in verdict.dropped]
    if verdict.skipped:
        data["skipped"] = [{"by": by, "name": name} for by, name in verdict.skipped]
    if verdict.unasked:
        data["unasked"] = list(verdict.unasked)
    if verdict.vetoed_by:
        data["vetoed_by"] = list(verdict.vetoed_by)
    if verdict.fallback_tests:
        data["fallback_tests"] = [result_to_data(result) for result in verdict.fallback_tests]
    if verdict.next_rule:
        data["next_rule"] = verdict.next_rule
    return data


def result_to_data(result: TestResult) -> dict[str, Any]:
    """One test as plain JSON values."""
    data = {
        "name": result.name,
        "stage": result.test.stage,
        "measure": result.measure,
        "numerator": _out(result.measure, result.numerator),
        "denominator": _out(result.measure, result.denominator),
        "comparator": result.test.comparator,
        "fraction": result.test.fraction,
        "holds": result.holds,
        "short_by": _out(result.measure, result.short_by),
    }
    return data | ({"subgroup": {"by": result.group[0], "name": result.group[1]}} if result.group else {})


def shown(value: Any) -> str:
    """Somebody else's text, short and printable, for a message."""
    text = value if isinstance(value, str) else type(value).__name__
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() else "?" for c in text[:40]) + ("..." if len(text) > 40 else "")


def _out(measure: str, units: int) -> int | str:
    # Plain division is exact here: divmod on integers, never a float.
    return units if measure in COUNTED else "{}.{:02d}".format(*divmod(units, HUNDREDTHS))


def _no_constant(name: str) -> None:
    raise CaseError(Reason("not_a_number", say("%(value)s is not a number.", value=name)))


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        twice = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise CaseError(
            Reason("key_twice", say("The key %(key)s is given twice.", key=shown(twice)), say("Keep one of the two."))
        )
    return data


def _unknown(name: str, known: tuple[str, ...]) -> Reason:
    return Reason(
        "unknown_field", say("Unknown field %(name)s.", name=name), say("Use: %(known)s.", known=", ".join(known)), name
    )


def _rule_of(value: Any) -> Rule:
    """A shipped rule by its key, or a neighbourhood's own rule as an object."""
    try:
        if not isinstance(value, Mapping):
            return load_rule(value if isinstance(value, str) and not isinstance(value, JsonNumber) else shown(value))
        rule = rule_from_data(_plain_numbers(value))
    except Refusal as refusal:
        raise CaseError(*refusal.reasons) from None
    if any(rule.key == shipped.key and rule != shipped for shipped in all_rules()):
        raise CaseError(
            Reason(
                "key_taken",
                say("The key %(key)s belongs to a rule of the law.", key=rule.key),
                say("Give your own rule a key of its own."),
                "rule.key",
            )
        )
    return rule


def _plain_numbers(value: Any) -> Any:
    """Numbers of a rule (days, group sizes) are small and whole; others stay text and are refused as such."""
    if isinstance(value, JsonNumber):
        return int(value) if re.fullmatch(r"[0-9]{1,6}", value) else str(value)
    if isinstance(value, Mapping):
        return {key: _plain_numbers(inner) for key, inner in value.items()}
    return [_plain_numbers(inner) for inner in value] if isinstance(value, list) else value


class _Reader:
    """Reads the parts of a case and keeps every reason, so that a case is corrected in one go."""

    def __init__(self, rule: Rule, roll: Any):
        self.rule = rule
        # The law's other word for a measure ("votes" for shares) names the same thing, unless the roll has both.
        self.aliases = {
            name: measure
            for name, measure in rule.also_called.items()
            if isinstance(roll, Mapping) and name in roll and name not in rule.all_measures and measure not in roll
        }
        self.reasons: list[Reason] = []
        self.ignored: list[str] = []

    def refuse(self, code: str, place: str, expected: str) -> None:
        self.reasons.append(
            Reason(
                code,
                say("%(place)s cannot be read.", place=place),
                say("Expected: %(expected)s.", expected=expected),
                place,
            )
        )

    def quantities(self, place: str, data: Any) -> dict[str, int]:
        if not isinstance(data, Mapping):
            self.refuse("not_object", place, "an object from measure to number")
            return {}
        found: dict[str, int] = {}
        for name, value in data.items():
            if name not in MEASURES:
                self.refuse("unknown_measure", f"{place}.{shown(name)}", "one of " + ", ".join(MEASURES))
                continue
            measure = str(self.aliases.get(name, name))
            if measure in found:
                self.refuse("measure_twice", f"{place}.{name}", f"{measure} only once")
                continue
            found[measure] = self.quantity(f"{place}.{name}", measure, value)
        return found

    def quantity(self, place: str, measure: str, value: Any) -> int:
        """One number in units of its measure."""
        text = str(value) if type(value) is int and abs(value) < 10**40 else value
        if not isinstance(text, str) or isinstance(value, bool):
            self.refuse("not_a_number", place, 'a whole number, or a text such as "4800.00"')
            return 0
        match = _NUMBER.fullmatch(text) if text.isascii() else None
        if match is None:
            self.refuse("not_a_number", place, f"digits with a point at most, not {shown(text)}")
        elif text.startswith("-"):
            self.refuse("negative", place, f"zero or more, not {shown(text)}")
        else:
            return self._units(place, measure, text)
        return 0

    def _units(self, place: str, measure: str, text: str) -> int:
        decimals = text.partition(".")[2]
        try:
            hundredths = parse_hundredths(text)
        except ValueError:
            too_many = len(decimals) > 2
            expected = "at most two decimals" if too_many else "at most twelve digits before the point"
            self.refuse("too_many_decimals" if too_many else "too_large", place, f"{expected}, not {shown(text)}")
            return 0
        if measure not in COUNTED:
            return hundredths
        if hundredths % HUNDREDTHS:
            self.refuse("fractional", place, f"a whole number: {measure} are counted, not {shown(text)}")
        return hundredths // HUNDREDTHS

    def ballots(self, place: str, data: Any) -> dict[str, dict[str, int]]:
        if not isinstance(data, Mapping):
            self.refuse("not_object", place, "an object from choice to measures")
            return {}
        found = {}
        for choice, quantities in data.items():
            if choice not in list(Choice):
                self.refuse("unknown_choice", f"{place}.{shown(choice)}", "one of " + ", ".join(Choice))
            else:
                found[choice] = self.quantities(f"{place}.{choice}", quantities)
        return found

    def subgroups(self, data: Any) -> tuple[Subgroup, ...]:
        if not isinstance(data, list):
            self.refuse("not_list", "subgroups", "a list of groups")
            return ()
        keys = {"by", "name", "roll", "ballots"}
        found = []
        for number, entry in enumerate(data, 1):
            place = f"subgroups.{number}"
            if not isinstance(entry, Mapping) or set(entry) != keys:
                self.refuse("subgroup", place, "an object with by, name, roll and ballots")
                continue
            by, name = entry["by"], entry["name"]
            if not all(isinstance(t, str) and 0 < len(t) <= 80 and t.isprintable() for t in (by, name)):
                self.refuse("subgroup", place, "a short text for by and for name")
                continue
            roll, ballots = (
                self.quantities(f"{place}.roll", entry["roll"]),
                self.ballots(f"{place}.ballots", entry["ballots"]),
            )
            found.append(Subgroup(str(by), str(name), roll, ballots))
        return tuple(found)

    def consents(self, data: Any) -> dict[str, bool]:
        if not isinstance(data, Mapping):
            self.refuse("not_object", "consents", 'an object such as {"affected_owner": true}')
            return {}
        for name, value in data.items():
            if name not in LISTS["vetoes"]:
                self.refuse("unknown_consent", f"consents.{shown(name)}", "one of " + ", ".join(LISTS["vetoes"]))
            elif not isinstance(value, bool):
                self.refuse("not_a_consent", f"consents.{name}", "true or false")
        return dict(data)

    def check_measures(self, tally: Tally) -> None:
        """Other measures than the rule's are left aside and named; but not where the rule's own are missing."""
        asked = self.rule.all_measures
        given = dict.fromkeys((*tally.roll, *(m for quantities in tally.ballots.values() for m in quantities)))
        self.ignored = [measure for measure in given if measure not in asked]
        missing = [measure for measure in self.rule.measures if measure not in tally.roll]
        if self.ignored and missing and not self.reasons:
            self.refuse("measure_not_of_rule", "roll", f"{', '.join(missing)}, which {self.rule.key} asks")
