"""A co-owner who has contradicted the home's ballot agrees after all: counted again, and every word stays on record."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select

from participation.database import db, transaction
from participation.desk.contradictions import contradictions
from participation.kernel.refusal import Refusal
from participation.record.commitment import canonical, commit
from participation.record.models import LogEntry
from participation.votes.counting import count
from participation.votes.electors import electors_of
from participation.votes.evidence.openings import openings
from participation.votes.models import CoOwnerStatement, CoOwnerWithdrawal, Vote
from participation.votes.receipts import whereabouts
from participation.votes.services.agreeing import withdraw_statement
from participation.votes.services.casting import standing_ballot, state_as_co_owner
from participation.votes.services.erasing import erase_vote
from tests.support.client import ParsingClient
from tests.support.people import Make, Neighbourhood
from tests.votes.pages_support import Hall, words


class Couple:
    """Bao and Fang own 2-301 together and have named nobody; Bao has voted yes, the vote is open."""

    def __init__(self, app: Flask, make: Make, lane: Neighbourhood):
        self.hall = Hall(app, lane)
        holders = []
        for name, four in (("Bao", "4041"), ("Fang", "4042")):
            lane.people[name] = make.person(name)
            holders.append(make.titleholder(lane.unit, name, four, person=lane.people[name]))
        make.home(lane.unit, "2-301", 8000, holders)
        self.bao, self.fang = lane.people["Bao"], lane.people["Fang"]
        self.vote = self.hall.open()
        self.ballot = self.hall.cast(self.vote, self.bao, "yes")
        self.question = str(self.vote.questions[0].id)
        with app.app_context():
            self.elector = electors_of(self.fang.id, self.vote.id)[0].id

    def state(self, choice: str = "no") -> CoOwnerStatement:
        with self.hall.app.app_context(), transaction():
            return state_as_co_owner(self.vote.id, self.elector, self.fang.id, {self.question: choice}, self.hall.clock)

    def agree(self, person_id: int | None = None) -> CoOwnerWithdrawal:
        with self.hall.app.app_context(), transaction():
            return withdraw_statement(self.vote.id, self.elector, person_id or self.fang.id, self.hall.clock)

    def seen(self) -> tuple[dict[str, int], tuple[int, ...], int]:
        """The unresolved of the count, the disputed questions of the receipt, the contradictions at the desk."""
        with self.hall.app.app_context(), transaction(write=False):
            vote = db.session.get_one(Vote, self.vote.id)
            ballot = standing_ballot(vote.id, self.elector)
            assert ballot is not None
            return count(vote)["questions"][0]["unresolved"], whereabouts(vote, ballot).disputed, len(contradictions(vote.id))


NOBODY = ({"heads": 0, "area": 0}, (), 0)


@pytest.fixture
def couple(app: Flask, make: Make, lane: Neighbourhood) -> Couple:
    return Couple(app, make, lane)


def test_the_home_counts_again_everywhere_and_what_was_said_is_still_there(couple: Couple) -> None:
    disputed = ({"heads": 1, "area": 8000}, (int(couple.question),), 1)
    couple.state()
    assert couple.seen() == disputed
    couple.agree()
    assert couple.seen() == NOBODY
    assert couple.state().turn == 2, "whoever has agreed may still think otherwise"
    assert couple.seen() == disputed
    couple.agree()
    assert couple.seen() == NOBODY
    with couple.hall.app.app_context():
        assert len(db.session.scalars(select(CoOwnerStatement)).all()) == 2


def test_it_is_on_record_sealed_and_an_auditor_can_open_it(couple: Couple) -> None:
    statement = couple.state()
    withdrawal = couple.agree()
    with couple.hall.app.app_context(), transaction(write=False):
        entry = db.session.scalars(select(LogEntry).where(LogEntry.index == withdrawal.log_index)).one()
        (opening,) = [o for o in openings(couple.vote.id, entry.index + 1) if o.index == entry.index]
    said = json.loads(entry.payload)
    assert said == {
        "kind": "co-owner-statement-withdrawn", "vote": couple.vote.id, "statement": statement.log_index,
        "commitment": commit(opening.salt, canonical(opening.content)).hex(),
    }  # fmt: skip
    assert opening.content["statement"] == statement.log_index


def test_only_who_said_it_takes_it_back_once_and_while_the_vote_is_open(couple: Couple) -> None:
    for person in (couple.fang.id, couple.bao.id):
        with pytest.raises(Refusal) as refused:
            couple.agree(person)
        assert refused.value.codes == ("nothing_to_take_back",)
    couple.state()
    with pytest.raises(Refusal):
        couple.agree(couple.bao.id)
    couple.hall.close(couple.vote)
    with pytest.raises(Refusal) as refused:
        couple.agree()
    assert refused.value.codes == ("phase.closed",)
    assert couple.seen()[0] == {"heads": 1, "area": 8000}


def test_after_the_retention_time_both_can_be_erased(couple: Couple) -> None:
    couple.state()
    couple.agree()
    couple.hall.count(couple.vote)
    couple.hall.finish(couple.vote)
    couple.hall.clock.advance(days=6 * 366)
    with couple.hall.app.app_context(), transaction():
        gone = erase_vote(couple.vote.id, None, couple.hall.clock)
    assert (gone["co_owner_statements"], gone["co_owner_withdrawals"]) == (1, 1)


def test_fang_agrees_after_all_on_the_page_of_the_vote(client: ParsingClient, couple: Couple) -> None:
    client.sign_in(couple.fang, unlocked=True)
    page = f"/votes/{couple.vote.id}"
    client.see(page)
    assert not [form for form in client.page.forms() if form.action.endswith("/withdrawal")]
    couple.state()
    client.see(page)
    client.submit("/withdrawal")
    assert "You agree after all. It is on record" in client.text()
    assert "You have said on record" not in words(client)
    assert "I would have voted otherwise" in words(client)
    client.see(f"/receipts/{couple.ballot.receipt}")
    assert "contradict" not in words(client)
    answer = client.send(f"{page}/co-owner-statements/withdrawal", elector=str(couple.elector))
    assert answer.status_code == 409
    assert "You have said nothing about this ballot that could be taken back." in words(client)


def test_who_said_the_same_has_nothing_to_agree_to(client: ParsingClient, couple: Couple) -> None:
    couple.state("yes")
    client.sign_in(couple.fang, unlocked=True)
    client.see(f"/votes/{couple.vote.id}")
    assert "You have said on record that you chose the same." in words(client)
    assert not [form for form in client.page.forms() if form.action.endswith("/withdrawal")]
