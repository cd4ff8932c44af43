"""Rules of star recognition (星级认定): a table of thresholds under one dated document decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `minutes` of lifelong service time on, `stars` may be recognised, under one version."""

    version: str
    stars: int
    minutes: int
    valid_from: date
    valid_to: date | None
    source: str


def in_force(thresholds: Iterable[Threshold], on: date) -> list[Threshold]:
    """The thresholds of the version valid on a day, fewest stars first; of several the latest counts."""
    valid = [
        each
        for each in thresholds
        if each.valid_from <= on and (each.valid_to is None or on <= each.valid_to)
    ]
    latest = max(((each.valid_from, each.version) for each in valid), default=None)
    chosen = [each for each in valid if (each.valid_from, each.version) == latest]
    return sorted(chosen, key=lambda each: each.stars)


def stars_for(minutes: int, thresholds: Iterable[Threshold]) -> int:
    """How many stars the minutes are good for."""
    return max((each.stars for each in thresholds if each.minutes <= minutes), default=0)


def next_after(minutes: int, thresholds: Iterable[Threshold]) -> Threshold | None:
    """The nearest threshold that the minutes do not reach; None above the last."""
    ahead = [each for each in thresholds if each.minutes > minutes]
    return min(ahead, key=lambda each: each.minutes, default=None)
