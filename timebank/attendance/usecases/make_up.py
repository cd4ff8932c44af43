"""Attendance of make-up projects (补录): the organizer enters who was there, each person is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from timebank.attendance.rules import Direction, Judgement, Method, Verdict
from timebank.attendance.usecases import visits
from timebank.attendance.usecases.desk import LARGEST_BATCH, operated_gate
from timebank.attendance.usecases.scans import Attempt, keep
from timebank.kernel.clock import aware
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftGate
from timebank.projects.rules import OPEN_FOR_SERVICE, ProjectKind, ShiftStatus
from timebank.volunteers.queries import by_number, standings
from timebank.volunteers.rules import Status
from timebank.volunteers.usecases import hold_volunteer


@dataclass(frozen=True, slots=True)
class Attended:
    """Who was there, by volunteer number or document number, and from when to when."""

    number: str
    in_at: datetime
    out_at: datetime


class Entered(StrEnum):
    """What became of one line."""

    ENTERED = "entered"
    REPEATED = "repeated"
    """The person has a visit to this shift already; it stays as it is."""
    OVERLAPS = "overlaps-other"
    """The person was at another shift within that time."""
    OUTSIDE = "outside-shift"
    """The times are reversed or not within the shift's."""
    NOT_REGISTERED = "not-registered"
    NOT_FOUND = "not-found"
    OWN = "own-registration"
    """Nobody enters the own attendance."""


@dataclass(frozen=True, slots=True)
class AttendanceLine:
    """The answer to one line; `visit` is what was made."""

    number: int
    outcome: Entered
    visit: Key | None = None


def enter_attendance(work: Work, *, shift: Key, people: Sequence[Attended]) -> list[AttendanceLine]:
    """Enter 1 to 500 people who were at a shift of an approved make-up project; one answer for each.

    Both passages become scans and the visit has the method `organizer`, so that hours go their usual way.
    Raises NotFound, Invalid("batch-size", field="people"), Conflict `not-a-make-up`, `gate-closed` or
    `wrong-project-status`.
    """
    gate = operated_gate(work, shift)
    if gate.project_kind is not ProjectKind.MAKE_UP:
        raise Conflict("not-a-make-up")
    if gate.project_status not in OPEN_FOR_SERVICE:
        raise Conflict("wrong-project-status")
    if gate.status is not ShiftStatus.OPEN:
        raise Conflict("gate-closed")
    if not 1 <= len(people) <= LARGEST_BATCH:
        raise Invalid("batch-size", field="people", most=LARGEST_BATCH)
    found = [by_number(each.number) for each in people]
    known = standings(key for key in found if key)
    for person in sorted(known):
        hold_volunteer(work, volunteer=person)  # two lists with one person go one after the other
    lines = []
    for number, (each, key) in enumerate(zip(people, found, strict=True), start=1):
        registered = key is not None and key in known and known[key].status is Status.REGISTERED
        outcome, visit = _enter(work, gate, each, key, registered=registered)
        lines.append(AttendanceLine(number, outcome, visit))
    work.emit("shift.attendance_entered", shift, entered=sum(line.visit is not None for line in lines))
    return lines


def _enter(
    work: Work, gate: ShiftGate, given: Attended, volunteer: Key | None, *, registered: bool
) -> tuple[Entered, Key | None]:
    if volunteer is None:
        return Entered.NOT_FOUND, None
    if not registered:
        return Entered.NOT_REGISTERED, None
    if work.actor.owns(volunteer):
        return Entered.OWN, None
    came, left = aware(given.in_at), aware(given.out_at)
    if not gate.starts_at <= came < left <= gate.ends_at:
        return Entered.OUTSIDE, None
    seen = visits.presences(work, gate.key, volunteer)
    if seen.here is not None:
        return Entered.REPEATED, None
    if visits.is_elsewhere(work, volunteer, came, left):
        return Entered.OVERLAPS, None
    come = _attempt(work, gate, volunteer, Direction.IN, came)
    visit = visits.enter(work, come, gate.key, volunteer, left=left)
    if visit is None:
        return Entered.REPEATED, None
    for passage in (come, _attempt(work, gate, volunteer, Direction.OUT, left)):
        keep(work, passage, Judgement(Verdict.ACCEPTED), visit)
    return Entered.ENTERED, visit


def _attempt(work: Work, gate: ShiftGate, volunteer: Key, direction: Direction, at: datetime) -> Attempt:
    return Attempt(
        shard=gate.key.shard,
        client_id=f"make-up-{direction}-{work.new_id()}",
        direction=direction,
        method=Method.ORGANIZER,
        scanned_at=at,
        happened_at=at,
        shift=gate.key,
        volunteer=volunteer,
        operator=work.actor.label,
    )
