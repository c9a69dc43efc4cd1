"""The floors of the house hold: import-linter's contracts in pyproject.toml, and the list of pure files."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]
# Rules, readable beside the statute: no web, no database, no clock of their own, nothing read or written.
PURE = sorted(
    {
        *ROOT.glob("participation/kernel/*.py"),
        *(
            ROOT / "participation" / path
            for path in (
                "votes/rules.py votes/rule.py votes/rule_data.py votes/presets.py votes/matters.py votes/tally.py "
                "votes/tally_check.py votes/verdict.py votes/election.py votes/phases.py "
                "record/merkle.py record/signed_note.py record/checkpoint.py record/commitment.py"
            ).split()
        ),
        *ROOT.glob("participation/roll/importing/*.py"),
    }
)
IMPURE = {"flask", "sqlalchemy", "flask_sqlalchemy", "flask_login", "flask_babel", "jinja2", "werkzeug"}


def test_the_import_contracts_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT / "participation")))
def test_pure_files_see_neither_web_nor_database(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the room in full"
            imported.add(node.module or "")
    assert not {name.split(".")[0] for name in imported} & IMPURE
    assert not {name for name in imported if name.startswith("participation.web")}
    assert not {name for name in imported if name.endswith((".models", ".database"))}


def test_the_dependencies_of_the_project_are_pinned() -> None:
    """requirements*.txt pin what pyproject.toml asks for."""
    import tomllib

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = {}
    for file in ("requirements.txt", "requirements-test.txt"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                pin = Requirement(line)
                assert str(pin.specifier).startswith("=="), line
                pins[canonicalize_name(pin.name)] = str(pin.specifier)[2:]
    for asked in project["dependencies"] + project["optional-dependencies"]["test"]:
        wanted = Requirement(asked)
        assert pins[canonicalize_name(wanted.name)] in wanted.specifier, asked
