"""Recorded telephone: announced, proven by the last four, read aloud, kept; two persons write down what they hear."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from participation.accounts.models import Role
from participation.database import db, transaction
from participation.kernel.refusal import Refusal
from participation.votes.electors import electors_of
from participation.votes.models import Ballot
from participation.votes.services.calling import Call, record_call
from participation.votes.services.keeping import kept_path
from participation.votes.services.reading import read_sheet
from participation.votes.sheet_models import SheetOutcome, SheetReturn
from participation.votes.sounds import LARGEST_SOUND, check_sound
from participation.votes.station_models import RecordedCall
from tests.desk.steps import DESK, Bureau
from tests.desk.test_documents import pdf
from tests.support.people import Make


def wav(seconds: int = 1) -> bytes:
    """Silence, 8 kHz, 8 bits, as a telephone records it."""
    data = b"\x80" * (8000 * seconds)
    form = b"fmt " + (16).to_bytes(4, "little") + b"\x01\x00\x01\x00" + (8000).to_bytes(4, "little") * 2 + b"\x01\x00\x08\x00"
    body = b"WAVE" + form + b"data" + len(data).to_bytes(4, "little") + data
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def mp3(frames: int = 4) -> bytes:
    frame = b"\xff\xfb\x90\x00" + b"\0" * 413  # MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes
    return b"ID3\x04\x00\x00\x00\x00\x00\x05hello" + frame * frames


def ogg() -> bytes:
    def page(body: bytes) -> bytes:
        return b"OggS\x00\x02" + b"\0" * 20 + bytes([1, len(body)]) + body

    return page(b"OpusHead" + b"\0" * 11) + page(b"OpusTags" + b"\0" * 20)


def m4a(track: bytes = b"soun") -> bytes:
    def box(kind: bytes, body: bytes) -> bytes:
        return (8 + len(body)).to_bytes(4, "big") + kind + body

    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", box(b"hdlr", b"\0" * 8 + track)) + box(b"mdat", b"\0" * 64)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(wav(), "audio/wav"), (mp3(), "audio/mpeg"), (ogg(), "audio/ogg"), (m4a(), "audio/mp4")],
)
def test_a_recording_is_known_by_what_is_inside(content: bytes, media_type: str) -> None:
    assert check_sound(content) == media_type


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ" + b"\0" * 500, b"<html>" + b" " * 500, pdf(), wav()[:-100], mp3(2), ogg()[:-5], m4a(b"vide"), m4a()[:-20], b"RIFF1234WAVE", b"\xff" * 4000],
    ids=["empty", "program", "page", "pdf", "half wav", "two frames", "half ogg", "film", "half m4a", "hollow", "noise"],
)  # fmt: skip
def test_anything_else_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        check_sound(content)
    assert refused.value.reasons[0].field == "sound" and refused.value.reasons[0].remedy is not None


def test_a_recording_without_end_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        check_sound(b"RIFF" + b"\0" * LARGEST_SOUND)
    assert refused.value.codes == ("sound_large",)


@pytest.fixture
def vote_id(bureau: Bureau) -> int:
    vote_id = bureau.announced()
    bureau.wait(days=17)
    return vote_id


def take(bureau: Bureau, vote_id: int, **fields: object) -> int:
    lane = bureau.lane
    bureau.client.see(f"{DESK}/votes/{vote_id}/station/homes/{lane.homes['1-S1'].id}/owners/{lane.holders['Qian'].id}/call")
    return bureau.client.submit("/calls", **{"last_four": "5005", "announced": "1", **fields}).status_code


def calls(bureau: Bureau) -> list[SheetReturn]:
    with bureau.app.app_context():
        return list(db.session.scalars(select(SheetReturn).order_by(SheetReturn.id)))


def test_the_page_gives_the_announcement_and_the_questions_word_for_word(bureau: Bureau, vote_id: int) -> None:
    take(bureau, vote_id, last_four="0000")
    text = bureau.client.text()
    assert "This call is recorded" in text
    assert "Renew the water pipes of both stairwells for at most 80,000 yuan?" in text
    assert re.search(r"For\s*Against\s*Abstain", text)
    assert not [name for name in bureau.client.page.form("/calls").names() if name.startswith("question")], "no choice is entered here"


def test_a_recorded_call_is_heard_by_two_persons_and_becomes_the_ballot(bureau: Bureau, vote_id: int, make: Make) -> None:
    assert take(bureau, vote_id, sound=(io.BytesIO(wav()), "call.wav")) == 200
    assert "Two persons listen" in bureau.client.text()
    (made,) = calls(bureau)
    assert (made.sheet_id, made.channel, made.media_type) == (None, "recorded_phone", "audio/wav")
    assert made.received_at == bureau.clock.now()
    second = make.staff("Mo", Role.SUPPORT, bureau.lane.unit)
    for person in (bureau.lane.lin, second):
        with bureau.app.app_context(), transaction():
            read_sheet(made.id, person.id, bureau._choices(vote_id, "no"), None, bureau.clock)
    with bureau.app.app_context():
        (ballot,) = db.session.scalars(select(Ballot))
    assert (ballot.channel, ballot.return_id, ballot.received_at) == ("recorded_phone", made.id, made.received_at)


def test_the_sound_can_be_heard_by_the_support_centre_and_by_nobody_else(bureau: Bureau, vote_id: int) -> None:
    take(bureau, vote_id, sound=(io.BytesIO(wav()), "call.wav"))
    (made,) = calls(bureau)
    path = f"{DESK}/votes/{vote_id}/calls/{made.id}/sound"
    answer = bureau.client.get(path, headers={"Range": "bytes=0-99"})
    assert (answer.status_code, answer.mimetype, answer.data) == (206, "audio/wav", wav()[:100])
    assert "no-store" in answer.headers["Cache-Control"]
    answer.close()
    with bureau.app.app_context():
        kept: Path = kept_path("sheets", made.picture)
        assert kept.stat().st_mode & 0o777 == 0o600
    for person in (bureau.lane.he, bureau.lane.chen):
        bureau.sign_in(person)
        assert bureau.client.get(path).status_code == 404


def test_a_reference_serves_where_the_recording_is_kept_elsewhere(bureau: Bureau, vote_id: int) -> None:
    assert take(bureau, vote_id, reference="PBX 2026-03-27 no. 17") == 200
    with bureau.app.app_context():
        assert db.session.scalars(select(RecordedCall.reference)).one() == "PBX 2026-03-27 no. 17"
    (made,) = calls(bureau)
    path = f"{DESK}/votes/{vote_id}/calls/{made.id}"
    assert "PBX 2026-03-27 no. 17" in bureau.client.see(path).text() and "1-1-S1" in bureau.client.text()
    bureau.client.see(f"{path}/sound", 404)
    bureau.sign_in(bureau.lane.he)
    bureau.client.see(path, 404)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"last_four": "0000", "reference": "x"}, "not the four characters"),
        ({}, "neither a recording nor a reference"),
        ({"announced": None, "reference": "x"}, "told of the recording"),
        ({"sound": (io.BytesIO(b"MZ program"), "call.wav")}, "not a whole WAV"),
        ({"received_at": "2026-03-27T23:00", "reference": "x"}, "in the future"),
        ({"received_at": "2026-03-01T09:00", "reference": "x"}, "before the vote opened"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(bureau: Bureau, vote_id: int, fields: dict[str, object], words: str) -> None:
    assert take(bureau, vote_id, **fields) == 422
    assert words in bureau.client.text()
    assert calls(bureau) == []


def test_a_call_sent_twice_is_one_call(bureau: Bureau, vote_id: int) -> None:
    take(bureau, vote_id, last_four="0000")
    form = bureau.client.page.form("/calls")
    data = {**{k: v[0] if isinstance(v, list) else v for k, v in form.values().items()}, "last_four": "5005", "announced": "1", "reference": "x"}
    for _ in range(2):
        assert bureau.client.post(form.action, data=data, content_type="multipart/form-data").status_code == 303
    assert len(calls(bureau)) == 1


def test_who_has_voted_is_not_called_again(bureau: Bureau, vote_id: int) -> None:
    bureau.cast(bureau.lane.qian, vote_id)
    lane = bureau.lane
    page = bureau.client.see(f"{DESK}/votes/{vote_id}/station/homes/{lane.homes['1-S1'].id}/owners/{lane.holders['Qian'].id}/call")
    assert "ballot is in the box" in page.text()
    assert not [form for form in page.forms() if "calls" in form.action]


def test_a_call_after_the_closing_is_late(bureau: Bureau, vote_id: int) -> None:
    vote = bureau.vote(vote_id)
    bureau.clock.at = vote.closes_at
    bureau.wait(minutes=5)
    lane = bureau.lane
    with bureau.app.app_context(), transaction():
        elector = electors_of(lane.qian.id, vote_id)[0].id
        call = Call(bureau.clock.now(), lane.lin.id, "k" * 20, reference="x", announced=True)
        made = record_call(vote_id, elector, lane.holders["Qian"].id, call, bureau.clock)
        assert made.outcome is not None and made.outcome.kind == "late"
    with bureau.app.app_context():
        assert db.session.scalars(select(SheetOutcome.kind)).one() == "late"


def test_the_page_on_which_a_call_is_written_down_lets_it_be_heard(bureau: Bureau, vote_id: int) -> None:
    take(bureau, vote_id, sound=(io.BytesIO(wav()), "call.wav"))
    (made,) = calls(bureau)
    page = bureau.client.see(f"{DESK}/votes/{vote_id}/paper/returns/{made.id}/reading")
    (player,) = page.select("audio")
    answer = bureau.client.get(player.attrib["src"])
    assert answer.data == wav() and "media-src 'self'" in bureau.client.get(page.path).headers["Content-Security-Policy"]
    answer.close()
