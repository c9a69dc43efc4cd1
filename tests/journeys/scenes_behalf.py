"""The pages of voting for another: papers on record, taking them back, letters to the owners, owners with two ballots."""

from __future__ import annotations

from typing import Any

# (who, path, status, send, fill): made into scenes by scenes.py.
VOTE, DESK = "/votes/{vote_entrusted}", "/desk/{slug}/votes/{vote_entrusted}"
CHANGING = "/desk/{slug}/votes/{vote_entrusted_changing}"
PAPERS, OWNER = f"{DESK}/authorities", f"{DESK}/authorities/homes/{{shop}}"

NOT_PAGES = {"/desk/<unit_slug>/votes/<int:vote_id>/authorities/<int:authority_id>/paper"}

BEHALF_SCENES: list[tuple[Any, ...]] = [
    # What the owners see of it, and who holds their papers.
    *[("deng", path) for path in ("/", VOTE, "/votes/{vote_entrusted_changing}", f"{VOTE}/objections?about=behalf")],
    ("deng", f"{VOTE}/objections?about=behalf", 422, "/objections", {"text": " "}),
    ("deng", f"{VOTE}/authorities/{{authority_used}}"),
    ("deng", "/votes/{vote_entrusted_changing}/authorities/{authority_changing}"),
    ("deng", f"{VOTE}/ballot", 409),
    ("deng", "/receipts/{receipt_entrusted}"),
    ("mei", VOTE),
    ("mei", f"{VOTE}/authorities/{{authority_live}}"),
    ("wang", f"{VOTE}/authorities/{{authority_guardian}}"),
    ("li", f"{VOTE}/authorities/{{authority_revoked}}"),
    ("wang", f"{VOTE}/authorities/{{authority_live}}", 404),
    ("qian", VOTE),
    ("qian", f"{VOTE}/ballot"),
    ("qian", f"{VOTE}/ballot?elector={{entrusted_by_mei}}"),
    ("qian", f"{VOTE}/ballot?elector={{entrusted_by_deng}}", 409),
    ("qian, for mei", f"{VOTE}/ballot/review"),
    ("zhao", VOTE),
    ("nobody", VOTE),
    # The desk.
    ("lin", DESK),
    ("lin", PAPERS),
    ("lin", f"{PAPERS}?building={{building}}&room=S1"),
    ("lin", f"{PAPERS}?building={{building}}&room=nowhere"),
    ("lin", "/desk/{slug}/votes/{vote_notice}/authorities"),
    ("lin", "/desk/{slug}/votes/{vote_final}/authorities"),
    ("lin", "/desk/{slug}/votes/{secret_open}/authorities"),
    ("lin", OWNER),
    ("lin", OWNER, 422, "/authorities", {"holder_name": "Qian", "holder_last_four": "?"}),
    ("lin", f"{DESK}/authorities/homes/{{other_home}}"),
    ("lin", f"{PAPERS}/{{authority_live}}/revocation"),
    ("lin", f"{PAPERS}/{{authority_live}}/revocation", 422, "/revocation", {"reason": " "}),
    ("lin", f"{PAPERS}/{{authority_used}}/revocation", 422, "/revocation", {"reason": "Her letter of Monday"}),
    ("lin", f"{PAPERS}/{{authority_revoked}}/revocation"),
    ("lin", f"{DESK}/principals"),
    ("lin", f"{CHANGING}/principals"),
    # A letter printed again: it is told already, so nothing changes for those who look later.
    ("lin", f"{CHANGING}/principals", 200, "/principals/letters"),
    ("lin", f"{CHANGING}/principals", 422, "/principals/letters", {"letter": "none"}),
    ("lin", "/desk/{slug}/votes/{vote_notice}/principals"),
    ("lin", f"{DESK}/two-ballots"),
    ("lin", f"{CHANGING}/two-ballots"),
    ("he", f"{CHANGING}/two-ballots"),
    ("lin", "/desk/{slug}/votes/{vote_everything}/two-ballots"),
    ("lin", f"{DESK}/station/homes/{{other_home}}"),
    ("lin", f"{DESK}/station/homes/{{home}}"),
]
