"""Addresses for paper, messages and the terminal: full, and the same whichever name a request came in by."""

from __future__ import annotations

from typing import Any

from flask import current_app


def public_address(endpoint: str, **values: Any) -> str:
    """The full address of a page under PUBLIC_URL. Needs no request, and trusts no Host header."""
    path: str = current_app.url_map.bind("").build(endpoint, values)
    return current_app.config["PUBLIC_URL"] + path
