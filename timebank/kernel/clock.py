"""The one place where the time is read; everything else receives `now`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Anything that can tell the present instant."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is set; for tests, demonstrations and rehearsals."""

    def __init__(self, instant: datetime) -> None:
        self.instant = aware(instant)

    def now(self) -> datetime:
        return self.instant

    def set(self, instant: datetime) -> None:
        self.instant = aware(instant)


def aware(instant: datetime) -> datetime:
    """Return `instant` in UTC. Raises ValueError for a naive datetime."""
    if instant.tzinfo is None:
        raise ValueError(f"naive datetime refused: {instant!r}")
    return instant.astimezone(UTC)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar date of `instant` in `zone`."""
    return aware(instant).astimezone(zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a calendar date begins in `zone`."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
