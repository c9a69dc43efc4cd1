#!/usr/bin/env python3
"""Watch the public record of a neighbourhood, and sign what you saw. One file; needs Python 3.9 and `cryptography`.

    python witness.py new-key li.example.org/witness       make a key; hand the printed line to the support centre
    python witness.py look https://SITE/record/PLACE       look once: check, remember, sign, send
    python witness.py look https://SITE/record/PLACE --every 60       look again every hour

What a look does: it fetches the signed checkpoint and checks that the record still begins with everything that you
have seen before.  Only then it remembers the new checkpoint (in witness-state.json), signs it with your key and
sends the signature.  A record that has been rewritten, cut short or forked is refused, never signed, and what proves
it is kept in a file.  Your key and the state file are all there is: keep both, and keep the key to yourself.

    --key FILE       your key (witness.key)             --log-key LINE   the record's verifier key, copied from paper
    --state FILE     what you have seen so far          --no-post        sign and print, send nothing

Exit code 0: all is well. 1: could not look (no network, wrong address). 2: the record is not what it was.

Formats: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature (Ed25519), RFC 6962 and RFC 9162.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import tempfile
import time
import urllib.error
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

DASH = "\u2014 "
LOG_KEY, WITNESS_KEY = b"\x01", b"\x04"
LARGEST_ANSWER = 1_000_000
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Trouble(Exception):
    """The look could not be made; nothing is known about the record."""


class Alarm(Exception):
    """The record is not what it was. `evidence` is what proves it."""

    def __init__(self, words: str, evidence: dict):
        super().__init__(words)
        self.evidence = evidence


# Keys and notes


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def unb64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as problem:
        raise Trouble("not base 64") from problem
    if b64(data) != text:
        raise Trouble("base 64 in an unusual spelling")
    return data


def key_id(name: str, encoded: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + encoded).digest()[:4]


def read_vkey(line: str, kind: bytes):
    """(name, key id, public key) of a verifier key line."""
    match = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)", line.strip())
    encoded = unb64(match[3]) if match else b""
    if match is None or encoded[:1] != kind or len(encoded) != 33 or key_id(match[1], encoded).hex() != match[2]:
        raise Trouble("this is no verifier key of the right kind: name+id+key")
    return match[1], encoded[1:]


def split_note(note: str):
    """(text, [(name, key id, signature)]) of a note; nothing is verified here."""
    text, blank, block = note.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise Trouble("the answer is no signed note")
    signatures = []
    for line in block[:-1].split("\n"):
        name, _, encoded = line[len(DASH) :].partition(" ")
        if not line.startswith(DASH) or not name:
            raise Trouble("the answer has a line that is no signature")
        decoded = unb64(encoded)
        signatures.append((name, decoded[:4], decoded[4:]))
    return text + "\n", signatures


def open_checkpoint(note: str, vkey: str):
    """(text, size, root) that the record's key has signed. Trouble for anything else."""
    name, public = read_vkey(vkey, LOG_KEY)
    text, signatures = split_note(note)
    signed = False
    for signer, known, signature in signatures:
        if (signer, known) == (name, key_id(name, LOG_KEY + public)):
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
            except InvalidSignature as problem:
                raise Trouble("the signature of the record does not hold") from problem
            signed = True
    lines = text[:-1].split("\n")
    if not signed or len(lines) < 3 or lines[0] != name or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1], re.ASCII):
        raise Trouble("this is no checkpoint signed by " + name)
    root = unb64(lines[2])
    if len(root) != 32 or (lines[1] == "0" and root != EMPTY_ROOT):
        raise Trouble("the checkpoint has no root")
    return text, int(lines[1]), root


def cosign(text: str, name: str, key: Ed25519PrivateKey, at: int) -> str:
    """The line of a witness under the checkpoint: time and signature over header, time and text."""
    signature = at.to_bytes(8, "big") + key.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
    return f"{DASH}{name} {b64(key_id(name, WITNESS_KEY + raw(key)) + signature)}\n"


def raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


# The tree (RFC 9162, 2.1.4.2)


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_beginning(first: int, root1: bytes, second: int, root2: bytes, proof) -> bool:
    """Whether the tree of `second` entries begins with the tree of `first`, as the proof claims."""
    if any(len(part) != 32 for part in proof) or not 0 <= first <= second:
        return False
    if first == second:
        return not proof and root1 == root2
    if first == 0:
        return not proof and root1 == EMPTY_ROOT
    path = [root1, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = first - 1, second - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            old, new = node(part, old), node(part, new)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node(new, part)
        at, last = at >> 1, last >> 1
    return last == 0 and old == root1 and new == root2


# Files and the network


def fetch(url: str, body: bytes | None = None) -> str:
    if not url.startswith(("https://", "http://")):
        raise Trouble("the address must begin with https://")
    headers = {"User-Agent": "witness.py", **({"Content-Type": "text/plain; charset=utf-8"} if body else {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:  # noqa: S310
            data = answer.read(LARGEST_ANSWER + 1)
    except urllib.error.HTTPError as problem:
        raise Trouble(f"{url} answered {problem.code}: {problem.read(300).decode(errors='replace').strip()}") from problem
    except OSError as problem:
        raise Trouble(f"{url} cannot be reached: {problem}") from problem
    if len(data) > LARGEST_ANSWER:
        raise Trouble("the answer is too long")
    return data.decode()


def write_safely(path: str, text: str, *, private: bool = False) -> None:
    """The file appears whole or not at all, and is on the disk when this returns."""
    folder = os.path.dirname(os.path.abspath(path))
    descriptor, draft = tempfile.mkstemp(dir=folder, prefix=".witness-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(draft, 0o600 if private else 0o644)
    os.replace(draft, path)


def read_state(path: str) -> dict:
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        try:
            return json.load(file)
        except ValueError as problem:
            raise Trouble(f"{path} cannot be read: put back a copy of it, do not simply delete it") from problem


def read_key(path: str):
    """(name, private key) of a key file."""
    try:
        with open(path, encoding="utf-8") as file:
            parts = file.read().strip().split("+", 4)
    except OSError as problem:
        raise Trouble(f"no key: {problem}. Make one with: python witness.py new-key NAME") from problem
    if parts[:2] != ["PRIVATE", "KEY"] or len(parts) != 5:
        raise Trouble(f"{path} holds no key of a witness")
    encoded = unb64(parts[4])
    if encoded[:1] != WITNESS_KEY or len(encoded) != 33:
        raise Trouble(f"{path} holds no key of a witness")
    key = Ed25519PrivateKey.from_private_bytes(encoded[1:])
    if key_id(parts[2], WITNESS_KEY + raw(key)).hex() != parts[3]:
        raise Trouble(f"{path} is damaged")
    return parts[2], key


# The two commands


def new_key(name: str, path: str) -> str:
    """Write a new key to `path` and return its public line. An existing file is never overwritten."""
    if not re.fullmatch(r"[^+\s\x00-\x1f]{1,100}", name):
        raise Trouble("a name has no spaces and no plus signs, for example li.example.org/witness")
    if os.path.exists(path):
        raise Trouble(f"{path} is there already: a key is never overwritten")
    key = Ed25519PrivateKey.generate()
    seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    known = key_id(name, WITNESS_KEY + raw(key)).hex()
    write_safely(path, f"PRIVATE+KEY+{name}+{known}+{b64(WITNESS_KEY + seed)}\n", private=True)
    return f"{name}+{known}+{b64(WITNESS_KEY + raw(key))}"


def look(url: str, name: str, key: Ed25519PrivateKey, state_path: str, log_key: str | None = None, post: bool = True) -> str:
    """One look. Returns what came of it in words; raises Alarm when the record is not what it was."""
    url = url.rstrip("/")
    states = read_state(state_path)
    seen = states.get(url)
    vkey = log_key or (seen or {}).get("log_key") or fetch(url + "/key").strip()
    if seen and seen["log_key"] != vkey:
        raise Alarm("the verifier key is not the one you have been using", {"before": seen["log_key"], "now": vkey})
    note = fetch(url + "/checkpoint")
    text, size, root = open_checkpoint(note, vkey)
    words = f"First look at {text.splitlines()[0]}: {size} entries. Compare its key with the paper:\n  {vkey}"
    if seen:
        words = compare(url, seen, note, size, root)
    line = cosign(text, name, key, int(time.time()))
    # Remembered before anything is sent: what was signed once must never be forgotten.
    states[url] = {"log_key": vkey, "size": size, "root": b64(root), "note": note}
    write_safely(state_path, json.dumps(states, indent=1, ensure_ascii=False) + "\n")
    kept = note.rpartition("\n\n")[0] + "\n\n" + own_line(note, vkey)
    if post:
        fetch(url + "/cosignatures", (kept + line).encode())
        return words + "\nSigned and sent."
    return words + "\nSigned, not sent:\n" + kept + line.rstrip("\n")


def compare(url: str, seen: dict, note: str, size: int, root: bytes) -> str:
    """Whether the record still begins with what was seen. Alarm with both checkpoints when it does not."""
    evidence = {"seen": seen["note"], "now": note}
    before, old_root = seen["size"], unb64(seen["root"])
    if size < before:
        raise Alarm(f"the record has shrunk: it had {before} entries and now shows {size}", evidence)
    if size == before:
        if root != old_root:
            raise Alarm(f"there are two records with {size} entries and different contents", evidence)
        return f"Nothing new: {size} entries, as before."
    answer = json.loads(fetch(f"{url}/consistency?from={before}&to={size}"))
    proof = [unb64(part) for part in answer.get("proof", ())]
    if not is_beginning(before, old_root, size, root, proof):
        raise Alarm(f"the record of now does not begin with the {before} entries that you have seen", {**evidence, "proof": answer})
    return f"All is well: {size} entries, the first {before} as you have seen them before."


def own_line(note: str, vkey: str) -> str:
    """The record's own signature line of a note, without those of other witnesses."""
    name, public = read_vkey(vkey, LOG_KEY)
    for line in note.rpartition("\n\n")[2].splitlines():
        signer, _, encoded = line[len(DASH) :].partition(" ")
        if signer == name and unb64(encoded)[:4] == key_id(name, LOG_KEY + public):
            return line + "\n"
    raise Trouble("the checkpoint is not signed")


def keep_evidence(alarm: Alarm, state_path: str) -> str:
    path = f"{os.path.splitext(state_path)[0]}-evidence-{int(time.time())}.json"
    write_safely(path, json.dumps({"words": str(alarm), **alarm.evidence}, indent=1, ensure_ascii=False) + "\n")
    return path


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("new-key", help="make a key")
    make.add_argument("name")
    make.add_argument("--key", default="witness.key")
    see = commands.add_parser("look", help="check the record and sign it")
    see.add_argument("url")
    see.add_argument("--key", default="witness.key")
    see.add_argument("--state", default="witness-state.json")
    see.add_argument("--log-key")
    see.add_argument("--no-post", action="store_true")
    see.add_argument("--every", type=int, metavar="MINUTES")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "new-key":
            line = new_key(chosen.name, chosen.key)
            print(f"Your key is in {chosen.key}: keep it to yourself. Hand this line to the support centre:\n\n{line}")
            return 0
        name, key = read_key(chosen.key)
    except Trouble as problem:
        print(f"Sorry: {problem}", file=sys.stderr)
        return 1
    while True:
        code = one_look(chosen, name, key)
        if chosen.every is None or code == 2:
            return code
        time.sleep(60 * max(1, chosen.every))


def one_look(chosen, name: str, key: Ed25519PrivateKey) -> int:
    try:
        print(look(chosen.url, name, key, chosen.state, chosen.log_key, not chosen.no_post), flush=True)
    except Trouble as problem:
        print(f"Could not look: {problem}", file=sys.stderr, flush=True)
        return 1
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        print(f"Could not look: the answer makes no sense ({problem})", file=sys.stderr, flush=True)
        return 1
    except Alarm as alarm:
        path = keep_evidence(alarm, chosen.state)
        print(
            f"ALARM: {alarm}.\nNothing was signed. The proof is in {path}: keep it, and show it to other owners, to the "
            "observers and to the support centre.", file=sys.stderr, flush=True,
        )  # fmt: skip
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
