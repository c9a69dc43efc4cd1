"""The public record as pages: the record of a neighbourhood, of a vote, one entry, and "does my checkpoint still hold?"."""

from __future__ import annotations

from typing import Any

from flask import abort, g, render_template, request, url_for

from participation.extensions import limiter
from participation.public.record_pages import (
    Claim,
    EntryPage,
    Foreign,
    compare,
    entries_between,
    entry_page,
    read_claim,
    read_size_and_root,
)
from participation.public.views import blueprint
from participation.record.models import Log
from participation.record.services import checkpoint, log_of, prove, signer
from participation.record.signed_note import NoteError
from participation.record.witnessing import watches
from participation.roll.models import Unit
from participation.roll.queries import unit_by_slug
from participation.votes.access import vote_or_404
from participation.votes.anchoring import check_address
from participation.web.access import PUBLIC, access
from participation.web.qr import qr_svg

PER_ADDRESS = "120 per minute"
LARGEST_INDEX = 2**53


@blueprint.get("/units/<slug>/record")
@access(PUBLIC)
def record(slug: str) -> str:
    """The record of a neighbourhood: how it stands, who watches it, and its entries."""
    unit, log = unit_and_log(slug)
    page = entry_page(log, _before())
    return _record_page(unit, log, page, vote=None, older=_older(page, "public.record", slug=slug))


@blueprint.get("/votes/<int:vote_id>/record")
@access(PUBLIC)
def vote_record(vote_id: int) -> str:
    """What the record holds of one vote."""
    if vote_id > LARGEST_INDEX:
        abort(404)
    vote, unit = vote_or_404(vote_id)
    log = log_of(unit.id)
    page = entry_page(log, _before(), vote.id)
    return _record_page(unit, log, page, vote=vote, older=_older(page, "public.vote_record", vote_id=vote_id))


@blueprint.get("/units/<slug>/record/entries/<int:index>")
@access(PUBLIC)
def record_entry(slug: str, index: int) -> str:
    """One entry, word for word, with what proves that it is in the record."""
    unit, log = unit_and_log(slug)
    found = entries_between(log, index, index + 1) if index < log.size else []
    if not found:
        abort(404)
    return render_template(
        "public/record_entry.html", unit=unit, log=log, line=found[0], inclusion=prove(log, index), vkey=signer(log).verifier.vkey
    )


@blueprint.get("/units/<slug>/record/check")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def record_check(slug: str) -> Any:
    """A checkpoint from a poster, a receipt or a message: is it a beginning of the record as it stands today?"""
    unit, log = unit_and_log(slug)
    typed = {name: _plain(request.args.get(name, "")) for name in ("checkpoint", "size", "root")}
    claim, problem, foreign = _claim(log, typed)
    answer = compare(log, claim) if claim else None
    last = entries_between(log, claim.size - 1, claim.size) if claim and answer and answer.holds and claim.size else []
    page = render_template(
        "public/record_check.html", unit=unit, log=log, typed=typed, answer=answer, problem=problem, foreign=foreign,
        last=last[0] if last else None, present=checkpoint(log)[1],
    )  # fmt: skip
    return page, 422 if problem else 200


def _plain(typed: str) -> str:
    """Without the characters that no paper can carry, which a page must not repeat."""
    return "".join(char for char in typed.replace("\r", "") if char.isprintable() or char == "\n").strip()


def _claim(log: Log, typed: dict[str, str]) -> tuple[Claim | None, bool, str | None]:
    """The claim; whether what was typed is no checkpoint; the origin of one of another record."""
    if not any(name in request.args for name in typed):
        return None, False, None
    try:
        if typed["checkpoint"]:
            return read_claim(log, typed["checkpoint"]), False, None
        return read_size_and_root(typed["size"], typed["root"]), False, None
    except Foreign as other:
        return None, False, other.origin
    except NoteError:
        return None, True, None


def unit_and_log(slug: str) -> tuple[Unit, Log]:
    unit = unit_by_slug(slug)
    if unit is None:
        abort(404)
    g.unit = unit
    return unit, log_of(unit.id)


def _record_page(unit: Unit, log: Log, page: EntryPage, vote: Any, older: str | None) -> str:
    present, note = checkpoint(log)
    address = check_address(unit.slug, present.size, present.root)
    return render_template(
        "public/record.html", unit=unit, log=log, vote=vote, page=page, older=older, note=note, vkey=signer(log).verifier.vkey,
        code=qr_svg(address), is_first=_before() is None, watches=watches(log.id) if vote is None else [],
    )  # fmt: skip


def _before() -> int | None:
    """The cursor: entries with smaller numbers are shown."""
    typed = request.args.get("before")
    if typed is None:
        return None
    if not typed.isascii() or not typed.isdigit() or int(typed[:20]) > LARGEST_INDEX:
        abort(404)
    return int(typed)


def _older(page: EntryPage, endpoint: str, **place: Any) -> str | None:
    return None if page.older is None else url_for(endpoint, before=page.older, **place)
