"""witness.py, the single file of a witness: it signs a record that only grows, and nothing else."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from participation.database import db, transaction
from participation.kernel.clock import SystemClock
from participation.record.checkpoint import Checkpoint, sign_checkpoint
from participation.record.cosignature import WitnessKey
from participation.record.merkle import consistency_proof, leaf_hash, root_of
from participation.record.services import append, hold_log
from participation.record.signed_note import Signer, encode_base64
from participation.record.witnessing import name_witness
from tests.conftest import Live
from tests.support.people import Make

FILE = Path(__file__).resolve().parents[2] / "verifier" / "witness.py"
SIGNER = Signer("decide.example.org/lane", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
URL = "https://decide.example.org/record/lane"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("witness_file", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Site:
    """A site that may lie: its log is a list of leaves, and it shows what `leaves` says now."""

    def __init__(self, signer: Signer = SIGNER):
        self.leaves: list[bytes] = []
        self.signer = signer
        self.taken: list[str] = []

    def grow(self, count: int, mark: str = "") -> None:
        self.leaves += [leaf_hash(f"{mark}{len(self.leaves) + n}".encode()) for n in range(count)]

    def note(self) -> str:
        return sign_checkpoint(Checkpoint(self.signer.name, len(self.leaves), root_of(self.leaves)), self.signer)

    def fetch(self, url: str, body: bytes | None = None) -> str:
        if body is not None:
            self.taken.append(body.decode())
            return "thank you"
        path = url.removeprefix(URL)
        if path == "/key":
            return self.signer.verifier.vkey + "\n"
        if path == "/checkpoint":
            return self.note()
        first, second = (int(part.split("=")[1]) for part in path.partition("?")[2].split("&"))
        proof = consistency_proof(first, second, self.node)
        return json.dumps({"proof": [encode_base64(part) for part in proof]})

    def node(self, level: int, position: int) -> bytes:
        return root_of(self.leaves[position << level : (position + 1) << level])


@pytest.fixture
def witness() -> ModuleType:
    return load()


@pytest.fixture
def site(witness: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Site:
    site = Site()
    monkeypatch.setattr(witness, "fetch", site.fetch)
    return site


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def keyed(witness: ModuleType, folder: Path) -> str:
    return witness.new_key("li.example.org/w", "witness.key")


def test_it_imports_nothing_but_the_standard_library_and_cryptography() -> None:
    found = set()
    for node in ast.walk(ast.parse(FILE.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").partition(".")[0])
    assert found - set(sys.stdlib_module_names) == {"cryptography"}


def test_a_key_is_a_witnesses_key_and_stays_private(witness: ModuleType, folder: Path, keyed: str) -> None:
    assert WitnessKey.from_vkey(keyed).name == "li.example.org/w"
    assert (folder / "witness.key").stat().st_mode & 0o777 == 0o600
    name, key = witness.read_key("witness.key")
    assert WitnessKey(name, key.public_key()).vkey == keyed
    with pytest.raises(witness.Trouble, match="never overwritten"):
        witness.new_key("li.example.org/w", "witness.key")
    for name in ("two words", "a+b", ""):
        with pytest.raises(witness.Trouble):
            witness.new_key(name, "other.key")
    assert [path.name for path in folder.iterdir()] == ["witness.key"]


def test_it_follows_a_record_that_grows_and_signs_each_look(
    witness: ModuleType, site: Site, keyed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    key = WitnessKey.from_vkey(keyed)
    for count, words in ((5, "First look"), (8, "13 entries, the first 5 as you have seen them"), (0, "Nothing new")):
        site.grow(count)
        assert witness.main(["look", URL]) == 0
        assert words in capsys.readouterr().out
    assert len(site.taken) == 3
    for note in site.taken:
        checked, _, lines = note.partition("\n\n")
        assert any(key.read(line, checked + "\n") for line in lines.splitlines())


@pytest.mark.parametrize("lie", ["shrunk", "rewritten", "same size", "forked later", "emptied"])
def test_a_record_that_is_not_what_it_was_is_never_signed_and_the_proof_is_kept(
    witness: ModuleType, site: Site, folder: Path, keyed: str, lie: str, capsys: pytest.CaptureFixture[str]
) -> None:
    site.grow(9)
    assert witness.main(["look", URL]) == 0
    seen, before = site.note(), (folder / "witness-state.json").read_bytes()
    if lie == "shrunk":
        site.leaves.pop()
    elif lie == "emptied":
        site.leaves.clear()
    elif lie == "same size":
        site.leaves[3] = leaf_hash(b"another ballot")
    elif lie == "rewritten":
        site.leaves[3] = leaf_hash(b"another ballot")
        site.grow(4)
    else:
        site.leaves[8] = leaf_hash(b"the last one only")
        site.grow(1)
    assert witness.main(["look", URL]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ALARM: ")
    assert "Nothing was signed" in said
    assert len(site.taken) == 1
    assert (folder / "witness-state.json").read_bytes() == before
    (evidence,) = folder.glob("*evidence*.json")
    kept = json.loads(evidence.read_text("utf-8"))
    assert (kept["seen"], kept["now"]) == (seen, site.note())


def test_another_key_of_the_record_is_an_alarm(witness: ModuleType, site: Site, keyed: str) -> None:
    site.grow(3)
    assert witness.main(["look", URL]) == 0
    other = Signer(SIGNER.name, Ed25519PrivateKey.generate())
    assert witness.main(["look", URL, "--log-key", other.verifier.vkey]) == 2
    site.signer = other  # the site signs with a key that the witness does not know
    assert witness.main(["look", URL]) == 1
    assert len(site.taken) == 1


@pytest.mark.parametrize("answer", ["", "hello", "a\nb\nc\n\n— x y\n", "\n\n"])
def test_an_answer_that_makes_no_sense_is_trouble_and_no_alarm(
    witness: ModuleType, site: Site, keyed: str, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    site.grow(3)
    assert witness.main(["look", URL]) == 0
    monkeypatch.setattr(witness, "fetch", lambda url, body=None: answer)
    assert witness.main(["look", URL]) == 1


def test_a_damaged_memory_is_not_taken_for_a_first_look(witness: ModuleType, site: Site, folder: Path, keyed: str) -> None:
    (folder / "witness-state.json").write_text("{")
    assert witness.main(["look", URL]) == 1
    assert not site.taken


@given(st.integers(0, 40), st.integers(0, 40), st.data())
def test_its_own_verification_is_that_of_the_record(first: int, more: int, data: Any) -> None:
    witness, site = load(), Site()
    site.grow(first)
    old = root_of(site.leaves)
    site.grow(more)
    second, new = len(site.leaves), root_of(site.leaves)
    proof = consistency_proof(first, second, site.node)
    assert witness.is_beginning(first, old, second, new, proof)
    wrong = data.draw(st.sampled_from(["old", "new", "proof", "longer", "shorter"]))
    changed = [*proof]
    if wrong == "proof" and proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        changed[at] = bytes(32)
    elif wrong == "longer":
        changed.append(bytes(32))
    elif wrong == "shorter" and proof:
        changed.pop()
    else:
        old, new = (bytes(32), new) if wrong == "old" or first == 0 else (old, bytes(32))
    assert not witness.is_beginning(first, old, second, new, changed)


def test_alone_in_an_empty_folder_it_watches_a_real_site(live: Live, tmp_path: Path) -> None:
    """As a stranger runs it: downloaded from the site, no project near it, over the network, until somebody rewrites."""
    live.app.extensions["clock"] = SystemClock()
    make = Make(live.app)
    unit = make.unit("Lane 12", "lane-12")
    _grow(live.app, unit.id, 3)
    import urllib.request

    program = tmp_path / "witness.py"
    program.write_bytes(urllib.request.urlopen(f"{live.url}/record/witness.py").read())
    made = _run(program, "new-key", "li.example.org/w")
    assert made.returncode == 0, made.stderr
    with live.app.app_context(), transaction():
        name_witness(unit.id, made.stdout.strip().splitlines()[-1], None, live.app.extensions["clock"])
    address = f"{live.url}/record/lane-12"
    for growth in (0, 5):
        _grow(live.app, unit.id, growth)
        seen = _run(program, "look", address)
        assert (seen.returncode, "Signed and sent." in seen.stdout) == (0, True), seen.stderr
    served = urllib.request.urlopen(f"{address}/checkpoint").read().decode()
    assert served.count("\n— ") == 2
    assert "— li.example.org/w " in served
    with live.app.app_context(), transaction() as session:
        if db.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER log_nodes_no_update"))
        else:
            session.execute(text("DROP TRIGGER log_nodes_no_change ON log_nodes"))
        session.execute(text("UPDATE log_nodes SET hash = (SELECT o.hash FROM log_nodes AS o WHERE level = 0 AND \"index\" = 1) WHERE level = 3"))
        other = session.execute(text("SELECT hash FROM log_nodes WHERE level = 3")).scalar_one()
        session.execute(text("UPDATE logs SET frontier = :frontier"), {"frontier": _frontier(session, other)})
    _grow(live.app, unit.id, 2)
    alarmed = _run(program, "look", address)
    assert alarmed.returncode == 2, alarmed.stdout + alarmed.stderr
    assert "does not begin with the 9 entries" in alarmed.stderr


def _frontier(session: Any, other: bytes) -> bytes:
    from participation.record.merkle import Frontier

    now = Frontier.from_bytes(bytes(session.execute(text("SELECT frontier FROM logs")).scalar_one()))
    return Frontier(now.size, (bytes(other), *now.hashes[1:])).to_bytes()


def _grow(app: Flask, unit_id: int, entries: int) -> None:
    with app.app_context(), transaction():
        log = hold_log(unit_id)
        for number in range(entries):
            append(log, "roll-change", {"home": f"home {number}"}, app.extensions["clock"].now())


def _run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", program.name, *arguments], cwd=program.parent, capture_output=True, text=True, timeout=60, check=False
    )
