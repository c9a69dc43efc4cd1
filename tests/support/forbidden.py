"""What must not stand in any tracked file. `python -m tests.support.forbidden` lists the places and exits 1.

The patterns are written so that they do not find themselves.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400  # lines; past that a file holds a second subject
MIGRATIONS = ("migrations", "versions")  # written by Alembic: one call per table, however many tables there are
ONE_FILE = Path("verifier/verify_record.py")  # what a stranger is handed: everything in it, so that one reading shows all
TEXT = {".py", ".html", ".txt", ".md", ".css", ".js", ".svg", ".toml", ".cfg", ".yml", ".json", ".sh", ""}

# (files, pattern, why)
RULES: list[tuple[str, str, str]] = [
    (r".*", r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]/\w+)/", "a path of one machine"),
    (r".*\.(py|html|js|css)", r"\b(?:TO[D]O|FIX[M]E|XX[X])\b", "unfinished work belongs into an issue"),
    (r".*\.py", r"\braise NotImplemented[E]rror\b", "a stub"),
    (r"tests/.*\.py", r"@pytest\.mark\.(?:skip\b|x[f]ail)", "a test that cannot fail"),
    (r"participation/(?:kernel|votes|record)/.*\.py", r"\bfloat[(]|\bround[(]", "arithmetic that is not exact"),
    (r"participation/.*\.py", r"^\s*print[(]", "print: use click.echo or a logger"),
    (r"templates/.*", r"\|\s*safe\b", "text that is not escaped"),
    (r"templates/(?!print/).*\.html", r"<style\b|\sstyle=|<script(?![^>]*\bsrc=)|\son\w+=", "inline code or style"),
    (r"(templates|static)/.*", r"(?:src|href|url)[=(]\W?https?://", "a resource or link of another site"),
    (r"migrations/versions/.*\.py", r"participation\.\w+\.models", "a migration that depends on today's models"),
]


def tracked() -> list[Path]:
    """The files git knows; in an archive without git, every file of the project's own folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    folders = ("participation", "templates", "static", "tests", "docs", "migrations", "benchmarks", "verifier")
    return [file.relative_to(ROOT) for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file()]


def findings() -> Iterator[str]:
    for path in tracked():
        if path.suffix not in TEXT or path.name == "LICENSE" or path.parts[:2] == ("tests", "data"):
            continue
        lines = (ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines()
        long = len(lines) > LONGEST and path.suffix in (".py", ".html", ".css", ".js")
        if long and path.parts[:2] != MIGRATIONS and path != ONE_FILE:
            yield f"{path}: {len(lines)} lines: look for the second subject"
        rules = [(re.compile(pattern), why) for files, pattern, why in RULES if re.fullmatch(files, path.as_posix())]
        for number, line in enumerate(lines, 1):
            for pattern, why in rules:
                if pattern.search(line):
                    yield f"{path}:{number}: {why}: {line.strip()[:100]}"


def main() -> int:
    found = list(findings())
    for line in found:
        print(line)
    print(f"{len(found)} forbidden things")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
