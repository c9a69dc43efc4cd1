"""The bytes of a roll file, and what kind of file they are, judged by content and never by the name."""

from __future__ import annotations

import os
from typing import IO

from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll.importing import limits

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and encrypted .xlsx
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def read_bytes(source: str | os.PathLike[str] | IO[bytes]) -> bytes:
    """The whole file, at most 30 MB. Raises Refusal for an empty, too large, or unreadable one."""
    try:
        if isinstance(source, (str, os.PathLike)):
            with open(source, "rb") as stream:
                data = stream.read(limits.FILE_BYTES + 1)
        else:
            data = source.read(limits.FILE_BYTES + 1)
    except OSError as error:
        raise Refusal(
            Reason(
                "file_unreadable", say("The file cannot be opened."), say("Check that it exists and choose it again.")
            )
        ) from error
    if len(data) > limits.FILE_BYTES:
        raise Refusal(
            Reason(
                "file_too_large",
                say("The file is larger than %(n)s MB.", n=limits.FILE_BYTES // (1024 * 1024)),
                say("Remove pictures and unneeded sheets, or save the sheet as CSV."),
            )
        )
    if not data.strip(b"\x00 \t\r\n"):
        raise Refusal(Reason("file_empty", say("The file is empty."), say("Choose the file with the roll.")))
    return data


def is_workbook(data: bytes) -> bool:
    """True for a zip archive (to be read as .xlsx), False for text. Raises Refusal for old or encrypted workbooks."""
    if data.startswith(_OLE):
        raise Refusal(
            Reason(
                "file_old_or_encrypted",
                say("This is an old .xls workbook, or one protected by a password."),
                say("Open it in a spreadsheet program and save it as .xlsx without a password, or as CSV."),
            )
        )
    return data.startswith(_ZIP)
