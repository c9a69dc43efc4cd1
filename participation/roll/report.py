"""The preview of a roll file for the command line: as text to read and as JSON for programs (docs/roll-import.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from participation.kernel.quantities import format_hundredths
from participation.kernel.refusal import Reason
from participation.roll.importing import FIELD_NAMES, ParsedRoll, RollDifference
from participation.roll.models import RollImport
from participation.roll.preview import Row, change_sections, doubt_kinds, finding_row, in_english, summary, unpacked

# Of each kind of change; findings are always complete.
MOST_HOMES_LISTED = 1_000
MOST_HOMES_SHOWN = 20
KINDS = {"dwelling": "dwellings", "shop": "shops", "parking": "parking spaces", "other": "others"}
CHANGE_NAMES = {
    "added": "new homes", "gone": "homes gone", "owner": "homes with another owner", "area": "homes with another area",
    "other": "homes changed otherwise",
}  # fmt: skip


def preview_json(unit: str, sha256: str, parsed: ParsedRoll, change: RollDifference) -> Row:
    """The documented shape; areas are text with two decimals, sentences English."""
    short = summary(parsed, change)
    columns = short["columns"]
    headers = dict(columns["headers"])
    return {
        "ok": True,
        "reasons": [],
        "unit": unit,
        "file": {
            "name": parsed.filename, "sha256": sha256, "encoding": parsed.encoding, "sheet": parsed.sheet,
            "rows": parsed.rows_read,
        },
        "columns": {
            name: {"index": index, "header": headers.get(index, "")} for name, index in columns["fields"].items()
        },
        "unrecognised_columns": columns["unrecognised"],
        "totals": totals_json(short["totals"]),
        "doubts": [_finding(finding_row(doubt)) for doubt in parsed.doubts],
        "refused": [_finding(finding_row(refused)) for refused in parsed.refused],
        "difference": {
            **{CHANGED.get(name, name): number for name, number in short["difference"].items()},
            "homes": {
                CHANGED.get(name, name): [_change(row) for row in islice(rows, MOST_HOMES_LISTED)]
                for name, rows in change_sections(parsed, change)
            },
        },
        "committed": None,
    }  # fmt: skip


CHANGED = {"owner": "changed_owner", "area": "changed_area", "other": "changed_other"}


def reasons_json(reasons: Sequence[Reason]) -> list[Row]:
    return [
        {"code": r.code, "message": str(r.message), "remedy": str(r.remedy) if r.remedy else None, "field": r.field}
        for r in reasons
    ]


def committed_json(record: RollImport) -> Row:
    return {
        "import": record.id, "effective_at": record.effective_at.isoformat(timespec="seconds"), "added": record.added,
        "gone": record.gone, "changed": record.changed, "homes": record.homes, "heads": record.heads,
        "area": format_hundredths(record.area),
    }  # fmt: skip


def totals_json(totals: Row) -> Row:
    return {
        **totals,
        "area": format_hundredths(totals["area"]),
        "by_kind": {
            kind: {"homes": part["homes"], "area": format_hundredths(part["area"])}
            for kind, part in totals["by_kind"].items()
        },
    }


def _finding(row: Row) -> Row:
    return {**row, "reason": in_english(row["reason"]), "remedy": in_english(row["remedy"])}


def _change(row: Row) -> Row:
    def state(data: Row | None) -> Row | None:
        return None if data is None else {**data, "area": format_hundredths(data["area"])}

    return {"home": row["home"], "before": state(row["before"]), "after": state(row["after"])}


def preview_lines(parsed: ParsedRoll, change: RollDifference) -> Iterator[str]:
    """The preview as text: every finding, and the first homes of each kind of change."""
    short = summary(parsed, change)
    totals = short["totals"]
    read_as = ", ".join(filter(None, (parsed.encoding, parsed.sheet and f"sheet {parsed.sheet}")))
    yield f"{parsed.filename}: {parsed.rows_read:,} rows read{f' ({read_as})' if read_as else ''}"
    yield f"  homes  {totals['homes']:>12,}"
    yield f"  heads  {totals['heads']:>12,}"
    yield f"  area   {area_text(totals['area']):>12} m2"
    for kind, part in totals["by_kind"].items():
        yield f"    {KINDS[kind]:15} {part['homes']:>8,}   {area_text(part['area']):>14} m2"
    yield "Columns:"
    headers = dict(short["columns"]["headers"])
    for field, index in sorted(short["columns"]["fields"].items(), key=lambda item: item[1]):
        yield f"  {FIELD_NAMES[field]!s:34} {headers.get(index, '')}"
    if short["columns"]["unrecognised"]:
        yield f"  not read: {', '.join(short['columns']['unrecognised'])}"
    yield from _doubt_lines(parsed)
    yield f"Refused: {len(parsed.refused)}"
    for finding in parsed.refused:
        yield f"  {_place(finding.line, finding.column)}: {finding.value!r}: {finding.reason} {finding.remedy}"
    yield from _change_lines(parsed, change, short["difference"])


def _doubt_lines(parsed: ParsedRoll) -> Iterator[str]:
    yield f"Doubts: {len(parsed.doubts)}"
    for kind in doubt_kinds(parsed.doubts):
        same = kind["same"]
        yield f"  {kind['count']} x {kind['code']}" + (f": {unpacked(kind['reason'])} {unpacked(kind['remedy'])}" if same else "")
        for doubt in parsed.doubts:
            if doubt.code == kind["code"]:
                yield f"    {_place(doubt.line, doubt.column)}: {doubt.value!r}" + ("" if same else f": {doubt.reason} {doubt.remedy}")


def _change_lines(parsed: ParsedRoll, change: RollDifference, counts: Row) -> Iterator[str]:
    yield "Against the roll as it stands:"
    if change.is_empty:
        yield "  no difference"
    lists = dict(change_sections(parsed, change))
    for name, words in CHANGE_NAMES.items():
        if not counts[name]:
            continue
        yield f"  {counts[name]:,} {words}"
        if name == "added" and not (counts["unchanged"] or counts["gone"] or change.changed):
            continue  # the first import: everything is new
        for row in islice(lists[name], MOST_HOMES_SHOWN):
            yield f"    {row['home']}: {_states(row, name)}"
        if counts[name] > MOST_HOMES_SHOWN:
            yield f"    and {counts[name] - MOST_HOMES_SHOWN:,} more"
    yield f"  {counts['unchanged']:,} homes unchanged"


def _states(row: Row, name: str) -> str:
    def words(state: Row | None) -> str:
        if state is None:
            return ""
        owners = ", ".join(state["owners"]) or "developer"
        if name == "owner":
            return owners
        if name == "area":
            return f"{area_text(state['area'])} m2"
        if name == "other":
            return f"{state['kind']}, {state['title']}, area by {state['area_basis']}"
        return f"{state['kind']}, {area_text(state['area'])} m2, {owners}"

    before, after = words(row["before"]), words(row["after"])
    return f"{before} -> {after}" if before and after else before or after


def _place(line: int, column: str) -> str:
    where = f"line {line}" if line else "the file"
    return f"{where}, {column}" if column else where


def area_text(hundredths: int) -> str:
    """6678397 -> '66,783.97', for reading."""
    whole, _, decimals = format_hundredths(hundredths).partition(".")
    return f"{int(whole):,}.{decimals}"


def reason_lines(reasons: Iterable[Reason]) -> Iterator[str]:
    for reason in reasons:
        yield f"Refused: {reason.message}" + (f" {reason.remedy}" if reason.remedy else "")


def as_json(data: Any) -> bytes:
    import json

    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()
