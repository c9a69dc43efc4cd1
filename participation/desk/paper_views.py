"""The paper of a vote at the desk: how far it is, and the pictures of sheets."""

from __future__ import annotations

from flask import Response, abort, g, render_template, send_file

from participation.accounts.models import Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import LARGEST_ID, WATCHERS, clock, find_announced, me
from participation.desk.paper_queries import count_two_ways, paper_figures, waiting_for
from participation.desk.queries import vote_line
from participation.kernel.sentences import say
from participation.roll.lookups import name_look_up
from participation.votes.phases import Phase
from participation.votes.services.keeping import kept_path
from participation.votes.sheet_choices import FLAWS, outcome_words
from participation.votes.sheet_models import SheetReturn
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)
FOLDER = "sheets"
TAKING = (Phase.OPEN, Phase.CLOSED)  # in which sheets are recorded and read
INVALID = ("late", "void", *FLAWS, "not_on_roll", "no_authority")
name_look_up("sheets", say("Ballot sheets to print"))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper")
@access(staff(*WATCHERS))
def paper(unit_slug: str, vote_id: int) -> str:
    """Numbers only; the buttons are the support centre's."""
    vote = find_announced(unit_slug, vote_id, *WATCHERS)
    line = vote_line(vote, g.unit, clock().now())
    return render_template(
        "desk/paper/overview.html", vote=vote, line=line, numbers=paper_figures(vote.id), two_ways=count_two_ways(vote.id),
        for_me=waiting_for(vote.id, me().person_id), can_print=line.phase in (Phase.NOTICE, Phase.OPEN),
        can_take=line.phase in TAKING, outcome_words=outcome_words, invalid=INVALID,
    )  # fmt: skip


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/paper/returns/<int:return_id>/picture")
@access(SUPPORT)
def sheet_picture(unit_slug: str, vote_id: int, return_id: int) -> Response:
    """The photo of a sheet, or the recording of a call: always a download, for the support centre alone."""
    found = return_or_404(unit_slug, vote_id, return_id)
    path = kept_path(FOLDER, found.picture) if found.picture else None
    if path is None or not path.exists():
        abort(404)
    ending = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "application/pdf": ".pdf"}.get(found.media_type or "", "")
    response = send_file(path, found.media_type, as_attachment=True, download_name=f"sheet-{found.id}{ending}", etag=found.picture or False)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def return_or_404(unit_slug: str, vote_id: int, return_id: int) -> SheetReturn:
    """A return of a vote of this support centre's neighbourhood."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    found = db.session.get(SheetReturn, return_id) if return_id <= LARGEST_ID else None
    if found is None or found.vote_id != vote.id:
        abort(404)
    return found
