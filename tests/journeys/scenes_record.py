"""The pages of the public record, of its witnesses, and of keeping and erasing."""

from __future__ import annotations

from typing import Any

# (who, path, status, send, fill): made into scenes by scenes.py.
RECORD = "/units/{slug}/record"

NOT_PAGES = {
    "/record/<any('witness.py', 'verify_record.py'):name>",
    "/record/<slug>/checkpoint",
    "/record/<slug>/checkpoint/witnessed",
    "/record/<slug>/consistency",
    "/record/<slug>/entries",
    "/record/<slug>/key",
    "/record/<slug>/proof",
}

RECORD_SCENES: list[tuple[Any, ...]] = [
    ("nobody", RECORD),
    ("nobody", f"{RECORD}?before=40"),
    ("nobody", f"{RECORD}?before=0"),
    ("nobody", f"{RECORD}/entries/0"),
    ("nobody", f"{RECORD}/entries/7"),
    ("nobody", "/votes/{vote_final}/record"),
    ("nobody", "/votes/{vote_cancelled}/record"),
    ("nobody", f"{RECORD}/check"),
    ("nobody", f"{RECORD}/check?{{checkpoint_then}}"),
    ("nobody", f"{RECORD}/check?{{checkpoint_forged}}"),
    ("nobody", f"{RECORD}/check?size=99999999&root={'A' * 43}"),
    ("nobody", f"{RECORD}/check?checkpoint=elsewhere.example.org%2Flane%0A3%0A{'A' * 43}%3D"),
    ("nobody", f"{RECORD}/check?checkpoint=hello", 422),
    ("lin", "/desk/{slug}/witnesses"),
    ("lin", "/desk/{slug}/witnesses", 422, "/witnesses", {"vkey": "hello"}),
    ("lin", "/desk/{slug}/retention"),
]
