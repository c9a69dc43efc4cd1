"""A stylesheet and a script, joined at start from the small files in static/, named by their content.

No build step: the files are concatenated in memory without their comments and indentation (the order stands in
static/css/ORDER), compressed once, and served as immutable under a name that changes with their content.  The pages on
the way to the ballot ask for `ballot.css`, a smaller sheet made of the lines of ORDER that begin with a star: on a slow
phone nothing can be seen before the last byte of the styles is there.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, g, request

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
    order = [line.strip() for line in (static / "css" / "ORDER").read_text().splitlines() if line.strip() and line[0] != "#"]
    sheets = {static / "css" / line.removeprefix("* "): line.startswith("* ") for line in order}
    assets = [
        Asset("site.css", _joined(sheets)),
        Asset("ballot.css", _joined(sheet for sheet, is_light in sheets.items() if is_light)),
        Asset("site.js", _joined(sorted((static / "js").glob("*.js")))),
        # What only pages of the desk need, so that a resident's phone never loads it.
        Asset("desk.js", _joined(sorted((static / "js" / "desk").glob("*.js")))),
        Asset("icon.svg", (static / "icon.svg").read_bytes() if (static / "icon.svg").exists() else b"<svg/>"),
    ]
    return {f"{a.served_as.split('.')[0]}.{a.kind}": a for a in assets}


def _joined(files: Iterable[Path]) -> bytes:
    return "\n".join(_bare(file) for file in files if file.exists()).encode()


def _bare(file: Path) -> str:
    """Without indentation and without comments: those between /* and */ in a stylesheet, those that fill a line in a script."""
    comments = r"/\*[\s\S]*?\*/" if file.suffix == ".css" else r"(?m)^\s*//.*$"
    lines = re.sub(comments, "", file.read_text(encoding="utf-8")).splitlines()
    return "\n".join(line for line in map(str.strip, lines) if line)


def init_app(app: Flask) -> None:
    assets = load(ROOT / "static")
    app.extensions["assets"] = assets
    app.extensions["served_assets"] = {asset.served_as: asset for asset in assets.values()}
    app.register_blueprint(blueprint)

    def asset(name: str) -> str:
        address = f"/assets/{assets[name].served_as}"
        if name.endswith(".css"):
            g.styles = address
        return address

    app.jinja_env.globals["asset"] = asset

    @app.after_request
    def _styles_first(response: Response) -> Response:
        # The header is there before the page: the styles are asked for at once, and before anything else.
        if "styles" in g:
            response.headers["Link"] = f"<{g.styles}>; rel=preload; as=style"
        return response


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
