"""The receipt: for everybody the proof that the ballot is in the record, for its owners also what it says."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user

from participation.votes.access import may_see_choices, vote_or_404
from participation.votes.behalf_queries import CastFor, cast_for
from participation.votes.blueprint import blueprint
from participation.votes.models import Ballot
from participation.votes.own_paper import sheet_by_code
from participation.votes.paper import paper_of
from participation.votes.queries import ballot_by_receipt
from participation.votes.receipts import grouped, proof_data, prove_ballot, read_receipt, whereabouts
from participation.votes.sheet_codes import read_code
from participation.web.access import PUBLIC, access
from participation.web.qr import qr_svg


@blueprint.get("/receipts")
@access(PUBLIC)
def find_receipt() -> Any:
    """Type the number from a slip of paper: of a receipt, or of a ballot sheet that was handed in."""
    typed = request.args.get("number", "").strip()[:60]
    receipt, code = read_receipt(typed), read_code(typed)
    if receipt is not None and ballot_by_receipt(receipt) is not None:
        return redirect(url_for(".receipt", receipt=receipt))
    found = sheet_by_code(code) if code else None
    if found is not None and found.receipt is not None:
        return redirect(url_for(".receipt", receipt=found.receipt))
    page = render_template("votes/find_receipt.html", typed=typed, found=found, unit=None)
    return page, 404 if typed and found is None else 200


@blueprint.get("/receipts/<receipt>")
@access(PUBLIC)
def receipt(receipt: str) -> Any:
    ballot = _ballot_or_404(receipt)
    vote, unit = vote_or_404(ballot.vote_id)
    address = current_app.config["PUBLIC_URL"] + url_for(".receipt", receipt=ballot.receipt)
    mine = may_see_choices(_visitor(), ballot)
    return render_template(
        "votes/receipt.html", vote=vote, unit=unit, ballot=ballot, paper=paper_of(vote), number=grouped(ballot.receipt),
        mine=mine, behalf=_on_behalf(ballot) if mine else None, proof=prove_ballot(vote, ballot), fate=whereabouts(vote, ballot),
        code=qr_svg(address), address=address,
    )  # fmt: skip


@blueprint.get("/receipts/<receipt>/proof.json")
@access(PUBLIC)
def receipt_proof(receipt: str) -> Response:
    ballot = _ballot_or_404(receipt)
    vote, _ = vote_or_404(ballot.vote_id)
    proof = prove_ballot(vote, ballot)
    if proof.inclusion is None:
        abort(404)
    data = proof_data(proof, ballot, with_content=may_see_choices(_visitor(), ballot))
    response = Response(json.dumps(data, ensure_ascii=False, indent=1), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{ballot.receipt}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _ballot_or_404(receipt: str) -> Ballot:
    plain = read_receipt(receipt)
    ballot = ballot_by_receipt(plain) if plain else None
    if ballot is None:
        abort(404)
    return ballot


def _visitor() -> Any:
    return current_user if current_user.is_authenticated else None


def _on_behalf(ballot: Ballot) -> CastFor | None:
    """Who cast it for the owner: told to the owner and to who cast it, to nobody else."""
    return cast_for(ballot.authority_id, ballot.received_at, ballot.channel) if ballot.authority_id is not None else None
