"""One stylesheet and one script, joined at start from the small files in static/, named by their content.

No build step: the files are concatenated in memory (the order stands in static/css/ORDER), compressed once, and
served as immutable under a name that changes with their content.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request

from participation.extensions import ROOT
from participation.web.access import PUBLIC, access

blueprint = Blueprint("assets", __name__)
TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


class Asset:
    """A joined file: its bytes, plain and gzipped, and the name it is served under."""

    def __init__(self, name: str, content: bytes):
        stem, _, self.kind = name.rpartition(".")
        self.content = content
        self.gzipped = gzip.compress(content, 9, mtime=0)
        self.served_as = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{self.kind}"


def load(static: Path) -> dict[str, Asset]:
    """The site's assets by plain name."""
    order = [line.strip() for line in (static / "css" / "ORDER").read_text().splitlines()]
    sheets = [static / "css" / line for line in order if line and not line.startswith("#")]
    assets = [
        Asset("site.css", _joined(sheets)),
        Asset("site.js", _joined(sorted((static / "js").glob("*.js")))),
        # What only pages of the desk need, so that a resident's phone never loads it.
        Asset("desk.js", _joined(sorted((static / "js" / "desk").glob("*.js")))),
        Asset("icon.svg", (static / "icon.svg").read_bytes() if (static / "icon.svg").exists() else b"<svg/>"),
    ]
    return {f"{a.served_as.split('.')[0]}.{a.kind}": a for a in assets}


def _joined(files: list[Path]) -> bytes:
    return b"\n".join(file.read_bytes() for file in files if file.exists())


def init_app(app: Flask) -> None:
    assets = load(ROOT / "static")
    app.extensions["assets"] = assets
    app.extensions["served_assets"] = {asset.served_as: asset for asset in assets.values()}
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = lambda name: f"/assets/{assets[name].served_as}"


@blueprint.get("/assets/<name>")
@access(PUBLIC)
def serve(name: str) -> Response:
    asset = current_app.extensions["served_assets"].get(name)
    if asset is None:
        abort(404)
    gzipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(asset.gzipped if gzipped else asset.content, content_type=TYPES[asset.kind])
    if gzipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
