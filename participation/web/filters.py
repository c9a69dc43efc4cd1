"""Numbers, areas and dates as the reader's language writes them. Exact: an area always shows both decimals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol
from flask import Flask, g
from flask_babel import get_locale
from markupsafe import Markup

from participation.kernel.sentences import Sentence
from participation.web import pictures
from participation.web.language import number, said
from participation.web.markdown import render_markdown

DEFAULT_ZONE = "Asia/Shanghai"


def area(hundredths: int) -> str:
    """6678397 -> '66,783.97 m²' (66,783.97 平方米 is written m² too: it is what the registry prints)."""
    return _area(hundredths, str(get_locale()))


def _area(hundredths: int, locale: str) -> str:
    group, point = _marks(locale)
    whole, part = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole:,}".replace(",", group) + f"{point}{part:02d}\N{NO-BREAK SPACE}m²"


@lru_cache
def _marks(locale: str) -> tuple[str, str]:
    """What stands between thousands, and before the decimals."""
    return get_group_symbol(locale), get_decimal_symbol(locale)


def amount(value: int, measure: str) -> str:
    """A quantity in its measure's unit: heads are whole, everything else is in hundredths."""
    if measure in ("heads", "flats", "contracts"):
        return number(value)
    if measure in ("area", "land", "floor"):
        return area(value)
    return format_decimal(Decimal(value).scaleb(-2), format="#,##0.00", locale=get_locale())


def percent(part: int, whole: int) -> str:
    """For display only; no decision is taken on it. Rounded down, so that 66.6666 % never shows as 66.67 %."""
    if not whole:
        return "–"
    hundredths = part * 10000 // whole
    return format_decimal(Decimal(hundredths).scaleb(-2), format="#,##0.00", locale=get_locale()) + "\N{NO-BREAK SPACE}%"


def zone() -> ZoneInfo:
    """The neighbourhood's time zone: views set `g.unit`; elsewhere the site's default."""
    unit = g.get("unit")
    return ZoneInfo(unit.time_zone if unit is not None else DEFAULT_ZONE)


def when(instant: datetime | None) -> Markup | str:
    """A `<time>` element with the instant in the neighbourhood's zone."""
    if instant is None:
        return "–"
    local = instant.astimezone(zone())
    pattern = {"zh": "y年M月d日 HH:mm", "ko": "y년 M월 d일 HH:mm"}.get(get_locale().language, "d MMM y, HH:mm")
    text = format_datetime(local, pattern, locale=get_locale())
    return Markup('<time datetime="{}">{}</time>').format(instant.isoformat(timespec="seconds"), text)


def day(instant: datetime | date | None) -> str:
    if instant is None:
        return "–"
    local = instant.astimezone(zone()).date() if isinstance(instant, datetime) else instant
    return format_date(local, "long", locale=get_locale())


def listed(values: Iterable[Any]) -> str:
    """Homes or names side by side, with the mark that stands between them in the reader's language."""
    return {"zh": "、"}.get(get_locale().language, ", ").join(map(str, values))


def _spoken(value: Any) -> Any:
    """What a template prints: a sentence is said in the reader's language, also where the page forgot to ask."""
    return said(value) if isinstance(value, Sentence) else value


def init_app(app: Flask) -> None:
    app.jinja_env.finalize = _spoken
    app.jinja_env.filters.update(
        area=area, heads=number, number=number, amount=amount, percent=percent, when=when, day=day, said=said,
        markdown=render_markdown, listed=listed,
    )
    app.jinja_env.globals["pictures"] = pictures  # the geometry that components/bars.html and grid.html draw
