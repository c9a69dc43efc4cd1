"""What a secret election must say before its notice, and what its board brings back after closing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask

from participation.database import db, transaction
from participation.votes.electors import electors_of
from participation.votes.models import Vote
from participation.votes.secret.board_key import board_secret, new_secret
from participation.votes.secret.drafting import make_open, make_secret
from participation.votes.secret_models import SecretBoard, SecretMark
from participation.votes.services.closing import count_preliminarily
from participation.votes.services.discarding import discard_draft
from participation.votes.services.drafting import put_question
from participation.votes.services.noticing import publish_notice, still_missing
from tests.support.people import Neighbourhood
from tests.votes.secret_support import MEMBERS, Booth, entries, number, refused


@pytest.fixture
def booth(app: Flask, lane: Neighbourhood) -> Booth:
    return Booth(app, lane.unit)


def reasons(app: Flask, booth: Booth, vote: Vote) -> set[str]:
    with app.app_context():
        return {reason.code for reason in still_missing(db.session.get_one(Vote, vote.id), booth.clock.now())}


def test_a_complete_draft_lacks_nothing_and_its_notice_carries_the_key(app: Flask, booth: Booth) -> None:
    vote = booth.draft()
    assert reasons(app, booth, vote) == set()
    with app.app_context(), transaction():
        publish_notice(vote.id, None, booth.clock)
    [notice] = entries(app, "notice")
    assert notice["secret"] == {
        "board_key": booth.board.public.line, "fingerprint": booth.board.public.fingerprint, "board": MEMBERS,
    }  # fmt: skip


def test_decisions_and_rules_that_weigh_area_are_not_secret(app: Flask, booth: Booth) -> None:
    vote = booth.draft(rule="cn.278.ordinary")
    assert "secret_area" in reasons(app, booth, vote)
    vote = booth.draft()
    with app.app_context(), transaction():
        put_question(db.session.get_one(Vote, vote.id), "And the pipes?", "use_fund", "de.25")
    assert "secret_decision" in reasons(app, booth, vote)


def test_the_councils_rule_asks_for_secrecy_and_secrecy_for_a_key(app: Flask, booth: Booth) -> None:
    vote = booth.draft()
    with app.app_context(), transaction():
        make_open(db.session.get_one(Vote, vote.id))
    assert reasons(app, booth, vote) == {"not_secret"}
    with app.app_context(), transaction():
        db.session.get_one(Vote, vote.id).secret = True
    assert reasons(app, booth, vote) == {"no_board"}


@pytest.mark.parametrize(("key", "members", "code"), [("", MEMBERS, "board_key_missing"), (None, " ", "board_members"), (None, "x" * 400, "board_members_long")])
def test_a_board_needs_a_whole_key_and_names(app: Flask, booth: Booth, key: str | None, members: str, code: str) -> None:
    vote = booth.draft()
    with app.app_context(), transaction():
        refused(code, make_secret, db.session.get_one(Vote, vote.id), booth.board.public.line if key is None else key, members)


def test_the_key_cannot_be_exchanged_after_the_notice(app: Flask, booth: Booth) -> None:
    vote = booth.announce()
    with app.app_context(), transaction():
        refused("announced", make_secret, db.session.get_one(Vote, vote.id), booth.board.public.line, MEMBERS)
        refused("announced", make_open, db.session.get_one(Vote, vote.id))


def test_a_secret_draft_can_be_thrown_away(app: Flask, booth: Booth) -> None:
    vote = booth.draft()
    with app.app_context(), transaction():
        discard_draft(db.session.get_one(Vote, vote.id))
    assert number(app, SecretBoard) == 0


# What comes back from the board.


def test_nothing_is_counted_before_the_board_has_opened_the_box(app: Flask, booth: Booth) -> None:
    vote = booth.open()
    booth.close(vote)
    with app.app_context(), transaction():
        refused("not_opened", count_preliminarily, vote.id, None, booth.clock)


def test_figures_are_taken_once_and_a_changed_file_is_refused(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.clock.at = vote.closes_at  # type: ignore[assignment]
    booth.close(vote)
    file = booth.opened(vote)
    changed = json.loads(file)
    changed["figures"]["questions"][0]["approvals"][1]["heads"] = 1
    refused("not_signed", booth.accept, vote, json.dumps(changed).encode())
    refused("no_result", booth.accept, vote, b"<html>")
    booth.accept(vote, file)
    booth.accept(vote, file)
    refused("opened", booth.accept, vote, json.dumps(changed).encode())
    assert len(entries(app, "secret-result")) == 1


def test_figures_of_an_earlier_election_of_the_same_board_are_refused(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    first = booth.open()
    booth.cast(first, lane.wang, ["Bai"])
    booth.close(first)
    old = booth.opened(first)
    booth.clock.at += timedelta(days=1)
    second = booth.open()
    booth.cast(second, lane.wang, ["Cai"])
    booth.close(second)
    refused("other_box", booth.accept, second, old)


def test_figures_before_the_box_is_closed_are_refused(booth: Booth, lane: Neighbourhood) -> None:
    first = booth.open()
    booth.close(first)
    file = booth.opened(first)
    second = booth.open()
    refused("phase.open", booth.accept, second, file)
    booth.clock.at = second.closes_at  # type: ignore[assignment]
    refused("box_open", booth.accept, second, file)


def test_a_mark_added_behind_the_application_is_noticed_at_the_count(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.close(vote)
    booth.accept(vote)
    with app.app_context(), transaction():
        elector = electors_of(lane.qian.id, vote.id)[0]
        db.session.add(SecretMark(elector_id=elector.id, vote_id=vote.id, cast_by_id=lane.qian.id, day="2026-03-26"))
    with app.app_context(), transaction():
        refused("ballots_and_marks", count_preliminarily, vote.id, None, booth.clock)


def test_a_key_exchanged_behind_the_application_takes_no_ballot_and_closes_no_box(
    app: Flask, booth: Booth, lane: Neighbourhood
) -> None:
    """Whoever could make owners seal their ballots to another key could read them all."""
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    with app.app_context(), transaction():
        db.session.get_one(SecretBoard, vote.id).key = board_secret(new_secret()).public.line
    refused("board_key_changed", booth.cast, vote, lane.qian, ["Bai"])
    refused("board_key_changed", booth.close, vote)
    assert number(app, SecretMark) == 1


def test_names_exchanged_behind_the_application_let_no_ballot_be_opened(app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.close(vote)
    with app.app_context(), transaction():
        first, second = db.session.get_one(Vote, vote.id).questions[0].candidates[:2]
        first.name, second.name = second.name, first.name
    app.extensions["ballot_papers"].clear()  # as after a new start of the site
    refused("not_opened", booth.opened, vote)
