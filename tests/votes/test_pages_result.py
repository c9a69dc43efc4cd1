"""After the vote: every number on the page, on paper and as data; objections and their answers; who took part."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from participation.database import db, transaction
from participation.record.checkpoint import open_checkpoint
from participation.record.services import log_of, signer
from participation.votes.models import Objection, Vote
from participation.votes.services.correcting import correct_area
from participation.votes.services.noticing import cancel, extend
from participation.votes.services.objecting import answer_objection
from tests.support.client import ParsingClient
from tests.support.page import text_of
from tests.support.people import Neighbourhood
from tests.support.queries import count_queries
from tests.votes.pages_support import Hall, words


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


def everybody(hall: Hall, vote: Vote, **choices: str) -> None:
    for name, choice in choices.items():
        hall.cast(vote, getattr(hall.lane, name), choice)


def test_before_the_count_only_turnout_is_shown(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="yes", qian="no")
    for path in ("", "/turnout"):
        client.see(f"/votes/{vote.id}{path}")
        assert "210.75 m² of 448.25 m² on the roll (47.01 %)" in words(client)
        assert "2 of 5 on the roll" in words(client)
        assert "Against" not in words(client)
        assert not client.page.select(".legend"), "no split of for and against"
    for path in ("/result", "/result.json", "/participation", "/print/preliminary", "/print/final", "/print/result"):
        assert client.get(f"/votes/{vote.id}{path}").status_code == 404, path
    hall.close(vote)
    client.see(f"/votes/{vote.id}")
    assert "The preliminary count will be posted next" in words(client)
    assert client.get(f"/votes/{vote.id}/result").status_code == 404


def test_the_result_tells_every_number_and_every_test(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="yes", li="yes", qian="no", deng="abstain")
    hall.count(vote)
    client.see(f"/votes/{vote.id}/result")
    text = words(client)
    assert "Passed." in text or "Not passed." in text
    assert "370.75 m² of 448.25 m² took part. At least 2/3 is needed. This holds." in text
    assert "4 of 5 owners took part. At least 2/3 is needed. This holds." in text
    assert "240.50 m² of 370.75 m² taking part said yes. More than half is needed. This holds." in text
    assert "2 of 4 owners taking part said yes. More than half is needed. 1 owner short." in text
    assert "Not passed." in text
    assert "All ballots came in one way: On a phone." in text
    assert str(vote.roll_fingerprint) in text
    assert "Check with local counsel." in text

    client.language = "zh"
    for path in ("", "/result", "/print/notice"):
        client.see(f"/votes/{vote.id}{path}")
        assert "《中华人民共和国民法典》第二百七十八条第二款第一句、第三句" in client.text()
        assert "Civil Code" not in client.text()
    data = client.get(f"/votes/{vote.id}/result.json").get_json()
    (posted,) = data["results"]
    assert posted["result"]["questions"][0]["source"].startswith("Civil Code"), "data stay as they were posted"
    assert posted["result"]["questions"][0]["ballots"]["yes"] == {"heads": 2, "area": 24050}
    with app.app_context():
        verifier = signer(log_of(vote.unit_id)).verifier
    checkpoint, _ = open_checkpoint(posted["checkpoint"], verifier)
    assert checkpoint.size == posted["entry"] + 1, "the checkpoint ends with the result itself"
    assert posted["checkpoint"].splitlines()[2] in text


def test_after_closing_a_missed_quorum_is_not_reached_and_nothing_is_needed_any_more(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="yes", li="yes")
    client.see(f"/votes/{vote.id}")
    assert "2 more needed" in words(client)
    assert "Not reached" not in words(client)
    hall.close(vote)
    for path in ("", "/turnout"):
        client.see(f"/votes/{vote.id}{path}")
        assert words(client).count("Not reached") == 2
        assert "more needed" not in words(client)
    hall.count(vote)
    client.see(f"/votes/{vote.id}/result")
    assert [text_of(chip) for chip in client.page.select(".chip.is-brick")][1:] == ["Not reached"] * 2
    assert "more needed" not in words(client)
    assert "2 of 5 owners took part. At least 2/3 is needed. 2 owners short." in words(client)


def test_follow_the_majority_and_channels_are_told(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="yes", li="yes", qian="follow", deng="no")
    hall.count(vote)
    client.see(f"/votes/{vote.id}/result")
    assert "Yes leads on every measure, so ballots that follow the majority count as yes." in words(client)
    assert "Follow the majority 1 40.25 m²" in words(client)
    assert "3 of 4 owners taking part said yes." in words(client)


def test_an_election_shows_who_is_elected_and_who_is_tied(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open(questions=0, candidates=[("An", "First"), ("Bo", ""), ("Cai", "")], seats=2)
    for name in ("wang", "li", "qian", "deng"):
        hall.cast(vote, getattr(lane, name), ["An"] if name == "qian" else ["An", "Bo"])
    hall.count(vote)
    client.see(f"/votes/{vote.id}/result")
    text = words(client)
    assert "All seats are filled." in text
    assert "An 4 owners, 370.75 m² Elected" in text
    assert "Bo 3 owners, 330.50 m² Elected" in text
    assert "Cai 0 owners, 0.00 m² Not enough support" in text
    client.see(f"/votes/{vote.id}/print/preliminary")
    assert "An · 4 owners · 370.75 m² Elected" in words(client)


def test_li_objects_and_reads_the_answer_and_no_name_is_published(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="yes", li="no")
    hall.count(vote)
    client.sign_in(lane.li)
    assert "You can object until 22 Apr 2026, 09:00" in client.see("/").text("main")
    client.see(f"/votes/{vote.id}/objections")
    assert client.submit("objections", text="   ").status_code == 422
    assert "There is no text yet." in words(client)
    client.submit("objections", text="Room 101 was sold in February.")
    assert "Your objection is on record." in words(client)
    assert "Not answered yet" in words(client)
    client.send(f"/votes/{vote.id}/objections", text="Room 101 was sold in February.")
    with app.app_context():
        (objection,) = db.session.scalars(select(Objection)).all()
    with app.app_context(), transaction():
        answer_objection(objection.id, False, "The register shows the sale in May.", lane.lin.id, hall.clock)
    client.see(f"/votes/{vote.id}/objections")
    assert "The register shows the sale in May." in words(client)

    stranger = app.test_client()
    page = stranger.see(f"/votes/{vote.id}")
    assert "Room 101 was sold in February." in page.text("main")
    assert "Not upheld" in page.text("main")
    assert "Li" not in re.findall(r"\w+", page.text("main"))


def test_the_tenant_zhao_cannot_object_and_nobody_can_after_the_period(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="yes")
    hall.count(vote)
    client.sign_in(lane.zhao)
    client.see(f"/votes/{vote.id}/objections")
    assert not client.page.select("textarea")
    answer = client.send(f"/votes/{vote.id}/objections", text="I object.")
    assert answer.status_code == 422
    hall.clock.advance(days=8)
    client.sign_in(lane.wang)
    answer = client.send(f"/votes/{vote.id}/objections", text="Too late.")
    assert answer.status_code == 422
    assert "The objection period has ended." in words(client)
    with app.app_context():
        assert not db.session.scalars(select(Objection)).all()


def test_a_correction_is_a_public_entry_and_the_final_result_says_what_it_changed(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="yes", li="yes", qian="no", deng="abstain")
    hall.count(vote)
    with app.app_context(), transaction():
        correct_area(vote.id, lane.homes["1-101"].id, 8526, "Register of 2025", lane.lin.id, hall.clock)
    hall.finish(vote)
    client.see(f"/votes/{vote.id}")
    assert "1-1-101 – area corrected ( +0.01 m²). Register of 2025" in words(client)
    client.see(f"/votes/{vote.id}/result")
    text = words(client)
    assert "On the roll: 5 owners with 448.25 m² before, 5 with 448.26 m² now." in text
    assert "Question 1: the numbers changed, the outcome did not." in text
    assert "At the notice 5 448.25 m²" in text
    assert "1 public correction 0 +0.01 m²" in text
    assert "When counted 5 448.26 m²" in text


def test_a_final_result_without_changes_says_so(client: ParsingClient, hall: Hall, lane: Neighbourhood) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="yes")
    hall.count(vote)
    hall.finish(vote)
    client.see(f"/votes/{vote.id}/result")
    assert "Nothing changed: the final result has the same numbers." in words(client)
    assert "Too few took part, so nothing was decided." in words(client)


def test_the_rooms_that_took_part_are_public_after_closing_without_names_or_choices(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="no")
    assert client.get(f"/votes/{vote.id}/participation").status_code == 404
    hall.close(vote)
    client.see(f"/votes/{vote.id}/participation")
    text = words(client)
    assert "1-1-101 85.25 m² voted" in text
    assert "1-1-102 85.25 m² voted" in text
    assert "1-1-201 70.00 m² no" in text
    for private in ("Wang", "Li", "Against"):
        assert private not in text


def test_where_the_law_wants_names_the_list_carries_them_after_the_count(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open(rule="kr.condo.rebuild")
    everybody(hall, vote, wang="no")
    hall.close(vote)
    client.see(f"/votes/{vote.id}/participation")
    assert "Wang" not in words(client), "not before the count"
    hall.count(vote)
    client.see(f"/votes/{vote.id}/participation")
    assert "Wang Against" in words(client)


def test_the_pages_of_a_cancelled_and_of_an_extended_vote_tell_the_reason(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    assert vote.closes_at is not None
    with app.app_context(), transaction():
        later = vote.closes_at.replace(month=5)
        extend(vote.id, later, "Many are away for the festival", lane.lin.id, hall.clock)
    client.see(f"/votes/{vote.id}")
    assert "Extended: Many are away for the festival" in words(client)
    client.see(f"/votes/{vote.id}/print/notice")
    assert "Many are away for the festival" in words(client)
    with app.app_context(), transaction():
        cancel(vote.id, "The plan was withdrawn", lane.lin.id, hall.clock)
    client.see(f"/votes/{vote.id}")
    assert "This vote was cancelled" in words(client)
    assert "The plan was withdrawn" in words(client)
    assert client.get(f"/votes/{vote.id}/turnout").status_code == 404
    client.see(f"/votes/{vote.id}/print/notice")
    assert "Cancelled on" in words(client)


def test_each_poster_carries_the_numbers_of_its_step_and_the_checkpoint(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    client.see(f"/votes/{vote.id}/print/notice")
    text = words(client)
    for wanted in ("the whole neighbourhood", "448.25 m²", "26 Mar 2026, 09:00", "15 Apr 2026, 09:00", f"/votes/{vote.id}"):
        assert wanted in text
    assert "127.0.0.1:5000/lane-12" in text, "the checkpoint's origin"
    assert len(client.page.select("svg")) >= 2
    everybody(hall, vote, wang="yes", li="yes", qian="yes", deng="no")
    hall.count(vote)
    client.see(f"/votes/{vote.id}/print/preliminary")
    text = words(client)
    for wanted in ("Preliminary count, open to objections", "5 owners, 448.25 m²", "4 owners, 370.75 m²", "22 Apr 2026, 09:00"):
        assert wanted in text
    assert client.get(f"/votes/{vote.id}/print/final").status_code == 404
    hall.finish(vote)
    for kind in ("preliminary", "final", "result"):
        client.see(f"/votes/{vote.id}/print/{kind}")
    assert "280.75 m² of 370.75 m² taking part said yes." in words(client)


def test_a_document_is_a_download_and_belongs_to_its_vote(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    import hashlib

    from participation.votes.models import Attachment

    content = b"%PDF-1.7 plan"
    digest = hashlib.sha256(content).hexdigest()
    (app.config["INSTANCE"] / "documents").mkdir()
    (app.config["INSTANCE"] / "documents" / digest).write_bytes(content)
    draft, vote, other = hall.draft(), hall.open(), hall.announce("Another vote")
    with app.app_context(), transaction() as session:
        papers = [
            Attachment(
                vote_id=v.id, filename="管网改造方案.pdf", media_type="application/pdf", size=len(content), sha256=digest,
                added_at=hall.clock.now(),
            )
            for v in (vote, draft)
        ]  # fmt: skip
        session.add_all(papers)
    page = client.see(f"/votes/{vote.id}")
    link = f"/votes/{vote.id}/documents/{papers[0].id}"
    assert page.select(f'a[href="{link}"]')
    with client.get(link) as answer:
        assert answer.data == content
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.mimetype == "application/pdf"
    assert client.get(f"/votes/{other.id}/documents/{papers[0].id}").status_code == 404
    assert client.get(f"/votes/{draft.id}/documents/{papers[1].id}").status_code == 404


def test_the_result_page_asks_as_much_of_the_database_with_four_ballots_as_with_one(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    small, large = hall.announce("Small"), hall.announce("Large")
    hall.clock.at = large.opens_at  # type: ignore[assignment]
    everybody(hall, small, wang="yes")
    everybody(hall, large, wang="yes", li="no", qian="abstain", deng="follow")
    hall.count(small)
    hall.count(large)
    asked = []
    for vote in (small, large):
        client.see(f"/votes/{vote.id}/result")  # once before: the published checkpoint is kept from then on
        with count_queries(app) as queries:
            client.see(f"/votes/{vote.id}/result")
        assert not [q for q in queries if "ballots" in q], "no ballot is read"
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 9


def test_the_timeline_and_the_arithmetic_speak_the_readers_language(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    everybody(hall, vote, wang="yes")
    hall.count(vote)
    client.language = "zh-Hans"
    client.see(f"/votes/{vote.id}")
    for english in ("Announced", "Preliminary count", "to come", "Rule"):
        assert english not in words(client)
    client.see(f"/votes/{vote.id}/result")
    for english in ("took part", "is needed", "owners", "Too few"):
        assert english not in words(client)
