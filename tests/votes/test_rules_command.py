"""`flask rules` on the command line, without a database: the verdict on stdout, refusals on stderr with exit 2."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from participation.votes.cli import rules

ROOT = Path(__file__).parents[2]
CASE = {
    "rule": "cn.278.special",
    "roll": {"heads": 90, "area": "7200.00"},
    "ballots": {"yes": {"heads": 45, "area": "3599.99"}, "no": {"heads": 15, "area": "1200.01"}},
}


def run(*arguments: str, stdin: Any = None) -> Result:
    return CliRunner().invoke(rules, arguments, input=stdin)


def test_any_verdict_exits_with_zero(tmp_path: Path) -> None:
    file = tmp_path / "CASE.json"
    file.write_text(json.dumps(CASE), encoding="utf-8")
    result = run("check", str(file))
    assert (result.exit_code, result.stderr) == (0, "")
    verdict = json.loads(result.stdout)
    assert verdict["outcome"] == "rejected"
    assert [test["short_by"] for test in verdict["tests"]] == ["0.00", 0, "0.01", 0]


@pytest.mark.parametrize(
    "stdin",
    [
        json.dumps(CASE | {"rule": "cn.300"}),
        json.dumps(CASE | {"roll": {"heads": 59, "area": "7200.00"}}),
        json.dumps(CASE | {"\ud800": 1}),
        "not json",
        b"\xff",
        "[" * 100_000,
        "",
    ],
)
def test_a_refused_case_exits_with_two_and_a_reason(stdin: str | bytes) -> None:
    result = run("check", "-", stdin=stdin)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Refused: ")
    assert "Traceback" not in result.stderr


def test_a_missing_file_exits_with_two() -> None:
    assert run("check", "no-such-file.json").exit_code == 2


def test_the_list_names_every_rule() -> None:
    assert len(run("list").stdout.splitlines()) == 29
    assert [rule["key"] for rule in json.loads(run("list", "--json").stdout)][:2] == [
        "cn.278.ordinary",
        "cn.278.special",
    ]


def test_one_rule_is_shown_with_its_source_and_tests() -> None:
    text = run("show", "kr.street").stdout
    assert "art. 23(1)" in text
    assert "check with local counsel" in text
    assert "skipped up to 5 heads" in text
    assert "second vote tw.condo.32" in run("show", "tw.condo.31").stdout
    assert "affected_owner" in run("show", "cn.lift").stdout
    assert json.loads(run("show", "fr.25", "--json").stdout)["fallback"]["rule"] == "fr.24"
    unknown = run("show", "zz.1")
    assert (unknown.exit_code, unknown.stdout) == (2, "")


def test_it_runs_by_itself_in_a_bare_locale() -> None:
    """No application, no database, no UTF-8 locale: the same answer."""
    case = json.dumps(CASE | {"subgroups": [{"by": "楼", "name": "一", "roll": {}, "ballots": {}}]})
    done = subprocess.run(
        [sys.executable, "-m", "participation.votes.cli", "check", "-"],
        input=case.encode(),
        capture_output=True,
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["outcome"] == "rejected"


def test_the_engine_imports_nothing_but_the_kernel_and_the_standard_library() -> None:
    """Rules are arithmetic: whatever `rules` and `case` reach inside the site, they reach no framework."""
    waiting, seen, outside = ["participation.votes.rules", "participation.votes.case"], set(), set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [name.name for name in node.names]
                waiting += [name for name in names if name.startswith("participation.")]
                outside |= {name.split(".")[0] for name in names} - {"participation"}
    assert outside <= sys.stdlib_module_names
    assert {module.split(".")[1] for module in seen} == {"votes", "kernel"}
    assert "participation.votes.models" not in seen
