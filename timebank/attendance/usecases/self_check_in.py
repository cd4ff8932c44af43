"""A person scans the venue's code with their own phone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from timebank.attendance.rules import Direction, Method, VenueToken, code_fault, is_sealed, read_code
from timebank.attendance.usecases.passage import pass_gate
from timebank.attendance.usecases.scans import Attempt, ScanResult, refuse
from timebank.kernel.crypto import fingerprint
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.usecases import hold_gate, own_volunteer
from timebank.volunteers.queries import standing


def check_in_self(
    work: Work,
    *,
    code: str,
    direction: Direction,
    client_id: str,
    scanned_at: datetime | None = None,
    device: str | None = None,
    shift: Key | None = None,
) -> ScanResult:
    """Check the actor's own volunteer in or out by a venue code.

    `scanned_at` is an instant that this service sealed when the code was opened; it is believed for five
    minutes, for people who had to sign in first. `shift` is the one the person means, where they said so.
    A refusal is an answer, not an exception. Raises Unauthenticated, Forbidden("not-a-volunteer"), KeyReused.
    """
    volunteer = own_volunteer(work, Permission.VISIT_CHECK_IN)
    believed = scanned_at if scanned_at and is_sealed(scanned_at, work.now) else None
    attempt = Attempt(
        shard=volunteer.shard,
        client_id=client_id,
        direction=direction,
        method=Method.VENUE_CODE,
        scanned_at=scanned_at or work.now,
        happened_at=believed or work.now,
        volunteer=volunteer,
        device_hash=fingerprint(device) if device else None,
    )
    return _judge(work, attempt, read_code(code), shift)


def _judge(work: Work, attempt: Attempt, token: VenueToken | None, meant: Key | None) -> ScanResult:
    """Judge the code, then the passage. What is not genuine says nothing about any shift."""
    if token is None or attempt.volunteer is None:
        return refuse(work, attempt, "unknown")
    gate, sign_up = hold_gate(work, shift=token.shift, volunteer=attempt.volunteer)
    person = standing(attempt.volunteer)
    if gate is None or person is None:
        return refuse(work, attempt, "unknown")
    fault = code_fault(token, gate.secret, attempt.happened_at)
    if fault == "unknown":
        return refuse(work, attempt, fault)
    attempt = replace(attempt, shard=gate.key.shard, shift=gate.key, step=token.step)
    if fault:
        return refuse(work, attempt, fault)
    if meant is not None and meant != gate.key:
        return refuse(work, attempt, "wrong-session")
    return pass_gate(work, attempt, gate, person, sign_up)
