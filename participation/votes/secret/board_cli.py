"""`flask board`: the election board's own command. It needs no database, no site and no network.

Run it on a machine that belongs to the board, best one that is not on the network:
`flask board ...` in the folder of the site's program, or `python -m participation.votes.secret.board_cli ...`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from participation.kernel.refusal import Refusal
from participation.votes.secret.board_key import BoardKey, board_secret, new_secret, read_board_key
from participation.votes.secret.box_file import LARGEST_FILE, BoxFile, read_box
from participation.votes.secret.opening import open_box, result_file
from participation.votes.secret.shares import MEMBERS, Share, combine, printed, read_share, split

REFUSED = 1
KEY_FILE = "board-key.txt"


@click.group()
def board() -> None:
    """The election board: make its key, check the shares, open the box. Works without the site."""


@board.command("new-key")
@click.option("--name", required=True, help="Whose key it is, such as 'Election board of Lane 12, 2026'.")
@click.option("--out", "folder", required=True, type=click.Path(path_type=Path), help="A new or empty folder.")
def new_key(name: str, folder: Path) -> None:
    """Make a key: one file with its public half, and one page for each of the three members.

    Any two members open the box; one alone cannot. Print each page, hand it to its member, and delete the file.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        click.echo(f"Refused: {folder} is not empty. Choose a new folder, so that no older share is lost.", err=True)
        sys.exit(REFUSED)
    secret = new_secret()
    key = board_secret(secret).public
    for share in split(secret, key.set_id):
        _write(folder / f"share-{share.member}.txt", _page(name, key, share), 0o600)
    _write(folder / KEY_FILE, f"{name}\nFingerprint {key.fingerprint}\n\n{key.line}\n", 0o644)
    click.echo(f"Fingerprint of the key: {key.fingerprint}")
    click.echo(f"For the site: {folder / KEY_FILE}\n  {key.line}")
    click.echo(
        f"For the members: {', '.join(f'share-{n}.txt' for n in range(1, MEMBERS + 1))}. Print each page, give each member "
        "one, try them with `flask board check`, then delete the three files."
    )


@board.command()
@click.argument("key", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="board-key.txt")
@click.option("--share", "shares", multiple=True, required=True, help="A share as text, or the file that holds it.")
def check(key: Path, shares: tuple[str, ...]) -> None:
    """Try two shares before they are needed: do they belong to this key?"""
    with refusing():
        wanted = read_board_key(key.read_text(encoding="utf-8"))
        if board_secret(combine(_shares(shares))).public != wanted:
            click.echo("Refused: these shares belong to another key.", err=True)
            sys.exit(REFUSED)
    click.echo(f"These shares open what is sealed to the key {wanted.fingerprint}.")


@board.command("open")
@click.argument("box", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="BOX.json")
@click.option("--share", "shares", multiple=True, required=True, help="A share as text, or the file that holds it; give two.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Where the signed result goes.")
def open_(box: Path, shares: tuple[str, ...], out: Path) -> None:
    """Open BOX.json with two shares: shuffle, open, add up, sign. Writes the file that the site accepts."""
    with refusing():
        with box.open("rb") as file:
            found = read_box(file.read(LARGEST_FILE + 1))
        result = open_box(found, board_secret(combine(_shares(shares))))
    _write(out, result_file(result).decode(), 0o644)
    for line in _summary(found, result["figures"]):
        click.echo(line)
    click.echo(f"Signed result: {out}")


def _summary(box: BoxFile, figures: dict) -> Iterator[str]:  # type: ignore[type-arg]
    yield f"{box.neighbourhood}: {box.title}"
    yield f"Fingerprint of the box, to be compared with the public record (entry {box.entry}):\n  {box.root}"
    yield f"Ballots: {figures['ballots']}"
    for question, lines in zip(box.paper, figures["questions"], strict=True):
        names = {candidate["candidate"]: candidate["name"] for candidate in question["candidates"]}
        yield f"{question['text']} ({question['seats']} to be elected)"
        for line in sorted(lines["approvals"], key=lambda line: -line["heads"]):
            yield f"  {line['heads']:6}  {names[line['candidate']]}"
        yield f"  {lines['blank']:6}  ballots without any name"


def _shares(given: tuple[str, ...]) -> list[Share]:
    """Each share from its file, or from the text itself."""
    return [read_share(_share_text(text)) for text in given]


def _share_text(text: str) -> str:
    try:
        path = Path(text)
        if not path.is_file():
            return text
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return text
    codes = [line for line in lines if len(line) == 19 and line.count("-") == 3 and " " not in line]
    return "\n".join(codes) if codes else "\n".join(lines)


def _page(name: str, key: BoardKey, share: Share) -> str:
    codes = "\n".join(printed(share))
    return (
        f"{name}\n{'=' * len(name)}\n\n"
        f"SHARE {share.member} OF {MEMBERS} - KEEP THIS PAGE TO YOURSELF\n\n"
        f"{codes}\n\n"
        f"Key fingerprint: {key.fingerprint} (it also stands on the notice of the vote)\n\n"
        "Any two of the three shares open the ballot box after the vote has closed. One alone opens nothing and tells\n"
        "nothing. Keep this page on paper, in a sealed envelope, away from any phone or computer that is on the network.\n"
        "Never photograph it, never send it. If it may have been seen, say so before the vote opens: a new key is made.\n"
        "If two of the three pages are lost, the ballots can never be opened and the election must be repeated.\n"
    )


def _write(path: Path, text: str, mode: int) -> None:
    """A new file with these rights. An existing one is never replaced."""
    import os

    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError:
        click.echo(f"Refused: {path} is already there. Choose another name.", err=True)
        sys.exit(REFUSED)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


@contextmanager
def refusing() -> Iterator[None]:
    """A refusal becomes its reasons and remedies on standard error, and exit code 1."""
    try:
        yield
    except Refusal as refusal:
        for reason in refusal.reasons:
            click.echo(f"Refused: {reason.message}{f' {reason.remedy}' if reason.remedy else ''}", err=True)
        sys.exit(REFUSED)


if __name__ == "__main__":
    board()
