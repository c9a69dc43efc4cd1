"""The pages of secret elections: the ballot and its review, the box for everybody, the desk's way from key to figures.

The page with the tracker is the answer to a cast, which would change the world: its own test looks at it
(tests/votes/test_secret_pages.py).
"""

from __future__ import annotations

from typing import Any

_DESK = "/desk/{slug}/votes"

SECRET_SCENES: list[tuple[Any, ...]] = [
    *[("nobody", f"/votes/{{secret_{name}}}") for name in ("open", "ended", "sealed", "counted")],
    ("nobody", "/votes/{secret_sealed}/box"),
    ("nobody", "/votes/{secret_counted}/result"),
    ("nobody", "/votes/{secret_counted}/print/preliminary"),
    ("nobody", "/votes/{secret_open}/print/notice"),
    ("nobody", "/votes/{secret_open}/box", 404),
    ("wang", "/votes/{secret_open}"),
    ("wang", "/votes/{secret_open}/secret-ballot"),
    ("wang", "/votes/{secret_open}/secret-ballot", 200, "/secret-ballot/review"),
    ("qian", "/votes/{secret_open}"),
    ("qian", "/votes/{secret_open}/secret-ballot"),
    ("mei", "/votes/{secret_open}"),
    ("mei", "/votes/{secret_open}/secret-ballot"),
    ("sun", "/votes/{secret_open}/secret-ballot", 409),
    ("zhao", "/votes/{secret_open}/secret-ballot", 409),
    ("lin", f"{_DESK}/{{secret_draft}}"),
    ("lin", f"{_DESK}/{{secret_draft}}/secret"),
    ("lin", f"{_DESK}/{{empty_draft}}/secret"),
    ("lin", f"{_DESK}/{{empty_draft}}/secret", 422, "/secret/board", {"members": ""}),
    *[("lin", f"{_DESK}/{{secret_{name}}}/secret") for name in ("open", "ended", "sealed", "counted")],
    *[("lin", f"{_DESK}/{{secret_{name}}}") for name in ("open", "ended", "sealed", "counted")],
    ("he", f"{_DESK}/{{secret_sealed}}/secret"),
]

# Addresses that answer with something other than a page.
NOT_PAGES = {
    "/votes/<int:vote_id>/box.json",
    "/desk/<unit_slug>/votes/<int:vote_id>/secret/box.json",
    # Nothing is kept there: they lead back to the ballot and to the vote.
    "/votes/<int:vote_id>/secret-ballot/review",
    "/votes/<int:vote_id>/secret-ballots",
}
