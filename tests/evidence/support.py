"""The verifier as a stranger has it: a single file, loaded by its path, run on files alone."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask

from participation.database import db, transaction
from participation.votes.evidence.bundle import write_bundle
from participation.votes.models import Vote

PROGRAM = Path(__file__).resolve().parents[2] / "verifier" / "verify_record.py"


def load_verifier() -> ModuleType:
    """The program as a module of its own; nothing of the site is given to it."""
    name = "verify_record_under_test"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, PROGRAM)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def write_evidence(app: Flask, vote_id: int, path: Path, *, auditor: bool = True) -> Path:
    with app.app_context(), transaction(write=False):
        write_bundle(db.session.get_one(Vote, vote_id), path, auditor=auditor)
    return path


def verify(*arguments: Any) -> tuple[int, dict[str, Any]]:
    """(exit code, report) of a run with --json."""
    out = io.StringIO()
    with redirect_stdout(out):
        code = load_verifier().main([*map(str, arguments), "--json", "--quiet"])
    return code, json.loads(out.getvalue())


def verify_words(*arguments: Any) -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out):
        code = load_verifier().main([*map(str, arguments), "--quiet"])
    return code, out.getvalue()


def codes(report: dict[str, Any], part: str = "wrong") -> list[str]:
    return [line["code"] for line in report[part]]
