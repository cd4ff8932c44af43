"""A clock that tests set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from timebank.kernel.clock import FixedClock

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""Saturday, 10:00 in Shanghai."""


class FakeClock(FixedClock):
    """Stands still until it is set or moved on."""

    def __init__(self, instant: datetime = START) -> None:
        super().__init__(instant)

    def advance(self, **span: float) -> datetime:
        """Move on by `timedelta(**span)` and return the new instant."""
        self.instant += timedelta(**span)
        return self.instant
