"""The relay hands each event to each subscriber exactly once, whoever fails or dies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel import job_history
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict
from timebank.kernel.events import Delivery, Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Permission
from timebank.kernel.relay import Delivered, Handlers, deliver
from timebank.kernel.throttle import Throttle, count_attempt
from timebank.kernel.work import Work, perform

SOMEBODY = Key(511102, UUID(int=7))


def note(work: Work, happening: Happening) -> None:
    """A handler whose effect would show if it came twice."""
    work.allow(Permission.JOB_RUN)
    count_attempt(work, "noted", str(happening.data["number"]), 10**6, timedelta(days=1))


def refuse(work: Work, happening: Happening) -> None:
    note(work, happening)
    raise Conflict("not-today")


HEARD: Handlers = {"thing.done": {"noting": note}}


def subscribe(app: Flask, *subscribers: str) -> None:
    runtime = app.extensions["timebank"]
    app.extensions["timebank"] = replace(runtime, subscriptions={"thing.done": subscribers})


def happen(count: int) -> None:
    def emit(work: Work) -> None:
        work.allow(Permission.JOB_RUN)
        for number in range(count):
            work.emit("thing.done", SOMEBODY, number=number)

    perform(SYSTEM, emit)


def noted() -> list[int]:
    session().rollback()
    return list(session().scalars(select(Throttle.attempts)))


def test_an_event_is_delivered_once(app_context: Flask) -> None:
    subscribe(app_context, "noting")
    happen(2)
    assert deliver(HEARD) == Delivered(done=2, postponed=0)
    assert deliver(HEARD) == Delivered(done=0, postponed=0)
    assert noted() == [1, 1]


def test_an_event_that_nobody_hears_is_kept_and_not_delivered(app_context: Flask) -> None:
    happen(1)
    assert deliver(HEARD) == Delivered(done=0, postponed=0)


def test_four_relays_at_once_deliver_each_event_once(app: Flask) -> None:
    subscribe(app, "noting")
    with app.app_context():
        happen(40)

    def relay() -> int:
        return sum(deliver(HEARD, limit=20).done for _ in range(3))

    rounds = in_threads(app, 4, relay)
    with app.app_context():
        assert sum(rounds) + deliver(HEARD).done == 40
        assert noted() == [1] * 40


def test_a_failing_handler_is_undone_and_tried_again(app_context: Flask, clock: FakeClock) -> None:
    subscribe(app_context, "refusing", "noting")
    happen(3)
    both: Handlers = {"thing.done": {"refusing": refuse, "noting": note}}
    assert deliver(both) == Delivered(done=3, postponed=3)
    assert noted() == [1, 1, 1]
    assert deliver(both) == Delivered(done=0, postponed=0)
    clock.advance(minutes=1)
    assert deliver({"thing.done": {"refusing": note}}) == Delivered(done=3, postponed=0)
    assert noted() == [2, 2, 2]


def test_a_handler_that_goes_on_failing_is_tried_less_often(app_context: Flask, clock: FakeClock) -> None:
    subscribe(app_context, "refusing")
    happen(1)
    waits = []
    for _ in range(12):
        assert deliver({"thing.done": {"refusing": refuse}}).postponed == 1
        due_at = session().scalars(select(Delivery.due_at)).one()
        waits.append((due_at - clock.now()) // timedelta(minutes=1))
        clock.set(due_at)
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == 360


def test_the_operator_sees_what_waits_and_why(app_context: Flask, clock: FakeClock) -> None:
    subscribe(app_context, "refusing", "noting")
    happened_at = clock.now()
    happen(1)
    clock.advance(seconds=5)
    waiting = job_history.pulse(SYSTEM).backlog
    assert (waiting.waiting, waiting.failing, waiting.oldest_at) == (2, 0, happened_at)
    deliver({"thing.done": {"refusing": refuse, "noting": note}})
    waiting = job_history.pulse(SYSTEM).backlog
    assert (waiting.waiting, waiting.failing) == (1, 1)
    error = session().scalars(select(Delivery.last_error).where(Delivery.state == "waiting")).one()
    assert error is not None
    assert error.startswith("Conflict not-today at test_relay:")


def test_a_subscriber_that_is_gone_does_not_stop_the_others(app_context: Flask) -> None:
    subscribe(app_context, "gone", "noting")
    happen(1)
    assert deliver(HEARD) == Delivered(done=1, postponed=1)


def test_a_delivery_survives_a_restart(
    make_app: Callable[..., Flask], database_url: str, clock: FakeClock
) -> None:
    class Killed(BaseException):
        pass

    def die(work: Work, happening: Happening) -> None:
        note(work, happening)
        raise Killed

    first = make_app(database_url)
    with first.app_context():
        subscribe(first, "noting")
        happen(1)
        with pytest.raises(Killed):
            deliver({"thing.done": {"noting": die}})
    with make_app(database_url).app_context():
        assert noted() == []
        assert deliver(HEARD) == Delivered(done=1, postponed=0)
        assert noted() == [1]
