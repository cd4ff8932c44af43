"""What people of the gate decide afterwards: about scans that wait, and about scans to be taken back."""

from __future__ import annotations

from datetime import timedelta

from timebank.attendance.queries.policies import gate_policy
from timebank.attendance.queries.scans import ScanRow, scan_row
from timebank.attendance.rules import Direction, Judgement, Method, Verdict, check_reason
from timebank.attendance.usecases import visits
from timebank.attendance.usecases.desk import operated_gate
from timebank.attendance.usecases.scans import Attempt, ScanResult, first_answer, keep, settling
from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.rules import ShiftStatus
from timebank.projects.usecases import hold_shift, hold_sign_up


def decide_scan(work: Work, *, shift: Key, scan: Key, counts: bool) -> ScanResult:
    """Decide whether a provisional scan counts; the same decision again gets the same answer.

    Raises NotFound, Conflict `already-decided`, `overlaps-other` (the person is inside elsewhere), `not-in`
    (a check-out without a check-in) or `already-out` (a check-in after the check-out).
    """
    operated_gate(work, shift)
    row = _scan_of(shift, scan, Verdict.PROVISIONAL)
    volunteer = _held(work, shift, row)
    attempt = settling(work, row, "decides")
    answered = first_answer(work, attempt)
    if answered is None:
        work.emit("scan.decided", scan, shift=shift)
        refused = (Judgement(Verdict.REFUSED, row.code), None)
        answered = keep(work, attempt, *(_count(work, attempt, shift, volunteer) if counts else refused))
    if counts == (answered.verdict is Verdict.REFUSED):
        raise Conflict("already-decided")
    return answered


def undo_scan(work: Work, *, shift: Key, scan: Key, reason: str) -> ScanResult:
    """Take an accepted scan back within the minutes of the gate's policy, and say why.

    A check-in taken back leaves no visit, a check-out taken back leaves the person inside; the scans stay.
    Raises NotFound (also for the end that a policy gave, which nobody scanned), Invalid, Conflict
    `undo-too-late`, `gate-closed`, `already-out` (undo the check-out first) or `overlaps-other` (the person
    is inside elsewhere by now).
    """
    operated_gate(work, shift)
    told = check_reason(reason)
    row = _scan_of(shift, scan, Verdict.ACCEPTED)
    if row.method is Method.POLICY:
        raise NotFound()
    status = hold_shift(work, shift=shift)  # hours are made of the visits there are when it is closed
    volunteer = _held(work, shift, row)
    attempt = settling(work, row, "undoes", told)
    answered = first_answer(work, attempt)
    if answered:
        return answered
    _check_undo(work, status, row)
    _take_back(work, shift, volunteer, row)
    work.emit("scan.undone", scan, shift=shift)
    return keep(work, attempt, Judgement(Verdict.UNDONE), None)


def _scan_of(shift: Key, scan: Key, verdict: Verdict) -> ScanRow:
    row = scan_row(scan)
    if row is None or row.shift != shift or row.verdict is not verdict:
        raise NotFound()
    return row


def _held(work: Work, shift: Key, row: ScanRow) -> Key:
    if row.volunteer is None:
        raise NotFound()
    hold_sign_up(work, shift=shift, volunteer=row.volunteer)
    return row.volunteer


def _count(work: Work, attempt: Attempt, shift: Key, volunteer: Key) -> tuple[Judgement, Key | None]:
    """Let a scan count that somebody has decided for; a visit that is there already only gets longer."""
    seen = visits.presences(work, shift, volunteer)
    here = Key(volunteer.shard, seen.here.id) if seen.here else None
    if attempt.direction is Direction.IN:
        return _count_in(work, attempt, shift, volunteer, here, seen)
    if here is None:
        raise Conflict("not-in")
    if visits.leave(work, here, max(attempt.happened_at, seen.here.in_at), attempt.method):
        return Judgement(Verdict.ACCEPTED), here
    visits.move_out_time(work, here, attempt.happened_at, attempt.method)
    return Judgement(Verdict.REPEATED, "already-out"), here


def _count_in(
    work: Work, attempt: Attempt, shift: Key, volunteer: Key, here: Key | None, seen: visits.Presences
) -> tuple[Judgement, Key | None]:
    if here is None:
        entered = None if seen.elsewhere else visits.enter(work, attempt, shift, volunteer)
        if entered is None:
            raise Conflict("overlaps-other")
        return Judgement(Verdict.ACCEPTED), entered
    if seen.here.out_at is not None and attempt.happened_at > seen.here.out_at:
        raise Conflict("already-out")
    visits.move_in_time(work, here, attempt.happened_at)
    return Judgement(Verdict.REPEATED, "already-in"), here


def _check_undo(work: Work, status: ShiftStatus | None, row: ScanRow) -> None:
    if status is ShiftStatus.CLOSED:
        raise Conflict("gate-closed")
    if work.now - row.received_at > timedelta(minutes=gate_policy().undo_minutes):
        raise Conflict("undo-too-late")


def _take_back(work: Work, shift: Key, volunteer: Key, row: ScanRow) -> None:
    if row.visit is None:
        raise NotFound()
    seen = visits.presences(work, shift, volunteer)
    if row.direction is Direction.IN:
        if not visits.forget(work, row.visit):
            raise Conflict("already-out")
        return
    if seen.elsewhere is not None:
        raise Conflict("overlaps-other")
    visits.reopen(work, row.visit)
