"""The one blueprint of the desk: the view files hang their routes on it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("desk", __name__, url_prefix="/desk")
