"""A ballot sealed to the board's key: HPKE (RFC 9180), X25519, HKDF-SHA-256, ChaCha20-Poly1305.

Every sealed ballot of an election has the same length, whatever was ticked.  It is bound to its election: the site,
the vote, the paper with its candidates, and the board's key go into the seal, so that a ballot moved elsewhere, or a
paper with the names exchanged, opens for nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from participation.record.commitment import canonical, fingerprint, parse_canonical
from participation.votes.secret.board_key import BoardKey, BoardSecret
from participation.votes.secret.codes import code_of

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
OVERHEAD = 48  # bytes that the seal adds: the encapsulated key (32) and the tag (16)
_STEP = 64  # plaintexts are padded to the next multiple that holds the fullest ballot
_LABEL = b"participation/secret-ballot/v1\n"

Choices = dict[str, list[int]]  # question id -> ids of the candidates approved of, ascending


class NotOpened(ValueError):
    """A sealed ballot that this key and this election do not open, or whose content is not a ballot of the paper."""


def election_of(origin: str, vote_id: int, paper: Sequence[Mapping[str, Any]], key: BoardKey) -> dict[str, Any]:
    """What a seal is bound to. `paper`: [{"question", "text", "seats", "candidates": [{"candidate", "name"}]}]."""
    return {"origin": origin, "vote": vote_id, "paper": list(paper), "board_key": key.line}


def seal(choices: Mapping[str, Sequence[int]], election: Mapping[str, Any], key: BoardKey) -> bytes:
    """Seal one ballot. Two seals of the same choices differ in every byte; their lengths are equal."""
    plain = canonical({question: sorted(given) for question, given in choices.items()})
    length = padded_length(election["paper"])
    if len(plain) > length:
        raise ValueError("more than the paper allows")
    return SUITE.encrypt(plain.ljust(length), key.recipient, _info(election))


def unseal(sealed: bytes, election: Mapping[str, Any], secret: BoardSecret) -> Choices:
    """The choices of a sealed ballot. Raises NotOpened."""
    try:
        plain = SUITE.decrypt(sealed, secret.opens, _info(election))
        choices = parse_canonical(plain.rstrip(b" "))
    except (InvalidTag, ValueError) as problem:
        raise NotOpened("this ballot does not open") from problem
    if not _is_ballot(choices, election["paper"]):
        raise NotOpened("this ballot does not fit the paper")
    return choices


def sealed_length(paper: Sequence[Mapping[str, Any]]) -> int:
    """Bytes of every sealed ballot of this paper."""
    return padded_length(paper) + OVERHEAD


def padded_length(paper: Sequence[Mapping[str, Any]]) -> int:
    fullest = canonical({str(q["question"]): sorted(c["candidate"] for c in q["candidates"]) for q in paper})
    return -(-len(fullest) // _STEP) * _STEP


def digest(sealed: bytes) -> bytes:
    """SHA-256 of a sealed ballot: its place in the box, and what its tracker is short for."""
    return hashlib.sha256(sealed).digest()


def tracker(sealed: bytes) -> str:
    """What the voter keeps: 16 characters by which the sealed ballot is found in the box."""
    return code_of(digest(sealed))


def root_of(digests: Sequence[bytes]) -> str:
    """The Merkle root over the digests in their order, as it stands in the record."""
    return fingerprint(digests).hex()


def _info(election: Mapping[str, Any]) -> bytes:
    return _LABEL + hashlib.sha256(canonical(dict(election))).digest()


def _is_ballot(choices: Any, paper: Sequence[Mapping[str, Any]]) -> bool:
    if not isinstance(choices, dict) or set(choices) != {str(q["question"]) for q in paper}:
        return False
    for question in paper:
        given, known = choices[str(question["question"])], {c["candidate"] for c in question["candidates"]}
        if not isinstance(given, list) or any(type(id_) is not int for id_ in given):
            return False
        if given != sorted(set(given)) or not set(given) <= known or len(given) > question["seats"]:
            return False
    return True
