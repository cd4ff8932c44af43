"""Shifts without dates: what a copy or a template keeps of them, and their times on other days.

A shift keeps its place in the series (days since the first one) and its times by the clock on the wall.
Months do not matter: the 31st and the next day stay one day apart wherever the series is put.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from timebank.kernel.clock import aware, local_date
from timebank.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A shift as it stands in a series; everything that has no date."""

    day: int
    """Days after the first shift of the series."""
    starts: str
    """Time of day in the service's zone, ISO 8601."""
    ends: str
    minutes: int
    """How long it lasts, where the clock on the wall is set back within it."""
    kept: Mapping[str, Any]
    """Title, capacity, gate and attendance, by column."""

    def as_json(self) -> dict[str, Any]:
        """As a template keeps it."""
        return asdict(self)


def sessions_of(
    shifts: Sequence[tuple[datetime, datetime, Mapping[str, Any]]], zone: ZoneInfo
) -> list[PlannedShift]:
    """The series that these shifts (start, end, what is kept) make, the first one first."""
    ordered = sorted(shifts, key=lambda each: (aware(each[0]), aware(each[1])))
    if not ordered:
        return []
    first = local_date(ordered[0][0], zone)
    return [
        PlannedShift(
            day=(local_date(starts_at, zone) - first).days,
            starts=_wall(starts_at, zone),
            ends=_wall(ends_at, zone),
            minutes=int((aware(ends_at) - aware(starts_at)).total_seconds() // 60),
            kept=dict(kept),
        )
        for starts_at, ends_at, kept in ordered
    ]


def times_on(session: PlannedShift, first_day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end in UTC of a shift whose series begins on `first_day`.

    A time that the clock leaves out counts by the offset before the change, one that it shows twice is the
    first of both. Raises Invalid("not-a-date", field="first_day") beyond the calendar.
    """
    try:
        day = first_day + timedelta(days=session.day)
        starts_at, ends_at = (
            datetime.combine(day, time.fromisoformat(text), zone) for text in (session.starts, session.ends)
        )
        starts_at, ends_at = aware(starts_at), aware(ends_at)
    except (OverflowError, ValueError):
        raise Invalid("not-a-date", field="first_day") from None
    if ends_at <= starts_at:
        ends_at = starts_at + timedelta(minutes=session.minutes)
    return starts_at, ends_at


def _wall(instant: datetime, zone: ZoneInfo) -> str:
    return aware(instant).astimezone(zone).time().isoformat()


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as it stands beside a series: days from its first day, and a time of day."""

    day: int
    at: str

    def as_json(self) -> dict[str, Any]:
        """As a template keeps it."""
        return asdict(self)


def moment_of(instant: datetime, first: date, zone: ZoneInfo) -> Moment:
    """Where an instant stands beside a series that begins on `first`."""
    return Moment((local_date(instant, zone) - first).days, _wall(instant, zone))


def moment_on(moment: Moment, first_day: date, zone: ZoneInfo) -> datetime:
    """The instant beside a series that begins on `first_day`. Raises Invalid("not-a-date")."""
    try:
        day = first_day + timedelta(days=moment.day)
        return aware(datetime.combine(day, time.fromisoformat(moment.at), zone))
    except (OverflowError, ValueError):
        raise Invalid("not-a-date", field="first_day") from None
