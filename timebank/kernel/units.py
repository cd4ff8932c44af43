"""Numbers with units: whole minutes for time, basis points (1/10,000) for shares. No floats are stored."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MINUTES_PER_HOUR = 60
BASIS_POINTS = 10_000


def minutes_between(start_seconds: float, end_seconds: float) -> int:
    """Whole minutes from start to end, rounded down; never negative."""
    return max(0, int(end_seconds - start_seconds) // 60)


def hours(minutes: int) -> Decimal:
    """Minutes as hours with two decimals, half up (domain.md: decimal(6,2) from integer minutes)."""
    return (Decimal(minutes) / MINUTES_PER_HOUR).quantize(Decimal("0.01"), ROUND_HALF_UP)


def share(numerator: int, denominator: int | None) -> int | None:
    """Numerator over denominator in basis points, half up; None where there is no denominator."""
    if not denominator:
        return None
    return int((Decimal(numerator) * BASIS_POINTS / denominator).quantize(Decimal(1), ROUND_HALF_UP))
