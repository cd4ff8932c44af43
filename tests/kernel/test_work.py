"""`perform` is the only transaction: it commits, rolls back, insists on a decided right; retries are safe."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select, text

from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel import claims, idempotency, jobs, throttle
from timebank.kernel.db import session
from timebank.kernel.errors import (
    Conflict,
    Forbidden,
    InvariantBroken,
    KeyReused,
    NotFound,
    TooMany,
    Unauthenticated,
)
from timebank.kernel.events import Event
from timebank.kernel.ids import Key, new_id
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Grant, Permission, Role
from timebank.kernel.work import Work, perform

NORTH, SOUTH = 511102000000, 511111000000
SOMEBODY = Key(511102, UUID(int=7))


def happen(work: Work, name: str = "thing.done") -> None:
    work.allow(Permission.JOB_RUN)
    work.emit(name, SOMEBODY, minutes=5)


def events() -> list[str]:
    return list(session().scalars(select(Event.name)))


def test_a_use_case_is_committed(app_context: Flask) -> None:
    perform(SYSTEM, happen)
    session().rollback()
    assert events() == ["thing.done"]


def test_an_exception_rolls_back(app_context: Flask) -> None:
    def fail(work: Work) -> None:
        happen(work)
        raise Conflict("too-late")

    with pytest.raises(Conflict):
        perform(SYSTEM, fail)
    assert events() == []


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_statements_stay_prepared_when_a_transaction_rolls_back(app_context: Flask) -> None:
    for _ in range(10):
        assert events() == []
        session().rollback()
    prepared = session().scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("FROM events" in statement for statement in prepared)


def test_a_savepoint_takes_back_what_went_straight_to_the_connection(app_context: Flask) -> None:
    """Also when the connection was in use before: that is how savepoints were once left out."""

    def tried(work: Work) -> None:
        happen(work)
        work.connection.execute(select(Event.name))
        trial = work.savepoint()
        row = {"bucket": "b", "started_at": work.now, "attempts": 1}
        work.connection.execute(insert(throttle.Throttle), row)
        trial.rollback()

    perform(SYSTEM, tried)
    assert events() == ["thing.done"]
    assert session().scalars(select(throttle.Throttle.bucket)).all() == []


def test_nothing_commits_without_a_decided_right(app_context: Flask) -> None:
    def careless(work: Work) -> None:
        work.emit("thing.done", SOMEBODY)

    with pytest.raises(InvariantBroken):
        perform(SYSTEM, careless)
    assert events() == []


def test_perform_inside_perform_is_a_defect(app_context: Flask) -> None:
    def nested(work: Work) -> None:
        work.allow(Permission.JOB_RUN)
        perform(SYSTEM, happen)

    with pytest.raises(InvariantBroken):
        perform(SYSTEM, nested)


def test_who_may_and_who_is_told_what(app_context: Flask) -> None:
    def read(work: Work) -> None:
        work.allow(Permission.VOLUNTEER_REVIEW, region=NORTH + 1)

    clerk = Actor(user=SOMEBODY, grants=(Grant(Role.COMMUNITY_WORKER, region=NORTH),))
    perform(clerk, read)
    southern = Actor(user=SOMEBODY, grants=(Grant(Role.COMMUNITY_WORKER, region=SOUTH),))
    with pytest.raises(NotFound):
        perform(southern, read)
    with pytest.raises(Forbidden):
        perform(Actor(user=SOMEBODY), read)
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, read)


def test_who_is_not_signed_in_does_not_learn_what_exists(app_context: Flask) -> None:
    def nothing_there(work: Work, after_a_right: bool) -> None:
        if after_a_right:
            work.allow(Permission.USER_SIGN_IN)
        raise NotFound()

    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, nothing_there, after_a_right=False)
    with pytest.raises(NotFound):
        perform(ANONYMOUS, nothing_there, after_a_right=True)
    with pytest.raises(NotFound):
        perform(Actor(SOMEBODY), nothing_there, after_a_right=False)


def test_a_repeated_request_gets_the_first_answer(app_context: Flask) -> None:
    request = idempotency.Request("k1", "POST /things", "hash")

    def once(work: Work) -> idempotency.Answer:
        return idempotency.answer_once(work, request, lambda: (happen(work), {"made": 1})[1])

    assert perform(SYSTEM, once) == {"made": 1}
    assert perform(SYSTEM, once) == {"made": 1}
    assert events() == ["thing.done"]


def test_a_reused_key_is_refused(app_context: Flask) -> None:
    def with_content(work: Work, content: str) -> idempotency.Answer:
        request = idempotency.Request("k1", "POST /things", content)
        return idempotency.answer_once(work, request, lambda: (happen(work), {})[1])

    perform(SYSTEM, with_content, "one")
    with pytest.raises(KeyReused):
        perform(SYSTEM, with_content, "another")


def test_two_at_once_with_one_key_act_once(app: Flask) -> None:
    request = idempotency.Request("k1", "POST /things", "hash")

    def once(work: Work) -> idempotency.Answer:
        return idempotency.answer_once(work, request, lambda: (happen(work), {"made": 1})[1])

    answers = in_threads(app, 8, lambda: perform(SYSTEM, once))
    assert answers == [{"made": 1}] * 8
    with app.app_context():
        assert events() == ["thing.done"]


def test_one_of_many_claims_a_value(app: Flask) -> None:
    def claim(work: Work) -> bool:
        work.allow(Permission.VOLUNTEER_REGISTER)
        return claims.take(work, "phone", "12000000001", Key(511102, new_id(work.now)))

    taken = in_threads(app, 8, lambda: perform(SYSTEM, claim))
    assert sorted(taken) == [False] * 7 + [True]
    with app.app_context():
        assert claims.holder("phone", "12000000001") is not None
        assert claims.holder("phone", "12000000002") is None


def test_attempts_are_counted_in_a_window(app_context: Flask, clock: FakeClock) -> None:
    def attempt(work: Work) -> None:
        work.allow(Permission.USER_SIGN_IN)
        throttle.count_attempt(work, "sign-in", "somebody", limit=3, window=timedelta(minutes=10))

    for _ in range(3):
        perform(SYSTEM, attempt)
    with pytest.raises(TooMany) as refused:
        perform(SYSTEM, attempt)
    assert 0 < refused.value.retry_after <= 600
    clock.set(clock.now() + timedelta(minutes=11))
    perform(SYSTEM, attempt)


def test_a_lease_has_one_holder_until_it_runs_out(app_context: Flask, clock: FakeClock) -> None:
    def hold(work: Work, holder: str) -> bool:
        work.allow(Permission.JOB_RUN)
        return jobs.hold_lease(work, "scheduler", holder, timedelta(seconds=15))

    assert perform(SYSTEM, hold, "one")
    assert not perform(SYSTEM, hold, "two")
    assert perform(SYSTEM, hold, "one")
    clock.set(clock.now() + timedelta(seconds=15))
    assert perform(SYSTEM, hold, "two")
