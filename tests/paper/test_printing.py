"""Printing sheets: one for each head, one entry for each run, and a new sheet voids the old one."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from participation.kernel.refusal import Refusal
from participation.record.models import LogEntry
from participation.votes.sheet_codes import read_code
from participation.votes.sheet_models import Sheet


def entries(paper, kind):
    with paper.work() as session:
        rows = session.scalars(select(LogEntry.payload).where(LogEntry.kind == kind).order_by(LogEntry.index))
        return [json.loads(payload) for payload in rows]


def test_a_run_prints_one_sheet_for_each_owner_and_stands_in_the_record_with_its_number_alone(paper, vote):
    run = paper.print(vote)
    with paper.work() as session:
        codes = list(session.scalars(select(Sheet.code).where(Sheet.run == run.run)))
    assert len(codes) == len(set(codes)) == run.sheets == 6
    assert all(read_code(code) == code for code in codes)
    assert entries(paper, "sheets-printed") == [{"kind": "sheets-printed", "vote": vote, "run": run.run, "sheets": 6}]


def test_one_owner_a_building_or_only_who_has_not_voted(paper, estate, vote):
    assert paper.print(vote, estate.owners[0]).sheets == 1
    with paper.work() as session:
        building = session.scalars(select(estate.homes[0][0].__class__.building_id)).first()
    assert paper.print(vote, building_id=building).sheets == 6
    estate.cast(vote, estate.owners[1], "yes")
    assert paper.print(vote, only_without_ballot=True).sheets == 5


def test_a_new_sheet_voids_the_older_one(paper, estate, vote):
    wang = estate.owners[0]
    paper.print(vote, wang)
    old = paper.code(vote, wang)
    paper.clock.advance(hours=1)
    paper.print(vote, wang)
    new = paper.code(vote, wang)
    paper.clock.advance(hours=1)
    assert paper.receive(vote, old)[1] == "void"
    assert paper.receive(vote, new)[1] is None


def test_a_sheet_that_was_handed_in_before_the_reprint_was_valid_then(paper, estate, vote):
    wang = estate.owners[0]
    paper.print(vote)
    old, handed_over = paper.code(vote, wang), paper.clock.advance(hours=1)
    paper.clock.advance(hours=1)
    paper.print(vote)
    assert paper.receive(vote, old, handed_over)[1] is None


def test_nothing_is_printed_for_a_secret_election_or_after_the_closing(paper, estate, vote):
    estate.clock.at = estate.closes_at(vote)
    with pytest.raises(Refusal) as refused:
        paper.print(vote)
    assert refused.value.codes == ("phase.closed",)


def test_a_secret_election_has_no_sheets(app, paper, estate):
    from participation.votes.models import Vote

    vote = estate.announce()
    with paper.work() as session:
        session.get(Vote, vote).secret = True
    with pytest.raises(Refusal) as refused:
        paper.print(vote)
    assert refused.value.codes == ("secret",)
