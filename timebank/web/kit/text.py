"""How values read on a page, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from flask import Flask
from flask_babel import format_decimal, get_locale
from flask_babel import gettext as _
from jinja2 import pass_context
from jinja2.runtime import Context

from timebank.kernel.db import runtime
from timebank.kernel.units import MINUTES_PER_HOUR
from timebank.kernel.units import hours as in_hours
from timebank.regions.queries import names
from timebank.web.kit.words import event_word, word

METRES_PER_KILOMETRE = 1000


def install(app: Flask) -> None:
    """Give templates their filters."""
    filters: dict[str, Callable[..., str]] = {
        "at": at,
        "called": called,
        "clock_seconds": clock_seconds,
        "clock_time": clock_time,
        "distance": distance,
        "event": event_word,
        "hours": hours,
        "hours_number": hours_number,
        "local_input": local_input,
        "number": number,
        "on": on,
        "percent": percent,
        "region": region,
        "word": word,
    }
    for name, filter_ in filters.items():
        app.add_template_filter(_per_request(filter_), name)


def _per_request(filter_: Callable[..., str]) -> Callable[..., str]:
    """The filter, marked so that Jinja does not work out fixed input once for readers of all languages."""

    @pass_context
    def call(_context: Context, *given: object) -> str:
        return filter_(*given)

    return call


def on(day: date | None) -> str:
    """2026年11月20日 / 20 November 2026; of an instant its local day."""
    if day is None:
        return "—"
    if isinstance(day, datetime):
        day = day.astimezone(runtime().config.time_zone).date()
    if is_chinese():
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day.strftime('%B')} {day.year}"


def at(instant: datetime | None) -> str:
    """Local date and time."""
    if instant is None:
        return "—"
    local = instant.astimezone(runtime().config.time_zone)
    return f"{on(local.date())} {local:%H:%M}"


def called(name: str) -> str:
    """A person's name; what stands in its place when identity was unlinked."""
    return name or str(_("Former volunteer"))


def clock_time(instant: datetime | None) -> str:
    """Local time of day, 14:30."""
    return "—" if instant is None else f"{instant.astimezone(runtime().config.time_zone):%H:%M}"


def clock_seconds(instant: datetime, day: date) -> str:
    """Local time with seconds, 14:30:05; with its date before it where that is another one than `day`."""
    local = instant.astimezone(runtime().config.time_zone)
    return f"{local:%H:%M:%S}" if local.date() == day else f"{on(local.date())} {local:%H:%M:%S}"


def local_input(instant: datetime | None) -> str:
    """For the value of a datetime-local field."""
    return "" if instant is None else f"{instant.astimezone(runtime().config.time_zone):%Y-%m-%dT%H:%M}"


def distance(metres: int) -> str:
    """320 米 / 320 m; from one kilometre on 3.2 公里 / 3.2 km."""
    if metres < METRES_PER_KILOMETRE:
        return str(_("%(number)s m", number=metres))
    return str(_("%(number)s km", number=format_decimal(metres / METRES_PER_KILOMETRE, "#,##0.#")))


def hours(minutes: int) -> str:
    """3.5 小时 / 3.5 h."""
    return str(_("%(number)s h", number=hours_number(minutes)))


def hours_number(minutes: int) -> str:
    """Minutes as hours: at most two decimals, none that are zero."""
    exact = minutes % MINUTES_PER_HOUR == 0
    return str(format_decimal(minutes // MINUTES_PER_HOUR if exact else in_hours(minutes), "#,##0.##"))


def number(value: int | None) -> str:
    """A whole number with separators; a dash for nothing."""
    return "—" if value is None else str(format_decimal(value))


def percent(basis_points: int | None) -> str:
    """Basis points as per cent, `no figure` where there is no denominator."""
    if basis_points is None:
        return str(_("no figure"))
    return f"{format_decimal(basis_points / 100, '#,##0.##')}%"


def region(code: int | None) -> str:
    """The short name of a region."""
    return "—" if code is None else names([code]).get(code, f"{code:012d}")


def is_chinese() -> bool:
    """Whether the page is read in Chinese."""
    locale = get_locale()
    return locale is None or locale.language == "zh"
