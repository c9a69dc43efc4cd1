"""Pictures for the demonstration's papers. They say that they are samples; nobody's signature is on them."""

from __future__ import annotations

from pathlib import Path

from participation.votes.services.authorities import FOLDER
from participation.votes.services.calling import FOLDER as SHEETS
from participation.votes.services.keeping import Kept, keep_picture

DATA = Path(__file__).parent / "data"


def proxy() -> Kept:
    """The photo of a written proxy."""
    return _keep(FOLDER, "proxy.jpg")


def sheet() -> Kept:
    """The photo of a ballot sheet."""
    return _keep(SHEETS, "sheet.jpg")


def _keep(folder: str, name: str) -> Kept:
    with (DATA / name).open("rb") as file:
        return keep_picture(folder, file)
