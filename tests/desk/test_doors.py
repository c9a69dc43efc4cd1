"""Who may open which page of the desk: a matrix of roles, and outsiders who must learn nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.desk.steps import DESK, Bureau
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood

# page of an announced vote -> who may open it
PAGES = {
    "": "support observer planner",
    "/turnout": "support observer planner",
    "/turnout/{building}": "support observer",
    "/contradictions": "support observer",
    "/objections": "support observer",
    "/corrections": "support observer",
    "/corrections/homes/{home}": "support",
    "/extension": "support",
    "/cancellation": "support",
    "/count": "support",
    "/final-result": "support",
}
PEOPLE = {"support": "lin", "observer": "he", "planner": "chen", "operator": "yu"}


@pytest.fixture
def vote_id(bureau: Bureau) -> int:
    return bureau.announced()


@pytest.mark.parametrize("role", PEOPLE)
def test_each_role_opens_its_own_pages_and_no_others(role: str, bureau: Bureau, vote_id: int) -> None:
    home = bureau.lane.homes["1-S1"]
    bureau.sign_in(getattr(bureau.lane, PEOPLE[role]))
    for page, roles in PAGES.items():
        path = f"{DESK}/votes/{vote_id}" + page.format(building=home.building_id, home=home.id)
        bureau.client.see(path, 200 if role in roles.split() else 404)


@pytest.mark.parametrize("role", ["observer", "planner"])
def test_those_who_watch_see_no_button_that_changes_anything(role: str, bureau: Bureau, vote_id: int) -> None:
    home = bureau.lane.homes["1-S1"]
    bureau.sign_in(getattr(bureau.lane, PEOPLE[role]))
    for page, roles in PAGES.items():
        if role in roles.split():
            found = bureau.client.see(f"{DESK}/votes/{vote_id}" + page.format(building=home.building_id))
            posts = [
                form.action for form in found.forms() if form.method == "POST" and "/preferences/" not in form.action
            ]
            assert not posts, f"{page}: {posts}"


def test_a_draft_exists_for_the_support_centre_only(bureau: Bureau) -> None:
    draft_id = bureau.draft("Secret plan")
    for who in (bureau.lane.he, bureau.lane.chen):
        bureau.sign_in(who)
        bureau.client.see(f"{DESK}/votes/{draft_id}", 404)
        assert "Secret plan" not in bureau.client.see(f"{DESK}/votes").text()
        assert "Secret plan" not in bureau.client.see("/desk").text()
        assert "Secret plan" not in bureau.client.see(DESK).text()


def test_the_planner_gets_sums_but_no_homes(bureau: Bureau, vote_id: int) -> None:
    bureau.sign_in(bureau.lane.chen)
    bureau.client.see(f"{DESK}/votes/{vote_id}/turnout")
    assert "0 of 6 homes have voted" in bureau.client.text()
    assert not bureau.client.page.select('a[href*="/turnout/"]')


def test_before_closing_nobody_at_the_desk_sees_yes_or_no(bureau: Bureau, vote_id: int) -> None:
    bureau.wait(days=17)
    for name in ("wang", "qian", "deng"):
        bureau.cast(getattr(bureau.lane, name), vote_id, "no")
    for page in ("", "/turnout", f"/turnout/{bureau.lane.homes['1-S1'].building_id}", "/contradictions", "/count"):
        bureau.client.see(f"{DESK}/votes/{vote_id}{page}")
        words = bureau.client.text()
        assert "Against" not in words, page
        assert "Abstained" not in words, page


def desk_paths(app: Flask, vote_id: int) -> Iterator[tuple[str, str]]:
    """(method, path) of every route of the desk that names a neighbourhood, as if it were Lane 12's."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/desk/<unit_slug>"):
            path = rule.rule.replace("<unit_slug>", "lane-12").replace("<int:vote_id>", str(vote_id))
            path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
            path = re.sub(r"<(int:)?\w+>", "1", path)
            assert "<" not in path, f"the test does not know how to fill in {path}"
            for method in sorted(rule.methods & {"GET", "POST"}):
                yield method, path


def test_staff_of_another_neighbourhood_find_nothing_here(
    app: Flask, bureau: Bureau, vote_id: int, outsiders: Neighbourhood
) -> None:
    """Every route of the desk, with every method, as the support centre of Lane 99."""
    client = bureau.client
    draft_id = bureau.draft()
    bureau.sign_in(outsiders.xu)
    token = {"csrf_token": client.csrf_token()}
    seen = 0
    for number in (vote_id, draft_id):
        for method, path in desk_paths(app, number):
            response = client.open(path, method=method, data=token if method == "POST" else None)
            assert response.status_code == 404, f"{method} {path} answered {response.status_code}"
            assert "Lane 12" not in response.get_data(as_text=True), path
            seen += 1
    assert seen > 80


def test_a_vote_of_one_neighbourhood_cannot_be_opened_under_anothers_name(
    bureau: Bureau, vote_id: int, outsiders: Neighbourhood
) -> None:
    bureau.sign_in(outsiders.xu)
    bureau.client.see("/desk/lane-99")
    for page in ("", "/turnout", "/corrections", "/objections", "/cancellation"):
        bureau.client.see(f"/desk/lane-99/votes/{vote_id}{page}", 404)
    bureau.client.see(f"/desk/lane-99/votes/{2**64}", 404)


def test_owners_and_strangers_have_no_desk(bureau: Bureau, vote_id: int, new_client: object) -> None:
    phone: ParsingClient = new_client()  # type: ignore[operator]
    phone.sign_in(bureau.lane.wang, "device")
    for path in ("/desk", DESK, f"{DESK}/votes/{vote_id}", f"{DESK}/look-ups"):
        phone.see(path, 404)
        stranger: ParsingClient = new_client()  # type: ignore[operator]
        assert stranger.get(path).status_code == 302
        assert stranger.get(path).location.startswith("/welcome")


def test_a_role_that_has_ended_opens_nothing(bureau: Bureau, make: object) -> None:
    from datetime import timedelta

    from participation.accounts.models import Role

    person = make.person("Gao", login="gao")  # type: ignore[attr-defined]
    make.grant(person, Role.SUPPORT, bureau.lane.unit, ends_at=bureau.clock.now() + timedelta(hours=1))  # type: ignore[attr-defined]
    bureau.sign_in(person)
    bureau.client.see(DESK)
    bureau.clock.advance(hours=1)
    bureau.client.see(DESK, 404)


def test_the_operator_without_a_neighbourhood_is_shown_the_way_to_found_one(bureau: Bureau) -> None:
    bureau.sign_in(bureau.lane.yu)
    bureau.client.see("/desk")
    assert "No neighbourhood yet" in bureau.client.text()
    assert "/operator" in bureau.client.page.links()
