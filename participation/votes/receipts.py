"""What a receipt proves: this ballot is in the record under a signed checkpoint, and in the count.

Everything is checked again each time a receipt is looked at, with the same functions that a
stranger would use; nothing is taken from an earlier answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from participation.database import db
from participation.kernel.quantities import parse_hundredths
from participation.kernel.sentences import Sentence, say
from participation.record.checkpoint import open_checkpoint
from participation.record.commitment import canonical, check, parse_canonical
from participation.record.merkle import leaf_hash, verify_inclusion
from participation.record.services import Inclusion, entry, log_of, prove, signer
from participation.record.signed_note import NoteError, encode_base64
from participation.votes.behalf_models import Authority
from participation.votes.electors import Weight
from participation.votes.models import Ballot, CoOwnerStatement, Elector, Result, RollCorrection, Vote
from participation.votes.retention import erased_at
from participation.votes.services.boxing import RECEIPT_ALPHABET, RECEIPT_LENGTH, ballot_content
from participation.votes.statements import STANDS


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at just now, in plain words."""

    holds: bool
    words: Sentence


@dataclass(frozen=True, slots=True)
class Proof:
    """A ballot's entry in the record, the proof that goes with it, and what came of checking it."""

    inclusion: Inclusion | None  # None: the record has lost what the proof is made of
    payload: str  # the canonical JSON whose bytes are the leaf
    vkey: str
    content: dict[str, Any]  # what the commitment opens to: for the head's owners only
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        return self.inclusion is not None and all(check.holds for check in self.checks)

    @property
    def area(self) -> int:
        """What the ballot weighs, in 1/100 m2."""
        return parse_hundredths(self.content["area"])


def read_receipt(typed: str) -> str | None:
    """A receipt as somebody typed it (dashes, spaces, small letters), or None if it cannot be one."""
    plain = "".join(char for char in typed.upper() if not char.isspace() and char != "-")
    return plain if len(plain) == RECEIPT_LENGTH and set(plain) <= set(RECEIPT_ALPHABET) else None


def grouped(receipt: str) -> str:
    """7K4MQ2XD9RTABCDF -> 7K4M-Q2XD-9RTA-BCDF."""
    return "-".join(receipt[at : at + 4] for at in range(0, len(receipt), 4))


def prove_ballot(vote: Vote, ballot: Ballot) -> Proof:
    """Fetch the proof of this ballot and check it: leaf, path, signature, commitment."""
    log = log_of(vote.unit_id)
    verifier = signer(log).verifier
    erased = erased_at(vote.id)
    content = {} if erased else _content(vote, ballot)
    try:
        inclusion, payload = prove(log, ballot.log_index), entry(log, ballot.log_index).payload
    except (NoResultFound, ValueError):
        lost = Check(False, say("The record no longer holds the entry of this ballot."))
        return Proof(None, "", verifier.vkey, content, (lost,))
    return Proof(inclusion, payload, verifier.vkey, content, (
        Check(_is_signed(inclusion, verifier), say("The checkpoint is signed with the key of this record.")),
        Check(
            leaf_hash(payload.encode()) == inclusion.leaf
            and verify_inclusion(
                inclusion.leaf, inclusion.index, inclusion.checkpoint.size, inclusion.proof, inclusion.checkpoint.root
            ),
            say("The entry is in the record under this checkpoint, at its place and unchanged."),
        ),
        _contents_gone(erased) if erased else Check(
            _opens(payload, vote.id, ballot.salt, content),
            say("The sealed envelope in the entry holds exactly this ballot: choice, area, and time."),
        ),
    ))  # fmt: skip


def _contents_gone(at: datetime) -> Check:
    """After erasure the envelope is there, and nobody can open it any more."""
    return Check(True, say(
        "The contents were erased on %(day)s (UTC), when the retention time was over. The sealed envelope stays in the record.",
        day=at.date().isoformat(),
    ))  # fmt: skip


def _is_signed(inclusion: Inclusion, verifier: Any) -> bool:
    try:
        checkpoint, _ = open_checkpoint(inclusion.note, verifier)
    except NoteError:
        return False
    return checkpoint == inclusion.checkpoint


def _opens(payload: str, vote_id: int, salt: bytes, content: dict[str, Any]) -> bool:
    """Whether the entry is this vote's ballot and its commitment opens to `content`."""
    try:
        said = parse_canonical(payload.encode())
        commitment = bytes.fromhex(said["commitment"])
        return said["kind"] == "ballot" and said["vote"] == vote_id and check(commitment, salt, canonical(content))
    except (ValueError, KeyError, TypeError):
        return False


def _content(vote: Vote, ballot: Ballot) -> dict[str, Any]:
    """The ballot as it was sealed: with the weight the head had then, before any later correction."""
    elector = db.session.get_one(Elector, ballot.elector_id)
    heads, area = db.session.execute(
        select(
            func.coalesce(func.sum(RollCorrection.heads_delta), 0), func.coalesce(func.sum(RollCorrection.area_delta), 0)
        ).where(RollCorrection.elector_id == elector.id, RollCorrection.log_index < ballot.log_index)
    ).one()
    weight = Weight(elector.heads + int(heads), elector.area + int(area))
    authority = db.session.get(Authority, ballot.authority_id) if ballot.authority_id else None
    return ballot_content(
        vote.id, elector.number, ballot.turn, weight, ballot.choices, ballot.channel, ballot.received_at,
        authority.kind if authority else None,
    )  # fmt: skip


def proof_data(proof: Proof, ballot: Ballot, *, with_content: bool) -> dict[str, Any]:
    """The proof as a file that others' software can check; with salt and content only for the head's owners.

    Raises ValueError when the record cannot prove the ballot at all.
    """
    if proof.inclusion is None:
        raise ValueError("the record no longer holds this ballot")
    data: dict[str, Any] = {
        "format": "participation/ballot-proof/v1",
        "receipt": ballot.receipt,
        "entry": {"index": proof.inclusion.index, "payload": proof.payload},
        "leaf_hash": encode_base64(proof.inclusion.leaf),
        "inclusion_proof": [encode_base64(sibling) for sibling in proof.inclusion.proof],
        "checkpoint": proof.inclusion.note,
        "verifier_key": proof.vkey,
        "how": [
            "leaf_hash = SHA-256(0x00 || payload in UTF-8)",
            "inclusion_proof: RFC 9162, 2.1.3.2, with index, and size and root of the checkpoint",
            "checkpoint: C2SP signed note, Ed25519, by verifier_key",
        ],
    }
    if with_content:
        data["opening"] = {"salt": ballot.salt.hex(), "content": proof.content}
        data["how"].append(
            "commitment in the payload = HMAC-SHA-256(key = salt, 'participation/record/commitment/v1\\n' || "
            "content as canonical JSON, RFC 8785)"
        )
    return data


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What has become of a ballot."""

    replaced_by: int | None  # the turn of the later ballot that stands instead
    counted: str | None  # preliminary | final: the latest count made after it came in
    disputed: tuple[int, ...]  # ids of the questions on which co-owners contradict each other


def whereabouts(vote: Vote, ballot: Ballot) -> Whereabouts:
    """Whether this ballot stands, and in which count."""
    last = db.session.scalar(select(func.max(Ballot.turn)).where(Ballot.elector_id == ballot.elector_id))
    result = db.session.execute(
        select(Result.stage).where(Result.vote_id == vote.id, Result.log_index > ballot.log_index).order_by(Result.id.desc())
    ).first()
    statements = db.session.scalars(
        select(CoOwnerStatement.choices)
        .where(CoOwnerStatement.vote_id == vote.id, CoOwnerStatement.elector_id == ballot.elector_id, STANDS)
        .order_by(CoOwnerStatement.id)
    ).all()
    disputed = {
        int(question) for question, mine in ballot.choices.items() if any(said.get(question) != mine for said in statements)
    }
    return Whereabouts(
        replaced_by=last if last is not None and last > ballot.turn else None,
        counted=result.stage if result else None,
        disputed=tuple(sorted(disputed)),
    )
