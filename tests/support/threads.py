"""Running the same thing in many threads at once, each with a session of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

T = TypeVar("T")


def in_threads(app: Flask, count: int, act: Callable[[], T]) -> list[T]:
    """What `count` simultaneous calls answer; the first exception is raised."""

    def one(_number: int, start: Callable[[], object]) -> T:
        with app.app_context():
            start()
            return act()

    return together(count, one)


def together(count: int, act: Callable[[int, Callable[[], object]], T]) -> list[T]:
    """What `act(number, start)` answers in each of that many threads; they meet where each calls `start`."""
    start = threading.Barrier(count)
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda number: act(number, start.wait), range(count)))
