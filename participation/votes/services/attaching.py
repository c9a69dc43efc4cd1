"""Documents of a draft: looked into, then kept as files named by their hash.

The database row comes with the transaction; a file whose row was rolled back harms nobody and is found again by the
next upload of the same content.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import event, func, select

from participation.database import db
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.votes.documents import check_content, clean_filename
from participation.votes.models import Attachment, Vote
from participation.votes.services.keeping import keep_content, kept_path

FOLDER = "documents"  # of the instance
LARGEST = 20 * 1024 * 1024
MOST = 20


def attach(vote: Vote, filename: str, stream: IO[bytes], at: datetime) -> Attachment:
    """Keep the document with the draft. The same content twice in one vote is one document.

    Raises Refusal: announced already, too many, empty, too large, not a PDF or picture, or a PDF that acts by itself.
    """
    _require_draft(vote)
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Refusal(
            Reason(
                "document_large",
                say("The document is larger than 20 MB."),
                say("Save it smaller: fewer or smaller pictures."),
                "document",
            )
        )
    media_type = check_content(content)
    sha256 = hashlib.sha256(content).hexdigest()
    for known in vote.attachments:
        if known.sha256 == sha256:
            return known
    if len(vote.attachments) >= MOST:
        raise Refusal(
            Reason(
                "documents_many",
                say("A vote holds at most %(most)s documents.", most=MOST),
                say("Join some of them into one PDF."),
                "document",
            )
        )
    keep_content(FOLDER, content)
    attachment = Attachment(
        vote_id=vote.id, filename=clean_filename(filename, media_type), media_type=media_type, size=len(content),
        sha256=sha256, added_at=at,
    )  # fmt: skip
    vote.attachments.append(attachment)
    db.session.flush()
    return attachment


def detach(vote: Vote, attachment: Attachment) -> None:
    """Take a document out of a draft; its file goes when the transaction has been committed and nobody else has it."""
    _require_draft(vote)
    sha256 = attachment.sha256
    vote.attachments.remove(attachment)
    db.session.delete(attachment)
    db.session.flush()
    others = db.session.scalar(select(func.count()).select_from(Attachment).where(Attachment.sha256 == sha256))
    if not others:
        _forget_after_commit(document_path(sha256))


def _forget_after_commit(path: Path) -> None:
    session, kept = db.session(), []

    @event.listens_for(session, "after_rollback", once=True)
    def _keep(_session: object) -> None:
        kept.append(True)

    @event.listens_for(session, "after_commit", once=True)
    def _forget(_session: object) -> None:
        if not kept:
            path.unlink(missing_ok=True)


def document_path(sha256: str) -> Path:
    """Where the document with this hash is kept."""
    return kept_path(FOLDER, sha256)


def _require_draft(vote: Vote) -> None:
    if vote.step != "draft":
        raise Refusal(
            Reason(
                "announced",
                say("This vote has been announced; its documents can no longer be changed."),
                say("If one is wrong, cancel the vote with a reason and draft a new one."),
            )
        )
