"""Proxies, guardians and representatives at the desk, the letters to owners, and owners with two ballots."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from participation.database import db, transaction
from participation.roll.models import LookUp
from participation.votes.behalf_models import Authority, AuthorityRevocation, PrincipalNotice
from participation.votes.electors import weight_of
from participation.votes.models import Elector
from participation.votes.services.boxing import Origin, put_in_box
from participation.votes.services.casting import standing_ballot
from participation.votes.services.steps import hold
from participation.votes.standing import Channel
from tests.desk.steps import DESK, Bureau
from tests.support.people import Neighbourhood
from tests.votes.behalf_support import cast_as, elector_id_of, give, png

NEPHEW = ("A Nephew", "4321")


@pytest.fixture
def vote_id(bureau: Bureau) -> int:
    found = bureau.announced()
    bureau.wait(days=17)
    return found


def to_form(bureau: Bureau, vote_id: int, stairwell: str = "2", room: str = "101") -> None:
    """From the vote to the form for the owner of this room."""
    client = bureau.client
    client.see(f"{DESK}/votes/{vote_id}")
    assert f"{DESK}/votes/{vote_id}/authorities" in client.page.links()
    client.see(f"{DESK}/votes/{vote_id}/authorities")
    client.submit("/authorities", room=room)
    homes = [href for href in client.page.links() if "/authorities/homes/" in href]
    wanted = bureau.lane.homes[f"{stairwell}-{room}"].id
    client.see(next(href for href in homes if href.endswith(f"/{wanted}")))


def rows(app: Flask, table: type) -> list:
    with app.app_context():
        return list(db.session.scalars(select(table)))


def test_a_proxy_is_recorded_from_the_paper_in_hand(app: Flask, bureau: Bureau, vote_id: int) -> None:
    client = bureau.client
    to_form(bureau, vote_id)
    assert "Deng" in client.text(), "the full name, to be compared with the paper"
    client.submit(
        "/authorities", kind="proxy", holder_name="Qian", holder_last_four="5005", document=(io.BytesIO(png()), "proxy.png")
    )
    assert "The holder can vote for this owner on their own phone." in client.page.text()
    assert "Proxy: Deng" in client.text()
    [authority] = rows(app, Authority)
    assert (authority.vote_id, authority.holder_id, authority.recorded_by_id) == (vote_id, bureau.lane.qian.id, bureau.lane.lin.id)
    assert "authority" in {row.what for row in rows(app, LookUp)}


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(app: Flask, bureau: Bureau, vote_id: int) -> None:
    client = bureau.client
    to_form(bureau, vote_id)
    answer = client.submit("/authorities", holder_name="A Nephew", holder_last_four="4321", from_at="tomorrow")
    assert answer.status_code == 422
    assert "It is not said what the paper is." in client.text()
    assert "This is not a date and time." in client.text()
    assert client.page.one("#holder_name").attrib["value"] == "A Nephew"
    to_form(bureau, vote_id)
    assert client.submit("/authorities", kind="guardian", holder_name="A Nephew", holder_last_four="4321").status_code == 422
    assert "There is no picture of the paper." in client.text()
    file = (io.BytesIO(b"MZ a program"), "paper.png")
    assert client.submit("/authorities", kind="guardian", until_at="2027-03-31", document=file).status_code == 422
    assert "This is not a PDF and not a PNG" in client.text()
    assert client.submit("/authorities", document=(io.BytesIO(png()), "p.png"), until_at="31st of March").status_code == 422
    assert "Write it like 2027-03-31." in client.text()
    client.submit("/authorities", document=(io.BytesIO(png()), "p.png"), until_at="2027-03-31", every_vote="1")
    [authority] = rows(app, Authority)
    assert (authority.kind, authority.vote_id) == ("guardian", None)
    assert authority.until_at.isoformat() == "2027-03-31T16:00:00+00:00", "through that day in Shanghai"
    assert "No phone signed in here" in client.text()


def test_the_paper_is_a_download_for_the_support_centre_of_the_unit_only(
    app: Flask, bureau: Bureau, vote_id: int, outsiders: Neighbourhood
) -> None:
    authority = give(app, vote_id, elector_id_of(app, vote_id, bureau.lane.deng), NEPHEW, bureau.lane.lin)
    path = f"{DESK}/votes/{vote_id}/authorities/{authority.id}/paper"
    with bureau.client.get(path) as answer:
        assert (answer.data, answer.mimetype) == (png(), "image/png")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Cache-Control"] == "no-store"
    for outsider in (bureau.lane.he, bureau.lane.chen, outsiders.xu):
        bureau.sign_in(outsider)
        bureau.client.see(path, 404)
        bureau.client.see(f"{DESK}/votes/{vote_id}/authorities", 404)
    bureau.sign_in()
    other = bureau.announced(title="Another")
    bureau.client.see(f"{DESK}/votes/{other}/authorities/{authority.id}/paper", 404)


def test_an_authority_is_taken_back_on_a_paper(app: Flask, bureau: Bureau, vote_id: int) -> None:
    authority = give(app, vote_id, elector_id_of(app, vote_id, bureau.lane.deng), NEPHEW, bureau.lane.lin)
    client = bureau.client
    client.see(f"{DESK}/votes/{vote_id}/authorities")
    client.see(next(href for href in client.page.links() if href.endswith("/revocation")))
    assert client.submit("/revocation", reason="").status_code == 422
    client.submit("/revocation", reason="Deng came in person with her letter.")
    assert "Taken back" in client.text()
    [gone] = rows(app, AuthorityRevocation)
    assert (gone.authority_id, gone.by_id) == (authority.id, bureau.lane.lin.id)


def test_letters_are_due_until_they_are_printed_and_never_say_what_was_chosen(app: Flask, bureau: Bureau, vote_id: int) -> None:
    deng = elector_id_of(app, vote_id, bureau.lane.deng)
    give(app, vote_id, deng, ("Qian", "5005"), bureau.lane.lin)
    cast_as(app, bureau.vote(vote_id), bureau.lane.qian.id, deng, "no")
    client, path = bureau.client, f"{DESK}/votes/{vote_id}/principals"
    client.see(path)
    assert "1 letter is due." in client.text()
    client.submit("/principals/letters")
    letter = client.text()
    for words in ("Qian voted for you.", "On a phone", "It counts.", "If you did not want this", "1-2-101"):
        assert words in letter, words
    assert "Against" not in letter
    assert len(rows(app, PrincipalNotice)) == 1
    assert client.send(f"{path}/letters").status_code == 422, "nothing is due any more"
    client.see(path)
    assert "No letter is due" in client.text()
    client.submit("/principals/letters")  # once more, for the one that was lost
    assert "Qian voted for you." in client.text()
    assert len(rows(app, PrincipalNotice)) == 2


def test_two_ballots_are_listed_with_times_and_without_choices(app: Flask, bureau: Bureau, vote_id: int) -> None:
    client, lane, clock = bureau.client, bureau.lane, bureau.clock
    client.see(f"{DESK}/votes/{vote_id}/two-ballots")
    assert "Nobody has two ballots" in client.text()
    handed_in = clock.now()
    clock.advance(hours=1)
    bureau.cast(lane.deng, vote_id, "no")
    deng = elector_id_of(app, vote_id, lane.deng)
    with app.app_context(), transaction():
        row = db.session.get_one(Elector, deng)
        choices = bureau._choices(vote_id, "yes")
        origin = Origin(Channel.PAPER, handed_in)
        put_in_box(hold(vote_id, clock), row, weight_of(row), standing_ballot(vote_id, deng), choices, "sheet", origin)
    client.see(f"{DESK}/votes/{vote_id}/two-ballots")
    text = client.text()
    for words in ("1-2-101", "On paper", "On a phone", "received first; the first one stands"):
        assert words in text, words
    for words in ("For", "Against", "Abstain"):
        assert words not in [cell.text for cell in client.page.select("td")]
    bureau.sign_in(lane.he)
    client.see(f"{DESK}/votes/{vote_id}/two-ballots")
    bureau.sign_in(lane.chen)
    client.see(f"{DESK}/votes/{vote_id}/two-ballots", 404)


def test_objections_to_ballots_cast_on_behalf_are_due_while_the_vote_is_open(app: Flask, bureau: Bureau, vote_id: int) -> None:
    from participation.votes.services.objecting import object_to_ballot

    deng = elector_id_of(app, vote_id, bureau.lane.deng)
    give(app, vote_id, deng, ("Qian", "5005"), bureau.lane.lin)
    cast_as(app, bureau.vote(vote_id), bureau.lane.qian.id, deng)
    with app.app_context(), transaction():
        objection = object_to_ballot(vote_id, bureau.lane.deng.id, "I gave no proxy.", bureau.clock).id
    client = bureau.client
    client.see("/desk")
    assert f"{DESK}/votes/{vote_id}/objections" in client.page.links()
    client.see(f"{DESK}/votes/{vote_id}/objections/{objection}")
    assert "a ballot that somebody else cast for this owner" in client.text()
    client.submit("/answer", upheld="no", text="The paper bears the signature known to us.")
    assert "Answered: not upheld" in client.text()


def test_the_limit_is_chosen_in_the_draft_and_printed_on_the_notice(bureau: Bureau) -> None:
    vote_id = bureau.draft()
    client = bureau.client
    client.see(f"{DESK}/votes/{vote_id}/scope")
    client.submit("/scope", kind="all", proxy_limit="1")
    assert bureau.vote(vote_id).proxy_limit == 1
    assert "at most 1 owner." in client.text()
    assert client.send(f"{DESK}/votes/{vote_id}/scope", kind="all", proxy_limit="11").status_code == 422
    client.see(f"{DESK}/votes/{vote_id}/notice")
    assert "at most 1 owner." in client.text()
    client.submit("/notice")
    client.see(f"/votes/{vote_id}/print/notice")
    assert "With a written proxy one person may vote for at most 1 owner." in client.text()


def test_a_guardianship_that_has_ended_is_shown_as_such(app: Flask, bureau: Bureau, vote_id: int) -> None:
    until = bureau.clock.now() + timedelta(days=2)
    give(app, vote_id, elector_id_of(app, vote_id, bureau.lane.deng), NEPHEW, bureau.lane.lin, kind="guardian", until_at=until)
    bureau.wait(days=3)
    bureau.client.see(f"{DESK}/votes/{vote_id}/authorities")
    assert "Ended" in bureau.client.text()
