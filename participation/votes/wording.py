"""The arithmetic in plain words, test by test, as sentences that can be translated.

Every sentence is whole, so that each language can order it as it likes; numbers travel as `Amount`, which a page
writes in the reader's way and the command line writes as "2480.00 m2".
"""

from __future__ import annotations

from participation.kernel.sentences import Sentence, say
from participation.votes.election import ElectionVerdict
from participation.votes.rule import Amount
from participation.votes.verdict import TestResult, Verdict


def measure_name(measure: str) -> Sentence:
    """The name of a measure, for table headings."""
    return _MEASURES[measure]


def amount_sentence(amount: Amount, number: str | None = None) -> Sentence:
    """An amount with its unit; `number` is the localised number (default: the machine form)."""
    return Sentence(_UNITS[amount.measure].text, {"n": number or amount.number})


def result_sentences(result: TestResult) -> tuple[Sentence, ...]:
    """What was reached, what is needed, and whether it is enough. For a subgroup, its name comes first."""
    needed = _needed(result)
    what = Sentence(
        _REACHED.get((result.test.numerator, result.test.denominator), _OTHER_PAIR).text,
        {"numerator": result.amount(result.numerator), "denominator": result.amount(result.denominator)},
    )
    sentences = (what, needed, _enough(result))
    if result.group is None:
        return sentences
    by, name = result.group
    return (say("Building %(name)s:", name=name) if by == "building" else say("Part %(name)s:", name=name), *sentences)


def outcome_sentence(verdict: Verdict) -> Sentence:
    """The outcome in one sentence."""
    if verdict.outcome == "second_vote":
        return say("Not decided: a second vote may follow under %(rule)s.", rule=verdict.next_rule)
    return _OUTCOMES[verdict.outcome]


def summary_sentences(verdict: Verdict) -> list[Sentence]:
    """The whole arithmetic in reading order: following, silence, every test, what was not asked, the outcome."""
    sentences: list[Sentence] = []
    if verdict.followed is not None:
        sentences.append(_FOLLOWED[verdict.followed.value])
    if any(verdict.effective.get("silence", {}).values()):
        sentences.append(say("Owners who were notified and stayed silent count as yes."))
    for result in verdict.tests:
        sentences.extend(result_sentences(result))
    sentences += [say("Not asked, because land and floor suffice: %(test)s.", test=r.name) for r in verdict.dropped]
    sentences += [say("%(name)s is too small to be asked by itself.", name=name) for _, name in verdict.skipped]
    if verdict.unasked:
        sentences.append(say("The rule also asks each building by itself; no building was given."))
    for result in verdict.fallback_tests:
        sentences.extend(result_sentences(result))
    return [*sentences, outcome_sentence(verdict)]


def election_sentences(verdict: ElectionVerdict) -> list[Sentence]:
    """The quorum, then what became of the seats."""
    sentences = [sentence for result in verdict.quorum for sentence in result_sentences(result)]
    filled = verdict.seats - verdict.open_seats
    if verdict.outcome == "no_quorum":
        return [*sentences, _OUTCOMES["no_quorum"]]
    sentences.append(say("%(filled)s of %(seats)s seats are filled.", filled=filled, seats=verdict.seats))
    if verdict.tied:
        sentences.append(
            say(
                "%(tied)s candidates have equal support for %(seats)s open seats: draw by lot in public.",
                tied=len(verdict.tied),
                seats=verdict.tied_seats,
            )
        )
    elif verdict.open_seats:
        sentences.append(say("The open seats need another election."))
    return sentences


def _needed(result: TestResult) -> Sentence:
    test = result.test
    if test.p == test.q:
        return say("All of it is needed.")
    if (test.comparator, test.fraction) == (">", "1/2"):
        return say("More than half is needed.")
    texts = {
        ">=": say("At least %(fraction)s is needed.", fraction=test.fraction),
        ">": say("More than %(fraction)s is needed.", fraction=test.fraction),
        "<=": say("At most %(fraction)s is allowed.", fraction=test.fraction),
        "<": say("Less than %(fraction)s is allowed.", fraction=test.fraction),
    }
    return texts[test.comparator]


def _enough(result: TestResult) -> Sentence:
    if result.holds:
        return say("This holds.")
    if result.denominator <= 0:
        return say("Nothing was counted, so this fails.")
    if result.test.comparator in ("<=", "<"):
        return say("%(short)s too much.", short=result.amount(result.short_by))
    return say("%(short)s short.", short=result.amount(result.short_by))


_REACHED: dict[tuple[str, str], Sentence] = {
    ("PART", "ALL"): say("%(numerator)s of %(denominator)s took part."),
    ("PRESENT", "ALL"): say("%(numerator)s of %(denominator)s were present."),
    ("ATTEND", "ALL"): say("%(numerator)s of %(denominator)s attended or sent a ballot."),
    ("YES", "ALL"): say("%(numerator)s of all %(denominator)s said yes."),
    ("YES", "PART"): say("%(numerator)s of %(denominator)s taking part said yes."),
    ("YES", "PRESENT"): say("%(numerator)s of %(denominator)s present said yes."),
    ("YES", "ATTEND"): say("%(numerator)s of %(denominator)s attending said yes."),
    ("YES", "CAST"): say("%(numerator)s of %(denominator)s for or against said yes."),
    ("NO", "ALL"): say("%(numerator)s of all %(denominator)s objected."),
}
# A neighbourhood's own rule may compare any two sets; rare pairs get a plain sentence.
_OTHER_PAIR = say("%(numerator)s compared with %(denominator)s.")

_MEASURES = {
    "heads": say("Heads"),
    "flats": say("Flats"),
    "contracts": say("Contracts"),
    "area": say("Area"),
    "land": say("Land"),
    "floor": say("Building floor area"),
    "share": say("Shares"),
    "quota": say("Quotas"),
    "votes": say("Voting power"),
}
_UNITS = {
    "heads": say("%(n)s heads"),
    "flats": say("%(n)s flats"),
    "contracts": say("%(n)s contracts"),
    "area": say("%(n)s m²"),
    "land": say("%(n)s m² of land"),
    "floor": say("%(n)s m² of floor"),
    "share": say("%(n)s shares"),
    "quota": say("%(n)s of quota"),
    "votes": say("%(n)s votes"),
}
_OUTCOMES = {
    "passed": say("Passed."),
    "rejected": say("Not passed."),
    "no_quorum": say("Too few took part, so nothing was decided."),
    "vetoed": say("Not passed: an affected owner whose consent the law asks for did not agree."),
}
_FOLLOWED = {
    "yes": say("Yes leads on every measure, so ballots that follow the majority count as yes."),
    "no": say("No leads on every measure, so ballots that follow the majority count as no."),
    "abstain": say(
        "Ballots that follow the majority count as abstentions: neither side leads on every measure, "
        "or the rule does not know this choice."
    ),
}
