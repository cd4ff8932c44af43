"""The organizer's gate: personal codes and people found by search, on line or off line in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.queries.scans import waiting_scans
from timebank.attendance.rules import DeviceKind, Direction, Doubt, Judgement, Method, Verdict
from timebank.attendance.usecases import visits
from timebank.attendance.usecases.batch import pass_all
from timebank.attendance.usecases.passage import note_late_leavers
from timebank.attendance.usecases.scans import REUSED, Attempt, ScanResult, keep, settling
from timebank.kernel.clock import aware
from timebank.kernel.errors import Invalid, KeyReused, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftGate, gate_of
from timebank.volunteers.queries import Standing, by_personal_codes, standings

LARGEST_BATCH = 500


@dataclass(frozen=True, slots=True)
class ScanInput:
    """One scan: a personal code or (found by search) a volunteer, which way, the device's own id for it.

    `told` is what the device said while it was off line; then `scanned_at` is needed.
    """

    client_id: str
    direction: Direction
    code: str | None = None
    volunteer: Key | None = None
    scanned_at: datetime | None = None
    told: Verdict | None = None


def enter_personal_code(
    work: Work,
    *,
    shift: Key,
    personal_code: str,
    direction: Direction,
    client_id: str,
    scanned_at: datetime | None = None,
) -> ScanResult:
    """Check somebody in or out by their personal code; small letters and blanks do not matter.

    Raises as `scan_batch`, and KeyReused when the client id belongs to something else.
    """
    scan = ScanInput(client_id, direction, code=personal_code, scanned_at=scanned_at)
    (result,) = scan_batch(work, shift=shift, scans=[scan])
    if result.code == REUSED:
        raise KeyReused()
    return result


def scan_batch(
    work: Work,
    *,
    shift: Key,
    scans: list[ScanInput],
    sent_at: datetime | None = None,
    device: UUID | None = None,
    kind: DeviceKind = DeviceKind.DESK,
) -> list[ScanResult]:
    """Judge 1 to 500 scans in the order given; one answer for each.

    Scans made on line happen when they arrive. Those made off line (`told`) happened when the device says,
    put right by the difference between its clock (`sent_at`) and the server's; what it accepted and the
    server would refuse is provisional. One whose client id belongs to something else (another direction,
    shift or person) is answered `key-reused` without being kept, and the others go on.

    A kiosk scans codes only; to name a person needs the right to run the gate.

    Raises Invalid naming the field, NotFound, and KeyReused when two uploads take one id at the same moment.
    """
    gate = _scanned_gate(work, shift)
    if any(scan.volunteer for scan in scans):
        work.allow(Permission.GATE_OPERATE, organization=gate.organization)
    _check_batch(scans, sent_at)
    owners = by_personal_codes({scan.code for scan in scans if scan.code})
    named = [owners.get(scan.code or "") or scan.volunteer for scan in scans]
    people = standings(person for person in named if person)
    attempts = [
        _attempt(work, gate, scan, people.get(person) if person else None, sent_at, device, kind)
        for scan, person in zip(scans, named, strict=True)
    ]
    results = pass_all(work, gate, attempts, people)
    if any(scan.told for scan in scans):
        _reconsider(work, gate, people)
    return results


def operated_gate(work: Work, shift: Key) -> ShiftGate:
    """The gate of a shift of the actor's own organisation. Raises NotFound outside it."""
    return _gate(work, shift, Permission.GATE_OPERATE)


def _scanned_gate(work: Work, shift: Key) -> ShiftGate:
    return _gate(work, shift, Permission.GATE_SCAN)


def _gate(work: Work, shift: Key, permission: Permission) -> ShiftGate:
    gate = gate_of(shift)
    if gate is None:
        raise NotFound()
    work.allow(permission, organization=gate.organization)
    return gate


def _check_batch(scans: Sequence[ScanInput], sent_at: datetime | None) -> None:
    if not 1 <= len(scans) <= LARGEST_BATCH:
        raise Invalid("batch-size", field="scans", most=LARGEST_BATCH)
    if any((scan.code is None) == (scan.volunteer is None) for scan in scans):
        raise Invalid("code-or-volunteer", field="scans")
    if any(scan.told for scan in scans) and sent_at is None:
        raise Invalid("required", field="sent_at")
    if any(scan.told and scan.scanned_at is None for scan in scans):
        raise Invalid("scan-time-needed", field="scans")


def _attempt(
    work: Work,
    gate: ShiftGate,
    scan: ScanInput,
    person: Standing | None,
    sent_at: datetime | None,
    device: UUID | None,
    kind: DeviceKind,
) -> Attempt:
    return Attempt(
        shard=gate.key.shard,
        client_id=scan.client_id,
        direction=scan.direction,
        method=_method(scan, kind),
        scanned_at=scan.scanned_at or work.now,
        happened_at=_happened_at(work, scan, sent_at),
        shift=gate.key,
        volunteer=person.key if person else None,
        operator=work.actor.label,
        sent_at=sent_at if scan.told else None,
        told=scan.told,
        device=device,
    )


def _method(scan: ScanInput, kind: DeviceKind) -> Method:
    if not scan.code:
        return Method.ORGANIZER
    return Method.KIOSK if kind is DeviceKind.KIOSK else Method.PERSONAL_CODE


def _happened_at(work: Work, scan: ScanInput, sent_at: datetime | None) -> datetime:
    """By the server's clock: the device's own time, moved by how far its clock is off."""
    if scan.told is None or scan.scanned_at is None or sent_at is None:
        return work.now
    return min(work.now, aware(scan.scanned_at) + (work.now - aware(sent_at)))


def _reconsider(work: Work, gate: ShiftGate, people: dict[Key, Standing]) -> None:
    """Accept check-outs that waited because the check-in lay on another phone, now that it is here.

    Where the phone's time is doubtful they go on waiting, as they would have after the check-in.
    """
    policy = gate_policy()
    for waiting in waiting_scans(gate.key, list(people)):
        if waiting.code != "not-in" or waiting.volunteer is None or waiting.sent_at is None:
            continue
        told = {"sent_at": waiting.sent_at, "received_at": waiting.received_at}
        if policy.doubt(waiting.happened_at, **told) is not Doubt.NONE:
            continue
        here = visits.presences(work, gate.key, waiting.volunteer).here
        if here is None or here.out_at is not None or waiting.happened_at < here.in_at:
            continue
        visit = Key(waiting.volunteer.shard, here.id)
        if visits.leave(work, visit, waiting.happened_at, waiting.method):
            keep(work, settling(work, waiting, "reconsiders"), Judgement(Verdict.ACCEPTED), visit)
            note_late_leavers(work, gate, [visit])
