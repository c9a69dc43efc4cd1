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


def imports_of(path: Path) -> set[str]:
    """Every module this file imports from, by full name (also those imported inside functions)."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_view(module: str) -> bool:
    return module.startswith("participation.") and module.endswith("views")


def test_only_the_room_itself_knows_its_views() -> None:
    """Nothing is built on a page of another room: what two rooms need is a query or a service."""
    wrong = [
        f"{path.relative_to(ROOT)} -> {module}"
        for path in sorted(ROOT.glob("participation/**/*.py"))
        for module in imports_of(path)
        if is_view(module)
        and not (module.split(".")[1] == path.parent.name and path.stem.endswith(("views", "__init__", "blueprint")))
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", ["models", "queries", "services", "access", "rules"])
def test_what_stands_beneath_the_pages_does_not_know_the_web(kind: str) -> None:
    files = {*ROOT.glob(f"participation/*/{kind}.py"), *ROOT.glob(f"participation/*/{kind}/*.py")}
    wrong = [
        f"{path.relative_to(ROOT)} -> {module}"
        for path in sorted(files)
        if path.parent.name != "web"
        for module in imports_of(path)
        if module.startswith("participation.web") or module in ("flask.render_template", "flask_babel.gettext")
    ]
    assert wrong == []


def test_services_leave_the_commit_to_the_request() -> None:
    """A service that committed would part a fact from its entry in the record."""
    files = {*ROOT.glob("participation/*/services.py"), *ROOT.glob("participation/*/services/*.py")}
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(files)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    assert wrong == []
