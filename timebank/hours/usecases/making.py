"""From attendance to records: what the organizer does after the event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from timebank.attendance.queries import VisitCard, visits
from timebank.attendance.usecases import close_gate, set_out_time
from timebank.hours import book
from timebank.hours.appeals import waiting_visits
from timebank.hours.book import RecordRow, Values
from timebank.hours.flags import Attention
from timebank.hours.measuring import measured
from timebank.hours.models import HoursPolicy, ServiceRecord, ShiftSheet
from timebank.hours.rules import (
    WITH_ORGANIZER,
    RecordStatus,
    checked_reason,
)
from timebank.kernel.clock import aware
from timebank.kernel.dated import in_force
from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.events import Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.queries import ShiftFacts
from timebank.projects.rules import ShiftStatus
from timebank.volunteers.queries import standings

TIME = ("started_at", "ended_at", "minutes")
TAKEN_BACK = {"status": RecordStatus.TO_SUBMIT, "submitted_by": None, "submitted_at": None}


def close_shift(work: Work, *, shift: Key) -> int:
    """Close the gate and make one service record of each visit; returns how many records the shift has.

    Doing it again brings the records that are not submitted in line with the visits. Raises NotFound, and
    Conflict `shift-not-started` or `shift-cancelled`.
    """
    facts = book.shift_facts(shift)
    work.allow(Permission.GATE_OPERATE, organization=facts.organization)
    if facts.status == ShiftStatus.CANCELLED:
        raise Conflict("shift-cancelled")
    close_gate(work, shift=shift)
    sheet = book.opened_sheet(work, facts)
    bring_in_line(work, facts, sheet)
    return sheet.people


def end_visit(work: Work, *, record: Key, out_at: datetime, reason: str) -> None:
    """Set the time at which somebody left, say why, and measure the record again.

    It is for who did not check out, and for a record that a reviewer returned: that one can only become
    shorter than the attendance shows. Raises NotFound, Invalid for the field at fault, Conflict
    `already-submitted`, and what `attendance.usecases.set_out_time` raises.
    """
    found = work.session.get(ServiceRecord, (record.shard, record.id))
    if found is None:
        work.allow(Permission.GATE_OPERATE)
        raise NotFound()
    facts = book.shift_facts(Key(found.host_code, found.shift_id))
    work.allow(Permission.GATE_OPERATE, organization=facts.organization)
    sheet = book.locked_sheet(work, facts.key)
    (row,) = book.locked_records(work, sheet, [record])
    if row.status not in WITH_ORGANIZER:
        raise Conflict("already-submitted")
    if row.status == RecordStatus.RETURNED:
        _shorten(work, row, out_at, reason)
    else:
        volunteer = book.volunteer_of(row)
        set_out_time(work, shift=facts.key, volunteer=volunteer, out_at=out_at, reason=reason)
    bring_in_line(work, facts, sheet)


def submit_records(work: Work, *, shift: Key) -> int:
    """Hand the shift's records to whoever confirms them; returns how many went, 0 when all had gone before.

    Raises NotFound, and Conflict `shift-not-closed`, `nothing-to-submit`, `check-out-missing` or
    `appeal-waiting`.
    """
    facts = book.shift_facts(shift)
    work.allow(Permission.HOURS_SUBMIT, organization=facts.organization)
    sheet = book.locked_sheet(work, shift)
    bring_in_line(work, facts, sheet)
    if not sheet.people:
        raise Conflict("nothing-to-submit")
    rows = [row for row in book.locked_records(work, sheet) if row.status in WITH_ORGANIZER]
    waiting = waiting_visits(shift)
    if waiting:
        raise Conflict("appeal-waiting", count=len(waiting))
    undecided = sum(Attention.NO_CHECK_OUT in row.attention for row in rows)
    if undecided:
        raise Conflict("check-out-missing", count=undecided)
    if rows:
        _submit(work, sheet, rows)
    return len(rows)


def follow_visits(work: Work, happening: Happening) -> None:
    """Hear `scan.decided`, `visit.closed` and `visit.left`: bring the records of a shift whose hours are made
    already in line with its visits.

    What waits for a reviewer goes back to the organizer where its time has changed; what is decided stays.
    Order and repetition change nothing.
    """
    work.allow(Permission.JOB_RUN)
    shift = Key.parse(str(happening.data["shift"]))
    sheet = work.session.get(
        ShiftSheet, (shift.shard, shift.id), with_for_update=True, populate_existing=True
    )
    if sheet is not None:
        bring_in_line(work, book.shift_facts(shift), sheet, takes_back=True)


def _shorten(work: Work, row: RecordRow, out_at: datetime, reason: str) -> None:
    if not row.started_at <= aware(out_at) <= row.ended_at:
        raise Invalid("out-time-outside", field="out_at")
    book.change(work, [row], corrected_out_at=out_at, correction_note=checked_reason(reason))


def _submit(work: Work, sheet: ShiftSheet, rows: list[RecordRow]) -> None:
    by, at = work.actor.label, work.now
    book.change(
        work,
        rows,
        status=RecordStatus.SUBMITTED,
        submitted_by=by,
        submitted_at=at,
        decided_by=None,
        decided_at=None,
    )
    sheet.submitted_by, sheet.submitted_at = by, at
    book.recount(work, sheet)
    work.emit("hours.submitted", sheet.key, records=len(rows))


def bring_in_line(work: Work, facts: ShiftFacts, sheet: ShiftSheet, *, takes_back: bool = False) -> None:
    """Make the records that are missing and measure again those that the organizer has in hand. Internal.

    With `takes_back` the organizer gets those in hand again whose time has changed since they were submitted.
    """
    found = visits(facts.key)
    sheet.home_shards = sorted({*sheet.home_shards, *(visit.visit.shard for visit in found)})
    kept = {Key(row.shard_code, row.visit_id): row for row in book.locked_records(work, sheet)}
    policy = in_force(HoursPolicy, facts.occurs_on)
    corrected = {visit: row.corrected_out_at for visit, row in kept.items() if row.corrected_out_at}
    values = measured(facts, policy, found, corrected)
    new = [visit for visit in found if visit.visit not in kept]
    book.add_records(work, _new_records(work, facts, policy, new, values))
    for visit, row in kept.items():
        if row.status in WITH_ORGANIZER and _differs(row, values[visit], values[visit]):
            book.change(work, [row], **values[visit])
        elif takes_back and row.status == RecordStatus.SUBMITTED and _differs(row, values[visit], TIME):
            book.change(work, [row], **values[visit], **TAKEN_BACK)
    book.recount(work, sheet)


def _differs(row: RecordRow, values: Values, names: Iterable[str]) -> bool:
    return any(getattr(row, name) != values[name] for name in names)


def _new_records(
    work: Work, facts: ShiftFacts, policy: HoursPolicy, new: list[VisitCard], values: dict[Key, Values]
) -> list[Values]:
    people = standings(visit.volunteer for visit in new)
    common = _stated(work, facts, policy)
    return [
        common
        | values[visit.visit]
        | {
            "shard_code": visit.visit.shard,
            "id": work.new_id(),
            "volunteer_id": visit.volunteer.id,
            "visit_id": visit.visit.id,
            "region_code": people[visit.volunteer].region_code,
        }
        for visit in new
    ]


def _stated(work: Work, facts: ShiftFacts, policy: HoursPolicy) -> Values:
    """What MCA Order 67 Art. 7 wants recorded of the activity, and who makes the record."""
    return {
        "host_code": facts.key.shard,
        "project_id": facts.project.id,
        "shift_id": facts.key.id,
        "activity_name": facts.activity_name,
        "occurred_on": facts.occurs_on,
        "place": facts.place,
        "content": facts.content,
        "organization_shard": facts.organization.shard,
        "organization_id": facts.organization.id,
        "organization_name": facts.organization_name,
        "leader_name": facts.leader_name,
        "categories": facts.categories,
        "earns_credit": facts.earns_credit,
        "service_region_code": facts.region_code,
        "policy_version": policy.version,
        "status": RecordStatus.TO_SUBMIT,
        "made_by": work.actor.label,
        "made_at": work.now,
    }
