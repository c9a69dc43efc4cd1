"""The calculator: numbers that somebody typed, put to a shipped rule with the very code that counts the votes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.votes.case import parse_case
from participation.votes.rules import (
    Rule,
    Verdict,
    all_rules,
    decide,
    load_rule,
    measure_name,
    result_sentences,
    summary_sentences,
)
from participation.votes.wording_data import written

LONGEST_NUMBER = 20
MOST_GROUPS = 3
GROUP_CHOICES = ("yes", "no", "abstain")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the form: a set of ballots, and the fields that carry its measures."""

    name: str

    def field(self, measure: str) -> str:
        return f"{self.name}-{measure}"


def rules_by_place() -> dict[str, list[Rule]]:
    """Every shipped rule under its place, in the order in which they ship."""
    places: dict[str, list[Rule]] = {}
    for rule in all_rules():
        places.setdefault(rule.place, []).append(rule)
    return places


def rule_or_none(key: str) -> Rule | None:
    try:
        return load_rule(key)
    except Refusal:
        return None


def rows_of(rule: Rule) -> list[Row]:
    """The lines of numbers that the rule can use. Follow and attendance only where the rule knows them."""
    names = ["roll", "yes", "no", "abstain"]
    if rule.follow_offered:
        names.append("follow")
    if any({test.numerator, test.denominator} & {"PRESENT", "ATTEND"} for test in rule.tests):
        names.append("present")
    return [Row(name) for name in names]


@dataclass(frozen=True, slots=True)
class Answer:
    verdict: Verdict | None
    lines: tuple[tuple[Sentence, ...], ...]  # the arithmetic in words, one line a step, the outcome last
    reasons: tuple[Reason, ...]


def case_of(rule: Rule, typed: Mapping[str, str]) -> dict[str, Any]:
    """The form as a case (docs/rules.md). Fields that were left empty are left out: they mean zero."""
    sets = {row.name: _numbers(typed, row, rule) for row in rows_of(rule)}
    case: dict[str, Any] = {
        "rule": rule.key,
        "roll": sets.pop("roll"),
        "ballots": {name: numbers for name, numbers in sets.items() if name != "present"},
    }
    if sets.get("present"):
        case["present"] = sets["present"]
    groups = [group for number in range(1, MOST_GROUPS + 1) if (group := _group(rule, typed, number)) is not None]
    if groups:
        case["subgroups"] = groups
    if rule.vetoes and typed.get("veto") == "1":
        case["consents"] = dict.fromkeys(rule.vetoes, False)
    return case


def answer(rule: Rule, typed: Mapping[str, str]) -> Answer:
    """The verdict on what was typed, or why there can be none."""
    try:
        checked, tally, _ = parse_case(case_of(rule, typed))
        verdict = decide(checked, tally)
    except Refusal as refusal:
        return Answer(None, (), tuple(_at_the_field(reason, rule) for reason in refusal.reasons))
    return Answer(verdict, _lines(verdict), ())


def _lines(verdict: Verdict) -> tuple[tuple[Sentence, ...], ...]:
    """The summary with the three sentences of each test kept together."""
    rest, waiting = list(summary_sentences(verdict)), [*verdict.tests, *verdict.fallback_tests]
    lines: list[tuple[Sentence, ...]] = []
    while rest:
        together = result_sentences(waiting[0]) if waiting else ()
        if together and tuple(rest[: len(together)]) == together:
            waiting.pop(0)
        else:
            together = (rest[0],)
        lines.append(together)
        del rest[: len(together)]
    return tuple(lines)


def _numbers(typed: Mapping[str, str], row: Row, rule: Rule) -> dict[str, str]:
    found = {measure: _plain(typed.get(row.field(measure), "")) for measure in rule.all_measures}
    return {measure: number for measure, number in found.items() if number}


def _group(rule: Rule, typed: Mapping[str, str], number: int) -> dict[str, Any] | None:
    """The `number`-th building of the form, or None where nothing was typed for it."""
    if not rule.subgroups:
        return None
    row = f"group{number}"
    wanted = rule.subgroups[0]
    measures = tuple(dict.fromkeys(("heads", *(test.measure for test in wanted.tests))))
    roll = {m: n for m in measures if (n := _plain(typed.get(f"{row}-roll-{m}", "")))}
    ballots = {
        choice: {m: n for m in measures if (n := _plain(typed.get(f"{row}-{choice}-{m}", "")))} for choice in GROUP_CHOICES
    }
    if not roll and not any(ballots.values()):
        return None
    return {"by": wanted.by, "name": typed.get(f"{row}-name", "").strip()[:40] or str(number), "roll": roll, "ballots": ballots}


def _plain(typed: str) -> str:
    """A number as people write it: blanks and grouping commas taken out, full-width digits made plain."""
    text = typed.strip()[:LONGEST_NUMBER].translate(_WIDE)
    return "".join(char for char in text if not char.isspace() and char not in ",'")


_WIDE = {ord("０") + digit: ord("0") + digit for digit in range(10)} | {ord("．"): ".", ord("，"): None}


_ROWS = {
    "roll": say("On the roll"), "yes": say("For"), "no": say("Against"), "abstain": say("Abstained"),
    "follow": say("Follow the majority"), "present": say("Present at the meeting"),
}  # fmt: skip


def row_label(name: str) -> Sentence:
    return _ROWS[name]


def _at_the_field(reason: Reason, rule: Rule) -> Reason:
    """Tie a reason about `ballots.yes.area` to the field that carries it, and name the field as the form does."""
    parts = (reason.field or "").split(".")
    parts = parts[1:] if parts[0] == "ballots" else parts
    field = "-".join(parts[:2])
    message = written(reason.message)
    if field not in {row.field(measure) for row in rows_of(rule) for measure in rule.all_measures}:
        return Reason(reason.code, message, reason.remedy and written(reason.remedy))
    if "place" in message.values:
        place = say("%(row)s, %(measure)s", row=_ROWS[parts[0]], measure=measure_name(parts[1]))
        message = Sentence(message.text, {**message.values, "place": place})
    return Reason(reason.code, message, reason.remedy and written(reason.remedy), field)
