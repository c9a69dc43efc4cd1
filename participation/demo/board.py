"""The election board of the demonstration's secret election: its key is made anew at each loading, its shares never leave this machine.

In a real election the board makes the key on a computer of its own, and the site's machine never sees a share.  Here
they lie in the instance folder, so that whoever tries the site can be the board, too.
"""

from __future__ import annotations

from pathlib import Path

from flask import current_app

from participation.votes.secret.board_key import board_secret, new_secret
from participation.votes.secret.shares import printed, split

FOLDER = "demo-board"  # of the instance
MEMBERS = "楼栋代表 沈国华、居民监督员 梁玉、街道代表 方明（演示）"
_WARNING = "DEMONSTRATION - FOR TRYING ONLY. In a real election no share is ever on the machine of the site.\n仅供试用。真实选举中，密钥分片绝不出现在网站所在的计算机上。\n"


def make_key(name: str) -> str:
    """Make a key, write it and its three shares into the folder, and return the line for the site."""
    secret = new_secret()
    key = board_secret(secret).public
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for share in split(secret, key.set_id):
        page = folder / f"share-{share.member}.txt"
        page.touch(mode=0o600)
        page.write_text("\n".join((_WARNING, name, *printed(share), "")), encoding="utf-8")
    (folder / "board-key.txt").write_text(f"{_WARNING}\n{name}\nFingerprint {key.fingerprint}\n\n{key.line}\n", encoding="utf-8")
    return key.line


def where() -> str:
    """One sentence for the terminal: where the shares are, and that they are for trying only; empty without them."""
    if not (_folder() / "board-key.txt").exists():
        return ""
    return (
        f"The secret election's board key and its three shares are in {_folder()}, for trying only: "
        "a real board makes them on a computer of its own (flask board new-key)."
    )


def _folder() -> Path:
    return Path(current_app.config["INSTANCE"]) / FOLDER
