"""Every page of the site in every state worth seeing: who opens which address, and what they do there.

A scene's address may name places of tests/journeys/world.py: `/votes/{vote_open}`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.journeys import scenes_behalf, scenes_evidence, scenes_paper, scenes_record, scenes_secret, scenes_station


@dataclass(frozen=True)
class Scene:
    """`send`: a form (its action's end) that is sent as it stands after `fill`, so that the answer is what is looked at."""

    who: str
    path: str
    status: int = 200
    send: str = ""
    fill: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.who}: {self.path}" + (f", sent to {self.send} with {self.fill}" if self.send else "")


# Addresses that answer with something other than a page.
NOT_PAGES = {
    "/assets/<name>",
    "/healthz",
    "/receipts/<receipt>/proof.json",
    "/votes/<int:vote_id>/result.json",
    "/votes/<int:vote_id>/documents/<int:document_id>",
    "/desk/<unit_slug>/votes/<int:vote_id>/documents/<int:attachment_id>",
    "/desk/<unit_slug>/roll/imports/<int:upload_id>/lists/<name>/download",
    *scenes_station.NOT_PAGES,
    *scenes_secret.NOT_PAGES,
    *scenes_paper.NOT_PAGES,
    *scenes_record.NOT_PAGES,
    *scenes_behalf.NOT_PAGES,
    *scenes_evidence.NOT_PAGES,
}

PHASES = (
    "notice", "open", "everything", "closed", "preliminary", "answering", "final", "rejected", "elected", "too_few",
    "archived", "cancelled",
)  # fmt: skip
COUNTED = ("preliminary", "answering", "final", "rejected", "elected", "too_few", "archived")


def _as(who: str, *paths: str, **more: Any) -> list[Scene]:
    return [Scene(who, path, **more) for path in paths]


PUBLIC = [
    *_as("nobody", "/", "/notices", "/notices?unit={slug}", "/units/{slug}", "/help", "/welcome", "/sign-in", "/i", "/receipts"),
    *_as("nobody", "/calculator", "/calculator?rule=cn.278.special", "/calculator?rule=kr.rebuild"),
    *_as("nobody", "/no-such-page", "/receipts?number=2222-2222-2222-2222", "/i/" + "0" * 32, status=404),
    *_as("nobody", "/i/{letter}", "/{way_in}", "/{first_run}", "/demo/{demo}"),
    *[Scene("nobody", f"/votes/{{vote_{phase}}}") for phase in PHASES],
    *[Scene("nobody", f"/votes/{{vote_{phase}}}/result") for phase in COUNTED],
    *[Scene("nobody", f"/votes/{{vote_{phase}}}/print/result") for phase in ("final", "rejected", "elected")],
    *[Scene("nobody", f"/votes/{{vote_{phase}}}/print/final") for phase in ("final", "rejected", "elected")],
    *_as("nobody", "/votes/{vote_answering}/print/preliminary", "/votes/{vote_preliminary}/print/preliminary"),
    *_as("nobody", "/votes/{vote_notice}/print/notice"),
    *_as("nobody", "/votes/{vote_everything}/print/notice", "/votes/{vote_final}/participation"),
    *_as("nobody", "/votes/{vote_open}/turnout"),
    *_as("nobody", "/receipts/{receipt_open}", "/receipts/{receipt_final}"),
    *_as("nobody, proven", "/i/{letter}/pin"),
    Scene("nobody, proven", "/i/{letter}/pin", 422, "/pin", {"pin": "1111"}),
    Scene("nobody", "/i", 422, "/i", {"code": "too short"}),
    Scene("nobody", "/sign-in", 422, "/sign-in", {"login": "nobody", "passphrase": "wrong"}),
    Scene("nobody", "/{way_in}", 422, "/{way_in}", {"passphrase": "short"}),
    Scene("nobody", "/{first_run}", 422, "/{first_run}", {"name": "", "login": "?"}),
    *_as("lin, half-way", "/sign-in/second-step"),
    *_as("chen, enrolling", "/way-in/second-step"),
    Scene("chen, enrolling", "/way-in/second-step", 422, "/way-in/second-step", {"code": "000000"}),
]

OWNERS = [
    *_as("wang", "/", "/account", "/welcome", "/votes/{vote_open}", "/votes/{vote_everything}", "/votes/{vote_notice}"),
    *_as("wang", "/votes/{vote_closed}", "/votes/{vote_final}", "/votes/{vote_preliminary}"),
    *_as("wang", "/votes/{vote_open}/ballot", "/votes/{vote_everything}/ballot"),
    Scene("wang", "/votes/{vote_open}/ballot", 422, "/review"),
    *_as("wang", "/votes/{vote_notice}/ballot", "/votes/{vote_closed}/ballot", status=409),
    *_as("wang", "/votes/{vote_preliminary}/objections", "/votes/{vote_preliminary}/result", "/receipts/{receipt_preliminary}"),
    Scene("wang", "/votes/{vote_preliminary}/objections", 422, "/objections", {"text": " "}),
    *_as("wang, filled in", "/votes/{vote_open}/ballot/review"),
    *_as("wang, locked", "/unlock"),
    *_as("qian", "/", "/votes/{vote_open}", "/receipts/{receipt_open}", "/votes/{vote_everything}/ballot"),
    *_as("qian", "/receipts/{receipt_everything}", "/votes/{vote_final}", "/receipts/{receipt_final}"),
    *_as("qian", "/votes/{vote_open}/ballot", status=409),
    *_as("deng", "/votes/{vote_preliminary}/objections"),
    *_as("sun", "/", "/votes/{vote_open}"),
    *_as("sun", "/votes/{vote_open}/ballot", status=409),
    *_as("mei", "/", "/votes/{vote_open}", "/votes/{vote_open}/ballot", "/votes/{vote_open}/ballot?elector={mei_alone}"),
    *_as("mei", "/votes/{vote_open}/ballot?elector={mei_with_hao}", status=409),
    *_as("mei", "/votes/{vote_open}/co-owner-statement?elector={mei_with_hao}"),
    *_as("zhao", "/", "/votes/{vote_open}", "/account"),
    *_as("zhao", "/votes/{vote_open}/ballot", status=409),
    *_as("zhao", "/desk", status=404),
]

DESK = "/desk/{slug}"
STAFF = [
    *_as("lin", "/", "/account", "/desk", DESK, f"{DESK}/letters", f"{DESK}/look-ups", f"{DESK}/people", f"{DESK}/votes"),
    *_as("lin", f"{DESK}/votes/new", "/votes/{vote_open}", "/votes/{vote_final}/result"),
    Scene("lin", f"{DESK}/votes/new", 422, "/votes", {"title": " "}),
    Scene("lin", f"{DESK}/letters", 200, "/letters", {"home": "{other_home}", "skip_signed_in": "0"}),
    Scene("lin", f"{DESK}/letters", 422, "/letters", {"home": "{other_home}"}),
    *[Scene("lin", f"{DESK}/votes/{{vote_{phase}}}") for phase in PHASES],
    *_as("lin", f"{DESK}/votes/{{empty_draft}}", f"{DESK}/votes/{{draft}}"),
    *[
        Scene("lin", f"{DESK}/votes/{{draft}}/{page}")
        for page in (
            "text", "dates", "scope", "documents", "notice", "discarding", "questions/matter", "questions/new?matter=committee",
            "questions/new?matter=use_fund", "questions/rules?matter=other", "questions/{question}",
        )
    ],
    Scene("lin", f"{DESK}/votes/{{empty_draft}}/dates", 422, "/dates", {"opens_at": "", "closes_at": ""}),
    Scene("lin", f"{DESK}/votes/{{draft}}/documents", 422, "/documents"),
    Scene("lin", f"{DESK}/votes/{{draft}}/questions/new?matter=use_fund", 422, "/questions", {"text": " "}),
    *[
        Scene("lin", f"{DESK}/votes/{{vote_open}}/{page}")
        for page in (
            "turnout", "turnout/{building}", "contradictions", "corrections", "corrections/homes/{home}", "extension",
            "cancellation",
        )
    ],
    *_as("lin", f"{DESK}/votes/{{vote_open}}/corrections?building={{building}}&room=101"),
    Scene("lin", f"{DESK}/votes/{{vote_open}}/corrections/homes/{{other_home}}", 200, "/corrections", {"area": "90.01", "reason": "Register"}),
    Scene("lin", f"{DESK}/votes/{{vote_open}}/extension", 422, "/extension", {"reason": ""}),
    Scene("lin", f"{DESK}/votes/{{vote_open}}/cancellation", 422, "/cancellation", {"reason": " "}),
    *_as("lin", f"{DESK}/votes/{{vote_closed}}/count", f"{DESK}/votes/{{vote_preliminary}}/count"),
    *_as("lin", f"{DESK}/votes/{{vote_preliminary}}/objections", f"{DESK}/votes/{{vote_preliminary}}/objections/{{objection}}"),
    *_as("lin", f"{DESK}/votes/{{vote_final}}/objections/{{objection_final}}", f"{DESK}/votes/{{vote_answering}}/objections"),
    Scene("lin", f"{DESK}/votes/{{vote_preliminary}}/objections/{{objection}}", 422, "/answer", {"text": " "}),
    *_as("lin", f"{DESK}/votes/{{vote_answering}}/final-result", f"{DESK}/votes/{{vote_final}}/final-result"),
    *_as("lin", f"{DESK}/nowhere", "/desk/another-lane", status=404),
    *_as("chen", "/desk", DESK, f"{DESK}/votes", f"{DESK}/votes/{{vote_open}}", f"{DESK}/votes/{{vote_open}}/turnout"),
    *_as("he", "/desk", DESK, f"{DESK}/look-ups", f"{DESK}/votes/{{vote_open}}", f"{DESK}/votes/{{vote_open}}/turnout/{{building}}"),
    *_as("he", f"{DESK}/votes/{{vote_preliminary}}/objections/{{objection}}", f"{DESK}/votes/{{vote_open}}/corrections"),
    *_as("yu", "/", "/desk", "/operator", f"{DESK}/people"),
    Scene("yu", "/operator", 422, "/operator", {"name": "", "slug": "Not a slug"}),
]

ROLL = "/desk/jade/roll"
ROLLS = [
    *_as("lin", "/desk/jade", ROLL, f"{ROLL}?day=2026-01-01", f"{ROLL}?day=never", f"{ROLL}/buildings/{{jade_building}}", f"{DESK}/roll"),
    *[Scene("lin", f"{ROLL}/homes/{{jade_home}}{page}") for page in ("", "/owner", "/area", "/removal")],
    *_as("lin", f"{ROLL}/homes/new", f"{DESK}/roll/homes/{{shared_home}}", f"{DESK}/roll/homes/{{shared_home}}/voter"),
    Scene("lin", f"{ROLL}/homes/{{jade_home}}", 200, "/names"),
    Scene("lin", f"{ROLL}/homes/{{jade_home}}", 422, "/tenants"),
    Scene("lin", f"{ROLL}/homes/{{jade_home}}/area", 422, "/area", {"area": "much"}),
    Scene("lin", f"{ROLL}/homes/new", 422, "/homes"),
    Scene("lin", ROLL, 200, "/search", {"words": "王芳"}),
    Scene("lin", ROLL, 200, "/search", {"words": "nobody at all"}),
    *_as("lin", f"{ROLL}/imports/new"),
    Scene("lin", f"{ROLL}/imports/new", 422, "/imports"),
    *[Scene("lin", f"{ROLL}/imports/{{{state}}}") for state in ("committed", "changed", "with_errors", "doubtful", "unread", "busy")],
    *_as("lin", f"{ROLL}/imports/{{busy}}/progress", f"{ROLL}/imports/{{changed}}/lists/owner", f"{ROLL}/imports/{{doubtful}}/lists/added"),
    *_as("lin", f"{ROLL}/imports/{{with_errors}}/lists/refused", f"{ROLL}/imports/{{doubtful}}/lists/added?page=2"),
]

STATION = [Scene(*given) for given in scenes_station.STATION_SCENES]
SECRET = [Scene(*given) for given in scenes_secret.SECRET_SCENES]
PAPER = [Scene(*given) for given in scenes_paper.PAPER_SCENES]
RECORD = [Scene(*given) for given in scenes_record.RECORD_SCENES]
BEHALF = [Scene(*given) for given in scenes_behalf.BEHALF_SCENES]
EVIDENCE = [Scene(*given) for given in scenes_evidence.EVIDENCE_SCENES]

SCENES = [*PUBLIC, *OWNERS, *STAFF, *ROLLS, *STATION, *SECRET, *PAPER, *RECORD, *BEHALF, *EVIDENCE]
