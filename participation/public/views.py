"""The first page, the notice board and the calculator."""

from __future__ import annotations

from flask import Blueprint, render_template
from sqlalchemy import text

from participation.database import db
from participation.web.access import PUBLIC, access

blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@access(PUBLIC)
def home() -> str:
    return render_template("public/home.html")


@blueprint.get("/notices")
@access(PUBLIC)
def notice_board() -> str:
    return render_template("public/notice_board.html")


@blueprint.get("/calculator")
@access(PUBLIC)
def calculator() -> str:
    return render_template("public/calculator.html")


@blueprint.get("/healthz")
@access(PUBLIC)
def healthz() -> tuple[str, int, dict[str, str]]:
    """Alive, and the database answers."""
    db.session.execute(text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain", "Cache-Control": "no-store"}
