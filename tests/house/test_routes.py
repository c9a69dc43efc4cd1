"""Every route, its methods and its door, compared with tests/house/routes.txt.

Adding, removing or opening a route is a decision: write the list anew with `make routes`,
and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

LIST = Path(__file__).with_name("routes.txt")
HEAD = """# METHOD  path  -> who may knock (participation/web/access.py); written by `make routes`
"""


def described(app: Flask) -> list[str]:
    """One line for each method of each route."""
    lines = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        door = getattr(view, "access", None)
        assert door is not None, f"{rule.rule} ({rule.endpoint}) does not declare its access"
        lines += [f"{method} {rule.rule} -> {door}" for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return sorted(lines, key=lambda line: (line.split()[1], line))


def test_every_route_is_listed_with_its_door(app: Flask) -> None:
    lines = described(app)
    if os.environ.get("UPDATE_ROUTES"):
        LIST.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    listed = [line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines == listed, "the routes changed: if that is meant, run `make routes` and read the difference"


def test_no_route_is_listed_twice(app: Flask) -> None:
    lines = described(app)
    assert len(set(lines)) == len(lines)


def test_addresses_are_words_with_hyphens(app: Flask) -> None:
    """Typed converters, kebab-case, no trailing slash but the first page's."""
    for rule in app.url_map.iter_rules():
        fixed = [part for part in rule.rule.split("/") if part and "<" not in part]
        assert all(part == part.lower() and "_" not in part for part in fixed), rule.rule
        assert rule.rule == "/" or not rule.rule.endswith("/"), rule.rule


def test_what_does_not_exist_is_a_page_with_a_way_back(client) -> None:  # type: ignore[no-untyped-def]
    page = client.see("/no-such-page", 404)
    assert "/" in page.links()
