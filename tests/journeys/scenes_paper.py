"""The pages of paper ballots: printing, receiving, reading, settling, spreadsheets, and what owners read of theirs."""

from __future__ import annotations

from typing import Any

# (who, path, status, send, fill): made into scenes by scenes.py.
PAPER = "/desk/{slug}/votes/{vote_everything}/paper"
_RULE = "/desk/<unit_slug>/votes/<int:vote_id>/paper"

NOT_PAGES = {f"{_RULE}/returns/<int:return_id>/picture", f"{_RULE}/files/template.<any(csv,xlsx):kind>"}

PAPER_SCENES: list[tuple[Any, ...]] = [
    ("lin", PAPER),
    ("lin", "/desk/{slug}/votes/{vote_notice}/paper"),
    ("lin", "/desk/{slug}/votes/{vote_open}/paper"),
    ("he", PAPER),
    ("lin", f"{PAPER}/sheets"),
    ("lin", f"{PAPER}/sheets", 422, "/paper/sheets", {"room": "nowhere"}),
    ("lin", f"{PAPER}/sheets/{{run}}"),
    ("lin", f"{PAPER}/returns/new"),
    ("lin", f"{PAPER}/returns/new", 422, "/paper/returns", {"code": "2345"}),
    ("lin", "/desk/{slug}/votes/{vote_final}/paper/returns/new"),
    ("lin", f"{PAPER}/readings"),
    ("lin", "/desk/{slug}/votes/{vote_open}/paper/readings"),
    ("lin", f"{PAPER}/readings?code=nonsense"),
    ("lin", f"{PAPER}/returns/{{paper_new}}/reading"),
    ("lin", f"{PAPER}/returns/{{paper_new}}/slip"),
    ("lin", f"{PAPER}/returns/{{paper_differs}}/reading"),
    ("lin", f"{PAPER}/returns/{{paper_done}}/reading"),
    ("lin", f"{PAPER}/differences"),
    ("lin", f"{PAPER}/returns/{{paper_differs}}/settlement"),
    ("lin", f"{PAPER}/files/new"),
    ("deng", "/votes/{vote_everything}"),
    ("deng", "/votes/{vote_everything}/ballot"),
    ("qian", "/votes/{vote_everything}"),
]
