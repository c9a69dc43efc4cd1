"""Letters to owners for whom somebody else has voted: which are due, and printing them."""

from __future__ import annotations

from typing import Any

from flask import g, make_response, render_template, request

from participation.accounts.models import Role
from participation.desk.authorities import homes_by_elector
from participation.desk.blueprint import blueprint
from participation.desk.doors import clock, find_announced, me
from participation.kernel.refusal import Reason
from participation.kernel.sentences import say
from participation.roll.lookups import name_look_up, note_look_up
from participation.votes.behalf_queries import names_of
from participation.votes.models import Vote
from participation.votes.paper import paper_of
from participation.votes.services.steps import phase_now
from participation.votes.services.telling import Letter, letters_of, tell
from participation.web.access import access, staff
from participation.web.addresses import public_address
from participation.web.qr import qr_svg

SUPPORT = staff(Role.SUPPORT)
MOST_AT_ONCE = 200
name_look_up("principals", say("Owners for whom somebody else has voted"))


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/principals")
@access(SUPPORT)
def principals(unit_slug: str, vote_id: int) -> str:
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    page = _page(vote)
    note_look_up(g.unit.id, me().person_id, "principals", vote.title, clock().now())
    return page


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/principals/letters")
@access(SUPPORT)
def print_principals(unit_slug: str, vote_id: int) -> Any:
    """Print the letters that are due, or one of them again (`letter`); printing marks the owners as told."""
    vote = find_announced(unit_slug, vote_id, Role.SUPPORT)
    wanted, known = request.form.get("letter"), letters_of(vote.id)
    letters = [x for x in known if x.key == wanted] if wanted else [x for x in known if x.told_at is None][:MOST_AT_ONCE]
    if not letters:
        return _page(vote, (Reason("none_due", say("No letter is due."), say("Every owner has been written to.")),)), 422
    tell(vote.id, letters, me().person_id, clock())
    address = public_address("votes.vote", vote_id=vote.id)
    answer = make_response(render_template(
        "print/principal.html", vote=vote, letters=_addressed(letters), at=clock().now(), address=address,
        code=qr_svg(address, "M", 84), paper=paper_of(vote), phase=phase_now(vote, clock().now()),
    ))  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _addressed(letters: list[Letter]) -> list[tuple[Letter, str, tuple[str, ...]]]:
    """Each letter with the owner's name and homes."""
    names = names_of([letter.owner_id for letter in letters])
    homes = homes_by_elector([letter.elector_id for letter in letters])
    return [(letter, names.get(letter.owner_id, ""), homes.get(letter.elector_id, ())) for letter in letters]


def _page(vote: Vote, reasons: tuple[Reason, ...] = ()) -> str:
    letters = letters_of(vote.id)
    return render_template(
        "desk/votes/principals.html", vote=vote, due=_addressed([x for x in letters if x.told_at is None]),
        told=_addressed([x for x in letters if x.told_at is not None]), most=MOST_AT_ONCE, reasons=reasons,
    )  # fmt: skip
