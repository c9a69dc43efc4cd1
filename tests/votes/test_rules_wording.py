"""The arithmetic in words."""

from __future__ import annotations

import pytest

from participation.votes.rules import (
    MEASURES,
    Amount,
    Rule,
    Subgroup,
    Tally,
    all_rules,
    amount_sentence,
    decide,
    load_rule,
    measure_name,
    result_sentences,
    summary_sentences,
)


def words(key: str, tally: Tally) -> list[str]:
    return [str(sentence) for sentence in summary_sentences(decide(load_rule(key), tally))]


def test_each_test_says_what_was_reached_what_is_needed_and_whether_it_is_enough() -> None:
    tally = Tally(
        {"heads": 90, "area": 720000}, {"yes": {"heads": 30, "area": 248000}, "no": {"heads": 30, "area": 232000}}
    )
    verdict = decide(load_rule("cn.278.ordinary"), tally)
    assert [str(s) for s in result_sentences(verdict.tests[2])] == [
        "2480.00 m2 of 4800.00 m2 taking part said yes.",
        "More than half is needed.",
        "This holds.",
    ]
    assert [str(s) for s in result_sentences(verdict.tests[3])][-1] == "1 heads short."
    assert str(summary_sentences(verdict)[-1]) == "Not passed."


def test_amounts_travel_unwritten_so_that_a_page_can_write_them() -> None:
    verdict = decide(load_rule("sg.84a"), Tally({"share": 1000, "area": 1000}, {"yes": {"share": 800, "area": 800}}))
    assert summary_sentences(verdict)[0].values == {
        "numerator": Amount("share", 800),
        "denominator": Amount("share", 1000),
    }


def test_following_silence_dropping_skipping_and_second_votes_are_said() -> None:
    both = {"heads": 20, "area": 2000}
    assert (
        "Yes leads on every measure"
        in words("cn.278.ordinary", Tally(both, {"yes": {"heads": 5, "area": 5}, "follow": {"heads": 1}}))[0]
    )
    assert "stayed silent count as yes" in words("es.17.3", Tally({"heads": 5, "quota": 5}, {}))[0]
    taiwan = Tally({"heads": 9, "land": 9, "floor": 9}, {"yes": {"land": 9, "floor": 9}})
    assert "Not asked, because land and floor suffice: pass.heads." in words("tw.renewal.37", taiwan)
    assert words("fr.25", Tally({"share": 9}, {"yes": {"share": 3}}))[-1].startswith("Not decided: a second vote")
    groups = (
        Subgroup("building", "A", {"heads": 5}, {}),
        Subgroup("building", "B", {"heads": 10}, {"yes": {"heads": 5}}),
    )
    korea = words("kr.rebuild", Tally({"heads": 20, "land": 9}, {"yes": {"heads": 20, "land": 9}}, subgroups=groups))
    assert "A is too small to be asked by itself." in korea
    assert korea[korea.index("Building B:") + 1] == "5 heads of all 10 heads said yes."


def test_too_many_objections_are_too_much_and_nothing_is_nothing() -> None:
    tally = Tally(
        {"heads": 9, "share": 9},
        {"yes": {"heads": 2, "share": 2}, "no": {"heads": 6}},
        present={"heads": 3, "share": 3},
    )
    assert "2 heads too much." in words("tw.condo.32", tally)
    assert "Nothing was counted, so this fails." in words("de.25", Tally({}, {}))


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.key)
def test_every_test_of_every_rule_has_words_of_its_own(rule: Rule) -> None:
    sentences = words(rule.key, Tally(dict.fromkeys(rule.measures, 100), {"yes": dict.fromkeys(rule.measures, 1)}))
    assert not any("compared with" in sentence for sentence in sentences)
    assert not any("%(" in sentence for sentence in sentences)


def test_every_measure_has_a_name_and_a_unit() -> None:
    for measure in MEASURES:
        assert str(measure_name(measure))
        assert "7" in str(amount_sentence(Amount(measure, 7), "7"))
    assert str(amount_sentence(Amount("area", 248000), "2,480.00")) == "2,480.00 m²"
