"""What happens around one shift: sign-ups, check-in and check-out, closing, submitting, confirming."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from random import Random

from timebank.attendance.queries import venue_code
from timebank.attendance.rules import Direction, Verdict, read_token
from timebank.attendance.usecases import (
    ScanInput,
    ScanResult,
    check_in_self,
    enter_personal_code,
    register_device,
    scan_batch,
)
from timebank.demo.accounts import Officer
from timebank.demo.cast import Person, signed_in
from timebank.demo.clockwork import Timeline
from timebank.hours.flags import Attention
from timebank.hours.queries import shift_records
from timebank.hours.rules import Outcome
from timebank.hours.usecases import (
    approve_record,
    close_shift,
    confirm_records,
    end_visit,
    submit_records,
)
from timebank.kernel.errors import InvariantBroken
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.projects.usecases import add_shift, sign_up

FORGET = 0.04
"""How often somebody goes home without checking out."""
CHECKED = "已与负责人和签到记录核对，情况属实"
AT_THE_DESK = 0.15
"""How often somebody has no phone at hand and shows the personal code."""


@dataclass(frozen=True)
class Plan:
    """A shift as its organizer plans it; `goers` picks who comes, from those registered by then."""

    title: str
    day: date
    begins: tuple[int, int]
    ends: tuple[int, int]
    capacity: int
    goers: Callable[[], list[Person]]
    until: str = "confirmed"
    """How far it is taken: `closed`, `submitted` or `confirmed`."""
    forgetful: bool = False
    """Whether somebody surely forgets to check out."""
    announced: timedelta = timedelta(days=6)
    """How long before its beginning the organizer announces it."""
    sign_ups_end: timedelta = timedelta(hours=6)
    """How long before its beginning the last person signs up."""
    phone: tuple[datetime, Person] | None = None
    """When the organizer's phone finds a network again, and whom it had let in without a place."""


@dataclass(frozen=True)
class Crew:
    """Who runs a project's shifts and who confirms their hours."""

    organizer: Officer
    checker: Officer


@dataclass
class ShiftStory:
    """One shift on the timeline."""

    timeline: Timeline
    chance: Random
    crew: Crew
    plan: Plan

    def __post_init__(self) -> None:
        self.starts_at = self.timeline.moment(self.plan.day, *self.plan.begins)
        self.ends_at = self.timeline.moment(self.plan.day, *self.plan.ends)

    @cached_property
    def organizer(self) -> Actor:
        """Whoever runs this shift, signed in."""
        return signed_in(self.crew.organizer.phone)

    def schedule(self, project: Callable[[], Key]) -> None:
        """Let the organizer announce the shift, and everything follow from that."""
        self.timeline.at(self.starts_at - self.plan.announced, lambda: self._announce(project()))

    def _announce(self, project: Key) -> None:
        shift = perform(
            self.organizer,
            add_shift,
            project=project,
            title=self.plan.title,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            capacity=self.plan.capacity,
        )
        goers = self.plan.goers()[: self.plan.capacity]
        for place, person in enumerate(goers):
            self._let_come(shift, person, forgets=self.plan.forgetful and place == 0)
        if self.plan.phone:
            at, person = self.plan.phone
            self.timeline.at(at, partial(self._found_a_network, shift, at, person))
        if goers:
            self._let_settle(shift)

    def _let_come(self, shift: Key, person: Person, *, forgets: bool) -> None:
        at = self.timeline.at
        open_for = self.plan.announced - self.plan.sign_ups_end
        ahead = self.plan.sign_ups_end + open_for * self.chance.uniform(0, 0.9)
        at(self.starts_at - ahead, lambda: perform(person.actor, sign_up, shift=shift, despite_overlap=True))
        desk = self.chance.random() < AT_THE_DESK
        early = timedelta(minutes=self.chance.randint(1, 14), seconds=self.chance.randint(0, 59))
        at(self.starts_at - early, partial(self._pass, shift, person, Direction.IN, desk))
        if not forgets and self.chance.random() >= FORGET:
            late = timedelta(minutes=self.chance.randint(0, 11), seconds=self.chance.randint(1, 59))
            at(self.ends_at + late, partial(self._pass, shift, person, Direction.OUT, desk))

    def _pass(self, shift: Key, person: Person, direction: Direction, desk: bool) -> None:
        client_id = f"{shift.id}-{person.phone[-4:]}-{direction}"
        if desk:
            _accepted(
                perform(
                    self.organizer,
                    enter_personal_code,
                    shift=shift,
                    personal_code=person.code,
                    direction=direction,
                    client_id=client_id,
                )
            )
            return
        code = venue_code(self.organizer, shift).code
        _accepted(perform(person.actor, check_in_self, code=code, direction=direction, client_id=client_id))

    def _found_a_network(self, shift: Key, at: datetime, person: Person) -> None:
        """What a phone let in off line and the rules would not: it waits for a decision."""
        device = read_token(perform(self.organizer, register_device, shift=shift, name="负责人手机"))
        scan = ScanInput(
            f"{shift.id}-phone",
            Direction.IN,
            code=person.code,
            scanned_at=at - timedelta(minutes=1),
            told=Verdict.ACCEPTED,
        )
        perform(
            self.organizer,
            scan_batch,
            shift=shift,
            scans=[scan],
            sent_at=at,
            device=device.id if device else None,
        )

    def _let_settle(self, shift: Key) -> None:
        at, closed_at = self.timeline.at, self.ends_at + timedelta(minutes=20)
        at(closed_at, lambda: perform(self.organizer, close_shift, shift=shift))
        if self.plan.until == "closed":
            return
        at(closed_at + timedelta(minutes=6), partial(self._end_forgotten, shift))
        submitted_at = closed_at + timedelta(minutes=9)
        at(submitted_at, lambda: perform(self.organizer, submit_records, shift=shift))
        if self.plan.until == "confirmed":
            at(self._confirmed_at(), partial(self._confirm, shift))

    def _confirmed_at(self) -> datetime:
        day = self.plan.day + timedelta(days=self.chance.randint(1, 2))
        return self.timeline.moment(day, self.chance.randint(9, 16), self.chance.randint(0, 59))

    def _confirm(self, shift: Key) -> None:
        checker = signed_in(self.crew.checker.phone)
        for decision in perform(checker, confirm_records, shift=shift):
            if decision.outcome == Outcome.HELD:
                perform(checker, approve_record, record=decision.record, reason=CHECKED)

    def _end_forgotten(self, shift: Key) -> None:
        for record in shift_records(self.organizer, shift):
            if Attention.NO_CHECK_OUT in record.attention:
                reason = "活动结束时忘记签退，负责人在场核实"
                perform(self.organizer, end_visit, record=record.key, out_at=self.ends_at, reason=reason)


def _accepted(result: ScanResult) -> None:
    if result.verdict is not Verdict.ACCEPTED:
        raise InvariantBroken(f"a scan of the demonstration was refused: {result.code}")
