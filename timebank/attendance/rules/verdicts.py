"""How a scan is judged: one table for every way of scanning.

`judge` asks in a fixed order and the first answer counts:

1. The session: cancelled, not approved.
2. Somebody who is inside may always leave, whatever has become of their sign-up or registration.
3. The person: not approved, suspended; their sign-up: not registered.
4. The hours of the gate: too early, too late.
5. Where the person is: inside, gone, inside elsewhere.
6. The code's step: good for one passage only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from timebank.kernel.errors import Invalid
from timebank.projects.rules import ProjectStatus, ShiftStatus, SignUpStatus
from timebank.volunteers.rules import Status


class Direction(StrEnum):
    """Into the shift, or out of it; always said, never toggled."""

    IN = "in"
    OUT = "out"


class Method(StrEnum):
    """How a scan was made; the evidence grade of an hour follows from it."""

    VENUE_CODE = "venue_code"
    PERSONAL_CODE = "personal_code"
    ORGANIZER = "organizer"


class Verdict(StrEnum):
    """What becomes of a scan. A repeated one changes nothing and is nobody's fault."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    REFUSED = "refused"


class Presence(StrEnum):
    """Where a person is, seen from one shift."""

    NEVER_IN = "never_in"
    INSIDE = "inside"
    GONE = "gone"


LONGEST_REASON = 200

REFUSALS = (
    "unknown wrong-session not-registered not-approved cancelled too-early too-late already-in not-in "
    "already-out overlaps-other expired-code replayed-code suspended"
).split()
"""Refusal codes of the API contract that can occur so far."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that decides about a scan whose code is genuine."""

    direction: Direction
    at: datetime
    project_status: ProjectStatus
    shift_status: ShiftStatus
    opens_at: datetime
    ends_at: datetime
    closes_at: datetime
    volunteer_status: Status | None
    sign_up: SignUpStatus | None
    presence: Presence
    is_inside_elsewhere: bool = False
    step: int | None = None
    """The step of the venue code; None where none was scanned."""
    last_step: int | None = None
    """The newest step that already let this person pass at this shift."""
    last_direction: Direction | None = None
    """Which way it was."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and the code that says why; None where it is simply accepted."""

    verdict: Verdict
    code: str | None = None


ACCEPTED = Judgement(Verdict.ACCEPTED)


def refused(code: str) -> Judgement:
    """A refusal."""
    return Judgement(Verdict.REFUSED, code)


def repeated(code: str) -> Judgement:
    """What already is so."""
    return Judgement(Verdict.REPEATED, code)


def judge(case: Situation) -> Judgement:
    """Judge a scan whose code is genuine and fresh."""
    is_leaving = case.direction is Direction.OUT and case.presence is Presence.INSIDE
    code = None if is_leaving else _session_fault(case) or _person_fault(case)
    code = code or _hours_fault(case, is_leaving)
    if code:
        return refused(code)
    return _going_in(case) if case.direction is Direction.IN else _going_out(case)


def _session_fault(case: Situation) -> str | None:
    if case.project_status == ProjectStatus.CANCELLED or case.shift_status == ShiftStatus.CANCELLED:
        return "cancelled"
    approved = (ProjectStatus.RECRUITING, ProjectStatus.CLOSED)
    return None if case.project_status in approved else "not-approved"


def _person_fault(case: Situation) -> str | None:
    if case.volunteer_status is Status.SUSPENDED:
        return "suspended"
    if case.volunteer_status is not Status.REGISTERED:
        return "not-approved"
    return None if case.sign_up is SignUpStatus.ACCEPTED else "not-registered"


def _hours_fault(case: Situation, is_leaving: bool) -> str | None:
    if case.at < case.opens_at and not is_leaving:
        return "too-early"
    if case.shift_status is ShiftStatus.CLOSED:
        return "too-late"
    # Whoever is inside or gone learns that, and not that the doors are shut for newcomers.
    is_newcomer = case.direction is Direction.IN and case.presence is Presence.NEVER_IN
    return "too-late" if case.at > (case.ends_at if is_newcomer else case.closes_at) else None


def _going_in(case: Situation) -> Judgement:
    if case.presence is Presence.INSIDE:
        return repeated("already-in")
    if case.presence is Presence.GONE:
        return refused("replayed-code" if _is_used(case) else "already-out")
    return refused("overlaps-other") if case.is_inside_elsewhere else ACCEPTED


def _going_out(case: Situation) -> Judgement:
    if case.presence is Presence.INSIDE:
        return refused("replayed-code") if _is_used(case) else ACCEPTED
    if case.presence is Presence.NEVER_IN:
        return refused("wrong-session" if case.is_inside_elsewhere else "not-in")
    is_same_scan = case.step is not None and case.step == case.last_step
    if is_same_scan and case.last_direction is Direction.OUT:
        return repeated("already-out")
    return refused("already-out")


def _is_used(case: Situation) -> bool:
    """Whether this code, or a newer one, has already let this person pass here."""
    return case.step is not None and case.last_step is not None and case.step <= case.last_step


def check_reason(text: str) -> str:
    """Why an organizer, not a scan, ended a visit: 2 to 200 characters. Raises Invalid("reason-needed")."""
    reason = text.strip()
    if not 2 <= len(reason) <= LONGEST_REASON:
        raise Invalid("reason-needed", field="reason")
    return reason
