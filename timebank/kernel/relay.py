"""The relay: hands waiting events to their subscribers, each in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from timebank.kernel import events
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import InvariantBroken, fault_of
from timebank.kernel.events import Due, Handler
from timebank.kernel.policy import SYSTEM, Permission
from timebank.kernel.work import Work, perform

Handlers = Mapping[str, Mapping[str, Handler]]
"""Event name -> subscriber name -> handler; `wiring.SUBSCRIPTIONS` has this shape."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round of the relay did."""

    done: int
    postponed: int


def deliver(handlers: Handlers, limit: int = 100) -> Delivered:
    """Deliver up to `limit` waiting events. Any number of relays may do this at once.

    A handler that fails does not hold up the others: its delivery is postponed with the fault noted.
    """
    outcomes = [_deliver_one(due, handlers) for due in _due(limit)]
    return Delivered(done=outcomes.count("done"), postponed=outcomes.count("postponed"))


def _due(limit: int) -> list[Due]:
    found = events.due_deliveries(session(), runtime().clock.now(), limit)
    session().rollback()
    return found


def _deliver_one(due: Due, handlers: Handlers) -> str:
    try:
        return "done" if perform(SYSTEM, _hand_over, due=due, handlers=handlers) else "elsewhere"
    except Exception as error:
        fault = fault_of(error)
        log.error("delivery postponed", extra={"subscriber": due.subscriber, "fault": fault})
        perform(SYSTEM, _postpone, due=due, fault=fault)
        return "postponed"


def _hand_over(work: Work, *, due: Due, handlers: Handlers) -> bool:
    work.allow(Permission.JOB_RUN)
    happening = events.take(work.session, due, work.now)
    if happening is None:
        return False
    handler = handlers.get(happening.name, {}).get(due.subscriber)
    if handler is None:
        raise InvariantBroken(f"nobody hears {happening.name} as {due.subscriber}")
    handler(work, happening)
    return True


def _postpone(work: Work, *, due: Due, fault: str) -> None:
    work.allow(Permission.JOB_RUN)
    events.postpone(work.session, due, work.now, fault)
