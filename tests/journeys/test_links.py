"""No page offers a way that ends at a closed door: whoever sees a link may follow it."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from tests.journeys.scenes import DESK, PHASES, SCENES
from tests.journeys.world import Stage
from tests.support.client import ParsingClient

# Each visitor looks at every vote in every phase, as everybody and, where the desk lets them in, as staff.
EVERYWHERE = ["/", "/desk", *(f"{room}/votes/{{vote_{phase}}}" for room in ("", DESK) for phase in PHASES)]


def walk(stage: Stage, client: ParsingClient, beginnings: list[str]) -> tuple[dict[str, int], dict[str, str]]:
    """(address -> status, link -> a page that shows it): all links of the beginnings and of one page of each other view."""
    urls = stage.world.app.url_map.bind("localhost")
    statuses: dict[str, int] = {}
    shown: dict[str, str] = {}
    views, waiting = set(), beginnings[::-1]
    while waiting:
        path = waiting.pop()
        if path in statuses:
            continue
        with client.get(path) as answer:
            statuses[path], is_page = answer.status_code, answer.mimetype == "text/html"
        if path not in beginnings:
            endpoint, values = urls.match(urlsplit(path).path)
            view = (endpoint, "building_id" in values, "?" in path)
            is_page = is_page and view not in views
            views.add(view)
        for link in client.page.links() if is_page else ():
            to = urlsplit(urljoin(f"http://localhost{path}", link))
            there = f"{to.path}?{to.query}" if to.query else to.path
            if to.netloc == "localhost" and there != path:
                shown.setdefault(there, path)
                waiting.append(there)
    return statuses, shown


def test_every_link_opens_for_whom_it_is_shown(stage: Stage) -> None:
    world = stage.world
    dead, followed = [], 0
    for who in dict.fromkeys(scene.who for scene in SCENES):
        client: ParsingClient = world.app.test_client()  # type: ignore[assignment]
        with client.session_transaction() as session:
            session.update(world.visits[who])
        client.checking = False  # the pages themselves are looked at elsewhere
        own = [scene.path for scene in SCENES if scene.who == who and not scene.send]
        beginnings = list(dict.fromkeys(path.format(**world.places) for path in [*own, *EVERYWHERE]))
        statuses, shown = walk(stage, client, beginnings)
        followed += len(shown)
        for link, on in shown.items():
            explains = statuses[link] == 409 and "elector=" in link  # "Why not here?" leads to the reason
            if statuses[link] >= 400 and not explains:
                dead.append(f"{who}: {link} answers {statuses[link]}; it stands on {on}")
    assert followed > 1000, followed
    assert not dead, "\n".join(dead)
