"""Builders of hours: people who attended a shift, and records on their way to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from timebank.attendance.rules import Direction
from timebank.hours import queries, usecases
from timebank.hours.queries import RecordCard
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Role
from timebank.kernel.work import perform
from timebank.projects.queries import facts_of


@dataclass(frozen=True)
class Attended:
    """A shift that is over, who was there, and who may confirm its hours."""

    event: projects.Event
    volunteers: list[Actor]
    reviewer: Actor

    @property
    def shift(self) -> Key:
        return self.event.shift

    @property
    def organizer(self) -> Actor:
        return self.event.organizer


def attended(
    clock: FakeClock,
    homes: Sequence[int] = (people.NORTH_COMMUNITY,),
    *,
    known: Sequence[Key] = (),
    organization: Key | None = None,
    forgot: Sequence[int] = (),
    minutes: int = 150,
    capacity: int = 600,
    asks: dict[str, Any] | None = None,
    **project: Any,
) -> Attended:
    """People of these home regions, and those `known`, come early to a shift of three hours and stay for
    `minutes` of it.

    Those whose position is in `forgot` do not check out; `asks` says how the shift's attendance counts.
    Afterwards the clock stands behind the shift's end.
    """
    if clock.now().hour >= 12:  # a shift ends on the local day on which it starts
        clock.set(clock.now().replace(hour=2) + timedelta(days=1))
    event = projects.event(organization=organization, project=project, capacity=capacity, **(asks or {}))
    facts = facts_of(event.shift)
    assert facts is not None
    came = [projects.checked_in(event, region_code=home) for home in homes]
    came += [projects.checked_in(event, volunteer) for volunteer in known]
    clock.set(facts.starts_at + timedelta(minutes=minutes))
    for position, volunteer in enumerate(came):
        if position not in forgot:
            assert projects.scan(volunteer, event, Direction.OUT).verdict == "accepted"
    clock.set(facts.ends_at + timedelta(minutes=30))
    return Attended(event, came, people.officer(Role.COMMUNITY_WORKER))


def closed(clock: FakeClock, *given: Any, **more: Any) -> Attended:
    """The same with the shift closed and its records made."""
    made = attended(clock, *given, **more)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    return made


def submitted(clock: FakeClock, *given: Any, **more: Any) -> Attended:
    """The same with the records submitted."""
    made = closed(clock, *given, **more)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    return made


def confirmed(clock: FakeClock, *given: Any, **more: Any) -> Attended:
    """The same with the records confirmed and booked."""
    made = submitted(clock, *given, **more)
    perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    return made


def records(made: Attended) -> list[RecordCard]:
    """The records of the shift, as its organizer sees them now."""
    session().rollback()
    return queries.shift_records(made.organizer, made.shift)
