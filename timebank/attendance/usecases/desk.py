"""The organizer's desk: personal codes entered by hand or scanned, one by one or in batches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from timebank.attendance.rules import Direction, Method
from timebank.attendance.usecases.passage import Attempt, ScanResult, pass_gate, refuse
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftGate, gate_of
from timebank.projects.usecases import hold_sign_up
from timebank.volunteers.queries import Standing, by_personal_code, standings

LARGEST_BATCH = 500


@dataclass(frozen=True, slots=True)
class ScanInput:
    """One scan of a batch: the personal code, which way, the device's own id and time of the scan."""

    client_id: str
    code: str
    direction: Direction
    scanned_at: datetime | None = None


def enter_personal_code(
    work: Work,
    *,
    shift: Key,
    personal_code: str,
    direction: Direction,
    client_id: str,
    scanned_at: datetime | None = None,
) -> ScanResult:
    """Check somebody in or out by their personal code; small letters and blanks do not matter."""
    scan = ScanInput(client_id, personal_code, direction, scanned_at)
    return scan_batch(work, shift=shift, scans=[scan])[0]


def scan_batch(work: Work, *, shift: Key, scans: list[ScanInput]) -> list[ScanResult]:
    """Judge 1 to 500 scans of personal codes in the order given; one answer for each.

    They are judged when they arrive. Raises Invalid("batch-size"), NotFound, KeyReused.
    """
    gate = operated_gate(work, shift)
    if not 1 <= len(scans) <= LARGEST_BATCH:
        raise Invalid("batch-size", field="scans", most=LARGEST_BATCH)
    owners = {code: by_personal_code(code) for code in {scan.code for scan in scans}}
    people = standings(owner for owner in owners.values() if owner)
    for volunteer in sorted(people):
        hold_sign_up(work, shift=shift, volunteer=volunteer)
    known = {code: people.get(owner) for code, owner in owners.items() if owner}
    return [_judge(work, gate, scan, known.get(scan.code)) for scan in scans]


def operated_gate(work: Work, shift: Key) -> ShiftGate:
    """The gate of a shift of the actor's own organisation. Raises NotFound outside it."""
    gate = gate_of(shift)
    if gate is None:
        raise NotFound()
    work.allow(Permission.GATE_OPERATE, organization=gate.organization)
    return gate


def _judge(work: Work, gate: ShiftGate, scan: ScanInput, person: Standing | None) -> ScanResult:
    attempt = Attempt(
        shard=gate.key.shard,
        client_id=scan.client_id,
        direction=scan.direction,
        method=Method.PERSONAL_CODE,
        scanned_at=scan.scanned_at or work.now,
        shift=gate.key,
        volunteer=person.key if person else None,
        operator=work.actor.label,
    )
    if person is None:
        return refuse(work, attempt, "unknown")
    return pass_gate(work, attempt, gate, person, work.now)
