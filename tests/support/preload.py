"""Imported once by the fork server of tests/support/race.py: every import a site needs, done before the race.

Many rooms import their pages when a site is built, so one is built here, over an empty database, and put away.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import psycopg  # noqa: F401  (the driver too, whichever database this run uses)

from tests.support.sites import close_site, make_site

with tempfile.TemporaryDirectory() as folder:
    close_site(make_site(f"sqlite:///{folder}/empty.db", Path(folder) / "instance"))
