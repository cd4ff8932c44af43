"""Why a record deserves a second look, with the figures; the limits are rows of `hours_policies`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from timebank.attendance.rules import Method, distance_m
from timebank.kernel.units import minutes_between


class Attention(StrEnum):
    """Why an organizer or reviewer should look at a record before it counts, the most urgent first."""

    NO_CHECK_OUT = "no_check_out"
    OVERLAP = "overlap"
    IMPOSSIBLE_SPEED = "impossible_speed"
    SHARED_DEVICE = "shared_device"
    FAR_FROM_VENUE = "far_from_venue"
    LONG_DAY = "long_day"
    NIGHT = "night"
    MANY_DAYS = "many_days"
    LATE_ENTRY = "late_entry"
    MANUAL_SHARE = "manual_share"
    CLOSED_BY_POLICY = "closed_by_policy"
    SHORT_VISIT = "short_visit"
    ENTERED_BY_ORGANIZER = "entered_by_organizer"


HELD = frozenset(
    {
        Attention.OVERLAP,
        Attention.IMPOSSIBLE_SPEED,
        Attention.SHARED_DEVICE,
        Attention.FAR_FROM_VENUE,
        Attention.LONG_DAY,
        Attention.NIGHT,
        Attention.MANY_DAYS,
        Attention.LATE_ENTRY,
        Attention.MANUAL_SHARE,
    }
)
"""With one of these a record is confirmed by itself and with a reason only (domain.md §6: review)."""

Figures = dict[str, int]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one row of `hours_policies`; its columns say what each means."""

    long_day_minutes: int
    short_visit_minutes: int
    fastest_kmh: int
    far_minutes: int
    people_per_device: int
    far_from_venue_m: int
    late_entry_hours: int
    most_manual_percent: int
    manual_share_people: int
    night_from_minute: int
    night_until_minute: int
    running_days: int


@dataclass(frozen=True, slots=True)
class Served:
    """A stretch of time that somebody served at a place."""

    started_at: datetime
    ended_at: datetime
    county: int
    latitude: float | None = None
    longitude: float | None = None
    radius_m: int = 0


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one record and its person; nothing of it is doubtful unless said."""

    minutes: int
    mode: Method
    other_minutes: int = 0
    """The same person's other records of that day."""
    is_open: bool = False
    is_closed_by_policy: bool = False
    overlap_minutes: int = 0
    travel: Figures | None = None
    """What `impossible_travel` found."""
    device_people: int = 0
    distance_m: int = 0
    """How far from the venue the phone was that scanned the changing code, at most."""
    radius_m: int = 0
    """Of the venue."""
    entered_hours_late: int = 0
    manual_percent: int = 0
    night_minutes: int = 0
    running_days: int = 0


def attention_of(signs: Signs, limits: Limits) -> dict[Attention, Figures]:
    """The marks of a record, the most urgent first, each with its figures."""
    is_manual = signs.mode is Method.ORGANIZER
    day = signs.minutes + signs.other_minutes
    found: dict[Attention, tuple[bool, Figures]] = {
        Attention.NO_CHECK_OUT: (signs.is_open, {}),
        Attention.OVERLAP: (signs.overlap_minutes > 0, {"minutes": signs.overlap_minutes}),
        Attention.IMPOSSIBLE_SPEED: (signs.travel is not None, signs.travel or {}),
        Attention.SHARED_DEVICE: (
            signs.device_people > limits.people_per_device,
            {"people": signs.device_people, "most": limits.people_per_device},
        ),
        Attention.FAR_FROM_VENUE: (
            signs.distance_m > signs.radius_m + limits.far_from_venue_m,
            {"metres": signs.distance_m, "most": signs.radius_m + limits.far_from_venue_m},
        ),
        Attention.LONG_DAY: (
            day > limits.long_day_minutes,
            {"minutes": day, "most": limits.long_day_minutes},
        ),
        Attention.NIGHT: (signs.night_minutes > 0, {"minutes": signs.night_minutes}),
        Attention.MANY_DAYS: (
            signs.running_days > limits.running_days,
            {"days": signs.running_days, "most": limits.running_days},
        ),
        Attention.LATE_ENTRY: (
            signs.entered_hours_late >= limits.late_entry_hours,
            {"hours": signs.entered_hours_late, "most": limits.late_entry_hours},
        ),
        Attention.MANUAL_SHARE: (
            is_manual and signs.manual_percent > limits.most_manual_percent,
            {"percent": signs.manual_percent, "most": limits.most_manual_percent},
        ),
        Attention.CLOSED_BY_POLICY: (signs.is_closed_by_policy, {}),
        Attention.SHORT_VISIT: (
            signs.minutes < limits.short_visit_minutes and not (signs.is_open or signs.is_closed_by_policy),
            {"minutes": signs.minutes, "least": limits.short_visit_minutes},
        ),
        Attention.ENTERED_BY_ORGANIZER: (is_manual, {}),
    }
    return {mark: figures for mark, (applies, figures) in found.items() if applies}


def is_held(attention: Collection[str]) -> bool:
    """Whether a record with these marks is held until somebody decides it by itself."""
    return any(mark in HELD for mark in attention)


def overlap(one: Served, other: Served) -> int:
    """How many whole minutes two stretches share."""
    begin, end = max(one.started_at, other.started_at), min(one.ended_at, other.ended_at)
    return minutes_between(begin.timestamp(), end.timestamp())


def impossible_travel(one: Served, other: Served, limits: Limits) -> Figures | None:
    """The distance and time between two stretches where nobody gets from one to the other; else None.

    By the places where both are known; else by the counties, which nobody changes within minutes.
    Stretches that overlap are judged by `overlap`.
    """
    first, then = sorted((one, other), key=lambda each: each.started_at)
    if then.started_at < first.ended_at:
        return None
    seconds = (then.started_at - first.ended_at).total_seconds()
    minutes = int(seconds // 60)
    if None in (one.latitude, one.longitude, other.latitude, other.longitude):
        is_far = one.county != other.county and seconds < limits.far_minutes * 60
        return {"minutes": minutes, "least": limits.far_minutes} if is_far else None
    metres = distance_m(one.latitude, one.longitude, other.latitude, other.longitude)  # type: ignore[arg-type]
    within_reach = seconds / 3600 * limits.fastest_kmh * 1000 + one.radius_m + other.radius_m
    return (
        {"metres": metres, "minutes": minutes, "kmh": limits.fastest_kmh} if metres > within_reach else None
    )


def night_minutes(served: Served, day: date, zone: ZoneInfo, limits: Limits) -> int:
    """How many minutes of a stretch lie in the night hours of its local day, by the clock on the wall."""
    begin, end = (
        _wall(day, minute, zone) for minute in (limits.night_from_minute, limits.night_until_minute)
    )
    return overlap(served, Served(begin, end, served.county))


def running(days: Collection[date], day: date) -> int:
    """How many days one after the other, `day` among them, somebody has served.

    Also the days after it: hours are not always made in the order of the days.
    """
    first = last = day
    while first - ONE_DAY in days:
        first -= ONE_DAY
    while last + ONE_DAY in days:
        last += ONE_DAY
    return (last - first).days + 1


def _wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks of a zone show a minute of the day."""
    return datetime.combine(day + timedelta(days=minute // 1440), time(minute // 60 % 24, minute % 60), zone)
