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
    start = threading.Barrier(count)

    def one(_number: int) -> T:
        with app.app_context():
            start.wait()
            return act()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
