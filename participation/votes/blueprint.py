"""The one blueprint of a vote's public pages; each `*_views.py` hangs its pages on it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("votes", __name__)
