"""What a witness has signed goes into the evidence, and does not let history be rewritten."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from participation.record.cosignature import WitnessKey, cosign, split_note
from participation.record.services import checkpoint, log_of
from participation.record.witnessing import name_witness, take_cosignatures
from tests.evidence.forging import evidence, forging
from tests.evidence.support import codes, verify, write_evidence
from tests.support.estates import Estate

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(9, 41)))
WITNESS = WitnessKey("he.example/witness", KEY.public_key())


@pytest.fixture
def witnessed(app, make):
    """A counted vote; while it was open, a witness signed what it saw."""
    estate = Estate(app, make, [1] * 4)
    with estate.work():
        name_witness(estate.unit.id, WITNESS.vkey, None, estate.clock)
    vote = estate.announce()
    estate.cast_all(vote, yes=3)
    with estate.work():
        log = log_of(estate.unit.id)
        note = checkpoint(log)[1]
        now = estate.clock.now()
        line = cosign(split_note(note)[0], WITNESS.name, KEY, int(now.timestamp()))
        take_cosignatures(log, f"{note}{line}\n", now)
    estate.close(vote)
    estate.app, estate.vote = app, vote  # what a forger needs to know of a story
    return estate


def test_a_co_signature_is_confirmed(app, witnessed, tmp_path):
    code, report = verify(write_evidence(app, witnessed.vote, tmp_path / "v.zip", auditor=False), "--witness", WITNESS.vkey)
    assert (report["wrong"], code) == ([], 0)
    [line] = [line for line in report["checked"] if line["code"] == "witnessed"]
    assert line["values"]["name"] == WITNESS.name


def test_a_rewritten_history_is_not_what_the_witness_has_signed(witnessed, tmp_path):
    with forging(witnessed) as forger:
        forger.rewrite(lambda entries: entries[3].update(commitment="0" * 64))
        file = evidence(forger, tmp_path / "v.zip", auditor=False)
    code, report = verify(file)
    assert code == 1
    assert codes(report) == ["witness_wrong"]


def test_a_witness_whose_signature_was_taken_out_is_missed(witnessed, tmp_path):
    with forging(witnessed) as forger:
        forger.change("DELETE FROM witness_signatures")
        file = evidence(forger, tmp_path / "v.zip", auditor=False)
    code, report = verify(file, "--witness", WITNESS.vkey)
    assert code == 0
    assert "not_witnessed" in codes(report, "not_checked")
