"""What an owner reads about the own paper ballot, on the vote's page and where the ballot is."""

from __future__ import annotations

import pytest

from participation.votes.models import Vote
from tests.paper.desk_of import PaperDesk
from tests.votes.pages_support import Hall, words


class Owner:
    def __init__(self, app, make, lane, client):
        self.lane, self.client, self.hall = lane, client, Hall(app, lane)
        self.paper = PaperDesk(app, make, lane.unit)
        self.vote = self.hall.open()

    def sees(self, person=None, path: str = "") -> str:
        self.client.sign_in(person or self.lane.wang, unlocked=True)
        self.client.get(f"/votes/{self.vote.id}{path}", follow_redirects=True)
        return words(self.client)


@pytest.fixture
def owner(app, make, lane, client) -> Owner:
    return Owner(app, make, lane, client)


def test_received_being_read_counted(owner):
    wang = owner.lane.wang.id
    return_id = owner.paper.hand_in(owner.vote.id, wang)
    assert "Your paper ballot is being read" in owner.sees()
    assert "Vote now" not in owner.sees()
    assert "Two persons are reading it" in owner.sees(path="/ballot")
    owner.paper.read_twice(owner.vote.id, return_id, "no")
    text = owner.sees()
    assert "Your ballot was read and is in the box" in text and "on paper" in text and "See the receipt" in text
    assert "Vote now" not in text and "already voted" in owner.sees(path="/ballot")
    owner.sees()
    receipt = next(link for link in owner.client.page.links() if link.startswith("/receipts/"))
    owner.client.see(receipt)
    assert "Against" in words(owner.client)


@pytest.mark.parametrize(("flaw", "told"), [("unsigned", "it is not signed"), ("torn", "torn or damaged"), ("blank", "no valid answer on it")])
def test_a_sheet_that_could_not_be_counted_says_why_and_what_to_do(owner, flaw, told):
    return_id = owner.paper.hand_in(owner.vote.id, owner.lane.wang.id)
    owner.paper.read_twice(owner.vote.id, return_id, flaw=flaw)
    for path in ("", "/ballot"):
        text = owner.sees(path=path)
        assert "Your paper ballot could not be counted" in text and told in text
        assert "You can still vote: here on your phone" in text
    owner.hall.cast(owner.vote, owner.lane.wang)
    assert "You can still vote" not in owner.sees()


def test_a_late_sheet_is_told_with_the_way_to_object(owner):
    owner.paper.print(owner.vote.id)
    owner.hall.close(owner.vote)
    owner.paper.receive(owner.vote.id, owner.paper.code(owner.vote.id, owner.lane.wang.id))
    text = owner.sees()
    assert "it came in at or after the closing" in text and "you can object to the count" in text


def test_two_ways_are_told_to_the_owner_and_to_nobody_else(owner):
    wang = owner.lane.wang
    owner.hall.cast(owner.vote, wang, "yes")
    owner.paper.clock.advance(hours=1)
    owner.paper.read_twice(owner.vote.id, owner.paper.hand_in(owner.vote.id, wang.id), "no")
    text = owner.sees()
    assert "Two ballots came in for you; one counts" in text
    assert "came by phone" in text and "came on paper" in text
    assert "Two ballots" not in owner.sees(owner.lane.qian)


def test_a_co_owner_can_say_otherwise_about_a_ballot_on_paper(owner):
    li, sun = owner.lane.li, owner.lane.sun
    vote = owner.vote.id
    owner.paper.read_twice(vote, owner.paper.hand_in(vote, li.id), "yes")
    assert "I would have voted otherwise" in owner.sees(li)
    field = f"question-{owner.vote.questions[0].id}"
    owner.client.see(f"/votes/{vote}/co-owner-statement")
    owner.client.submit("/co-owner-statements", **{field: "no"})
    assert "You have said on record that you would have chosen otherwise" in owner.sees(li)
    assert "Your ballot was read" in owner.sees(sun)


def test_a_sole_owner_is_offered_nothing_to_contradict(owner):
    owner.paper.read_twice(owner.vote.id, owner.paper.hand_in(owner.vote.id, owner.lane.wang.id), "yes")
    assert "I would have voted otherwise" not in owner.sees()


def test_the_ballot_of_a_sheet_with_a_question_left_blank_is_shown_to_its_owner(app, make, lane, client):
    owner = Owner(app, make, lane, client)
    owner.vote = owner.hall.open("With a committee", candidates=[("Liu", ""), ("He", "")], seats=1)
    with owner.paper.work() as session:
        yes_no, election = session.get(Vote, owner.vote.id).questions
        choices = {str(yes_no.id): "yes", str(election.id): "blank"}
    return_id = owner.paper.hand_in(owner.vote.id, lane.wang.id)
    assert owner.paper.read_twice(owner.vote.id, return_id, choices) == "counted"
    owner.sees()
    owner.client.see(next(link for link in owner.client.page.links() if link.startswith("/receipts/")))
    assert "No valid answer on the sheet" in words(owner.client)


def test_invalid_papers_stand_on_the_result_by_reason_and_never_in_the_verdict(owner):
    vote, lane = owner.vote.id, owner.lane
    owner.paper.read_twice(vote, owner.paper.hand_in(vote, lane.wang.id), "yes")
    owner.paper.read_twice(vote, owner.paper.hand_in(vote, lane.qian.id), flaw="unsigned")
    owner.paper.read_twice(vote, owner.paper.hand_in(vote, lane.deng.id), flaw="unsigned")
    owner.hall.count(owner.vote)
    owner.client.see(f"/votes/{vote}/result")
    text = words(owner.client)
    assert "Paper ballots that could not be counted" in text and "never in the verdict" in text
    assert "not signed 2" in text
    assert "received at or after the closing" not in text
