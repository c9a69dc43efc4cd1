"""The signing key is made once, kept to the server's account, and never silently replaced."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from participation.record.keys import KEY_FILE, KeyProblem, load_key, load_or_create_key

NAME = "decide.example.org"


def vkey(folder: Path) -> str:
    return load_or_create_key(folder, NAME).verifier.vkey


def pem(key, encryption=None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def put(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    folder.mkdir(mode=0o700, parents=True)
    path = folder / KEY_FILE
    path.write_bytes(data)
    path.chmod(mode)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "instance" / "keys"


def test_the_first_call_makes_the_key_and_later_calls_read_it(folder: Path) -> None:
    first = load_or_create_key(folder, NAME)
    assert first.name == NAME
    assert [vkey(folder), load_key(folder, NAME).verifier.vkey] == [first.verifier.vkey] * 2
    data = (folder / KEY_FILE).read_bytes()
    assert data.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert load_pem_private_key(data, None).private_bytes_raw() == first.private_key.private_bytes_raw()


def test_only_the_servers_account_can_reach_the_key_whatever_the_umask(folder: Path) -> None:
    before = os.umask(0)
    try:
        load_or_create_key(folder, NAME)
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == [KEY_FILE], "no draft of a key is left behind"


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert vkey(tmp_path / "one") != vkey(tmp_path / "two")


def test_the_same_key_can_carry_another_name(folder: Path) -> None:
    one, two = load_or_create_key(folder, NAME), load_or_create_key(folder, "other.example.org")
    assert one.verifier.key_id != two.verifier.key_id
    assert one.private_key.private_bytes_raw() == two.private_key.private_bytes_raw()


def test_threads_that_start_at_once_get_the_same_key(folder: Path) -> None:
    for _ in range(10):
        barrier = threading.Barrier(8)

        def start(barrier=barrier) -> str:
            barrier.wait()
            return vkey(folder)

        with ThreadPoolExecutor(8) as pool:
            found = {future.result() for future in [pool.submit(start) for _ in range(8)]}
        assert len(found) == 1
        assert [path.name for path in folder.iterdir()] == [KEY_FILE]
        (folder / KEY_FILE).unlink()


def test_processes_that_start_at_once_get_the_same_key(folder: Path) -> None:
    go = folder.parent / "go"
    program = (
        "import pathlib, sys, time\n"
        "from participation.record.keys import load_or_create_key\n"
        "print('ready', flush=True)\n"
        "while not pathlib.Path(sys.argv[2]).exists(): time.sleep(0.001)\n"
        "print(load_or_create_key(pathlib.Path(sys.argv[1]), 'n').verifier.vkey)\n"
    )
    command = [sys.executable, "-c", program, str(folder), str(go)]
    root = Path(__file__).parents[2]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) for _ in range(4)]
    try:
        assert [process.stdout.readline() for process in started] == ["ready\n"] * 4
        go.parent.mkdir(parents=True, exist_ok=True)
        go.touch()
        found = {process.communicate(timeout=30)[0] for process in started}
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert found == {load_key(folder, "n").verifier.vkey + "\n"}


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o601])
def test_a_key_that_others_can_reach_is_refused_with_the_command_that_closes_it(folder: Path, mode: int) -> None:
    load_or_create_key(folder, NAME)
    path = folder / KEY_FILE
    path.chmod(mode)
    with pytest.raises(KeyProblem) as caught:
        load_or_create_key(folder, NAME)
    assert str(caught.value.remedy) == f"Close it with: chmod 600 {path}"
    path.chmod(0o600)
    load_or_create_key(folder, NAME)


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_in_which_others_could_swap_the_key_is_refused(folder: Path, mode: int) -> None:
    load_or_create_key(folder, NAME)
    folder.chmod(mode)
    with pytest.raises(KeyProblem) as caught:
        load_or_create_key(folder, NAME)
    assert str(caught.value.remedy) == f"Close it with: chmod 700 {folder}"
    folder.chmod(0o755)
    load_or_create_key(folder, NAME)


def test_a_missing_key_is_not_replaced_when_it_must_be_there(folder: Path) -> None:
    with pytest.raises(KeyProblem, match="missing") as caught:
        load_key(folder, NAME)
    assert "backup" in str(caught.value.remedy)
    assert not folder.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\n",
        b"secret-words-of-somebody",
        b"\xff" * 100_000,
        pem(generate_private_key(SECP256R1())),
        pem(Ed25519PrivateKey.generate(), BestAvailableEncryption(b"passphrase")),
        Ed25519PrivateKey.generate().public_key().public_bytes_raw(),
    ],
    ids=["empty", "torn", "text", "noise", "other-curve", "encrypted", "public"],
)
def test_a_file_that_is_no_usable_key_is_refused_left_alone_and_not_quoted(folder: Path, data: bytes) -> None:
    path = put(folder, data)
    with pytest.raises(KeyProblem, match="no usable Ed25519 key") as caught:
        load_or_create_key(folder, NAME)
    assert "secret-words" not in str(caught.value)
    assert path.read_bytes() == data


def test_a_pipe_or_folder_in_place_of_the_key_is_refused_without_waiting(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    for make in (os.mkfifo, os.mkdir):
        make(folder / KEY_FILE)
        with pytest.raises(KeyProblem, match="not a plain file"):
            load_or_create_key(folder, NAME)
        (folder / KEY_FILE).unlink() if make is os.mkfifo else (folder / KEY_FILE).rmdir()


def test_a_place_that_cannot_hold_a_key_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(KeyProblem, match="No signing key can be written") as caught:
        load_or_create_key(tmp_path / "file" / "keys", NAME)
    assert "local disk" in str(caught.value.remedy)
