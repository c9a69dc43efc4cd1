"""On the phone: voting for another, being told of it, taking an authority back, objecting."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from participation.database import db, transaction
from participation.votes.behalf_models import AuthorityRevocation
from participation.votes.models import Ballot, Objection, Vote
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.support.queries import count_queries
from tests.votes.behalf_support import cast_as, elector_id_of, give, standing
from tests.votes.pages_support import Hall, words

QIAN = ("Qian", "5005")


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


@pytest.fixture
def vote(app: Flask, lane: Neighbourhood, hall: Hall) -> Vote:
    """Open; Qian holds Deng's proxy."""
    found = hall.open()
    give(app, found.id, elector_id_of(app, found.id, lane.deng), QIAN, lane.lin)
    return found


def field(vote: Vote) -> str:
    return f"question-{vote.questions[0].id}"


def test_the_holder_chooses_whose_ballot_and_reads_in_whose_name(
    app: Flask, lane: Neighbourhood, client: ParsingClient, vote: Vote
) -> None:
    client.sign_in(lane.qian, unlocked=True)
    client.see("/")
    assert "You can vote for 1 other owner, in that owner's name." in words(client)
    client.see(f"/votes/{vote.id}/ballot")
    assert "In the name of Deng" in words(client)
    deng = elector_id_of(app, vote.id, lane.deng)
    client.see(f"/votes/{vote.id}/ballot?elector={deng}")
    assert "You vote in the name of Deng" in words(client)
    assert "You hold this owner's written proxy for this vote." in words(client)
    client.submit("review", **{field(vote): "yes"})
    assert "In the name of Deng: 1-2-101, 90.00 m²" in words(client)
    client.submit("/ballots")
    assert "Cast on the owner's behalf by proxy: Qian." in words(client)
    assert standing(app, deng).authority_id is not None
    client.see(f"/votes/{vote.id}")
    assert "For Deng" in words(client)
    assert "You cast the ballot on" in words(client)
    client.see("/")
    assert "You have voted for another owner" in words(client)


def test_the_owner_is_told_on_the_first_page_and_on_the_votes_page_and_objects(
    app: Flask, lane: Neighbourhood, client: ParsingClient, vote: Vote
) -> None:
    deng = elector_id_of(app, vote.id, lane.deng)
    cast_as(app, vote, lane.qian.id, deng)
    client.sign_in(lane.deng, unlocked=True)
    client.see("/")
    assert "Qian voted for you" in words(client)
    client.see(f"/votes/{vote.id}")
    assert "Qian voted for you" in words(client)
    assert "by proxy, for 1-2-101." in words(client)
    answer = client.get(f"/votes/{vote.id}/ballot")
    assert answer.status_code == 409
    assert "Qian has voted for you, and this rule allows no change." in words(client)
    client.see(f"/votes/{vote.id}/objections?about=behalf")
    assert client.submit("/objections", text=" ").status_code == 422
    assert "Object to a ballot cast for me" in words(client)
    client.submit("/objections", text="I gave no proxy.")
    assert "Your objection is on record." in client.page.text()
    assert "a ballot cast for me" in words(client)
    with app.app_context():
        assert [o.about for o in db.session.scalars(select(Objection))] == ["behalf"]


def test_whoever_was_not_voted_for_finds_no_such_form(lane: Neighbourhood, client: ParsingClient, vote: Vote) -> None:
    client.sign_in(lane.wang)
    client.see(f"/votes/{vote.id}/objections?about=behalf")
    assert not [form for form in client.page.forms() if "/objections" in form.action]
    assert client.send(f"/votes/{vote.id}/objections", about="behalf", text="Me too").status_code == 422


def test_the_owner_sees_who_may_vote_and_takes_it_back(
    app: Flask, lane: Neighbourhood, client: ParsingClient, vote: Vote
) -> None:
    client.sign_in(lane.deng)
    client.see(f"/votes/{vote.id}")
    assert "Qian may vote for you" in words(client)
    link = next(href for href in client.page.links() if "/authorities/" in href)
    assert client.get(link).status_code == 303, "the PIN first"
    client.sign_in(lane.deng, unlocked=True)
    client.see(link)
    client.submit("/revocation")
    assert "Qian can no longer vote for you." in client.page.text()
    assert "Qian may vote for you" not in words(client)
    with app.app_context():
        assert db.session.scalars(select(AuthorityRevocation.by_id)).all() == [lane.deng.id]
    client.see(link)
    assert "Taken back on" in words(client)
    client.sign_in(lane.qian, unlocked=True)
    client.see(f"/votes/{vote.id}")
    assert "Deng" not in words(client)
    client.see(link, 404)


def test_the_owner_who_is_too_late_reads_why(app: Flask, lane: Neighbourhood, client: ParsingClient, vote: Vote) -> None:
    client.sign_in(lane.deng, unlocked=True)
    client.see(f"/votes/{vote.id}")
    link = next(href for href in client.page.links() if "/authorities/" in href)
    client.see(link)
    cast_as(app, vote, lane.qian.id, elector_id_of(app, vote.id, lane.deng))
    assert client.submit("/revocation").status_code == 409
    assert "A ballot has been cast with this authority, and this rule allows no change: it stands." in words(client)


def test_the_proxy_who_opens_the_ballot_again_reads_for_whom_it_was_cast(
    app: Flask, lane: Neighbourhood, client: ParsingClient, vote: Vote
) -> None:
    deng = elector_id_of(app, vote.id, lane.deng)
    cast_as(app, vote, lane.qian.id, deng)
    client.sign_in(lane.qian, unlocked=True)
    assert client.get(f"/votes/{vote.id}/ballot?elector={deng}").status_code == 409
    assert "You have voted for Deng, and this rule allows no change." in words(client)
    assert "You have already voted" not in words(client)


def test_the_proxy_who_comes_after_the_owner_reads_why_and_learns_nothing_of_the_choice(
    app: Flask, lane: Neighbourhood, client: ParsingClient, hall: Hall, vote: Vote
) -> None:
    client.sign_in(lane.qian, unlocked=True)
    deng = elector_id_of(app, vote.id, lane.deng)
    client.see(f"/votes/{vote.id}/ballot?elector={deng}")
    client.submit("review", **{field(vote): "no"})
    cast = hall.cast(vote, lane.deng, "yes")
    assert client.submit("/ballots").status_code == 409
    assert "The owner has voted." in words(client)
    client.see(f"/receipts/{cast.receipt}")
    assert "What I chose" not in words(client)
    assert "What was chosen" not in words(client)
    assert client.get(f"/receipts/{cast.receipt}/proof.json").json.get("opening") is None


def test_where_ballots_can_be_changed_the_owner_votes_instead(
    app: Flask, lane: Neighbourhood, client: ParsingClient, hall: Hall
) -> None:
    vote = hall.announce()
    hall.amend_rule(vote, may_change="until_close")
    hall.clock.at = vote.opens_at  # type: ignore[assignment]
    deng = elector_id_of(app, vote.id, lane.deng)
    give(app, vote.id, deng, QIAN, lane.lin)
    cast_as(app, vote, lane.qian.id, deng, "yes")
    client.sign_in(lane.deng, unlocked=True)
    client.see(f"/votes/{vote.id}/ballot")
    assert "If you cast this ballot, your own counts instead." in words(client)
    assert not client.page.select("input[checked]"), "the proxy's choice is no proposal"
    client.submit("review", **{field(vote): "no"})
    client.submit("/ballots")
    assert standing(app, deng).choices == {str(vote.questions[0].id): "no"}


def test_the_result_shows_what_was_cast_on_behalf(app: Flask, lane: Neighbourhood, client: ParsingClient, hall: Hall, vote: Vote) -> None:
    cast_as(app, vote, lane.qian.id, elector_id_of(app, vote.id, lane.deng))
    hall.cast(vote, lane.wang)
    hall.count(vote)
    for path in ("result", "print/result"):
        client.see(f"/votes/{vote.id}/{path}")
        assert "Of these, cast on the owner's behalf: by proxy · 1 owner · 90.00 m²" in words(client)


def test_everybody_reads_the_limit_and_how_many_are_on_record(client: ParsingClient, vote: Vote) -> None:
    client.see(f"/votes/{vote.id}")
    assert "may vote for at most 2 owners. On record now: 1 proxy" in words(client)
    assert "Qian" not in client.page.text()


def test_for_an_ordinary_owner_authorities_cost_one_look_and_a_cast_nothing(
    app: Flask, lane: Neighbourhood, vote: Vote
) -> None:
    from participation.votes.electors import electors_of
    from participation.votes.heads import my_heads
    from participation.votes.services.casting import cast

    with app.test_request_context(), transaction(write=False), count_queries(app) as queries:
        my_heads(vote.id, lane.wang.id)
    assert [("authorities" in q) for q in queries] == [False, True]
    with app.app_context(), transaction():
        elector = electors_of(lane.wang.id, vote.id)[0].id
        with count_queries(app) as queries:
            cast(vote.id, elector, lane.wang.id, {str(vote.questions[0].id): "yes"}, "key-of-wang-0000", app.extensions["clock"])
    assert not [q for q in queries if "FROM authorities" in q]
    with app.app_context():
        assert db.session.scalars(select(Ballot.authority_id)).all() == [None]
