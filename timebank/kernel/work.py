"""`perform`: the only transaction. It begins as a writer, calls a use-case, checks a right was decided."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import count
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from timebank.kernel import events
from timebank.kernel.clock import local_date
from timebank.kernel.db import WRITES, Runtime, runtime
from timebank.kernel.db import session as current_session
from timebank.kernel.errors import InvariantBroken, NotFound, Unauthenticated, Unavailable
from timebank.kernel.ids import Key, new_id
from timebank.kernel.policy import Actor, Permission, require

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 5
RETRYABLE = {"40P01", "40001", "08006", "57P01"}
"""Deadlock, serialisation, connection lost, server going down: the same work may be tried again."""
PERFORMING = "timebank_performing"


@dataclass
class Work:
    """One transaction in progress: who acts, at which instant, on which session."""

    actor: Actor
    now: datetime
    session: Session
    runtime: Runtime
    decided: bool = field(default=False)
    _places: Iterator[int] = field(default_factory=count, repr=False)

    @cached_property
    def connection(self) -> Connection:
        """For Core statements on hot paths."""
        return self.session.connection()

    def savepoint(self) -> SessionTransaction:
        """Begin what can be taken back alone; a context manager, too.

        The session makes its savepoint only when it asks for the connection: what went straight to the
        connection before that would not be taken back.
        """
        begun = self.session.begin_nested()
        self.session.connection()
        return begun

    @cached_property
    def today(self) -> date:
        """The local calendar date of `now`."""
        return local_date(self.now, self.runtime.config.time_zone)

    def allow(
        self,
        permission: Permission,
        *,
        region: int | None = None,
        organization: Key | None = None,
        owner: Key | None = None,
    ) -> None:
        """Decide the right to do this; see `policy.require` for what it raises."""
        require(self.actor, permission, region=region, organization=organization, owner=owner)
        self.decided = True

    def new_id(self) -> UUID:
        """A fresh UUIDv7 of this work's instant; what was made first sorts first."""
        return new_id(self.now, next(self._places))

    def emit(self, name: str, subject: Key, **data: object) -> None:
        """Record an event about `subject`, in its shard. Only ids and numbers may be given."""
        event = events.Event(**self._event(name, subject, data))
        events.record(self.session, event, self.runtime.subscriptions.get(name, ()))

    def emit_each(self, name: str, facts: Iterable[tuple[Key, dict[str, object]]]) -> None:
        """Record one event for each subject with its data, in few statements; for what happens to many."""
        rows = [self._event(name, subject, data) for subject, data in facts]
        events.record_all(self.session, rows, self.runtime.subscriptions.get(name, ()))

    def _event(self, name: str, subject: Key, data: dict[str, object]) -> dict[str, Any]:
        return {
            "shard_code": subject.shard,
            "id": self.new_id(),
            "name": name,
            "at": self.now,
            "actor": self.actor.label,
            "subject_shard": subject.shard,
            "subject_id": subject.id,
            "data": {key: _plain(value) for key, value in data.items()},
        }


def _plain(value: object) -> Any:
    return value if value is None or isinstance(value, int | bool | list) else str(value)


def perform(
    actor: Actor, usecase: Callable[Concatenate[Work, P], T], /, *args: P.args, **given: P.kwargs
) -> T:
    """Run a use-case in one transaction and return its answer; any exception rolls everything back.

    Raises what the use-case raises, Unavailable when the database stays busy, and InvariantBroken when the
    use-case did not decide a permission or another `perform` is already running. Nobody signed in is asked to
    sign in where a use-case found nothing before it decided a right: what exists is not told apart.
    """
    session = current_session()
    if session.info.get(PERFORMING):
        raise InvariantBroken("perform inside perform: pass `work` on instead")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _once(session, actor, usecase, *args, **given)
        except DBAPIError as error:
            if not _retryable(error):
                raise
            if attempt == ATTEMPTS:
                raise Unavailable("busy") from error
            time.sleep(0.02 * 2**attempt)
    raise InvariantBroken("unreachable")


def _once(
    session: Session,
    actor: Actor,
    usecase: Callable[Concatenate[Work, P], T],
    /,
    *args: P.args,
    **given: P.kwargs,
) -> T:
    if not _goes_on(session):
        session.rollback()
    session.info[PERFORMING] = True
    try:
        if not session.in_transaction():
            session.connection(execution_options={WRITES: True})
        services = runtime()
        work = Work(actor, services.clock.now(), session, services)
        answer = usecase(work, *args, **given)
        if not work.decided:
            raise InvariantBroken(f"{getattr(usecase, '__name__', usecase)} decided no permission")
        session.commit()
        return answer
    except NotFound:
        session.rollback()
        if actor.is_anonymous and not work.decided:
            raise Unauthenticated() from None
        raise
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info[PERFORMING] = False


def _goes_on(session: Session) -> bool:
    """Whether the transaction in which the door has asked who acts can become the one that writes.

    On PostgreSQL every statement sees what is committed by then, so it can, as long as no object was loaded;
    that spares a ROLLBACK and a BEGIN. SQLite has to begin again: who writes says so at the beginning.
    """
    if not session.in_transaction() or session.in_nested_transaction():
        return False
    if len(session.identity_map) or session.new or session.deleted:
        return False
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return False
    driver: Any = connection.connection.driver_connection
    return bool(driver.info.transaction_status is TransactionStatus.INTRANS)


def _retryable(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlstate", None)
    return code in RETRYABLE or "database is locked" in str(error.orig)
