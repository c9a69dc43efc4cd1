"""Documents are what they are inside, whatever they are called."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from participation.kernel.refusal import Refusal
from participation.votes.documents import check_content, clean_filename
from participation.votes.services import attaching
from participation.votes.services.attaching import document_path
from tests.desk.steps import DESK, Bureau


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png() -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0")
        + segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0")
        + segment(0xDA, b"\1\1\0\0?\0")
        + b"\x12\x34\xff\xd9"
    )


def webp() -> bytes:
    body = b"WEBPVP8L" + struct.pack("<I", 6) + b"\x2f\0\0\0\0\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pdf(inside: bytes = b"<< /Type /Catalog >>") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n" + inside + b"\nendobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def packed(inside: bytes) -> bytes:
    """Objects as newer PDFs keep them: in a compressed object stream."""
    body = zlib.compress(inside)
    return pdf(b"<< /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\n" % len(body) + body + b"\nendstream")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (pdf(), "application/pdf"),
        (packed(b"<< /Type /Page >>"), "application/pdf"),
        (png(), "image/png"),
        (jpeg(), "image/jpeg"),
        (webp(), "image/webp"),
    ],
)
def test_whole_documents_are_recognised(content: bytes, media_type: str) -> None:
    assert check_content(content) == media_type


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "document_empty"),
        (b"<html><script>alert(1)</script>", "document_kind"),
        (b"MZ\x90\0 a program", "document_kind"),
        (b"PK\x03\x04 an archive", "document_kind"),
        (b"GIF89a", "document_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "document_kind"),
        (b"%PDF-1.7\n<html>", "document_broken"),
        (pdf()[:-20], "document_broken"),
        (pdf(b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"), "document_active"),
        (pdf(b"<< /OpenAction << /S /Java#53cript /JS (app.alert(1)) >> >>"), "document_active"),
        (packed(b"<< /S /JavaScript /JS (app.alert(1)) >>"), "document_active"),
        (pdf(b"<< /S /Launch /F (cmd.exe) >>"), "document_active"),
        (pdf(b"<< /Type /Filespec /EF << /F 2 0 R >> >> << /Type /EmbeddedFile >>"), "document_active"),
        (pdf(b"<< >>").replace(b"/Root", b"/Encrypt 4 0 R /Root"), "document_locked"),
        (packed(b"\0" * (9 * 1024 * 1024)), "document_large"),
        (png()[:-4], "document_broken"),
        (png() + b"<script>", "document_broken"),
        (png().replace(b"IDAT", b"IDAX"), "document_broken"),
        (jpeg()[:-2], "document_broken"),
        (jpeg().replace(b"\xff\xc0", b"\xff\xe1"), "document_broken"),
        (webp()[:-3], "document_broken"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "document_broken"),
    ],
)
def test_anything_else_is_refused_with_its_own_reason(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_content(content)
    assert refused.value.codes == (code,)
    assert refused.value.reasons[0].remedy is not None


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x20\0\0\0WEBP"]),
)
def test_no_bytes_whatever_break_the_check(content: bytes, beginning: bytes) -> None:
    try:
        said = check_content(beginning + content)
    except Refusal as refusal:
        said = refusal.reasons[0].field
    assert said in {"application/pdf", "image/png", "image/jpeg", "image/webp", "document"}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("预算.pdf", "预算.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\li\\plan.PDF", "plan.pdf"),
        ("plan.exe", "plan.exe.pdf"),
        ("photo.png", "photo.pdf"),
        ("a\u202efdp.exe", "afdp.exe.pdf"),
        ("new\nline\0.pdf", "newline.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_names_are_cleaned_and_end_as_the_content_says(name: str, kept: str) -> None:
    assert clean_filename(name, "application/pdf") == kept


def test_a_jpeg_keeps_its_usual_ending() -> None:
    assert clean_filename("roof.jpeg", "image/jpeg") == "roof.jpeg"


def upload(bureau: Bureau, vote_id: int, content: bytes, name: str) -> int:
    bureau.client.see(f"{DESK}/votes/{vote_id}/documents")
    return bureau.client.submit("form[enctype]", document=(io.BytesIO(content), name)).status_code


def test_a_document_is_kept_by_its_hash_and_comes_back_as_a_download(bureau: Bureau) -> None:
    vote_id, content = bureau.draft(), pdf()
    assert upload(bureau, vote_id, content, "plan.pdf") == 200
    assert "plan.pdf" in bureau.client.text()
    with bureau.app.app_context():
        path = document_path(hashlib.sha256(content).hexdigest())
    assert path.read_bytes() == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == [path.name], "no half-written file stays behind"
    link = next(href for href, words in bureau.client.page.links().items() if "plan.pdf" in words)
    response = bureau.client.get(link)
    assert response.data == content
    response.close()
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_the_same_content_twice_is_one_document(bureau: Bureau) -> None:
    vote_id = bureau.draft()
    upload(bureau, vote_id, pdf(), "plan.pdf")
    upload(bureau, vote_id, pdf(), "plan again.pdf")
    assert [a.filename for a in bureau.vote(vote_id).attachments] == ["plan.pdf"]


def test_a_document_taken_out_leaves_no_file_unless_another_draft_has_it(bureau: Bureau) -> None:
    first, second = bureau.draft(), bureau.draft("Another")
    for vote_id in (first, second):
        upload(bureau, vote_id, png(), "photo.png")
    with bureau.app.app_context():
        path = document_path(hashlib.sha256(png()).hexdigest())
    bureau.client.see(f"{DESK}/votes/{first}/documents")
    bureau.client.submit("/removal")
    assert path.exists()
    bureau.client.see(f"{DESK}/votes/{second}/discarding")
    bureau.client.submit("/discarding")
    assert not path.exists()


def test_a_refused_upload_says_why_and_keeps_nothing(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attaching, "LARGEST", 1000)
    vote_id = bureau.draft()
    assert upload(bureau, vote_id, b"MZ not a document", "plan.pdf") == 422
    assert "This is not a PDF" in bureau.client.text()
    assert upload(bureau, vote_id, b"%PDF-" + b"x" * 1000, "huge.pdf") == 422
    assert "larger than 20 MB" in bureau.client.text()
    assert bureau.vote(vote_id).attachments == []


def test_choosing_no_file_is_refused(bureau: Bureau) -> None:
    vote_id = bureau.draft()
    bureau.client.see(f"{DESK}/votes/{vote_id}/documents")
    assert bureau.client.submit("form[enctype]", document=(io.BytesIO(b""), "")).status_code == 422
    assert "No file is chosen." in bureau.client.text()


def test_the_documents_hash_stands_in_the_notice_on_record(bureau: Bureau) -> None:
    from sqlalchemy import select

    from participation.database import db
    from participation.record.models import LogEntry

    vote_id = bureau.draft()
    upload(bureau, vote_id, pdf(), "plan.pdf")
    bureau.client.see(f"{DESK}/votes/{vote_id}/notice")
    bureau.client.submit(f"/votes/{vote_id}/notice")
    with bureau.app.app_context():
        notice = db.session.scalars(select(LogEntry.payload).where(LogEntry.kind == "notice")).one()
    assert hashlib.sha256(pdf()).hexdigest() in notice
