"""Serving with the production server (chosen by measurement: docs/decisions)."""

from __future__ import annotations

from flask import Flask


def serve(app: Flask) -> None:
    """Serve `app` on loopback at its configured port until interrupted."""
    from waitress import serve as waitress_serve

    waitress_serve(app, host="127.0.0.1", port=app.config["PORT"], threads=8)
