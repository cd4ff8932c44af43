"""Letting the past happen: steps are done in the order of their time, each by a clock set to it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from flask import current_app

from timebank.kernel.clock import FixedClock, aware
from timebank.kernel.db import runtime

Act = Callable[[], object]


@contextmanager
def borrowed_clock() -> Iterator[FixedClock]:
    """Give the running service a clock that is set by hand, for the length of the block."""
    services = runtime()
    clock = FixedClock(services.clock.now())
    current_app.extensions["timebank"] = replace(services, clock=clock)
    try:
        yield clock
    finally:
        current_app.extensions["timebank"] = services


@dataclass
class Timeline:
    """Steps in waiting; a step may add others that come later."""

    now: datetime
    """The present: nothing that lies after it happens."""
    zone: ZoneInfo
    steps: list[tuple[datetime, int, Act]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def at(self, instant: datetime, act: Act) -> None:
        """Let something happen at an instant, after what was told to happen then before."""
        if instant <= self.now:
            heapq.heappush(self.steps, (aware(instant), next(self.numbers), act))

    def run(self, clock: FixedClock, progress: Callable[[float], None]) -> None:
        """Do every step; tell `progress` how much of the time has passed, from 0 to 1."""
        begin = self.steps[0][0]
        while self.steps:
            instant, _number, act = heapq.heappop(self.steps)
            clock.set(instant)
            act()
            progress((instant - begin) / (self.now - begin))

    def day(self, days_ago: int) -> date:
        """The local date so many days before today; negative for days ahead."""
        return self.now.astimezone(self.zone).date() - timedelta(days=days_ago)

    def moment(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A time of day on a local date."""
        return datetime.combine(day, time(hour, minute), self.zone)
