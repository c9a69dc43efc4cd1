"""The first page, the notice board, the neighbourhoods, and how it all works."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import text

from participation.accounts.models import Role
from participation.accounts.visitor import clock_now
from participation.database import db
from participation.public.board import board
from participation.public.for_you import cards_for, home_unit
from participation.roll.models import Unit
from participation.roll.queries import unit_by_slug, units
from participation.votes.phases import Phase
from participation.web.access import PUBLIC, access

blueprint = Blueprint("public", __name__)
NEWEST = 5
GOING = (Phase.NOTICE, Phase.OPEN, Phase.CLOSED, Phase.PRELIMINARY, Phase.ANSWERING)


@blueprint.get("/")
@access(PUBLIC)
def home() -> str:
    """For you now; for strangers what this place is, what is open, and how to get in."""
    now = clock_now()
    if current_user.is_authenticated and not current_user.is_staff:
        g.unit = unit = home_unit(current_user.person_id)
        cards = cards_for(current_user.person_id, now)
        return render_template("public/for_you.html", unit=unit, cards=cards)
    places = units()
    notices = board(places, now, limit=30)
    going = sorted(
        (n for n in notices if n.phase in GOING), key=lambda n: (n.phase is not Phase.OPEN, n.vote.closes_at, n.vote.id)
    )
    return render_template(
        "public/home.html", unit=_only(places), places=places, going=going,
        desk_url=_desk_url(), newest=[n for n in notices if n.phase is Phase.FINAL][:NEWEST],
    )  # fmt: skip


@blueprint.get("/notices")
@access(PUBLIC)
def notice_board() -> str:
    places = units()
    wanted = request.args.get("unit", "")
    chosen = next((unit for unit in places if unit.slug == wanted), None)
    if wanted and chosen is None:
        abort(404)
    g.unit = unit = chosen or _only(places)
    notices = board([chosen] if chosen else places, clock_now())
    return render_template("public/notice_board.html", unit=unit, places=places, chosen=chosen, notices=notices)


@blueprint.get("/units/<slug>")
@access(PUBLIC)
def unit(slug: str) -> str:
    """A neighbourhood: its votes, and nothing of its people."""
    g.unit = found = unit_by_slug(slug)
    if found is None:
        abort(404)
    return render_template("public/unit.html", unit=found, notices=board([found], clock_now()))


@blueprint.get("/help")
@access(PUBLIC)
def help() -> str:
    return render_template("public/help.html", unit=None)


@blueprint.get("/healthz")
@access(PUBLIC)
def healthz() -> tuple[str, int, dict[str, str]]:
    """Alive, and the database answers."""
    db.session.execute(text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain", "Cache-Control": "no-store"}


def _desk_url() -> str | None:
    """Where this member of staff works; None for everybody else."""
    if not current_user.is_authenticated:
        return None
    return url_for("operator.index" if current_user.has_role_anywhere(Role.OPERATOR) else "desk.index")


def _only(places: Any) -> Unit | None:
    """The neighbourhood whose name stands on the plate: where there is only one, it is that one."""
    return places[0] if len(places) == 1 else None
