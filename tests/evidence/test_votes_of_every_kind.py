"""The worked examples, buildings by themselves, ballots that may be changed, rehearsals: each through the site and the file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from participation.database import db
from participation.roll.models import Building, HomeFact, Stairwell
from participation.roll.models import Home as HomeRow
from participation.votes.electors import electors_of
from participation.votes.models import Vote
from participation.votes.own_rules import add_rule
from participation.votes.services import agreeing, casting, closing, correcting, drafting, noticing
from tests.evidence.support import codes, verify, write_evidence
from tests.support.estates import Estate

KOREAN: dict[str, Any] = {
    "key": "ours.rebuild", "title": "Rebuild", "source": "Our covenant", "clause": "1", "confidence": "D",
    "pass": [["heads", "YES", "ALL", ">=", "7/10"], ["area", "YES", "ALL", ">=", "7/10"]],
    "subgroups": [{"by": "building", "skip_up_to": 2, "tests": [["heads", "YES", "ALL", ">", "1/2", "own"]]}],
    "coowners": "no_consent", "may_change": "until_close", "separate_by_channel": True, "objection_days": 7,
    "notice_days": 15, "window_min_days": 5, "window_max_days": 60,
}  # fmt: skip


def holds(app, vote, tmp_path, outcome=None):
    for auditor in (False, True):
        code, report = verify(write_evidence(app, vote, tmp_path / f"{auditor}.zip", auditor=auditor))
        assert (report["wrong"], code) == ([], 0)
        found = [line["values"]["outcome"] for line in report["results"] if line["code"] == "outcome"]
        assert outcome is None or found == [outcome]
    return report


@pytest.mark.parametrize(
    ("homes", "rule", "cast", "outcome"),
    [
        pytest.param([1] * 90, "cn.278.ordinary", {"yes": 31, "no": 29}, "passed", id="1"),
        pytest.param([1] * 90, "cn.278.ordinary", {"yes": 30, "no": 30}, "rejected", id="2"),
        pytest.param([1] * 90, "cn.278.ordinary", {"yes": 59}, "no_quorum", id="3"),
        pytest.param([1] * 90, "cn.278.special", {"yes": 45, "no": 15}, "passed", id="4"),
        pytest.param([1] * 90, "cn.278.ordinary", {"yes": 28, "no": 22, "follow": 10}, "passed", id="6"),
        pytest.param([1] * 90, "cn.278.ordinary", {"yes": 25, "no": 25, "follow": 10}, "rejected", id="6 at a tie"),
        pytest.param([10] + [1] * 20, "cn.278.ordinary", {"yes": 7, "no": 7}, "rejected", id="7"),
        pytest.param([40] + [1] * 60, "cn.278.ordinary", {"no": 1, "yes": 41}, "passed", id="8 with the developer"),
        pytest.param([1] * 90, "cn.278.ordinary", {"yes": 30, "no": 10, "abstain": 20}, "rejected", id="9"),
    ],
)
def test_worked_examples(app, make, tmp_path, homes, rule, cast, outcome):
    estate = Estate(app, make, homes)
    vote = estate.announce(rule=rule)
    estate.cast_all(vote, **cast)
    estate.close(vote)
    holds(app, vote, tmp_path, outcome)


def test_example_5_one_hundredth_of_a_square_metre(app, make, tmp_path):
    """45 of 60 heads, and 3,599.99 of 4,800.00 m2: a correction takes the last 0.01."""
    estate = Estate(app, make, [1] * 90)
    vote = estate.announce(rule="cn.278.special")
    lin = make.person("Lin").id
    with estate.work():
        correcting.correct_area(vote, estate.homes[0][0].id, 7999, "The register", lin, estate.clock)
    with estate.work():
        correcting.correct_area(vote, estate.homes[50][0].id, 8001, "The register", lin, estate.clock)
    estate.cast_all(vote, yes=45, no=15)
    estate.close(vote)
    report = holds(app, vote, tmp_path, "rejected")
    short = [line["values"]["short"] for line in report["results"] if line["code"] == "test" and not line["values"]["holds"]]
    assert short == ["0.01"]


def two_buildings(app, make) -> Estate:
    """Ten owners in building 1, six in building 2, and two in building 3, which is too small to be asked."""
    estate = Estate(app, make, [1] * 18)
    with estate.work() as session:
        first = session.query(Building).filter_by(unit_id=estate.unit.id).one()
        for number, name in ((2, "2"), (3, "3")):
            building = Building(unit_id=estate.unit.id, name=name, position=number)
            session.add(building)
            session.flush()
            stair = Stairwell(building_id=building.id, name="1", position=1)
            session.add(stair)
            session.flush()
            for homes in estate.homes[10:16] if number == 2 else estate.homes[16:]:
                for home in homes:
                    row = session.get(HomeRow, home.id)
                    row.building_id, row.stairwell_id = building.id, stair.id
        assert first.name == "1"
        add_rule(estate.unit.id, KOREAN, estate.clock.now())
    return estate


def test_each_building_is_counted_by_itself(app, make, tmp_path):
    estate = two_buildings(app, make)
    vote = estate.announce(rule="ours.rebuild")
    for owner in [*estate.owners[:10], *estate.owners[10:13], *estate.owners[16:]]:
        estate.cast(vote, owner, "yes")
    with estate.work() as session:  # owner 0 buys the home of owner 13: his head counts in both buildings
        fact = session.query(HomeFact).filter_by(home_id=estate.homes[13][0].id).one()
        mine = session.query(HomeFact).filter_by(home_id=estate.homes[0][0].id).one()
        session.add(HomeFact(
            unit_id=estate.unit.id, home_id=fact.home_id, effective_at=estate.clock.now(), area=8000, area_basis="registry",
            kind="dwelling", title="registered", owner_id=mine.owner_id,
        ))  # fmt: skip
    lin = make.person("Lin").id
    with estate.work():
        correcting.remove_home(vote, estate.homes[13][0].id, "Sold", lin, estate.clock)
    with estate.work():
        correcting.add_home(vote, estate.homes[13][0].id, "Bought", lin, estate.clock)
    result = estate.close(vote)["questions"][0]
    assert {test["name"]: test["numerator"] for test in result["tests"]}["building.2.heads"] == 4
    holds(app, vote, tmp_path, "passed")


def test_half_of_a_building_is_not_more_than_half(app, make, tmp_path):
    estate = two_buildings(app, make)
    vote = estate.announce(rule="ours.rebuild")
    for owner in [*estate.owners[:13], *estate.owners[16:]]:
        estate.cast(vote, owner, "yes")
    estate.close(vote)
    holds(app, vote, tmp_path, "rejected")


def test_ballots_that_may_be_changed_and_statements_taken_back(app, make, tmp_path):
    estate = Estate(app, make, [1] * 4)
    first, second = make.person("First"), make.person("Second")
    holders = [make.titleholder(estate.unit, p.name, four, person=p) for p, four in ((first, "7001"), (second, "7002"))]
    make.home(estate.unit, "1-900", 8000, holders)
    with estate.work():
        add_rule(estate.unit.id, {**KOREAN, "subgroups": []}, estate.clock.now())
    vote = estate.announce(rule="ours.rebuild")
    for choice in ("no", "yes", "abstain", "yes"):
        estate.clock.advance(hours=1)
        estate.cast(vote, estate.owners[0], choice, key=f"{choice}-{estate.clock.now()}")
    estate.cast_all(vote, abstain=0, no=0)
    for owner in estate.owners[1:]:
        estate.cast(vote, owner, "yes")
    estate.cast(vote, first.id, "yes")
    question = str(estate.questions(vote)[0])
    with estate.work():
        elector = electors_of(second.id, vote)[0].id
        casting.state_as_co_owner(vote, elector, second.id, {question: "no"}, estate.clock)
    with estate.work():
        agreeing.withdraw_statement(vote, elector, second.id, estate.clock)
    estate.close(vote)
    report = holds(app, vote, tmp_path, "passed")
    values = next(line["values"] for line in report["checked"] if line["code"] == "ballots")
    assert values == {"number": 8, "standing": 5, "replaced": 3, "aside": 0}


def test_a_hastened_rehearsal_and_an_extended_vote(app, make, tmp_path):
    estate = Estate(app, make, [1] * 3)
    opens = estate.clock.now() + timedelta(days=3, microseconds=123456)
    with estate.work():
        vote = drafting.draft_vote(estate.unit.id, "Practice", None, estate.clock.now())
        drafting.put_question(vote, "Shall we?", "other", "cn.278.ordinary")
        drafting.change_draft(vote, rehearsal=True, opens_at=opens, closes_at=opens + timedelta(days=1))
        noticing.publish_notice(vote.id, None, estate.clock)
        vote_id = vote.id
    estate.clock.advance(hours=1, microseconds=700000)
    with estate.work():
        noticing.hasten(vote_id, None, estate.clock)
    estate.cast_all(vote_id, yes=3)
    with estate.work():
        noticing.extend(vote_id, estate.clock.now() + timedelta(days=20), "More time to practise", None, estate.clock)
    estate.clock.advance(minutes=1)
    with estate.work():
        noticing.hasten(vote_id, None, estate.clock)
    with estate.work():
        closing.count_preliminarily(vote_id, None, estate.clock)
    with estate.work():
        noticing.hasten(vote_id, None, estate.clock)
    with estate.work():
        closing.finalise(vote_id, None, estate.clock)
    with estate.work():
        closing.archive(vote_id, None, estate.clock)
    holds(app, vote_id, tmp_path, "passed")


def test_a_second_vote_of_the_neighbourhood_does_not_disturb(app, make, tmp_path):
    estate = Estate(app, make, [1] * 6)
    first = estate.announce()
    second = estate.announce()
    estate.cast_all(second, yes=4)
    with estate.work() as session:
        assert session.get(Vote, first).closes_at > estate.clock.now()
    estate.cast_all(first, no=6)
    estate.close(second)
    estate.close(first)
    assert holds(app, first, tmp_path, "rejected")["holds"]
    assert holds(app, second, tmp_path, "passed")["holds"]
    with estate.work():
        assert db.session.get(Vote, first).unit_id == db.session.get(Vote, second).unit_id


def test_refused_consent_of_an_affected_owner_stops_the_decision(app, make, tmp_path):
    estate = Estate(app, make, [1] * 6)
    vote = estate.announce({"text": "A lift?", "matter": "lift", "rule_key": "cn.lift", "consent": "refused"})
    estate.cast_all(vote, yes=6)
    estate.close(vote)
    assert "count" in codes(holds(app, vote, tmp_path, "vetoed"), "checked")
