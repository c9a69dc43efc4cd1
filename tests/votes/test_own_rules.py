"""A neighbourhood's own rules: added as data, used in a vote, frozen with it, unknown next door."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from participation.kernel.refusal import Refusal
from participation.votes.own_rules import add_rule, rule_for, rules_for
from participation.votes.rules import load_rule, rule_to_data
from tests.support.estates import RULE, Estate


def strict(key="lane.strict"):
    """The ordinary rule, but nine tenths must agree: a covenant may ask for more than the law."""
    rule = load_rule(RULE)
    tests = tuple(replace(test, comparator=">=", p=9, q=10) if test.stage == "pass" else test for test in rule.tests)
    return rule_to_data(replace(rule, key=key, title="Nine tenths", tests=tests))


def test_a_vote_is_decided_by_the_neighbourhoods_own_rule(app, make):
    estate = Estate(app, make, [1] * 10)
    with estate.work():
        add_rule(estate.unit.id, strict(), estate.clock.now())
    vote = estate.announce(rule="lane.strict")
    estate.cast_all(vote, yes=8, no=2)
    assert estate.close(vote)["questions"][0]["outcome"] == "rejected"


def test_a_newer_version_does_not_touch_a_vote_that_was_announced(app, make):
    estate = Estate(app, make, [1] * 10)
    with estate.work():
        add_rule(estate.unit.id, strict(), estate.clock.now())
    vote = estate.announce(rule="lane.strict")
    with estate.work():
        add_rule(estate.unit.id, rule_to_data(replace(load_rule(RULE), key="lane.strict")), estate.clock.now())
        assert rule_for(estate.unit.id, "lane.strict").tests == load_rule(RULE).tests
    estate.cast_all(vote, yes=8, no=2)
    assert estate.close(vote)["questions"][0]["outcome"] == "rejected"


def test_the_neighbourhood_next_door_does_not_know_it(app, make):
    estate, next_door = Estate(app, make, [1]), make.unit("Next door")
    with estate.work():
        add_rule(estate.unit.id, strict(), estate.clock.now())
        assert "lane.strict" in {rule.key for rule in rules_for(estate.unit.id)}
        assert "lane.strict" not in {rule.key for rule in rules_for(next_door.id)}
        with pytest.raises(Refusal):
            rule_for(next_door.id, "lane.strict")


def test_a_rule_that_ships_cannot_be_replaced(app, make):
    estate = Estate(app, make, [1])
    with estate.work(), pytest.raises(Refusal) as refused:
        add_rule(estate.unit.id, strict(key=RULE), estate.clock.now())
    assert refused.value.codes == ("rule_key_taken",)


def test_the_command_adds_a_rule_and_tells_what_is_wrong_with_a_bad_one(app, make, tmp_path):
    estate, runner = Estate(app, make, [1]), app.test_cli_runner()
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(strict()))
    bad.write_text(json.dumps(strict() | {"pass": [["area", "YES", "PART", "=>", "1/2"]]}))
    assert runner.invoke(args=["rules", "add", str(good), "--unit", estate.unit.slug]).output == "lane.strict: Nine tenths\n"
    refused = runner.invoke(args=["rules", "add", str(bad), "--unit", estate.unit.slug])
    assert refused.exit_code == 2 and "=>" in refused.output
