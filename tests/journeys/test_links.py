"""No page offers a way that ends at a closed door: whoever sees a link may follow it."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.journeys.scenes import SCENES
from tests.journeys.world import Stage
from tests.support.client import ParsingClient


def test_every_link_opens_for_whom_it_is_shown(stage: Stage) -> None:
    world = stage.world
    dead, followed = [], 0
    for who in dict.fromkeys(scene.who for scene in SCENES):
        client: ParsingClient = world.app.test_client()  # type: ignore[assignment]
        with client.session_transaction() as session:
            session.update(world.visits[who])
        client.checking = False  # the pages themselves are looked at elsewhere
        shown: dict[str, str] = {}
        for scene in SCENES:
            if scene.who == who and not scene.send:
                path = scene.path.format(**world.places)
                client.get(path)
                for link in client.page.links():
                    if urlsplit(link).path and not urlsplit(link).netloc:
                        shown.setdefault(link.partition("#")[0], path)
        for link, on in shown.items():
            with client.get(link) as answer:
                status = answer.status_code
            followed += 1
            explains = status == 409 and "elector=" in link  # "Why not here?" leads to the reason
            if status >= 400 and not explains:
                dead.append(f"{who}: {link} answers {status}; it stands on {on}")
    assert followed > 400, followed
    assert not dead, "\n".join(dead)
