"""How far apart two places are."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_009
"""The mean radius (IUGG); over the distances of a county the difference to the ellipsoid is below 0.6 %."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a device says it is, in degrees of WGS 84, and how sure it is of that, in metres."""

    latitude: float
    longitude: float
    accuracy_m: int


def distance_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> int:
    """The distance over the ground in whole metres, by the haversine formula; degrees of WGS 84."""
    here, there = radians(latitude), radians(other_latitude)
    north, east = there - here, radians(other_longitude - longitude)
    chord = sin(north / 2) ** 2 + cos(here) * cos(there) * sin(east / 2) ** 2
    return round(2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, chord))))
