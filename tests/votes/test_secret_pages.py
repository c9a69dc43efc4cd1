"""The pages of a secret election, as owners, the support centre, the board and the public meet them."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from participation.database import db, transaction
from participation.votes.models import Vote
from participation.votes.secret.box_file import read_box
from participation.votes.secret.opening import open_box, result_file
from participation.votes.secret_models import SecretEnvelope, SecretMark
from tests.desk.steps import DESK
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood
from tests.votes.pages_support import words
from tests.votes.secret_support import MEMBERS, Booth


@pytest.fixture
def booth(app: Flask, lane: Neighbourhood) -> Booth:
    return Booth(app, lane.unit)


def number(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def field(vote: Vote) -> str:
    return f"question-{vote.questions[0].id}"


def candidate(vote: Vote, name: str) -> str:
    return next(str(c.id) for c in vote.questions[0].candidates if c.name == name)


def ballot(client: ParsingClient, vote: Vote, *names: str) -> None:
    """From the ballot to the page with the tracker."""
    client.see(f"/votes/{vote.id}/secret-ballot")
    client.submit("secret-ballot/review", **{field(vote): [candidate(vote, name) for name in names]})
    client.submit("secret-ballots")


def shown_tracker(client: ParsingClient) -> str:
    return "".join(client.page.one("#tracker").itertext()).strip()


def test_wang_votes_in_secret_in_three_pages_and_gets_a_tracker_and_no_choice(
    app: Flask, client: ParsingClient, booth: Booth, lane: Neighbourhood
) -> None:
    vote = booth.open()
    client.sign_in(lane.wang, unlocked=True)
    client.see("/")
    client.see(f"/votes/{vote.id}")
    assert f"/votes/{vote.id}/secret-ballot" in client.page.links()
    client.see(f"/votes/{vote.id}/secret-ballot")
    said = words(client)
    for sentence in (
        "At the moment you cast it, the server sees your choice", "It does not help against somebody who stands behind you.",
        "Only 5 owners can vote here.", MEMBERS, booth.board.public.fingerprint,
    ):  # fmt: skip
        assert sentence in said
    client.submit("secret-ballot/review", **{field(vote): [candidate(vote, "Bai"), candidate(vote, "Dai")]})
    assert "Bai" in words(client)
    assert "Cai" not in words(client)
    assert number(app, SecretMark) == 0, "nothing is stored before the last step"
    answer = client.submit("secret-ballots")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"([2-9B-Z]{4}-){3}[2-9B-Z]{4}", shown_tracker(client))
    assert not {"Bai", "Cai", "Dai"} & set(re.findall(r"\w+", words(client))), "the page does not say what was chosen"
    assert number(app, SecretMark) == 1


def test_no_choice_is_ever_in_the_cookie(client: ParsingClient, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    client.sign_in(lane.wang, unlocked=True)

    def held() -> Any:
        with client.session_transaction() as session:
            return dict(session)

    before = held()
    ballot(client, vote, "Bai")
    assert set(held()) <= set(before) | {"csrf_token", "_fresh", "_permanent"}
    assert "ballot_in_hand" not in held()
    assert "choices" not in str(held())


def test_a_double_tap_shows_the_same_tracker_and_stores_one_envelope(
    app: Flask, client: ParsingClient, booth: Booth, lane: Neighbourhood
) -> None:
    vote = booth.open()
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/secret-ballot")
    client.submit("secret-ballot/review", **{field(vote): [candidate(vote, "Bai")]})
    sent = dict(client.page.form("secret-ballots").values().items())
    seen = set()
    for _ in range(3):
        assert client.send(f"/votes/{vote.id}/secret-ballots", **sent).status_code == 200
        seen.add(shown_tracker(client))
    assert len(seen) == 1
    assert number(app, SecretEnvelope) == 1
    # Nobody else's request with the same key learns anything of it.
    other = client.application.test_client()
    other.sign_in(lane.qian, unlocked=True)  # type: ignore[attr-defined]
    sent.pop("csrf_token")
    stolen = other.send(f"/votes/{vote.id}/secret-ballots", **sent)  # type: ignore[attr-defined]
    assert stolen.status_code == 409
    assert seen.isdisjoint(re.findall(r"(?:[2-9B-Z]{4}-){3}[2-9B-Z]{4}", stolen.text))


def test_wang_thinks_again_and_the_page_never_shows_what_was_chosen_before(
    app: Flask, client: ParsingClient, booth: Booth, lane: Neighbourhood
) -> None:
    vote = booth.open()
    client.sign_in(lane.wang, unlocked=True)
    ballot(client, vote, "Bai")
    first = shown_tracker(client)
    client.see(f"/votes/{vote.id}")
    assert "You have voted" in words(client)
    assert first not in words(client)
    client.see(f"/votes/{vote.id}/secret-ballot")
    assert "You have voted; this replaces your ballot" in words(client)
    assert not client.page.select("input[checked]")
    client.submit("secret-ballot/review", **{field(vote): [candidate(vote, "Cai")]})
    client.submit("secret-ballots")
    assert shown_tracker(client) != first
    assert "It has replaced your earlier ballot." in words(client)
    assert number(app, SecretEnvelope) == 1


def test_too_many_ticks_are_refused_on_top_and_none_is_an_answer(client: ParsingClient, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/secret-ballot")
    answer = client.submit("secret-ballot/review", **{field(vote): [candidate(vote, n) for n in ("Bai", "Cai", "Dai")]})
    assert answer.status_code == 422
    assert client.page.select(f'.errors a[href="#{field(vote)}"]')
    ballot(client, vote)
    assert shown_tracker(client)


def test_casting_asks_for_the_pin_and_the_forgotten_choice_is_made_anew(
    app: Flask, client: ParsingClient, booth: Booth, lane: Neighbourhood
) -> None:
    vote = booth.open()
    client.sign_in(lane.wang)
    assert "/account" in client.get(f"/votes/{vote.id}/secret-ballot").location or "unlock" in client.get(f"/votes/{vote.id}/secret-ballot").location
    for path in ("secret-ballot/review", "secret-ballots"):
        answer = client.send(f"/votes/{vote.id}/{path}", **{field(vote): [candidate(vote, "Bai")], "elector": "1", "key": "k" * 20})
        assert answer.status_code == 303
        assert candidate(vote, "Bai") not in answer.location.split("next=")[-1].replace(str(vote.id), "")
    assert number(app, SecretMark) == 0


def test_a_change_of_language_on_the_way_ends_on_a_page_and_not_in_an_error(
    client: ParsingClient, booth: Booth, lane: Neighbourhood
) -> None:
    vote = booth.open()
    client.sign_in(lane.wang, unlocked=True)
    client.see(f"/votes/{vote.id}/secret-ballot")
    client.submit("secret-ballot/review", **{field(vote): [candidate(vote, "Bai")]})
    assert client.page.form("/preferences/language").values()["next"] == [f"/votes/{vote.id}/secret-ballot"]
    client.submit("secret-ballots")
    assert client.page.form("/preferences/language").values()["next"] == [f"/votes/{vote.id}"]
    assert client.get(f"/votes/{vote.id}/secret-ballot/review").location == f"/votes/{vote.id}/secret-ballot"
    assert client.get(f"/votes/{vote.id}/secret-ballots").location == f"/votes/{vote.id}"


def test_the_ordinary_ballot_leads_to_the_secret_one_and_takes_nothing(
    app: Flask, client: ParsingClient, booth: Booth, lane: Neighbourhood
) -> None:
    vote = booth.open()
    client.sign_in(lane.wang, unlocked=True)
    assert client.get(f"/votes/{vote.id}/ballot").location == f"/votes/{vote.id}/secret-ballot"
    client.see("/")
    with app.app_context():
        from participation.votes.electors import electors_of

        elector = electors_of(lane.wang.id, vote.id)[0].id
    answer = client.send(f"/votes/{vote.id}/ballots", **{field(vote): candidate(vote, "Bai"), "elector": str(elector), "key": "k" * 20})
    assert answer.status_code == 409
    assert "This is a secret election" in words(client)


def test_who_may_not_vote_here_is_told_why(client: ParsingClient, new_client: Any, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    for person, sentence in ((lane.zhao, "You are not registered as an owner"), (lane.sun, "The owners of this home have named")):
        visitor = new_client()
        visitor.sign_in(person, unlocked=True)
        visitor.see(f"/votes/{vote.id}/secret-ballot", 409)
        assert sentence in words(visitor)
        visitor.see(f"/votes/{vote.id}")
    client.see(f"/votes/{vote.id}")
    assert "A secret election" in words(client)
    booth.clock.at = vote.closes_at  # type: ignore[assignment]
    visitor = new_client()
    visitor.sign_in(lane.qian, unlocked=True)
    visitor.see(f"/votes/{vote.id}/secret-ballot", 409)
    assert "The vote has closed." in words(visitor)


def test_first_page_and_way_in_know_that_the_owner_has_voted(client: ParsingClient, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    client.sign_in(lane.wang, unlocked=True)
    client.see("/")
    assert [e.attrib["href"] for e in client.page.select("a.primary")] == [f"/votes/{vote.id}/ballot"]
    ballot(client, vote, "Bai")
    client.see("/")
    assert "You have voted, in secret" in words(client)
    assert not [e for e in client.page.select("a.primary") if "ballot" in e.attrib["href"]]


@pytest.mark.parametrize("language", ["en", "zh-Hans", "ko"])
def test_the_box_is_public_after_closing_and_every_tracker_is_in_it(
    app: Flask, client: ParsingClient, new_client: Any, booth: Booth, lane: Neighbourhood, language: str
) -> None:
    vote = booth.open()
    kept = []
    for person, name in ((lane.wang, "Bai"), (lane.qian, "Cai"), (lane.li, "Bai")):
        visitor = new_client()
        visitor.sign_in(person, unlocked=True)
        ballot(visitor, vote, name)
        kept.append(shown_tracker(visitor))
    client.language = language
    client.see(f"/votes/{vote.id}/box", 404)
    booth.clock.at = vote.closes_at  # type: ignore[assignment]
    client.see(f"/votes/{vote.id}/box", 404)
    booth.close(vote)
    client.see(f"/votes/{vote.id}/box")
    listed = re.findall(r"(?:[2-9B-Z]{4}-){3}[2-9B-Z]{4}", words(client))
    assert set(kept) <= set(listed)
    assert [t for t in listed if t in kept] == sorted(kept), "to be found as in a telephone book"
    data = json.loads(client.get(f"/votes/{vote.id}/box.json").data)
    assert len(data["ballots"]) == 3
    assert "sealed" not in data
    client.see(f"/votes/{vote.id}")
    client.see(f"/votes/{vote.id}/participation")


def test_an_open_vote_has_none_of_these_pages(client: ParsingClient, app: Flask, booth: Booth, lane: Neighbourhood) -> None:
    vote = booth.open()
    with app.app_context(), transaction():
        db.session.get_one(Vote, vote.id).secret = False
    client.sign_in(lane.wang, unlocked=True)
    for path in ("secret-ballot", "box", "box.json"):
        assert client.get(f"/votes/{vote.id}/{path}").status_code == 404


# The desk.


def hub(vote: Vote) -> str:
    return f"{DESK}/votes/{vote.id}/secret"


def upload(client: ParsingClient, path: str, content: bytes, name: str = "result.json") -> Any:
    return client.submit(path, result=(io.BytesIO(content), name))


def test_the_desk_leads_an_election_from_the_key_to_the_posted_result(
    app: Flask, client: ParsingClient, new_client: Any, booth: Booth, lane: Neighbourhood
) -> None:
    draft = booth.draft()
    with app.app_context(), transaction():
        from participation.votes.secret.drafting import make_open

        make_open(db.session.get_one(Vote, draft.id))
    client.sign_in(lane.lin, "staff")
    client.see(f"{DESK}/votes/{draft.id}")
    assert "The rule asks for a secret election" in words(client)
    assert hub(draft) in client.page.links()
    client.see(hub(draft))
    answer = client.submit("/secret/board", board_key="board1_nothing", members="")
    assert answer.status_code == 422
    assert len(client.page.select(".errors a")) == 2
    client.submit("/secret/board", board_key=f"  {booth.board.public.line}\n", members=MEMBERS)
    assert client.page.path == f"{DESK}/votes/{draft.id}"
    client.see(hub(draft))
    assert booth.board.public.fingerprint in words(client)
    client.see(f"{DESK}/votes/{draft.id}/notice")
    with app.app_context(), transaction():
        from participation.votes.services.noticing import publish_notice

        publish_notice(draft.id, lane.lin.id, booth.clock)
        vote = db.session.get_one(Vote, draft.id)
        _ = [q.candidates for q in vote.questions]
    client.see(hub(vote))
    booth.clock.at = vote.opens_at  # type: ignore[assignment]
    for person, name in ((lane.wang, "Bai"), (lane.qian, "Bai"), (lane.li, "Cai")):
        booth.cast(vote, person, [name])
    client.sign_in(lane.lin, "staff")
    client.see(f"{DESK}/votes/{vote.id}")
    client.see(f"{DESK}/votes/{vote.id}/turnout")
    client.see(hub(vote))
    assert not [f for f in client.page.select("form") if f.attrib.get("action", "").endswith("/closing")], "the box is not closed while owners vote"
    booth.clock.at = vote.closes_at  # type: ignore[assignment]
    client.sign_in(lane.lin, "staff")
    client.see(f"{DESK}/votes/{vote.id}")
    assert f"{DESK}/votes/{vote.id}/secret" in client.page.links()
    client.see(f"{DESK}/votes/{vote.id}/count")
    answer = client.submit(f"{DESK}/votes/{vote.id}/count")
    assert answer.status_code == 422
    assert "The election board has not opened the box yet." in words(client)
    client.see(hub(vote))
    client.submit("/secret/closing")
    assert "The box is closed." in words(client)
    box = client.get(f"{hub(vote)}/box.json")
    assert box.headers["Content-Disposition"].startswith("attachment")
    result = result_file(open_box(read_box(box.data), booth.board))
    changed = result.replace(b'"heads": 2', b'"heads": 3')
    client.see(hub(vote))
    answer = upload(client, "/secret/result", changed)
    assert answer.status_code == 422
    assert "not signed with the board's key" in words(client)
    upload(client, "/secret/result", result)
    assert "The board's figures are signed" in words(client)
    client.see(f"{DESK}/votes/{vote.id}/count")
    client.submit(f"{DESK}/votes/{vote.id}/count")
    client.see(f"{DESK}/votes/{vote.id}")
    public = new_client()
    public.see(f"/votes/{vote.id}/result")
    said = words(public)
    assert "2 owners" in said
    assert "0.00 m" not in said, "an area that nobody knows is not shown"
    assert "The election board opened the sealed box" in said
    for path in ("print/preliminary", "print/result", "result.json"):
        assert public.get(f"/votes/{vote.id}/{path}").status_code == 200


def test_only_those_who_watch_over_the_vote_get_the_box_and_only_the_support_centre_acts(
    client: ParsingClient, new_client: Any, booth: Booth, lane: Neighbourhood, outsiders: Neighbourhood
) -> None:
    vote = booth.open()
    booth.cast(vote, lane.wang, ["Bai"])
    booth.close(vote)
    for person, sees in ((lane.lin, 200), (lane.he, 200), (lane.chen, 404), (lane.yu, 404), (outsiders.xu, 404)):
        visitor = new_client()
        visitor.sign_in(person, "staff")
        assert visitor.get(f"{hub(vote)}/box.json").status_code == sees, person.name
        assert visitor.get(hub(vote)).status_code == sees, person.name
    owner = new_client()
    owner.sign_in(lane.wang, unlocked=True)
    assert owner.get(f"{hub(vote)}/box.json").status_code == 404
    watcher = new_client()
    watcher.sign_in(lane.he, "staff")
    for path in ("closing", "result"):
        assert watcher.send(f"{hub(vote)}/{path}").status_code == 404


def test_the_key_can_be_uploaded_as_the_file_that_the_board_made(client: ParsingClient, booth: Booth, lane: Neighbourhood) -> None:
    draft = booth.draft()
    client.sign_in(lane.lin, "staff")
    client.see(hub(draft))
    text = f"Board of Lane 12\nFingerprint {booth.board.public.fingerprint}\n\n{booth.board.public.line}\n"
    client.submit("/secret/board", board_key="", key_file=(io.BytesIO(text.encode()), "board-key.txt"), members="Gao, Hao, Jiao")
    assert client.page.path == f"{DESK}/votes/{draft.id}"
    client.see(hub(draft))
    client.submit("/secret/removal")
    assert "The rule asks for a secret election" in words(client)
