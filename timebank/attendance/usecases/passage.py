"""One scan: judged, the visit opened or ended, and the attempt kept, accepted or not.

The hot path: SQLAlchemy Core, few statements, constant text. Two scans of one person at one shift go one
after the other (the sign-up's row is locked); two scans of one person at two shifts are kept apart by the
unique index on open visits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from timebank.attendance.queries.gate import moment_of
from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.rules import (
    NEXT_SHIFT,
    Direction,
    Doubt,
    Elsewhere,
    GatePolicy,
    Judgement,
    Method,
    Presence,
    Situation,
    Verdict,
    code_use,
    judge,
    judge_offline,
    person_of,
    session_of,
    step_of,
    time_of,
)
from timebank.attendance.usecases import visits
from timebank.attendance.usecases.scans import Attempt, ScanResult, first_answer, keep, refuse
from timebank.attendance.usecases.visits import Presences, presences
from timebank.kernel.errors import InvariantBroken
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftGate, gate_of
from timebank.projects.rules import ShiftStatus, SignUpStatus, has_place
from timebank.volunteers.queries import Standing, standing
from timebank.volunteers.rules import Status

RACES = 3
"""How often a scan is judged again because another one of the same person was faster."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One attempt with all that decides about it. Internal."""

    attempt: Attempt
    gate: ShiftGate
    person: Standing
    sign_up: SignUpStatus | None
    seen: Presences
    other: ShiftGate | None
    """The shift at which the person is inside, where it is another one."""
    now: datetime

    @property
    def at(self) -> datetime:
        return self.attempt.happened_at


def pass_gate(
    work: Work, attempt: Attempt, gate: ShiftGate, volunteer: Key, sign_up: SignUpStatus | None
) -> ScanResult:
    """Judge an attempt with a genuine code, act on it, keep it. Internal.

    `sign_up` is how the person stands in the shift; the caller has locked its row (`hold_gate`). A visit
    begins and ends when the scan was made (`attempt.happened_at`), not when it arrived.
    """
    answered = _come(work, attempt, gate, volunteer, sign_up) or first_answer(work, attempt)
    if answered:
        return answered
    person = standing(volunteer)
    if person is None:
        return refuse(work, attempt, "unknown")
    policy = gate_policy() if attempt.told else None
    for _race in range(RACES):
        seen = presences(work, gate.key, person.key)
        other = gate_of(Key(seen.elsewhere.host_code, seen.elsewhere.shift_id)) if seen.elsewhere else None
        passage = Passage(attempt, gate, person, sign_up, seen, other, work.now)
        judgement = judged(passage, policy)
        visit = _visit_of(passage, judgement)
        if judgement.verdict is Verdict.ACCEPTED:
            visit = _act(work, passage, visit)
            if visit is None:
                continue
        elif attempt.told and visit and repeats(judgement):
            visits.move_in_time(work, visit, attempt.happened_at)
        return keep(work, attempt, judgement, visit)
    raise InvariantBroken("a visit is open and cannot be seen")


def _come(
    work: Work, attempt: Attempt, gate: ShiftGate, volunteer: Key, sign_up: SignUpStatus | None
) -> ScanResult | None:
    """Let somebody in who is registered, nowhere else and was not here before, as nearly everybody.

    None for all others. None of it need be asked: the statement and the unique indexes of visits let a visit
    in only where it is so.
    """
    if attempt.direction is not Direction.IN or attempt.told is not None:
        return None
    judgement = judge(_situation(attempt, gate, Status.REGISTERED, sign_up, visits.NOWHERE, None))
    if judgement.verdict is not Verdict.ACCEPTED:
        return None
    visit = visits.come_in(work, attempt, gate.key, volunteer)
    if visit is None:
        return None
    result = keep(work, attempt, judgement, visit)
    if result.visit != visit:  # the same attempt came before, and what it did was taken back since
        visits.forget(work, visit)
        return result
    return replace(result, moment=moment_of(gate, attempt.happened_at, None))


def judged(passage: Passage, policy: GatePolicy | None) -> Judgement:
    """What becomes of an attempt; `policy` is needed for one that was made off line. Internal."""
    attempt, gate, status = passage.attempt, passage.gate, passage.person.status
    judgement = judge(_situation(attempt, gate, status, passage.sign_up, passage.seen, passage.other))
    told = attempt.told
    return judgement if told is None else judge_offline(told, judgement, _doubt(passage, policy))


def repeats(judgement: Judgement) -> bool:
    """Whether a check-in only says again that the person is inside: it may say since when. Internal."""
    return judgement == Judgement(Verdict.REPEATED, "already-in")


def _situation(
    attempt: Attempt,
    gate: ShiftGate,
    status: Status,
    sign_up: SignUpStatus | None,
    seen: Presences,
    other: ShiftGate | None,
) -> Situation:
    presence, last_step = _past(seen.here)
    return Situation(
        direction=attempt.direction,
        session=session_of(gate.project_status, gate.status),
        person=person_of(status),
        has_place=has_place(sign_up),
        time=time_of(
            attempt.happened_at, opens_at=gate.opens_at, ends_at=gate.ends_at, closes_at=gate.closes_at
        ),
        presence=presence,
        elsewhere=_elsewhere(gate, other),
        code=code_use(attempt.step, last_step=last_step, has_left=presence is Presence.GONE),
        paper=attempt.paper,
    )


def _past(visit: Any) -> tuple[Presence, int | None]:
    """Where somebody is, and the newest step that let them pass; without a code, the step before it."""
    if visit is None:
        return Presence.NEVER_IN, None
    came = visit.in_step if visit.in_step is not None else step_of(visit.in_at) - 1
    if visit.out_at is None:
        return Presence.INSIDE, came
    left = visit.out_step if visit.out_step is not None else step_of(visit.out_at) - 1
    return Presence.GONE, max(came, left)


def _elsewhere(gate: ShiftGate, other: ShiftGate | None) -> Elsewhere:
    if other is None:
        return Elsewhere.NO
    leaves = other.called_off_at is not None or other.ends_at <= gate.starts_at
    return Elsewhere.BEFORE if leaves else Elsewhere.YES


def _doubt(passage: Passage, policy: GatePolicy | None) -> Doubt:
    """Whether the device's time can be believed; a check-in that changes nothing needs no belief."""
    attempt, here = passage.attempt, passage.seen.here
    if attempt.sent_at is None or policy is None:
        return Doubt.NONE
    is_before = here is not None and attempt.happened_at < here.in_at
    if attempt.direction is Direction.OUT and is_before:
        return Doubt.CLOCK
    if attempt.direction is Direction.IN and here and not is_before:
        return Doubt.NONE
    return policy.doubt(attempt.happened_at, sent_at=attempt.sent_at, received_at=passage.now)


def _visit_of(passage: Passage, judgement: Judgement) -> Key | None:
    """The visit that the answer speaks of."""
    row = passage.seen.elsewhere if judgement.code == "overlaps-other" else passage.seen.here
    return Key(passage.person.key.shard, row.id) if row else None


def _act(work: Work, passage: Passage, visit: Key | None) -> Key | None:
    """Open or end the visit; None when another scan of this person was faster."""
    attempt = passage.attempt
    if attempt.direction is Direction.IN:
        if passage.other and not _go_on(work, passage, passage.other):
            return None
        return visits.enter(work, attempt, passage.gate.key, passage.person.key)
    if visit is None:
        raise InvariantBroken("accepted to leave without a visit")
    at = max(attempt.happened_at, passage.seen.here.in_at)
    if not visits.leave(work, visit, at, attempt.method, step=attempt.step):
        return None
    note_late_leavers(work, passage.gate, [visit])
    return visit


def note_late_leavers(work: Work, gate: ShiftGate, left: Iterable[Key]) -> None:
    """Say who checked out at a gate that people have closed: the hours are made already. Internal."""
    if gate.status is ShiftStatus.CLOSED:
        work.emit_each("visit.left", [(visit, {"shift": gate.key}) for visit in left])


def _go_on(work: Work, passage: Passage, before: ShiftGate) -> bool:
    """End the visit to the shift before: when that is over, for who does not leave it much too early."""
    policy = gate_policy()
    visit = Key(passage.person.key.shard, passage.seen.elsewhere.id)
    is_early = passage.at < before.over_at - timedelta(minutes=policy.split_minutes)
    left = max(passage.at if is_early else before.over_at, passage.seen.elsewhere.in_at)
    named = f"{NEXT_SHIFT} {policy.version}"
    if not visits.leave(work, visit, left, Method.POLICY, policy=named):
        return False
    scan = Attempt(
        shard=before.key.shard,
        client_id=f"{NEXT_SHIFT}-{work.new_id()}",
        direction=Direction.OUT,
        method=Method.POLICY,
        scanned_at=passage.attempt.scanned_at,
        happened_at=left,
        shift=before.key,
        volunteer=passage.person.key,
        operator=passage.attempt.operator,
    )
    keep(work, scan, Judgement(Verdict.ACCEPTED), visit)
    return True
