"""Keeping one-time codes out of the server's log: an error report names the path, and the path holds the code."""

from __future__ import annotations

import logging
import re

_CODE_IN_PATH = re.compile(r"(/(?:i|way-in|first-run|demo)(?:/\d+)?/)[0-9A-Za-z_-]{6,}")


def redact(text: str) -> str:
    """'/i/7k3m9qxt...' -> '/i/[code]'."""
    return _CODE_IN_PATH.sub(r"\1[code]", text)


class CodesOut(logging.Filter):
    """Rewrites the message of every record that passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        clean = redact(message)
        if clean != message:
            record.msg, record.args = clean, None
        return True
