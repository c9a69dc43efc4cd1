"""The calculator: worked examples typed into the page, and what cannot be decided explained at its field."""

from __future__ import annotations

from typing import Any

import pytest

from participation.votes.rules import all_rules
from tests.support.client import ParsingClient
from tests.votes.pages_support import words

# docs/rules.md, worked examples 1 to 6: 90 homes of 80.00 m2.
EXAMPLES = [
    ("cn.278.ordinary", {"yes": 31, "no": 29}, "Passed."),
    ("cn.278.ordinary", {"yes": 30, "no": 30}, "Not passed."),
    ("cn.278.ordinary", {"yes": 59}, "Too few took part, so nothing was decided."),
    ("cn.278.special", {"yes": 45, "no": 15}, "Passed."),
    ("cn.278.ordinary", {"yes": 28, "no": 22, "follow": 10}, "Passed."),
    ("cn.278.ordinary", {"yes": 25, "no": 25, "follow": 10}, "Not passed."),
]


def fields(heads: dict[str, int]) -> dict[str, Any]:
    typed: dict[str, Any] = {"roll-heads": 90, "roll-area": "7,200.00"}
    for choice, number in heads.items():
        typed |= {f"{choice}-heads": number, f"{choice}-area": number * 80}
    return typed


@pytest.mark.parametrize(("rule", "heads", "outcome"), EXAMPLES)
def test_the_worked_examples_come_out_as_the_law_says(
    client: ParsingClient, rule: str, heads: dict[str, int], outcome: str
) -> None:
    client.see(f"/calculator?rule={rule}")
    client.submit("calculator", **{name: str(value) for name, value in fields(heads).items()})
    assert client.page.one(".callout .title").text == outcome


@pytest.mark.parametrize(
    ("language", "rule", "law"),
    [
        ("zh", "cn.278.special", "《中华人民共和国民法典》第二百七十八条第二款第一句、第二句"),
        ("ko", "kr.rebuild", "「도시 및 주거환경정비법」 제35조제3항"),
        ("en", "cn.278.special", "Civil Code of the People's Republic of China, art. 278(2), sentences 1 and 2"),
    ],
)
def test_the_law_is_cited_in_its_own_language_to_its_readers(client: ParsingClient, language: str, rule: str, law: str) -> None:
    client.language = language
    client.see(f"/calculator?rule={rule}")
    assert law in client.text()


def test_one_hundredth_of_a_square_metre_decides_and_is_told(client: ParsingClient) -> None:
    client.see("/calculator?rule=cn.278.special")
    typed = fields({"yes": 45, "no": 15}) | {"yes-area": "3599.99", "no-area": "1200.01"}
    client.submit("calculator", **{name: str(value) for name, value in typed.items()})
    assert client.page.one(".callout .title").text == "Not passed."
    assert "0.01 m² short." in words(client)


def test_the_address_holds_the_numbers_so_that_a_result_can_be_shared(client: ParsingClient) -> None:
    client.see("/calculator?rule=cn.278.ordinary&roll-heads=90&roll-area=7200&yes-heads=60&yes-area=4800")
    assert client.page.form("calculator").values()["yes-area"] == ["4800"]
    assert "Passed." in words(client)


@pytest.mark.parametrize(
    ("typed", "field", "complaint"),
    [
        ({"yes-heads": "many"}, "yes-heads", "For, Heads cannot be read."),
        ({"yes-area": "80.001"}, "yes-area", "For, Area cannot be read."),
        ({"yes-heads": "-1"}, "yes-heads", "For, Heads cannot be read."),
        ({"roll-heads": "1.5"}, "roll-heads", "On the roll, Heads cannot be read."),
        ({"yes-heads": "91"}, None, "the roll holds only"),
    ],
)
def test_what_cannot_be_decided_is_refused_on_top_and_what_was_typed_is_kept(
    client: ParsingClient, typed: dict[str, str], field: str | None, complaint: str
) -> None:
    client.see("/calculator?rule=cn.278.ordinary")
    answer = client.submit("calculator", **{"roll-heads": "90", "roll-area": "7200", **typed})
    assert answer.status_code == 422
    assert complaint in words(client)
    if field:
        assert client.page.select(f'.errors a[href="#{field}"]')
    for name, value in typed.items():
        assert client.page.form("calculator").values()[name] == [value]


def test_a_building_that_fails_alone_rejects_a_korean_rebuilding(client: ParsingClient) -> None:
    client.see("/calculator?rule=kr.rebuild")
    client.submit(
        "calculator",
        **{
            "roll-heads": "200", "roll-land": "20000", "yes-heads": "140", "yes-land": "15000", "no-heads": "60",
            "no-land": "5000", "group1-name": "B", "group1-roll-heads": "20", "group1-yes-heads": "10",
            "group1-no-heads": "10",
        },
    )  # fmt: skip
    assert client.page.one(".callout .title").text == "Not passed."
    assert "Building B:" in words(client)


def test_every_shipped_rule_has_its_form_its_source_and_the_words_of_caution(client: ParsingClient) -> None:
    client.see("/calculator")
    listed = {e.attrib["value"] for e in client.page.select("#rule option")}
    assert listed == {rule.key for rule in all_rules()}
    for rule in all_rules():
        client.see(f"/calculator?rule={rule.key}")
        assert rule.source in words(client)
        assert "Check with local counsel." in words(client)


def test_an_unknown_rule_is_not_there(client: ParsingClient) -> None:
    client.see("/calculator?rule=xx.1", 404)
