"""The first page, the notice board, the neighbourhood's page and the help: for residents, strangers and staff."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from participation.roll.models import Unit
from tests.support.client import ParsingClient
from tests.support.people import Make, Neighbourhood
from tests.support.queries import count_queries
from tests.votes.pages_support import Hall, words


@pytest.fixture
def hall(app: Flask, lane: Neighbourhood) -> Hall:
    return Hall(app, lane)


def test_a_new_site_says_what_will_appear_and_how_to_start(client: ParsingClient) -> None:
    client.see("/")
    assert "This hall is new" in words(client)
    client.see("/notices")
    assert "Nothing is posted yet" in words(client)


def test_a_stranger_sees_what_is_going_on_and_how_to_get_in(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    done = hall.open("Repair the roof")
    hall.cast(done, lane.wang, "yes")
    hall.count(done)
    hall.finish(done)
    hall.draft("Not announced yet")
    vote = hall.open("Renew the pipes")
    client.see("/")
    text = words(client)
    assert text.index("Renew the pipes") < text.index("Newest results") < text.index("Repair the roof")
    assert "Too few took part, so nothing was decided." in text
    assert "Not announced yet" not in text
    assert "Every home gets a letter with a code to scan." in text
    assert client.page.select(f'a[href="/votes/{vote.id}"]')


def test_wang_sees_what_waits_in_order_of_deadline_with_one_primary_button(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    later = hall.announce("The later vote", days=30)
    sooner = hall.announce("The sooner vote", days=10)
    hall.clock.at = sooner.opens_at  # type: ignore[assignment]
    hall.announce("The announced vote")
    client.sign_in(lane.wang)
    page = client.see("/")
    text = words(client)
    assert text.index("The sooner vote") < text.index("The later vote") < text.index("The announced vote")
    assert [e.attrib["href"] for e in page.select("a.primary")] == [f"/votes/{sooner.id}/ballot"]
    hall.cast(sooner, lane.wang, "yes")
    page = client.see("/")
    assert [e.attrib["href"] for e in page.select("a.primary")] == [f"/votes/{later.id}/ballot"]
    assert "Done (1)" in words(client), "what is done folds away"


def test_after_the_count_wang_is_told_until_when_objections_can_be_made_and_then_the_result(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    hall.cast(vote, lane.wang, "yes")
    hall.count(vote)
    client.sign_in(lane.wang)
    client.see("/")
    assert "You can object until 22 Apr 2026, 09:00" in words(client)
    hall.finish(vote)
    page = client.see("/")
    assert page.select(f'a[href="/votes/{vote.id}/result"]')


def test_sun_whose_co_owner_li_is_named_to_vote_sees_the_vote_but_no_button(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    vote = hall.open()
    client.sign_in(lane.sun, unlocked=True)
    page = client.see("/")
    assert f"/votes/{vote.id}" in page.links()
    assert not page.select("a.primary")
    client.sign_in(lane.li, unlocked=True)
    assert [link.attrib["href"] for link in client.see("/").select("a.primary")] == [f"/votes/{vote.id}/ballot"]


def test_zhao_the_tenant_has_an_empty_page_that_says_what_will_appear(
    client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    hall.open()
    client.sign_in(lane.zhao)
    client.see("/")
    assert "Nothing waits for you" in words(client)
    assert "Lane 12" in client.page.text("header")


@pytest.mark.parametrize(("who", "desk"), [("lin", "/desk"), ("he", "/desk"), ("yu", "/operator")])
def test_staff_find_the_way_to_their_desk(
    client: ParsingClient, hall: Hall, lane: Neighbourhood, who: str, desk: str
) -> None:
    client.sign_in(getattr(lane, who), "staff")
    assert [e.attrib["href"] for e in client.see("/").select("a.primary")] == [desk]


def test_the_board_shows_every_announced_vote_and_can_be_narrowed_to_a_neighbourhood(
    client: ParsingClient, hall: Hall, lane: Neighbourhood, outsiders: Neighbourhood
) -> None:
    hall.announce("Vote of Lane 12")
    Hall(hall.app, outsiders).announce("Vote of Lane 99")
    hall.draft("A secret draft")
    client.see("/notices")
    assert "Vote of Lane 12" in words(client)
    assert "Vote of Lane 99" in words(client)
    assert "A secret draft" not in words(client)
    client.submit("notices", unit="lane-99")
    assert "Vote of Lane 12" not in words(client)
    client.see("/units/lane-12")
    assert "Vote of Lane 99" not in words(client)
    client.see("/units/nowhere", 404)
    client.see("/notices?unit=nowhere", 404)


def test_dates_stand_in_the_neighbourhoods_own_time(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood, make: Make
) -> None:
    vote = hall.announce()
    client.see(f"/votes/{vote.id}")
    assert "26 Mar 2026, 09:00" in words(client)
    with make.unit_of_work() as session:
        session.get_one(Unit, lane.unit.id).time_zone = "Asia/Seoul"
    client.see(f"/votes/{vote.id}")
    assert "26 Mar 2026, 10:00" in words(client)


def test_the_first_page_asks_the_same_of_the_database_with_one_vote_as_with_six(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood
) -> None:
    hall.announce("Vote 1")
    stranger = app.test_client()
    client.sign_in(lane.wang)

    def asked(visitor: ParsingClient, path: str) -> int:
        with count_queries(app) as queries:
            visitor.see(path)
        return len(queries)

    visits = [(client, "/"), (stranger, "/"), (stranger, "/notices"), (stranger, "/units/lane-12")]
    before = [asked(*visit) for visit in visits]
    for number in range(2, 7):
        hall.announce(f"Vote {number}")
    assert [asked(*visit) for visit in visits] == before
    assert max(before) <= 6


@pytest.mark.parametrize("language", ["en", "zh-Hans", "ko"])
def test_the_first_view_of_every_resident_page_weighs_at_most_20_kilobytes(
    app: Flask, client: ParsingClient, hall: Hall, lane: Neighbourhood, language: str
) -> None:
    vote = hall.open(questions=2, explanation="The pipes are from 1986 and leak in 14 of 36 buildings.")
    hall.cast(vote, lane.qian, "yes")
    ballot = hall.cast(vote, lane.li, "no")
    served = app.extensions["served_assets"]
    client.language = language
    client.sign_in(lane.wang, unlocked=True)
    for path in ("/", f"/votes/{vote.id}", f"/votes/{vote.id}/ballot", f"/receipts/{ballot.receipt}", "/notices"):
        answer = client.get(path)
        assert answer.status_code == 200
        resources = {e.attrib["href"] for e in client.page.select("head link")} | {
            e.attrib["src"] for e in client.page.select("script")
        }
        assert len(resources) <= 3
        shared = sum(len(served[address.removeprefix("/assets/")].gzipped) for address in resources)
        weight = len(answer.data) + shared
        assert weight <= 20 * 1024, f"{path} weighs {weight} bytes, {shared} of them shared"
    assert all(gzip.decompress(asset.gzipped) for asset in served.values())
