"""Every link that a page shows can be followed by whoever was shown it; nobody is led before a closed door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask

from tests.desk.steps import Bureau
from tests.support.client import ParsingClient

# who -> the person of Lane 12, the kind of sign-in; a stranger has neither
VISITORS = {
    "support": ("lin", "staff"),
    "observer": ("he", "staff"),
    "planner": ("chen", "staff"),
    "operator": ("yu", "staff"),
    "owner": ("wang", "device"),
    "stranger": (None, ""),
}


def dead_links(app: Flask, client: ParsingClient, beginning: str) -> Iterator[str]:
    """Walk from page to page, once through every view of the site; a refused link is told with its page."""
    met, waiting = set(), [(beginning, "the address bar")]
    while waiting:
        path, page = waiting.pop()
        endpoint, values = app.url_map.bind("localhost").match(path.partition("?")[0])
        kind = (endpoint, "building_id" in values, "?" in path)
        if endpoint == "static" or kind in met:
            continue
        met.add(kind)
        answer = client.get(path, follow_redirects=True)
        if answer.status_code >= 400:
            yield f"{path} on {page}: {answer.status_code}"
        elif answer.mimetype == "text/html":
            found = (urlsplit(urljoin(f"http://localhost{path}", link)) for link in client.page.links())
            waiting += [(f"{to.path}?{to.query}" if to.query else to.path, path) for to in found if to.netloc == "localhost"]
    assert len(met) >= 5, f"the walk from {beginning} went nowhere"


def counted(bureau: Bureau) -> int:
    """A vote whose count is posted, with an objection that waits for its answer."""
    vote_id = bureau.announced()
    bureau.wait(days=17)
    for name in ("wang", "li", "qian", "deng"):
        bureau.cast(getattr(bureau.lane, name), vote_id)
    bureau.wait(days=15)
    bureau.client.see(f"/desk/lane-12/votes/{vote_id}/count")
    bureau.client.submit("/count")
    bureau.object(bureau.lane.wang, vote_id, "My neighbour's ballot is missing from the count.")
    return vote_id


def closed(bureau: Bureau) -> int:
    vote_id = bureau.announced()
    bureau.wait(days=32)
    return vote_id


def announced(bureau: Bureau) -> int:
    return bureau.announced()


@pytest.mark.parametrize("stage", [announced, closed, counted])
@pytest.mark.parametrize("who", VISITORS)
def test_no_page_leads_before_a_closed_door(
    who: str, stage: Callable[[Bureau], int], app: Flask, bureau: Bureau, new_client: Callable[[], ParsingClient]
) -> None:
    vote_id = stage(bureau)
    visitor = new_client()
    name, kind = VISITORS[who]
    if name:
        visitor.sign_in(getattr(bureau.lane, name), kind)
    for beginning in ("/", f"/votes/{vote_id}", *(["/desk"] if kind == "staff" else [])):
        assert list(dead_links(app, visitor, beginning)) == []
