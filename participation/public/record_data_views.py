"""The public record for programs: checkpoint, entries, proofs, and where witnesses send their cosignatures.

Addresses and forms are described in docs/record.md; they stay as they are, since programs of others build on them.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, current_app, request

from participation.accounts.visitor import clock_now
from participation.extensions import ROOT, csrf, limiter
from participation.public.record_pages import entries_between
from participation.public.record_views import LARGEST_INDEX, unit_and_log
from participation.public.views import blueprint
from participation.record.merkle import consistency_proof, inclusion_proof, root_at
from participation.record.services import checkpoint, checkpoint_at, hold_log, node_reader, signer
from participation.record.signed_note import NoteError, encode_base64
from participation.record.witnessing import newest_witnessed, take_cosignatures, witnessed_note
from participation.web.access import PUBLIC, access

PER_ADDRESS = "120 per minute"
FEW_PER_ADDRESS = "20 per minute"
MOST_ENTRIES = 1000
LARGEST_NOTE = 16_384
TOOLS = {"witness.py": "verifier/witness.py", "verify_record.py": "verifier/verify_record.py"}


@blueprint.get("/record/<slug>/checkpoint")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def record_checkpoint(slug: str) -> Response:
    """The log as it stands, as a signed note; with `size` the log as it stood then. Witnesses' lines where there are any."""
    _, log = unit_and_log(slug)
    size = _number("size", log.size)
    note = checkpoint_at(log, size)[1] if size != log.size else checkpoint(log)[1]
    seen = newest_witnessed(log)
    if seen is not None and seen[0] == size:
        note += "".join(f"{line}\n" for line in seen[1])
    return _text(note)


@blueprint.get("/record/<slug>/checkpoint/witnessed")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def record_witnessed(slug: str) -> Response:
    """The newest checkpoint that a witness has signed, with the lines of all witnesses who signed it."""
    _, log = unit_and_log(slug)
    note = witnessed_note(log)
    if note is None:
        abort(404)
    return _text(note)


@blueprint.get("/record/<slug>/key")
@access(PUBLIC)
def record_key(slug: str) -> Response:
    """The log's verifier key, in one line."""
    _, log = unit_and_log(slug)
    return _text(signer(log).verifier.vkey + "\n")


@blueprint.get("/record/<slug>/entries")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def record_entries(slug: str) -> Response:
    """Entries `from`..`to` - 1, at most a thousand, one JSON object a line; `payload` is the leaf, byte for byte."""
    _, log = unit_and_log(slug)
    begin = _number("from", 0, log.size)
    end = min(_number("to", log.size, log.size), begin + MOST_ENTRIES)
    lines = (
        {"index": line.index, "vote": line.vote_id, "kind": line.kind, "at": line.at.isoformat(timespec="seconds"),
         "payload": line.payload}
        for line in entries_between(log, begin, end)
    )  # fmt: skip
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    return Response(text, content_type="application/jsonl; charset=utf-8")


@blueprint.get("/record/<slug>/consistency")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def record_consistency(slug: str) -> Response:
    """That the first `from` entries are the beginning of the first `to` (by default of all)."""
    _, log = unit_and_log(slug)
    second = _number("to", log.size, log.size)
    first = _number("from", 0, second)
    read = node_reader(log.id)
    return _json({
        "format": "participation/consistency/v1",
        "origin": log.origin,
        "from": {"size": first, "root": encode_base64(root_at(first, read))},
        "to": {"size": second, "root": encode_base64(root_at(second, read))},
        "proof": [encode_base64(node) for node in consistency_proof(first, second, read)],
        "checkpoint": checkpoint_at(log, second)[1],
    })  # fmt: skip


@blueprint.get("/record/<slug>/proof")
@access(PUBLIC)
@limiter.limit(PER_ADDRESS)
def record_proof(slug: str) -> Response:
    """That entry `index` is one of the first `size` (by default of all)."""
    _, log = unit_and_log(slug)
    size = _number("size", log.size, log.size)
    index = _number("index", None, size - 1)
    read = node_reader(log.id)
    line = entries_between(log, index, index + 1)[0]
    return _json({
        "format": "participation/inclusion/v1",
        "origin": log.origin,
        "index": index,
        "entry": line.payload,
        "leaf_hash": line.leaf,
        "inclusion_proof": [encode_base64(node) for node in inclusion_proof(index, size, read)],
        "checkpoint": checkpoint_at(log, size)[1],
        "verifier_key": signer(log).verifier.vkey,
    })  # fmt: skip


@blueprint.post("/record/<slug>/cosignatures")
@access(PUBLIC)
@csrf.exempt
@limiter.limit(FEW_PER_ADDRESS)
def take_record_cosignatures(slug: str) -> Any:
    """A witness sends the checkpoint with its line. The signature says who it is; no cookie is looked at."""
    unit, _ = unit_and_log(slug)
    if (request.content_length or 0) > LARGEST_NOTE:
        abort(413)
    note = request.get_data(cache=False, as_text=False)[:LARGEST_NOTE]
    try:
        stored = take_cosignatures(hold_log(unit.id), note.decode(), clock_now())
    except UnicodeDecodeError:
        return _text("refused: not a text in UTF-8\n", 422)
    except NoteError as problem:
        return _text(f"refused: {problem}\n", 422)
    return _text(f"thank you: {len(stored)} new\n", 201 if stored else 200)


@blueprint.get("/record/<any('witness.py', 'verify_record.py'):name>")
@access(PUBLIC)
def record_tool(name: str) -> Response:
    """The single files with which strangers watch and verify the record."""
    path = ROOT / TOOLS[name]
    if not path.is_file():
        abort(404)
    response = Response(path.read_bytes(), content_type="text/x-python; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _number(name: str, default: int | None, most: int | None = None) -> int:
    """A number from the address between 0 and `most` (`default` by default: a log's size); 404 for anything else."""
    typed = request.args.get(name)
    if typed is None and default is not None:
        return default
    if not typed or not typed.isascii() or not typed.isdigit() or len(typed) > 16:
        abort(404)
    value, limit = int(typed), default if most is None else most
    if value > LARGEST_INDEX or (limit is not None and value > limit):
        abort(404)
    return value


def _text(text: str, status: int = 200) -> Response:
    return Response(text, status=status, content_type="text/plain; charset=utf-8")


def _json(data: dict[str, Any]) -> Response:
    return current_app.response_class(json.dumps(data, ensure_ascii=False, indent=1) + "\n", mimetype="application/json")
