"""Looking at a workbook's zip archive before anything in it is unpacked.

An .xlsx file is a zip of XML parts. Both formats are known for bombs: a few kilobytes that unpack to
gigabytes, and XML entities that do the same. `zipfile` never unpacks more of a part than the directory
announces, so that the announced sizes can be relied on as limits.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import Sentence, say
from participation.roll.importing import limits

_SHARED = "xl/sharedstrings.xml"
_STEP = 1 << 16
_LONGEST_TAG = 400
_ROW_OR_MERGED = re.compile(
    rb"<(?:[A-Za-z0-9]{1,20}:)?(?:row(?=[\s>/])(?:[^>]{0,200}?\sr\s*=\s*[\"'][ ]*([0-9]{1,11}))?|mergeCell\s[^>]{0,200}?ref\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})[\"'])"
)


class _Root(Exception):
    """The root element was reached: no document type can follow."""


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive of an .xlsx workbook, checked. Raises Refusal for anything else."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except Exception as error:  # zipfile raises BadZipFile, but also struct.error, ValueError, OverflowError on damage
        raise unreadable() from error
    names = {part.filename.casefold() for part in parts}
    _check_kind(names)
    _check_sizes(archive, parts)
    if len(names) != len(parts):
        # Two parts of one name: programs differ in which one they show.
        raise unreadable()
    for part in parts:
        _check_no_document_type(archive, part)
    return archive


def merged_ranges(archive: zipfile.ZipFile, path: str) -> Iterator[tuple[str, int, str, int]]:
    """The merged cells of one sheet as (first column, first row, last column, last row), columns as letters.

    They stand after the rows in the XML, where a streaming reader comes too late; hence this scan of its own.
    Raises Refusal where rows are not numbered upwards: the reader would leave out the second of two rows 7.
    """
    kept, line, is_last = b"", 0, False
    with archive.open(path) as stream:
        while not is_last:
            chunk = stream.read(_STEP)
            is_last = len(chunk) < _STEP
            block, end = kept + chunk, 0
            # A tag may straddle two chunks: what begins near the end is left for the next one.
            limit = len(block) if is_last else len(block) - _LONGEST_TAG
            for match in _ROW_OR_MERGED.finditer(block):
                if match.start() >= limit:
                    break
                end = match.end()
                number, left, top, right, bottom = match.groups()
                if left is not None:
                    yield left.decode(), int(top), right.decode(), int(bottom)
                    continue
                line, before = int(number) if number else line + 1, line
                if line <= before:
                    raise unreadable()
            kept = block[max(end, limit) :]


def unreadable() -> Refusal:
    """The refusal of a workbook that is damaged or not a workbook."""
    return _refusal(
        "workbook_unreadable",
        say("The workbook is damaged, or not an .xlsx workbook."),
        say("Open it in a spreadsheet program and save it again as .xlsx, or as CSV."),
    )


def _check_kind(names: set[str]) -> None:
    if any(name.endswith("vbaproject.bin") for name in names):
        raise _refusal(
            "workbook_macros",
            say("The workbook contains macros."),
            say("Save it as .xlsx, which has no macros, or as CSV."),
        )
    if "encryptedpackage" in names or "encryptioninfo" in names:
        raise _refusal(
            "file_old_or_encrypted", say("The workbook is protected by a password."), say("Save it without a password.")
        )
    if "[content_types].xml" not in names or "xl/workbook.xml" not in names:
        raise unreadable()


def _check_sizes(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    total = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if part.filename.casefold() == _SHARED)
    swollen = any(
        part.file_size > limits.ARCHIVE_RATIO_FROM_BYTES
        and part.file_size > limits.ARCHIVE_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    if (
        len(parts) > limits.ARCHIVE_ENTRIES
        or total > limits.ARCHIVE_BYTES
        or shared > limits.SHARED_TEXT_BYTES
        or swollen
    ):
        raise _refusal(
            "workbook_bomb",
            say("The workbook unpacks to far more than a roll can be."),
            say("Copy the roll alone into a new workbook, or save it as CSV."),
        )
    if any(part.flag_bits & 1 for part in parts):
        raise _refusal(
            "file_old_or_encrypted", say("The workbook is protected by a password."), say("Save it without a password.")
        )


def _check_no_document_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Entities can only be declared before the root element, so that reading up to it is enough, in any encoding."""

    def refuse(*_: object) -> None:
        raise _refusal(
            "workbook_entities",
            say("The workbook declares XML entities, which no spreadsheet program writes."),
            say("Open it in a spreadsheet program and save it again as .xlsx."),
        )

    def stop(*_: object) -> None:
        raise _Root

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_STEP):
                parser.Parse(chunk, False)
    except _Root:
        return
    except Refusal:
        raise
    except Exception as error:  # expat, zlib, struct, NotImplementedError for unknown compression: all mean damage
        if _is_xml(part):
            raise unreadable() from error
    if _is_xml(part):
        raise unreadable()


def _is_xml(part: zipfile.ZipInfo) -> bool:
    # Pictures and printer settings are no XML and need not be; a sheet may hide behind any name, so all are looked at.
    return part.filename.casefold().endswith((".xml", ".rels"))


def _refusal(code: str, message: Sentence, remedy: Sentence) -> Refusal:
    return Refusal(Reason(code, message, remedy))
