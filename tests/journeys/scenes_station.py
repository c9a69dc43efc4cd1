"""The pages of the polling point, of a device in a voter's hands, of recorded calls, and of the doors."""

from __future__ import annotations

from typing import Any

# (who, path, status, send, fill): made into scenes by scenes.py.
VOTE = "/desk/{slug}/votes/{vote_open}"
STATION = f"{VOTE}/station"
WANG = f"{STATION}/homes/{{home}}/owners/{{wang_holder}}"
TICKETS = f"{STATION}/tickets"

NOT_PAGES = {
    "/desk/<unit_slug>/votes/<int:vote_id>/doorstep/token",
    "/desk/<unit_slug>/votes/<int:vote_id>/calls/<int:return_id>/sound",
}

STATION_SCENES: list[tuple[Any, ...]] = [
    ("lin", STATION),
    ("lin", STATION, 200, "/search", {"words": "1"}),
    ("lin", STATION, 200, "/search", {"words": "nobody at all"}),
    ("lin", f"{STATION}/homes/{{home}}"),
    ("lin", f"{STATION}/homes/{{home}}?at=door"),
    ("lin", f"{STATION}/homes/{{shop}}"),
    ("lin", f"{STATION}/homes/{{other_home}}"),
    ("lin", f"{STATION}/homes/{{shared_home}}"),
    ("lin", "/desk/{slug}/votes/{vote_notice}/station"),
    ("lin", "/desk/{slug}/votes/{vote_notice}/station/homes/{home}"),
    ("lin", WANG),
    ("lin", WANG, 422, "/owners/{wang_holder}"),
    ("lin", f"{STATION}/homes/{{shop}}/owners/{{qian_holder}}"),
    ("lin", f"{WANG}/call"),
    ("lin", f"{WANG}/call", 422, "/calls", {"last_four": "0000"}),
    ("lin", f"{STATION}/homes/{{shop}}/owners/{{qian_holder}}/call"),
    ("lin", "/desk/{slug}/votes/{vote_everything}/calls/{call}"),
    ("lin", f"{VOTE}/doorstep"),
    ("lin", f"{VOTE}/doorstep/{{stairwell}}"),
    ("lin", "/desk/{slug}/votes/{vote_closed}/doorstep/{stairwell}"),
    ("nobody", "/votes/{vote_open}/visits"),
    ("nobody", "/votes/{vote_final}/visits"),
    ("voter, fresh", f"{TICKETS}/{{ticket_fresh}}/identity"),
    ("voter, fresh", f"{TICKETS}/{{ticket_fresh}}/identity", 422, "/identity", {"last_four": "0000"}),
    ("voter, fresh", "/desk/handed-over"),
    ("voter, proven", f"{TICKETS}/{{ticket_proven}}/ballot"),
    ("voter, proven", f"{TICKETS}/{{ticket_proven}}/ballot", 422, "/review"),
    ("voter, filled", f"{TICKETS}/{{ticket_filled}}/review"),
    ("voter, filled", f"{TICKETS}/{{ticket_filled}}/ballot"),
    ("voter, over", f"{TICKETS}/{{ticket_over}}/ballot", 409),
    ("voter, over", "/desk/handed-over"),
    ("voter, voted", f"{TICKETS}/{{ticket_voted}}/slip"),
    ("voter, voted", "/desk/handed-over"),
    ("voter, voted", "/desk/handed-over", 422, "/handed-over", {"proof": "wrong wrong wrong"}),
]
