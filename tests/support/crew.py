"""Running the same thing in many processes at once, as many servers would."""

from __future__ import annotations

import multiprocessing
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any, TypeVar

from flask import Flask

from timebank.kernel.db import db

T = TypeVar("T")
PATIENCE_SECONDS = 240
FORK = multiprocessing.get_context("fork")


def in_processes(app: Flask, count: int, act: Callable[[int], T]) -> list[T]:
    """What `act(0)` .. `act(count - 1)` answer, each in a process of its own with its own connections.

    Call it without an application context: a connection must not be shared by two processes.
    """
    start = FORK.Barrier(count)
    pipes = [FORK.Pipe(duplex=False) for _ in range(count)]
    children = [
        FORK.Process(target=_work, args=(app, number, act, start, sender), daemon=True)
        for number, (_receiver, sender) in enumerate(pipes)
    ]
    for child in children:
        child.start()
    try:
        return [_answer(receiver) for receiver, _sender in pipes]
    finally:
        for child in children:
            child.kill()
            child.join()


def _work(app: Flask, number: int, act: Callable[[int], Any], start: Barrier, sender: Connection) -> None:
    try:
        with app.app_context():
            db.engine.dispose(close=False)
            start.wait()
            answer = act(number)
        sender.send((answer, None))
    except BaseException:
        sender.send((None, traceback.format_exc()))


def _answer(receiver: Connection) -> Any:
    if not receiver.poll(PATIENCE_SECONDS):
        raise AssertionError(f"a process gave no answer in {PATIENCE_SECONDS} seconds")
    answer, failure = receiver.recv()
    assert failure is None, failure
    return answer
