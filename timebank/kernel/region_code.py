"""Arithmetic of the 12-digit statistical region code: 2 + 2 + 2 + 3 + 3 digits (GB/T 2260 and NBS codes)."""

from __future__ import annotations

LEVELS = ("province", "city", "county", "township", "village")
_WIDTH = {
    "province": 10_000_000_000,
    "city": 100_000_000,
    "county": 1_000_000,
    "township": 1_000,
    "village": 1,
}
NATION = 0
"""Stands for the whole country in a grant's scope."""


def level_of(code: int) -> str:
    """The level that a code's trailing zeros say; the nation is reported as a province of code 0."""
    for level, width in _WIDTH.items():
        if code % width == 0:
            return level
    raise ValueError(code)


def last_in(code: int) -> int:
    """The greatest code inside the region `code`; the range `code..last_in(code)` is the region's subtree."""
    if code == NATION:
        return 999_999_999_999
    return code + _WIDTH[level_of(code)] - 1


def covers(outer: int, inner: int) -> bool:
    """Whether region `inner` is `outer` itself or lies inside it."""
    return outer <= inner <= last_in(outer)


def county_of(code: int) -> int:
    """The six-digit county of a region code: the shard of what is registered there."""
    return code // 1_000_000


def counties_in(code: int) -> tuple[int, int] | None:
    """First and last six-digit code of the counties inside a region; None for less than a county."""
    if code != NATION and level_of(code) in ("township", "village"):
        return None
    return county_of(code), county_of(last_in(code))


def ancestors(code: int) -> list[int]:
    """The codes above `code`, province first, without `code` itself."""
    found = [code - code % _WIDTH[level] for level in LEVELS]
    return sorted({above for above in found if above != code})
