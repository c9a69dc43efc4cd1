"""Is this really a PDF or a picture? Decided by what is inside, never by the name. Pure: bytes in, media type out.

The checks walk the file's own structure (chunks, segments, trailer), so that a renamed program, a web page or half an
upload is refused.  Nothing is rendered or executed; documents are served as downloads besides.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say

EXTENSIONS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
ALSO = {".jpeg": "image/jpeg"}
LONGEST_NAME = 100
# Actions by which a PDF does something its reader did not ask for, and files hidden inside it. A script always names
# itself /JavaScript, so the short /JS (which turns up in compressed pictures by chance) need not be looked for.
ACTIVE = ("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "SubmitForm", "ImportData")
_ACTIVE = re.compile(rb"/(" + b"|".join(name.encode() for name in ACTIVE) + rb")(?![A-Za-z0-9_.-])")
_ENCRYPTED = re.compile(rb"/Encrypt(?![A-Za-z0-9_.-])")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"\bstream\r?\n")
DICTIONARY = 600  # bytes before a stream in which its own description stands
MOST_INFLATED = 8 * 1024 * 1024


def check_content(content: bytes) -> str:
    """The media type of a PDF, PNG, JPEG or WebP. Raises Refusal (field document) for anything else."""
    if not content:
        raise _refusal("document_empty", say("The file is empty."), say("Choose the document again."))
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _or_broken(_is_png(content), "image/png")
    if content.startswith(b"\xff\xd8\xff"):
        return _or_broken(_is_jpeg(content), "image/jpeg")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _or_broken(_is_webp(content), "image/webp")
    raise _refusal(
        "document_kind",
        say("This is not a PDF and not a PNG, JPEG or WebP picture."),
        say("Save it as PDF: in an office program, choose Export or Print to PDF."),
    )


def clean_filename(name: str, media_type: str) -> str:
    """The name for people: no folders, no control or direction characters, the ending that fits the content."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    name = " ".join(name.split())
    stem, dot, ending = name.rpartition(".")
    wanted = EXTENSIONS[media_type]
    if dot and f".{ending.lower()}" in (*EXTENSIONS.values(), *ALSO):
        name = stem
    if dot and ALSO.get(f".{ending.lower()}") == media_type:
        wanted = f".{ending.lower()}"
    return (name.strip(". ")[:LONGEST_NAME].strip(". ") or "document") + wanted


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:] or b"startxref" not in content[-4096:]:
        raise _broken()
    if _ENCRYPTED.search(_plain(content)):
        raise _refusal(
            "document_locked",
            say("The PDF is protected with a password or restricted."),
            say(
                "Save it without protection: everybody must be able to read it, and it is checked before it is posted."
            ),
        )
    for part in (content, *_object_streams(content)):
        found = _ACTIVE.search(_plain(part))
        if found is not None:
            raise _refusal(
                "document_active",
                say("The PDF contains a script, an action or another file (%(name)s).", name=found.group(1).decode()),
                say("Print it to a new PDF and upload that one: it looks the same and does nothing."),
            )


def _plain(content: bytes) -> bytes:
    """Names with their #xx escapes read, so that /J#53 is seen as /JS."""
    return _HEX.sub(lambda match: bytes([int(match.group(1), 16)]), content)


def _object_streams(content: bytes) -> Iterator[bytes]:
    """The objects that a newer PDF keeps compressed, up to a limit; more than that is refused."""
    left = MOST_INFLATED
    for match in _STREAM.finditer(content):
        if b"/ObjStm" not in _plain(content[max(0, match.start() - DICTIONARY) : match.start()]):
            continue
        try:
            inside = zlib.decompressobj().decompress(content[match.end() :], left)
        except zlib.error:
            continue  # not Flate, or broken: nothing that a reader could open either
        left -= len(inside)
        if left <= 0:
            raise _refusal(
                "document_large",
                say("The PDF is too complicated to be checked."),
                say("Print it to a new PDF and upload that one."),
            )
        yield inside


def _is_png(content: bytes) -> bool:
    position, first = 8, True
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        kind, end = content[position + 4 : position + 8], position + 12 + length
        if end > len(content) or (first and (kind != b"IHDR" or length != 13)):
            return False
        body = content[position + 4 : end - 4]
        if zlib.crc32(body) != int.from_bytes(content[end - 4 : end], "big"):
            return False
        if kind == b"IEND":
            return end == len(content)
        position, first = end, False
    return False


def _is_jpeg(content: bytes) -> bool:
    position, has_frame = 2, False
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            return False
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if length < 2 or position + 2 + length > len(content):
            return False
        has_frame |= 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)
        if marker == 0xDA:  # the picture itself follows; it must come to its end
            return has_frame and b"\xff\xd9" in content[max(position, len(content) - 4096) :]
        position += 2 + length
    return False


def _is_webp(content: bytes) -> bool:
    size = int.from_bytes(content[4:8], "little") + 8
    return content[12:16] in (b"VP8 ", b"VP8L", b"VP8X") and len(content) in (size, size - 1) and size > 20


def _or_broken(is_whole: bool, media_type: str) -> str:
    if not is_whole:
        raise _broken()
    return media_type


def _broken() -> Refusal:
    return _refusal(
        "document_broken",
        say("The file is damaged or incomplete."),
        say("Open it on your computer; if it is fine there, save it again and upload the new file."),
    )


def _refusal(code: str, message: Sentence, remedy: Sentence) -> Refusal:
    return Refusal(Reason(code, message, remedy, "document"))
