"""Taking a recorded telephone call: announce it, ask for the last four, read the questions aloud, keep the sound.

What was said is not entered here: two persons listen and write it down (`sheet_reading_views.py`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

from participation.accounts.forms import plain
from participation.accounts.models import Role
from participation.database import db
from participation.desk.blueprint import blueprint
from participation.desk.doors import LARGEST_ID, clock, errors_by_field, find_announced, me, undo
from participation.desk.local_time import from_field, to_field
from participation.desk.queries import vote_line
from participation.desk.station_queries import Answer, OwnerHere, answer_for
from participation.kernel.refusal import Reason, Refusal
from participation.roll.lookups import note_look_up
from participation.votes.electors import homes_of
from participation.votes.forms import new_key
from participation.votes.models import Vote
from participation.votes.paper import paper_of
from participation.votes.services.calling import FOLDER, LONGEST_REFERENCE, Call, keep_sound, record_call
from participation.votes.services.handing import prove_identity
from participation.votes.services.keeping import kept_path
from participation.votes.sheet_models import SheetReturn
from participation.votes.sounds import ENDINGS
from participation.votes.standing import Channel
from participation.votes.station_models import RecordedCall
from participation.web.access import access, staff
from participation.web.filters import zone

SUPPORT = staff(Role.SUPPORT)
BASE = "/<unit_slug>/votes/<int:vote_id>/station/homes/<int:home_id>/owners/<int:holder_id>"


@blueprint.get(f"{BASE}/call")
@access(SUPPORT)
def new_call(unit_slug: str, vote_id: int, home_id: int, holder_id: int) -> str:
    """The whole call on one page, in the order in which it goes."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    answer, owner = _owner(vote, home_id, holder_id)
    page = _page(vote, answer, owner, {})
    note_look_up(g.unit.id, me().person_id, "call", answer.home.label, clock().now())
    return page


@blueprint.post(f"{BASE}/calls")
@access(SUPPORT)
def take_call(unit_slug: str, vote_id: int, home_id: int, holder_id: int) -> Any:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    answer, owner = _owner(vote, home_id, holder_id)
    wrong = prove_identity(holder_id, request.form.get("last_four", ""), clock().now())
    if wrong is not None:
        return _page(vote, answer, owner, request.form, wrong.reasons), 422
    try:
        made = record_call(vote_id, answer.home.elector_id or 0, holder_id, _call(), clock())
    except Refusal as refusal:
        return _page(vote, answer, owner, request.form, undo(refusal)), 422
    if made.outcome is not None:
        flash(gettext("The call came after the closing. It is on record as late, and does not count."), "warning")
    else:
        flash(gettext("The call is recorded. Two persons listen to it and write down what they hear."), "success")
    return redirect(url_for("desk.station_home", unit_slug=unit_slug, vote_id=vote_id, home_id=home_id), 303)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/calls/<int:return_id>")
@access(SUPPORT)
def call(unit_slug: str, vote_id: int, return_id: int) -> str:
    """A call to be listened to, or where its recording is kept. The homes, not the name: the caller says it."""
    vote, found = _found(unit_slug, vote_id, return_id)
    kept = db.session.get(RecordedCall, found.id)
    return render_template(
        "desk/station/listen.html", vote=vote, found=found, reference=kept.reference if kept else "",
        homes=[home.label for home in homes_of(found.elector_id)],
    )  # fmt: skip


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/calls/<int:return_id>/sound")
@access(SUPPORT)
def call_sound(unit_slug: str, vote_id: int, return_id: int) -> Response:
    """The recording, for whoever writes down what is heard; in parts, so that one can listen again."""
    _, found = _found(unit_slug, vote_id, return_id)
    path = kept_path(FOLDER, found.picture) if found.picture and found.media_type in ENDINGS else None
    if path is None or found.media_type is None or not path.exists():
        abort(404)
    response = send_file(
        path, found.media_type, conditional=True, etag=found.picture or False, download_name=f"call-{found.id}{ENDINGS[found.media_type]}"
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response




def _found(unit_slug: str, vote_id: int, return_id: int) -> tuple[Vote, SheetReturn]:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    found = db.session.get(SheetReturn, return_id) if return_id <= LARGEST_ID else None
    if found is None or found.vote_id != vote.id or found.channel != Channel.RECORDED_PHONE:
        abort(404)
    return vote, found


def _owner(vote: Vote, home_id: int, holder_id: int) -> tuple[Answer, OwnerHere]:
    answer = answer_for(vote, home_id, clock().now()) if home_id <= LARGEST_ID else None
    owner = answer.owner(holder_id) if answer else None
    if answer is None or owner is None:
        abort(404)
    return answer, owner


def _call() -> Call:
    """The form as a call. The sound is kept first: a file without its row harms nobody."""
    given, file = request.form, request.files.get("sound")
    sound = keep_sound(file.stream) if file is not None and file.filename else None
    return Call(
        _called_at(given.get("received_at", "")), me().person_id, given.get("key", "")[:64] or new_key(), sound,
        plain(given.get("reference", ""), LONGEST_REFERENCE + 1), given.get("announced") == "1",
    )  # fmt: skip


def _called_at(typed: str) -> datetime:
    """The instant typed to the minute. The present minute means now: nothing was said before it was."""
    now, found = clock().now(), from_field(typed, zone(), "received_at")
    return now if found == now.replace(second=0, microsecond=0) else found


def _page(vote: Vote, answer: Answer, owner: OwnerHere, typed: Any, reasons: tuple[Reason, ...] = ()) -> str:
    now = clock().now()
    return render_template(
        "desk/station/call.html", vote=vote, line=vote_line(vote, g.unit, now), answer=answer, home=answer.home, owner=owner,
        paper=paper_of(vote), typed=typed, received_at=typed.get("received_at") or to_field(now, zone()),
        key=typed.get("key") or new_key(), longest=LONGEST_REFERENCE, reasons=reasons, errors=errors_by_field(reasons),
    )  # fmt: skip
