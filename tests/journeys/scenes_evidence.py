"""The pages of evidence: for everybody who checks, and for the auditor who is named."""

from __future__ import annotations

from typing import Any

# (who, path, status, send, fill): made into scenes by scenes.py.
DESK = "/desk/{slug}/votes/{vote_final}/evidence"

NOT_PAGES = {"/votes/<int:vote_id>/evidence.zip", "/desk/<unit_slug>/votes/<int:vote_id>/evidence/<int:entry>/file"}

EVIDENCE_SCENES: list[tuple[Any, ...]] = [
    *[
        ("nobody", f"/votes/{{{name}}}/evidence")
        for name in ("vote_final", "vote_rejected", "vote_preliminary", "secret_counted")
    ],
    ("nobody", "/votes/{vote_open}/evidence", 404),
    ("lin", DESK),
    ("lin", DESK, 422, "/auditors", {"purpose": ""}),
    ("lin", "/desk/{slug}/votes/{secret_counted}/evidence"),
    ("lin", "/desk/{slug}/votes/{vote_preliminary}/evidence"),
    ("he", DESK),
    ("he", "/desk/{slug}/votes/{vote_preliminary}/evidence"),
    ("he", f"{DESK}/{{evidence_final}}"),
    ("he", "/desk/{slug}/votes/{vote_rejected}/evidence/{evidence_rejected}"),
    ("he", f"{DESK}/{{evidence_rejected}}", 404),
]
