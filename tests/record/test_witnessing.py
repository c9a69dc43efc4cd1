"""Witnesses are named on record, and only what they signed of our own record is taken and shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import func, select, text

from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.record.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from participation.record.cosignature import WitnessKey, cosign, split_note
from participation.record.models import LogEntry
from participation.record.services import append, checkpoint, hold_log, log_of, signer
from participation.record.signed_note import Verifier
from participation.record.witness_models import WitnessSignature
from participation.record.witnessing import MOST_A_DAY, end_witness, name_witness
from tests.support.client import ParsingClient
from tests.support.people import Neighbourhood

LI = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SUN = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
COSIGNATURES = "/record/lane-12/cosignatures"


def vkey(name: str, key: Ed25519PrivateKey) -> str:
    return WitnessKey(name, key.public_key()).vkey


def name(app: Flask, lane: Neighbourhood, who: str = "li.example.org/w", key: Ed25519PrivateKey = LI) -> int:
    with app.app_context(), transaction():
        return name_witness(lane.unit.id, vkey(who, key), lane.lin.id, app.extensions["clock"]).id


def grow(app: Flask, lane: Neighbourhood, entries: int = 1) -> None:
    with app.app_context(), transaction():
        log, at = hold_log(lane.unit.id), app.extensions["clock"].now()
        for number in range(entries):
            append(log, "roll-change", {"home": f"home {number}"}, at)


def note_of(app: Flask, lane: Neighbourhood) -> str:
    with app.app_context(), transaction(write=False):
        return checkpoint(log_of(lane.unit.id))[1]


def signed(app: Flask, note: str, who: str = "li.example.org/w", key: Ed25519PrivateKey = LI, late: int = 0) -> str:
    at = int(app.extensions["clock"].now().timestamp()) + late
    return note + cosign(split_note(note)[0], who, key, at) + "\n"


def post(client: ParsingClient, note: str | bytes) -> tuple[int, str]:
    answer = client.post(COSIGNATURES, data=note, content_type="text/plain; charset=utf-8")
    return answer.status_code, answer.get_data(as_text=True)


def stored(app: Flask) -> int:
    with app.app_context(), transaction(write=False):
        return db.session.scalar(select(func.count()).select_from(WitnessSignature)) or 0


def test_naming_a_witness_is_on_record(app: Flask, lane: Neighbourhood) -> None:
    name(app, lane)
    with app.app_context(), transaction(write=False):
        newest = db.session.scalars(select(LogEntry).order_by(LogEntry.index.desc()).limit(1)).one()
        assert newest.kind == "witness-named"
        assert vkey("li.example.org/w", LI) in newest.payload


def test_a_cosignature_is_taken_and_served_with_the_checkpoint(
    app: Flask, client: ParsingClient, lane: Neighbourhood
) -> None:
    name(app, lane)
    grow(app, lane, 5)
    note = note_of(app, lane)
    assert post(client, signed(app, note)) == (201, "thank you: 1 new\n")
    assert post(client, signed(app, note)) == (200, "thank you: 0 new\n")
    served = client.get("/record/lane-12/checkpoint").get_data(as_text=True)
    assert served == signed(app, note)
    log_key = Verifier.from_vkey(client.get("/record/lane-12/key").get_data(as_text=True).strip())
    assert open_checkpoint(served, log_key)[0].size == 6
    grow(app, lane)
    assert "li.example.org" not in client.get("/record/lane-12/checkpoint").get_data(as_text=True)
    assert client.get("/record/lane-12/checkpoint/witnessed").get_data(as_text=True) == signed(app, note)
    client.see("/units/lane-12/record")
    assert "li.example.org/w" in client.text()
    assert "has checked and signed the record up to 6 entries" in client.text()


def test_several_witnesses_stand_under_one_checkpoint(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    name(app, lane)
    name(app, lane, "sun.example.org", SUN)
    note = note_of(app, lane)
    both = signed(app, signed(app, note), "sun.example.org", SUN)
    assert post(client, both) == (201, "thank you: 2 new\n")
    assert client.get("/record/lane-12/checkpoint/witnessed").get_data(as_text=True) == both


def test_nothing_was_witnessed_yet(client: ParsingClient, lane: Neighbourhood) -> None:
    assert client.get("/record/lane-12/checkpoint/witnessed").status_code == 404
    client.see("/units/lane-12/record")
    assert "Nobody yet. Any owner can" in client.text()


def test_what_is_not_signed_rightly_is_refused_with_the_reason(
    app: Flask, client: ParsingClient, lane: Neighbourhood
) -> None:
    name(app, lane)
    note = note_of(app, lane)
    right = signed(app, note)
    other = signed(app, note, "sun.example.org", SUN)
    stolen = signed(app, note, key=SUN)  # another key under Li's name
    flipped = right[:-10] + ("B" if right[-10] == "A" else "A") + right[-9:]
    for wrong in (note, other, stolen, flipped, "hello", "", b"\xff\xfe", right.replace("\n1\n", "\n2\n"), right.split("\n\n")[1]):
        status, said = post(client, wrong)
        assert status == 422, wrong
        assert said.startswith("refused: ")
    assert stored(app) == 0


def test_a_checkpoint_that_is_not_ours_is_refused_even_when_our_key_signed_it(
    app: Flask, client: ParsingClient, lane: Neighbourhood
) -> None:
    """What a forger with the site's key would show to one witness alone."""
    name(app, lane)
    with app.app_context(), transaction(write=False):
        log = log_of(lane.unit.id)
        forged = sign_checkpoint(Checkpoint(log.origin, log.size, bytes(32)), signer(log))
        ahead = sign_checkpoint(Checkpoint(log.origin, log.size + 5, bytes(32)), signer(log))
    for note in (forged, ahead):
        status, said = post(client, signed(app, note))
        assert status == 422
        assert "keep your note as evidence" in said


@pytest.mark.parametrize("late", [-3600, 3600, 2**62])
def test_a_cosignature_of_another_time_is_refused(
    app: Flask, client: ParsingClient, lane: Neighbourhood, late: int
) -> None:
    name(app, lane)
    status, said = post(client, signed(app, note_of(app, lane), late=late))
    assert status == 422
    assert "set your clock" in said


def test_a_witness_that_ended_is_not_heard_any_more_and_its_word_stands(
    app: Flask, client: ParsingClient, lane: Neighbourhood
) -> None:
    witness = name(app, lane)
    note = note_of(app, lane)
    post(client, signed(app, note))
    with app.app_context(), transaction():
        end_witness(lane.unit.id, witness, lane.lin.id, app.extensions["clock"])
    assert post(client, signed(app, note_of(app, lane)))[0] == 422
    assert client.get("/record/lane-12/checkpoint/witnessed").get_data(as_text=True) == signed(app, note)
    with pytest.raises(Refusal) as refused, app.app_context(), transaction():
        end_witness(lane.unit.id, witness, lane.lin.id, app.extensions["clock"])
    assert refused.value.codes == ("witness-over",)


def test_a_key_is_named_once_and_never_the_records_own(app: Flask, lane: Neighbourhood) -> None:
    name(app, lane)
    with app.app_context(), transaction(write=False):
        own = signer(log_of(lane.unit.id))
    mirror = WitnessKey("mirror", own.private_key.public_key()).vkey
    wrong = {
        "witness-known": [vkey("li.example.org/w", LI), vkey("other.name", LI), vkey("li.example.org/w", SUN)],
        "witness-itself": [mirror, vkey(own.name, SUN)],
        "witness-key": ["", "hello", own.verifier.vkey, vkey("x", SUN)[:-2], vkey("x" * 400, SUN)],
    }
    for code, lines in wrong.items():
        for line in lines:
            with pytest.raises(Refusal) as refused, app.app_context(), transaction():
                name_witness(lane.unit.id, line, lane.lin.id, app.extensions["clock"])
            assert refused.value.codes == (code,), line


def test_one_witness_cannot_fill_the_database(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    name(app, lane)
    note, at = note_of(app, lane), app.extensions["clock"].now()
    with app.app_context(), transaction() as session:
        witness, log = session.execute(text("SELECT id, log_id FROM witnesses")).one()
        session.add_all(
            WitnessSignature(
                log_id=log, witness_id=witness, size=1, root=bytes(32), signed_at=at - timedelta(seconds=n + 1), taken_at=at, line="x"
            )
            for n in range(MOST_A_DAY)
        )
    status, said = post(client, signed(app, note))
    assert status == 422
    assert "come back tomorrow" in said
    app.extensions["clock"].advance(hours=25)
    assert post(client, signed(app, note))[0] == 201


def test_a_note_that_is_too_long_is_not_read(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    name(app, lane)
    assert post(client, "x" * 20_000)[0] == 413


def test_one_address_cannot_send_without_end(app: Flask, client: ParsingClient, lane: Neighbourhood) -> None:
    assert {post(client, "hello")[0] for _ in range(20)} == {422}
    assert post(client, "hello")[0] == 429
