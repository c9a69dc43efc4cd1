"""`flask roll`: the roll from the command line.

Exit codes: 0 done, 1 refused (the reasons with their remedies are on standard error, or in the JSON), 2 wrong usage.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, ProgrammingError

from participation.accounts.visitor import clock_now
from participation.database import db, transaction
from participation.kernel.refusal import Reason, Refusal
from participation.kernel.sentences import say
from participation.roll import report
from participation.roll.importing import FIELDS, ParsedRoll, RollDifference, read_roll
from participation.roll.models import Area, Unit
from participation.roll.overview import buildings_at, totals_of_lines
from participation.roll.places import found_place
from participation.roll.queries import unit_by_slug
from participation.roll.services import commit_roll, compare, refuse_unasked, roll_fingerprint
from participation.roll.uploads import tidy_uploads

REFUSED = 1


@click.group()
def roll() -> None:
    """Read and import owners' rolls, show a roll, found a neighbourhood."""


@roll.command("import")
@click.argument("file", type=click.Path(), metavar="FILE")
@click.option("--unit", "slug", required=True, metavar="SLUG", help="Short name of the neighbourhood.")
@click.option("--commit", is_flag=True, help="Put the roll into force. Without it nothing is written.")
@click.option("--without-refused", is_flag=True, help="With --commit: import although rows were refused, without them.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=HEADER", help="Correct a column; an empty HEADER: none.")
@click.option("--first-line", type=click.IntRange(1), default=None, metavar="N", help="Line of the first home, in a file without a header that is recognised; columns are then given by number from 0.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/roll-import.md).")
@with_appcontext
def import_(
    file: str, slug: str, commit: bool, without_refused: bool, columns: tuple[str, ...], first_line: int | None, as_json: bool
) -> None:
    """Preview the roll in FILE (CSV or XLSX); with --commit put it into force.

    The preview shows homes, heads and area, the columns recognised, every doubt and every refused row, and the
    difference from the roll as it stands.
    """
    chosen = _columns(columns)
    shown: dict[str, Any] = {}
    with _refusing(as_json, shown):
        sha256 = _sha256(file)
        with transaction(write=False):
            unit = _unit(slug)
        parsed = read_roll(file, filename=_name_of(file), columns=chosen, first_line=first_line, progress=_progress("Reading"))
        with transaction(write=False):
            based_on, at = roll_fingerprint(unit.id), clock_now()
            change = compare(unit.id, parsed, at)
        if as_json:
            shown.update(report.preview_json(slug, sha256, parsed, change))
        else:
            for line in report.preview_lines(parsed, change):
                _print(line)
        if commit:
            _refuse(parsed, change, without_refused)
            shown["committed"] = _commit(unit, parsed, sha256, based_on, as_json)
        elif not parsed.homes:
            _refuse(parsed, change, without_refused)
        elif not as_json:
            _print("Nothing has been written. Add --commit to put this roll into force.")
    if as_json:
        _write(report.as_json(shown))


def _refuse(parsed: ParsedRoll, change: RollDifference, without_refused: bool) -> None:
    try:
        refuse_unasked(
            homes=len(parsed.homes), refused=len(parsed.refused), gone=len(change.gone), without_refused=without_refused
        )
    except Refusal as refusal:
        if refusal.codes != ("rows_refused",):
            raise
        # The same reason in the words of this place.
        remedy = say("Correct them, or add --without-refused to import the others alone.")
        raise Refusal(replace(refusal.reasons[0], remedy=remedy, field=None)) from None


def _commit(unit: Unit, parsed: ParsedRoll, sha256: str, based_on: int, as_json: bool) -> dict[str, Any]:
    with transaction():
        if roll_fingerprint(unit.id) != based_on:
            raise Refusal(
                Reason(
                    "roll_changed",
                    say("The roll was changed by somebody else at this moment."),
                    say("Run the preview again and look at the difference."),
                )
            )
        record = commit_roll(unit, parsed, by_id=None, at=clock_now(), sha256=sha256, progress=_progress("Writing"))
    if not as_json:
        _print(
            f"The roll of {unit.name} is in force: {record.homes:,} homes, {record.heads:,} heads, "
            f"{report.area_text(record.area)} m2 ({record.added:,} added, {record.gone:,} gone, {record.changed:,} changed)."
        )
    return report.committed_json(record)


@roll.group("unit")
def unit_group() -> None:
    """Neighbourhoods."""


@unit_group.command("add")
@click.argument("slug")
@click.option("--name", required=True, help="As people say it.")
@click.option("--area", "area_name", default=None, help="The larger territory around it, by short name or name; the neighbourhood's own name unless given.")
@click.option("--time-zone", default="Asia/Shanghai", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def add_unit(slug: str, name: str, area_name: str | None, time_zone: str, as_json: bool) -> None:
    """Found the neighbourhood SLUG with its empty roll and record."""
    with _refusing(as_json), transaction():
        unit = found_place(_area_name(area_name or name), name, slug, time_zone, clock_now())
    if as_json:
        _write(report.as_json({"ok": True, "reasons": [], "unit": unit.slug, "name": unit.name, "time_zone": unit.time_zone}))
    else:
        _print(f"{unit.name} ({unit.slug}) is founded. Next: flask roll import FILE --unit {unit.slug}")


@roll.command()
@click.option("--unit", "slug", required=True, metavar="SLUG")
@click.option("--at", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="As the roll stood when this day ended.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def show(slug: str, day: datetime | None, as_json: bool) -> None:
    """The totals of a roll, today or on any past day."""
    with _refusing(as_json), transaction(write=False):
        unit = _unit(slug)
        at = min(_end_of(day.date(), unit.time_zone), clock_now()) if day else clock_now()
        lines = buildings_at(unit.id, at)
        totals = totals_of_lines(unit.id, at, lines)
    if as_json:
        buildings = [
            {"building": one.name, "homes": one.homes, "heads": one.heads, "area": report.format_hundredths(one.area)}
            for one in lines
        ]
        data = {"ok": True, "reasons": [], "unit": unit.slug, "at": at.isoformat(timespec="seconds")}
        _write(report.as_json({**data, "totals": report.totals_json(totals), "buildings": buildings}))
        return
    _print(f"{unit.name}, {at.astimezone(ZoneInfo(unit.time_zone)):%Y-%m-%d %H:%M}")
    _print(f"  {totals['homes']:,} homes, {totals['heads']:,} heads, {report.area_text(totals['area'])} m2")
    for one in lines:
        _print(f"  {one.name:12} {one.homes:>7,} homes  {one.heads:>7,} heads  {report.area_text(one.area):>14} m2")


@roll.command("tidy")
@with_appcontext
def tidy() -> None:
    """Delete uploads that are over or a day old (the site does so too, whenever somebody opens the roll)."""
    _print(f"{tidy_uploads(clock_now())} uploads removed.")


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)) - timedelta(microseconds=1)


def _unit(slug: str) -> Unit:
    unit = unit_by_slug(slug)
    if unit is None:
        raise Refusal(
            Reason(
                "unit_unknown",
                say("There is no neighbourhood “%(slug)s” on this site.", slug=slug[:60]),
                say("Found it with: flask roll unit add SLUG --name NAME"),
            )
        )
    return unit


def _area_name(wanted: str) -> str:
    return db.session.scalar(select(Area.name).where(Area.slug == wanted)) or wanted


def _columns(given: tuple[str, ...]) -> dict[str, str]:
    chosen = {}
    for text in given:
        field, sign, header = text.partition("=")
        if not sign or field.strip() not in FIELDS:
            raise click.UsageError(f"--column takes FIELD=HEADER, with FIELD one of: {', '.join(FIELDS)}")
        chosen[field.strip()] = header
    return chosen


def _sha256(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Refusal(
            Reason("file_unreadable", say("The file cannot be opened."), say("Check that it exists and choose it again."))
        ) from error


def _name_of(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def _progress(what: str) -> Callable[[int, int | None], None]:
    """Tells of long work on standard error, every 5,000 rows; short work stays silent."""
    told = 0

    def tell(done: int, of: int | None) -> None:
        nonlocal told
        if done - told >= 5_000 or (told and done == of):
            told = done
            click.echo(f"{what}: {done:,}" + (f" of about {of:,}" if of else ""), err=True)

    return tell


@contextmanager
def _refusing(as_json: bool, shown: Mapping[str, Any] | None = None) -> Any:
    """Print the reasons of a refusal, in JSON together with what was `shown` before it, and exit with 1."""
    try:
        yield
    except Refusal as refusal:
        reasons = refusal.reasons
    except (OperationalError, ProgrammingError) as error:
        if "no such table" not in str(error.orig) and "UndefinedTable" not in type(error.orig).__name__:
            raise
        reasons = (Reason("no_database", say("The database has no tables yet."), say("Run: flask init")),)
    else:
        return
    if as_json:
        _write(report.as_json({**(shown or {}), "ok": False, "reasons": report.reasons_json(reasons)}))
    for line in () if as_json else report.reason_lines(reasons):
        click.echo(line, err=True)
    sys.exit(REFUSED)


def _print(line: str) -> None:
    _write(line.encode() + b"\n")


def _write(data: bytes) -> None:
    # Bytes, so that the locale of a bare machine cannot garble or refuse a name.
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
