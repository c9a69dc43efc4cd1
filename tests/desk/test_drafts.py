"""Drafting: the rule fills in from the matter, nothing typed is lost, and what is missing says how to mend it."""

from __future__ import annotations

import pytest

from tests.desk.steps import DESK, Bureau
from tests.support.client import ParsingClient


@pytest.fixture
def draft(bureau: Bureau, client: ParsingClient) -> str:
    """The address of a draft with nothing but its title."""
    client.see(f"{DESK}/votes/new")
    client.submit("/votes", title="Use of the courtyard")
    return client.page.path


def test_a_new_draft_lists_what_is_missing_with_remedies(client: ParsingClient, draft: str) -> None:
    client.see(draft)
    for words in ("There is no question yet.", "Add the question that is to be decided.", "Choose both dates."):
        assert words in client.text()
    assert f"{draft}/notice" not in client.page.links()


def test_a_vote_without_a_title_is_refused_with_the_field_linked(bureau: Bureau, client: ParsingClient) -> None:
    client.see(f"{DESK}/votes/new")
    response = client.submit("/votes", title="   ")
    assert response.status_code == 422
    assert "The vote has no title." in client.text()
    assert client.page.select('#errors a[href="#title"]')


def test_a_title_that_is_too_long_comes_back_as_typed(bureau: Bureau, client: ParsingClient) -> None:
    client.see(f"{DESK}/votes/new")
    assert client.submit("/votes", title="x" * 121).status_code == 422
    assert client.page.one("#title").attrib["value"] == "x" * 121


def test_the_matter_brings_its_rule_with_clause_tests_and_confidence(client: ParsingClient, draft: str) -> None:
    client.see(f"{draft}/questions/matter")
    client.submit("/questions/matter", matter="raise_fund")
    words = client.text()
    assert "Owners' decision, special matters" in words
    assert "278(1)6" in words
    assert "at least 2/3 on the roll must take part" in words
    assert "at least 3/4 of what takes part must be for it" in words
    assert "read in the text of the law" in words
    assert "Check with local counsel." in words


def test_choosing_no_matter_is_refused(client: ParsingClient, draft: str) -> None:
    client.see(f"{draft}/questions/matter")
    assert client.submit("/questions/matter", matter="").status_code == 422
    assert "No matter is chosen." in client.text()


def test_an_empty_question_is_refused_and_its_candidates_are_kept(client: ParsingClient, draft: str) -> None:
    client.see(f"{draft}/questions/new?matter=committee")
    fields = {"candidate-1-name": "Wang", "candidate-1-statement": "Gardener", "candidate-3-name": "Qian"}
    response = client.submit("/questions", button="save", text=" ", seats="2", **fields)
    assert response.status_code == 422
    assert "The question has no text." in client.text()
    assert client.page.one("#candidate-1-name").attrib["value"] == "Wang"
    assert client.page.one("#candidate-2-name").attrib["value"] == "Qian", "empty rows close up"
    assert client.page.one("#seats").attrib["value"] == "2"


def test_more_rows_for_candidates_lose_nothing(client: ParsingClient, draft: str) -> None:
    client.see(f"{draft}/questions/new?matter=committee")
    names = {f"candidate-{n}-name": f"Candidate {n}" for n in (1, 2, 3)}
    client.submit("/questions", button="more", text="Elect the committee", seats="3", **names)
    assert client.page.one("#candidate-3-name").attrib["value"] == "Candidate 3"
    assert "value" not in client.page.one("#candidate-6-name").attrib
    assert client.page.text("#text") == "Elect the committee"


def test_fewer_candidates_than_seats_is_still_missing(client: ParsingClient, draft: str) -> None:
    client.see(f"{draft}/questions/new?matter=committee")
    client.submit("/questions", button="save", text="Elect the committee", seats="3", **{"candidate-1-name": "Wang"})
    assert "There are fewer candidates than seats." in client.text()


@pytest.mark.parametrize("seats", ["", "0", "-1", "two", "1.5", "²", "100"])
def test_seats_that_are_no_number_are_refused(client: ParsingClient, draft: str, seats: str) -> None:
    client.see(f"{draft}/questions/new?matter=committee")
    assert client.submit("/questions", button="save", text="Elect", seats=seats).status_code == 422
    assert client.page.select('#errors a[href="#seats"]')


def test_a_rule_with_a_veto_asks_whether_the_affected_agree(client: ParsingClient, draft: str) -> None:
    client.see(f"{draft}/questions/new?matter=lift")
    client.submit("/questions", button="save", text="Add a lift to stairwell 1?")
    assert "also needs the consent of specially affected owners" in client.text()
    question = next(href for href in client.page.links() if "/questions/" in href and not href.endswith("matter"))
    client.see(question)
    client.submit(f'form[action="{question}"]', button="save", consent="given")
    assert "also needs the consent" not in client.text()
    assert "all who are affected have agreed in writing" in client.text()


def test_any_shipped_rule_can_be_chosen_and_those_the_roll_cannot_weigh_are_marked(
    client: ParsingClient, draft: str
) -> None:
    client.see(f"{draft}/questions/rules")
    assert "Cannot be used here: the roll does not hold what it weighs by." in client.text()
    links = client.page.links()
    chosen = next(href for href, words in links.items() if words.startswith("Korea: condominium, ordinary"))
    client.see(chosen)
    assert "at least" in client.text() or "more than" in client.text()
    assert "Korea: condominium, ordinary management" in client.text()


def test_a_question_can_be_changed_and_taken_out(client: ParsingClient, draft: str) -> None:
    client.see(f"{draft}/questions/new?matter=covenant")
    client.submit("/questions", button="save", text="Change the covenant?")
    question = next(href for href in client.page.links() if "/questions/" in href and not href.endswith("matter"))
    client.see(question)
    client.submit(f'form[action="{question}"]', button="save", text="Change article 5 of the covenant?")
    assert "Change article 5 of the covenant?" in client.text()
    client.see(question)
    client.submit("/removal")
    assert "There is no question yet." in client.text()


def test_dates_are_proposed_lawfully_and_read_in_the_neighbourhoods_time(client: ParsingClient, draft: str) -> None:
    client.see(f"{draft}/dates")
    assert client.page.one("#opens_at").attrib["value"] == "2026-03-25T09:00"
    assert client.page.one("#closes_at").attrib["value"] == "2026-04-09T20:00"
    client.submit("/dates", opens_at="2026-03-25T08:59")
    assert "The notice must stand for 15 days before the vote opens." in client.text()
    assert "If announced now, it may open from 25 Mar 2026, 09:00" in client.text()


@pytest.mark.parametrize(
    "typed", ["", "tomorrow", "2026-13-01T09:00", "2026-04-01", "99999-01-01T00:00", "2026-04-01T09:00+08:00"]
)
def test_a_date_that_cannot_be_read_is_refused_as_typed(client: ParsingClient, draft: str, typed: str) -> None:
    client.see(f"{draft}/dates")
    response = client.submit("/dates", closes_at=typed)
    if typed == "2026-04-01":  # midnight: readable, so it is kept
        assert response.status_code == 200
        return
    assert response.status_code == 422
    assert client.page.one("#closes_at").attrib.get("value", "") == typed
    assert client.page.select('#errors a[href="#closes_at"]')


def test_the_explanation_is_previewed_without_saving_and_without_scripts(client: ParsingClient, draft: str) -> None:
    client.see(f"{draft}/text")
    typed = "Why: **old pipes**\n\n<script>alert(1)</script> [x](javascript:alert(1))"
    client.submit(f"{draft}/text", button="preview", explanation=typed)
    assert [e.text for e in client.page.select("strong")] == ["old pipes"]
    assert not client.page.select("main script")
    assert not client.page.select('a[href^="javascript"]')
    assert client.page.form(f"{draft}/text").values()["explanation"] == [typed]
    assert "old pipes" not in client.see(draft).text("main")
    client.see(f"{draft}/text")
    client.submit(f"{draft}/text", button="save", explanation=typed)
    assert "old pipes" in client.text()


def test_the_scope_narrows_what_is_frozen(bureau: Bureau, draft: str) -> None:
    client = bureau.client
    client.see(f"{draft}/scope")
    assert client.submit("/scope", kind="stairwell").status_code == 422
    client.submit("/scope", kind="stairwell", stairwell=str(bureau.lane.homes["2-101"].stairwell_id))
    assert "One stairwell: 1 / 2" in client.text()
    assert "167.50" in client.text()
    client.see(f"{draft}/scope")
    client.submit("/scope", kind="buildings", building=str(bureau.lane.homes["2-101"].building_id))
    assert "Buildings: 1" in client.text()
    assert "448.25" in client.text()


def test_a_building_of_another_neighbourhood_is_no_scope(bureau: Bureau, draft: str, outsiders: object) -> None:
    bureau.client.see(f"{draft}/scope")
    foreign = outsiders.homes["1-101"].building_id  # type: ignore[attr-defined]
    assert bureau.client.submit("/scope", kind="buildings", building=str(foreign)).status_code == 422


def test_a_draft_can_be_thrown_away_and_is_gone(bureau: Bureau) -> None:
    vote_id = bureau.draft()
    bureau.client.see(f"{DESK}/votes/{vote_id}/discarding")
    bureau.client.submit("/discarding")
    assert "No vote yet" in bureau.client.text()
    bureau.client.see(f"{DESK}/votes/{vote_id}", 404)


def test_an_announced_vote_has_no_drafting_pages_any_more(bureau: Bureau) -> None:
    vote_id = bureau.announced()
    for page in ("text", "scope", "dates", "documents", "questions/matter", "notice", "discarding"):
        bureau.client.see(f"{DESK}/votes/{vote_id}/{page}", 404)


def test_tapping_announce_twice_announces_once(bureau: Bureau) -> None:
    vote_id = bureau.draft()
    bureau.client.see(f"{DESK}/votes/{vote_id}/notice")
    bureau.client.submit("/notice")
    noticed_at = bureau.vote(vote_id).noticed_at
    bureau.clock.advance(minutes=1)
    assert bureau.client.send(f"{DESK}/votes/{vote_id}/notice").status_code == 303
    assert bureau.vote(vote_id).noticed_at == noticed_at
