"""The documents of a draft: add, read, take out."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, redirect, render_template, request, send_file, url_for

from participation.accounts.models import Role
from participation.desk.blueprint import blueprint
from participation.desk.doors import READERS, clock, errors_by_field, find_draft, find_vote, undo
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.models import Attachment, Vote
from participation.votes.services.attaching import attach, detach, document_path
from participation.web.access import access, staff

SUPPORT = staff(Role.SUPPORT)


def _attachment(vote: Vote, attachment_id: int) -> Attachment:
    found = next((attachment for attachment in vote.attachments if attachment.id == attachment_id), None)
    if found is None:
        abort(404)
    return found


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/documents")
@access(SUPPORT)
def documents(unit_slug: str, vote_id: int) -> str:
    return _page(find_draft(unit_slug, vote_id))


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/documents")
@access(SUPPORT)
def add_document(unit_slug: str, vote_id: int) -> Any:
    vote = find_draft(unit_slug, vote_id)
    file = request.files.get("document")
    try:
        if file is None or not file.filename:
            raise Refusal(
                Reason("no_document", say("No file is chosen."), say("Choose a PDF or a picture."), "document")
            )
        attach(vote, file.filename, file.stream, clock().now())
    except Refusal as refusal:
        return _page(vote, undo(refusal)), 422
    return redirect(url_for("desk.documents", unit_slug=unit_slug, vote_id=vote_id), 303)


@blueprint.get("/<unit_slug>/votes/<int:vote_id>/documents/<int:attachment_id>")
@access(staff(*READERS))
def document(unit_slug: str, vote_id: int, attachment_id: int) -> Response:
    """Always a download, never shown inside the site."""
    attachment = _attachment(find_vote(unit_slug, vote_id, *READERS), attachment_id)
    path = document_path(attachment.sha256)
    if not path.exists():
        abort(404)
    response = send_file(
        path, attachment.media_type, as_attachment=True, download_name=attachment.filename, etag=attachment.sha256
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.post("/<unit_slug>/votes/<int:vote_id>/documents/<int:attachment_id>/removal")
@access(SUPPORT)
def remove_document(unit_slug: str, vote_id: int, attachment_id: int) -> Any:
    vote = find_draft(unit_slug, vote_id)
    detach(vote, _attachment(vote, attachment_id))
    return redirect(url_for("desk.documents", unit_slug=unit_slug, vote_id=vote_id), 303)


def _page(vote: Vote, reasons: tuple[Reason, ...] = ()) -> str:
    return render_template("desk/votes/documents.html", vote=vote, reasons=reasons, errors=errors_by_field(reasons))
