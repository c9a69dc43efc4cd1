"""The arithmetic in words, told again from a published result: the stored numbers are the only source.

`votes.wording` speaks of a verdict that has just been reached; a result page speaks of one that was
posted, perhaps years ago, and must not count again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import get_locale

from participation.kernel.sentences import Sentence, say
from participation.votes.presets import law_name
from participation.votes.rule import Amount, Test
from participation.votes.verdict import TestResult
from participation.votes.wording import _FOLLOWED, _OUTCOMES, amount_sentence, measure_name, result_sentences
from participation.web.filters import amount, area
from participation.web.language import ngettext, number, said


def read_test(data: Mapping[str, Any]) -> TestResult:
    """A stored test as the value it was. The name of a group's test is "building.3.heads"."""
    test = Test(
        data["name"], data["stage"], data["measure"], data["numerator_set"], data["denominator_set"], data["comparator"],
        data["p"], data["q"],
    )  # fmt: skip
    return TestResult(test, data["numerator"], data["denominator"], data["holds"], data["short_by"], group_of(data))


def group_of(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """(by, name) of a test that was asked of one building by itself; None for a test of the whole."""
    if data["name"].startswith((f"{data['stage']}.", f"{data['measure']}.")):
        return None
    by, _, rest = data["name"].partition(".")
    return by, rest.removesuffix(f".{data['measure']}")


def question_lines(data: Mapping[str, Any]) -> list[list[Sentence]]:
    """The whole arithmetic of a decision in reading order, one line a step, the outcome last."""
    lines: list[list[Sentence]] = []
    if data["followed"] is not None:
        lines.append([_FOLLOWED[data["followed"]]])
    if any(data["effective"].get("silence", {}).values()):
        lines.append([say("Owners who were notified and stayed silent count as yes.")])
    lines += [list(result_sentences(read_test(test))) for test in data["tests"]]
    lines += [[say("Not asked, because land and floor suffice: %(test)s.", test=test["name"])] for test in data["dropped"]]
    return [*lines, [outcome_words(data)]]


def outcome_words(data: Mapping[str, Any]) -> Sentence:
    """The outcome of a decision or an election in one sentence."""
    if data["outcome"] == "second_vote":
        return say("Not decided: a second vote may follow under %(rule)s.", rule=data["next_rule"])
    if data["outcome"] in _OUTCOMES and "candidates" not in data:
        return _OUTCOMES[data["outcome"]]
    return {
        "elected": say("All seats are filled."),
        "partly": say("Some seats are filled; the open seats need another election."),
        "tied": say("Candidates have equal support for the last seats: draw by lot in public."),
        "rejected": say("Nobody reached what is needed; the seats need another election."),
        "no_quorum": say("Too few took part, so nobody was elected."),
    }[data["outcome"]]


def election_lines(data: Mapping[str, Any]) -> list[list[Sentence]]:
    """The quorum of an election, the seats that are filled, and what follows."""
    lines = [list(result_sentences(read_test(test))) for test in data["tests"]]
    filled = data["seats"] - data["open_seats"]
    if data["outcome"] != "no_quorum":
        lines.append([say("%(filled)s of %(seats)s seats are filled.", filled=filled, seats=data["seats"])])
    return [*lines, [outcome_words(data)]]


def test_words(test: Test) -> Sentence:
    """What a rule asks, in one sentence."""
    sets = {
        "ALL": say("all on the roll"), "PART": say("those taking part"), "PRESENT": say("those present"),
        "ATTEND": say("those attending or sending a ballot"), "CAST": say("for and against together"),
        "YES": say("for"), "NO": say("against"),
    }  # fmt: skip
    values = {
        "measure": measure_name(test.measure), "numerator": sets[test.numerator], "denominator": sets[test.denominator],
        "fraction": test.fraction,
    }  # fmt: skip
    if test.p == test.q and test.comparator == ">=":
        return Sentence(say("%(measure)s: %(numerator)s must be %(denominator)s.").text, values)
    return {
        ">=": say("%(measure)s: %(numerator)s, at least %(fraction)s of %(denominator)s.", **values),
        ">": say("%(measure)s: %(numerator)s, more than %(fraction)s of %(denominator)s.", **values),
        "<=": say("%(measure)s: %(numerator)s, at most %(fraction)s of %(denominator)s.", **values),
        "<": say("%(measure)s: %(numerator)s, less than %(fraction)s of %(denominator)s.", **values),
    }[test.comparator]


test_words.__test__ = False  # type: ignore[attr-defined]  # not a test case, whatever a test runner thinks


def spoken(sentence: Any) -> str:
    """Say a sentence to the reader of this page, amounts written as this reader writes them."""
    return str(said(written(sentence) if isinstance(sentence, Sentence) else sentence))


def law(text: str) -> str:
    """A source or clause as the reader of this page cites it."""
    return law_name(text, get_locale().language)


def spoken_line(sentences: Iterable[Any]) -> str:
    """Several sentences after one another; Chinese sets no blank between them."""
    between = "" if get_locale().language == "zh" else " "
    return between.join(spoken(sentence) for sentence in sentences)


def written(sentence: Sentence) -> Sentence:
    """The sentence with its amounts as texts in the reader's own way."""
    return Sentence(sentence.text, {name: _written(name, value) for name, value in sentence.values.items()})


def _written(name: str, value: Any) -> Any:
    if not isinstance(value, Amount):
        return value
    if value.measure == "area":
        return area(value.units)
    if value.measure == "heads":
        # "3 of 5 owners": the unit stands once, with the whole.
        return number(value.units) if name == "numerator" else ngettext("%(num)s owner", "%(num)s owners", value.units)
    plain = amount(value.units, value.measure).removesuffix("\N{NO-BREAK SPACE}m²")
    return str(said(amount_sentence(value, plain)))
