"""From the first page to the receipt: what owners, co-owners, tenants and strangers meet on the way to the box."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.database import db
from participation.votes.models import Ballot, CoOwnerStatement, VoteCount
from tests.support.client import ParsingClient
from tests.support.people import Make, Neighbourhood
from tests.votes.pages_support import Hall, words


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


def ballots(app: Flask) -> list[Any]:
    with app.app_context():
        return list(db.session.execute(select(Ballot.receipt, Ballot.choices, Ballot.turn).order_by(Ballot.id)))


def turnout(app: Flask, vote_id: int) -> tuple[int, int]:
    with app.app_context():
        count = db.session.get_one(VoteCount, vote_id)
        return count.part_heads, count.part_area


def question(vote: Any, number: int = 0) -> str:
    return f"question-{vote.questions[number].id}"


def test_wang_votes_from_the_first_page_to_the_receipt_in_four_pages(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    client.sign_in(lane.wang, unlocked=True)
    home = client.see("/")
    assert [e.attrib["href"] for e in home.select("a.primary")] == [f"/votes/{vote.id}/ballot"]

    client.see(f"/votes/{vote.id}/ballot")
    assert "You own 2 homes here, 170.50 m² together: one owner, one ballot." in words(client)
    client.submit("review", **{question(vote): "yes"})
    assert "For your 2 homes, 170.50 m² together. One ballot." in words(client)
    assert not ballots(app), "nothing is stored before the last step"

    client.submit("/ballots")
    (receipt, choices, _turn), = ballots(app)
    assert client.page.path == f"/receipts/{receipt}"
    assert choices == {str(vote.questions[0].id): "yes"}
    assert "Your ballot is in the box" in words(client)
    assert turnout(app, vote.id) == (1, 17050)


def test_a_double_tap_and_a_retry_lead_to_the_same_receipt(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    client.submit("review", **{question(vote): "yes"})
    sent = {name: values[0] for name, values in client.page.form("/ballots").values().items()}
    places = [client.send(f"/votes/{vote.id}/ballots", **sent).location for _ in range(3)]
    assert len(set(places)) == 1
    assert len(ballots(app)) == 1
    assert turnout(app, vote.id) == (1, 17050)


def test_two_tabs_with_the_same_choice_get_the_same_receipt_and_another_choice_is_refused(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    client.sign_in(lane.wang, unlocked=True)
    tabs = []
    for choice in ("yes", "yes", "no"):
        client.see(f"/votes/{vote.id}/ballot")
        client.submit("review", **{question(vote): choice})
        tabs.append({name: values[0] for name, values in client.page.form("/ballots").values().items()})
    first, second, third = (client.send(f"/votes/{vote.id}/ballots", **tab) for tab in tabs)
    assert first.location == second.location
    assert third.status_code == 409
    assert "You have already voted, and this rule allows no change." in words(client)
    assert client.page.select(f'a[href="{first.location}"]'), "the way to the receipt stands on the page"
    assert [row.choices for row in ballots(app)] == [{str(vote.questions[0].id): "yes"}]


def test_nothing_chosen_is_asked_for_on_top_and_what_was_chosen_is_kept(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open(questions=2)
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    answer = client.submit("review", **{question(vote, 1): "no"})
    assert answer.status_code == 422
    assert client.page.select(f'.errors a[href="#{question(vote)}"]')
    assert client.page.form("review").values()[question(vote, 1)] == ["no"]


def test_the_ballot_asks_for_the_pin_first(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    vote = hall.open()
    client.sign_in(lane.wang)
    answer = client.get(f"/votes/{vote.id}/ballot")
    assert answer.status_code == 303
    assert answer.location == f"/unlock?next=/votes/{vote.id}/ballot"


def test_the_tenant_zhao_is_told_why_and_what_she_can_do(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    vote = hall.open()
    client.sign_in(lane.zhao, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot", 409)
    assert "You are not registered as an owner of a home in this vote." in words(client)
    assert "every household, tenants too, is asked in consultations" in words(client)
    assert not client.see(f"/votes/{vote.id}").select("a.primary")


def test_zhao_cannot_cast_for_deng_by_forging_the_form(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    with app.app_context():
        from participation.votes.electors import electors_of

        deng = electors_of(lane.deng.id, vote.id)[0].id
    client.sign_in(lane.zhao, unlocked=True)
    answer = client.send(f"/votes/{vote.id}/ballots", elector=deng, key="k" * 20, **{question(vote): "yes"})
    assert answer.status_code == 409
    assert client.send(f"/votes/{vote.id}/ballot/review", elector=deng, **{question(vote): "yes"}).status_code == 409
    assert not ballots(app)


def test_sun_learns_that_li_is_named_to_vote(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    vote = hall.open()
    client.sign_in(lane.sun, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot", 409)
    assert "The owners of this home have named Li to vote." in words(client)


def test_a_ballot_sent_after_the_deadline_is_refused_and_explained(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    hall.clock.at = vote.closes_at - timedelta(seconds=30)  # type: ignore[operator]
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    client.submit("review", **{question(vote): "yes"})
    hall.clock.at = vote.closes_at  # type: ignore[assignment]
    answer = client.submit("/ballots")
    assert answer.status_code == 409
    assert "The vote has closed." in words(client)
    assert "what was not sent by then could not be taken" in words(client)
    assert not ballots(app)


def test_before_the_opening_there_is_no_ballot(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    vote = hall.announce()
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot", 409)
    assert "not open yet" in words(client)
    assert "opens on 26 Mar 2026, 09:00" in client.see("/").text("main")


def test_a_stranger_is_led_to_the_way_in_and_staff_and_drafts_get_nothing(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote, draft = hall.open(), hall.draft()
    assert client.get(f"/votes/{vote.id}/ballot").location == f"/welcome?next=/votes/{vote.id}/ballot"
    client.see(f"/votes/{draft.id}", 404)
    client.sign_in(lane.lin, "staff")
    client.see(f"/votes/{vote.id}/ballot", 404)
    client.see(f"/votes/{draft.id}", 404)


def test_where_the_rule_allows_it_a_ballot_can_be_changed_and_both_stay_on_record(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    hall.amend_rule(vote, may_change="until_close")
    client.sign_in(lane.wang, unlocked=True)
    first = hall.cast(vote, lane.wang, "yes")
    client.see(f"/votes/{vote.id}")
    assert "You may change your ballot until" in words(client)
    client.see(f"/votes/{vote.id}/ballot")
    assert client.page.form("review").values()[question(vote)] == ["yes"]
    assert client.page.select(f'a[href="/receipts/{first.receipt}"]')
    client.submit("review", **{question(vote): "no"})
    client.submit("/ballots")
    rows = ballots(app)
    assert [(row.turn, row.choices[str(vote.questions[0].id)]) for row in rows] == [(1, "yes"), (2, "no")]
    assert turnout(app, vote.id)[0] == 1
    client.see(f"/receipts/{first.receipt}")
    assert "A later ballot of the same owner has replaced this one." in words(client)


def test_a_rule_with_votes_by_name_says_so_before_the_choice(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    named, secret = hall.announce(rule="kr.condo.rebuild"), hall.announce()
    hall.clock.at = named.opens_at  # type: ignore[assignment]
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{named.id}/ballot")
    assert "Your choice will be public" in words(client)
    assert "Only you and who owns the home with you can see" not in words(client)
    client.see(f"/votes/{secret.id}/ballot")
    assert "Your choice will be public" not in words(client)
    assert "Only you and who owns the home with you can see what you choose." in words(client)


def test_wang_elects_at_most_as_many_as_there_are_seats(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open(questions=0, candidates=[("Li", "Gardens"), ("Sun", ""), ("Qian", "")], seats=2)
    ids = [candidate.id for candidate in vote.questions[0].candidates]
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    assert "Gardens" in words(client)
    answer = client.submit("review", **{question(vote): [str(i) for i in ids]})
    assert answer.status_code == 422
    assert "You ticked 3 candidates; at most 2 can be chosen." in words(client)
    client.submit("review", **{question(vote): [str(ids[0]), str(ids[2])]})
    client.submit("/ballots")
    assert [row.choices for row in ballots(app)] == [{str(vote.questions[0].id): [ids[0], ids[2]]}]


def test_an_election_without_a_tick_says_none_of_the_candidates_before_it_is_cast(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open(questions=0, candidates=[("Li", ""), ("Sun", "")], seats=1)
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    client.submit("review")
    assert "None of the candidates" in words(client)
    client.submit("/ballots")
    assert [row.choices for row in ballots(app)] == [{str(vote.questions[0].id): []}]


class TestCoOwners:
    """Bao and Fang own 2-301 together and have named nobody."""

    @pytest.fixture
    def pair(self, make: Make, lane: Neighbourhood) -> Neighbourhood:
        for name, four in (("Bao", "3031"), ("Fang", "3032")):
            lane.people[name] = make.person(name)
            lane.holders[name] = make.titleholder(lane.unit, name, four, person=lane.people[name])
        lane.homes["2-301"] = make.home(lane.unit, "2-301", 8000, [lane.holders["Bao"], lane.holders["Fang"]])
        return lane

    def test_fang_is_told_that_bao_has_voted_and_when(
        self, client: ParsingClient, hall: Hall, pair: Neighbourhood
    ) -> None:
        vote = hall.open()
        ballot = hall.cast(vote, pair.bao, "yes")
        client.sign_in(pair.fang, unlocked=True)
        client.see(f"/votes/{vote.id}")
        assert "B**, who owns it with you, cast its ballot on 26 Mar 2026, 09:00." in words(client)
        client.see(f"/votes/{vote.id}/ballot", 409)
        assert "Another owner of this home has already voted. A home votes once." in words(client)
        client.see(f"/receipts/{ballot.receipt}")
        assert "What I chose" in words(client), "a co-owner of the head may see what it chose"

    def test_fang_says_otherwise_and_the_home_takes_no_part_in_that_question(
        self, app: Flask, client: ParsingClient, hall: Hall, pair: Neighbourhood
    ) -> None:
        vote = hall.open()
        ballot = hall.cast(vote, pair.bao, "yes")
        client.sign_in(pair.fang, unlocked=True)
        client.see(f"/votes/{vote.id}/co-owner-statement")
        assert "for neither side" in words(client)
        client.submit("co-owner-statements", **{question(vote): "no"})
        assert "You have said on record that you would have chosen otherwise." in words(client)
        client.see(f"/receipts/{ballot.receipt}")
        assert "The owners of this home contradict each other" in words(client)
        hall.count(vote)
        client.see(f"/votes/{vote.id}/result")
        assert "1 owner with 80.00 m² is not counted in this question" in words(client)

    def test_a_statement_without_an_answer_is_asked_for_and_nothing_is_stored(
        self, app: Flask, client: ParsingClient, hall: Hall, pair: Neighbourhood
    ) -> None:
        vote = hall.open()
        hall.cast(vote, pair.bao, "yes")
        client.sign_in(pair.fang, unlocked=True)
        client.see(f"/votes/{vote.id}/co-owner-statement")
        assert client.submit("co-owner-statements").status_code == 422
        with app.app_context():
            assert not db.session.scalar(select(func.count()).select_from(CoOwnerStatement))

    def test_bao_who_also_owns_alone_chooses_which_ballot(
        self, client: ParsingClient, make: Make, hall: Hall, pair: Neighbourhood
    ) -> None:
        make.home(pair.unit, "2-401", 5000, [pair.holders["Bao"]])
        vote = hall.open()
        client.sign_in(pair.bao, unlocked=True)
        page = client.see(f"/votes/{vote.id}/ballot")
        links = [e.attrib["href"] for e in page.select('main a[href*="elector="]')]
        assert len(links) == 2
        client.see(links[1])
        assert "1-2-401 counts with 50.00 m²" in words(client)


def test_a_public_correction_changes_the_weight_on_the_ballot_and_can_take_the_head_away(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    from participation.database import transaction
    from participation.votes.services.correcting import correct_area, remove_home

    vote = hall.open()
    with app.app_context(), transaction():
        correct_area(vote.id, lane.homes["1-101"].id, 8526, "Register of 2025", lane.lin.id, hall.clock)
        remove_home(vote.id, lane.homes["1-S1"].id, "Not a separate property", lane.lin.id, hall.clock)
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    assert "You own 2 homes here, 170.51 m² together: one owner, one ballot." in words(client)
    assert "1-1-101 85.26 m²" in words(client)
    client.sign_in(lane.qian, unlocked=True)
    client.see(f"/votes/{vote.id}")
    assert "A public correction has taken this home off the voting roll." in words(client)
    client.see(f"/votes/{vote.id}/ballot", 409)
    assert "A public correction has taken this home off the voting roll." in words(client)
