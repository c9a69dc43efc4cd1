"""What a roll file would do, as plain data: for the page, for `--json`, and for a file beside the upload.

    summary(parsed, change)    figures, columns, counts: small, whatever the file's size
    sections(parsed, change)   (name, rows) one by one: every refused row, every doubt, every home that would change

Areas are whole hundredths of a square metre here.  Names of owners are masked; a finding's value is already harmless
(`importing/findings.py`).  Sentences stay sentences (`packed`), so that each reader sees them in their own language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from participation.kernel.sentences import Sentence
from participation.roll.importing import (
    DEVELOPER_KEY,
    Change,
    Finding,
    HomeIdentity,
    HomeState,
    OwnerKey,
    ParsedRoll,
    RollColumns,
    RollDifference,
    RollTotals,
)
from participation.roll.masking import masked

Row = dict[str, Any]
CHANGES = ("added", "gone", "owner", "area", "other")
DOUBT = "doubt-"  # a section of its own for each kind of doubt: "doubt-identity_missing"


def packed(sentence: Sentence) -> Row:
    """A sentence as data; values that are sentences are packed too, everything else is text or a number."""
    values = {name: packed(v) if isinstance(v, Sentence) else v for name, v in sentence.values.items()}
    return {"text": sentence.text, "values": values}


def unpacked(data: Mapping[str, Any]) -> Sentence:
    """The sentence that `packed` made into data."""
    values = {name: unpacked(v) if isinstance(v, dict) else v for name, v in data["values"].items()}
    return Sentence(data["text"], values)


def in_english(data: Mapping[str, Any]) -> str:
    return str(unpacked(data))


def figures(totals: RollTotals) -> Row:
    return {
        "homes": totals.homes,
        "heads": totals.heads,
        "area": totals.area,
        "by_kind": {kind: {"homes": part.homes, "area": part.area} for kind, part in totals.by_kind.items()},
        "by_title": dict(totals.by_title),
        "by_basis": dict(totals.by_basis),
    }


def columns_data(columns: RollColumns) -> Row:
    """`fields` and `headers` by column index from 0; `missing` are those without which there is no roll."""
    return {
        "fields": {name: column.index for name, column in columns.fields.items()},
        "headers": [[column.index, column.header] for column in columns.headers],
        "unrecognised": [column.header for column in columns.unrecognised],
        "header_line": columns.header_line,
        "missing": list(columns.missing),
    }


def summary(parsed: ParsedRoll, change: RollDifference) -> Row:
    """The small part of a preview."""
    return {
        "totals": figures(parsed.totals),
        "rows_read": parsed.rows_read,
        "encoding": parsed.encoding,
        "sheet": parsed.sheet,
        "columns": columns_data(parsed.mapping),
        "refused": len(parsed.refused),
        "doubts": doubt_kinds(parsed.doubts),
        "difference": {
            "added": len(change.added),
            "gone": len(change.gone),
            "owner": len(change.changed_owner),
            "area": len(change.changed_area),
            "other": len(change.changed_other),
            "unchanged": change.unchanged_count,
        },
    }


def doubt_kinds(doubts: Iterable[Finding]) -> list[Row]:
    """One row for each kind: code, count, the first reason and remedy, and whether all say the very same."""
    kinds: dict[str, Row] = {}
    for doubt in doubts:
        reason = packed(doubt.reason)
        kind = kinds.setdefault(
            doubt.code, {"code": doubt.code, "count": 0, "reason": reason, "remedy": packed(doubt.remedy), "same": True}
        )
        kind["count"] += 1
        kind["same"] = kind["same"] and reason == kind["reason"]
    return sorted(kinds.values(), key=lambda kind: (kind["count"], kind["code"]))


def sections(parsed: ParsedRoll, change: RollDifference) -> Iterator[tuple[str, Iterable[Row]]]:
    """Every list of the preview; the rows are made one at a time, so that none is held twice."""
    yield "refused", (finding_row(finding) for finding in parsed.refused)
    by_code: dict[str, list[Finding]] = {}
    for doubt in parsed.doubts:
        by_code.setdefault(doubt.code, []).append(doubt)
    for code, doubts in by_code.items():
        yield DOUBT + code, (finding_row(doubt) for doubt in doubts)
    yield from change_sections(parsed, change)


def change_sections(parsed: ParsedRoll, change: RollDifference) -> Iterator[tuple[str, Iterable[Row]]]:
    """The lists of homes that would change, each row {home, before, after}; `before` is None for a new home."""
    labels = {home.identity: home.label for home in parsed.homes}

    def row(identity: HomeIdentity, before: HomeState | None, after: HomeState | None) -> Row:
        label = labels.get(identity) or " ".join(part for part in identity if part)
        return {"home": label, "before": state_row(before), "after": state_row(after)}

    def both(changes: Iterable[Change]) -> Iterator[Row]:
        return (row(one.identity, one.before, one.after) for one in changes)

    yield "added", (row(identity, None, state) for identity, state in change.added)
    yield "gone", (row(identity, state, None) for identity, state in change.gone)
    yield "owner", both(change.changed_owner)
    yield "area", both(change.changed_area)
    yield "other", both(change.changed_other)


def finding_row(finding: Finding) -> Row:
    return {
        "line": finding.line,
        "column": finding.column,
        "value": finding.value,
        "code": finding.code,
        "reason": packed(finding.reason),
        "remedy": packed(finding.remedy),
    }


def state_row(state: HomeState | None) -> Row | None:
    if state is None:
        return None
    return {
        "area": state.area,
        "kind": state.kind,
        "title": state.title,
        "area_basis": state.area_basis,
        "owners": owner_names(state.owner_key),
    }


def owner_names(key: OwnerKey) -> list[str]:
    """Masked names in a fixed order; the developer has no name of its own here: an empty list."""
    return [] if key == DEVELOPER_KEY else [masked(name) for name, _ in sorted(key)]
