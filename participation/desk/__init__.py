"""The staff's workspace: roll, invitations, votes, objections, look-ups."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Hang up this room's pages."""
