"""Objections to the ends that closing policies gave: made by the volunteer, answered by the organizer."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from timebank.attendance.queries import VisitCard, recent_visits, visit_card
from timebank.attendance.rules import forgotten
from timebank.attendance.usecases import set_out_time
from timebank.hours import book
from timebank.hours.appeals import appeal_until, note_context
from timebank.hours.models import ServiceRecord, ShiftSheet, VisitAppeal
from timebank.hours.rules import WITH_ORGANIZER, AppealStatus, RecordStatus, checked_note, checked_reason
from timebank.hours.usecases.making import bring_in_line
from timebank.kernel.clock import aware
from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.events import Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.queries import gate_of
from timebank.projects.usecases import own_volunteer

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before every visit."""


def appeal(work: Work, *, visit: Key, stayed_until: datetime, note: str) -> Key:
    """Say until when one stayed at a shift from which one did not check out, and how one can show it.

    Within the days of the policy, once, and as long as nobody has decided about the hours. Raises NotFound,
    Invalid for the field at fault, Conflict `not-forgotten`, `appeal-too-late`, `hours-decided` or
    `appealed-already`.
    """
    volunteer = own_volunteer(work, Permission.VISIT_CHECK_IN)
    found = visit_card(visit)
    if found is None or found.volunteer != volunteer:
        raise NotFound()
    _check(work, found, aware(stayed_until))
    key = Key(found.shift.shard, work.new_id())
    told = checked_note(note)
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    made = work.session.execute(
        insert(VisitAppeal)
        .values(
            shard_code=key.shard,
            id=key.id,
            shift_id=found.shift.id,
            volunteer_shard=volunteer.shard,
            volunteer_id=volunteer.id,
            visit_id=visit.id,
            stayed_until=stayed_until,
            note_sealed=work.runtime.vault.encrypt(told, note_context(key)),
            status=AppealStatus.WAITING,
            made_by=work.actor.label,
            made_at=work.now,
        )
        .on_conflict_do_nothing()
        .returning(VisitAppeal.id)
    ).first()
    if made is None:
        raise Conflict("appealed-already")
    work.emit("visit.appealed", visit, shift=found.shift)
    return key


def decide_appeal(
    work: Work, *, appeal: Key, accept: bool, answer: str, out_at: datetime | None = None
) -> None:
    """Answer an objection: accept it, at the time that was said or another one, or refuse it with the reason.

    An accepted time measures the record again; hours that wait for a reviewer come back to the organizer for
    that. Whoever objected does not answer. Raises NotFound, Forbidden("own-record"), Invalid for the field at
    fault, Conflict `already-decided` or `hours-decided`.
    """
    found = work.session.get(VisitAppeal, (appeal.shard, appeal.id))
    if found is None:
        work.allow(Permission.GATE_OPERATE)
        raise NotFound()
    shift = Key(found.shard_code, found.shift_id)
    facts = book.shift_facts(shift)
    work.allow(Permission.GATE_OPERATE, organization=facts.organization)
    volunteer = Key(found.volunteer_shard, found.volunteer_id)
    if work.actor.owns(volunteer) or work.actor.label == found.made_by:
        raise Forbidden("own-record")
    told = checked_reason(answer, field="answer")
    sheet = work.session.get(
        ShiftSheet, (shift.shard, shift.id), with_for_update=True, populate_existing=True
    )
    row = work.session.get_one(
        VisitAppeal, (appeal.shard, appeal.id), with_for_update=True, populate_existing=True
    )
    if row.status != AppealStatus.WAITING:
        raise Conflict("already-decided")
    row.decided_by, row.decided_at, row.answer = work.actor.label, work.now, told
    row.status = AppealStatus.ACCEPTED if accept else AppealStatus.REFUSED
    if accept:
        row.out_at = aware(out_at or row.stayed_until)
        visit = Key(row.volunteer_shard, row.visit_id)
        if sheet is not None:
            _take_back(work, visit)
        set_out_time(work, shift=shift, volunteer=volunteer, out_at=row.out_at, reason=told)
        if sheet is not None:
            work.session.flush()
            bring_in_line(work, facts, sheet)
    work.emit("visit.appeal_decided", Key(row.volunteer_shard, row.visit_id), shift=shift)


def forget_appeals(work: Work, happening: Happening) -> None:
    """Hear `volunteer.closed`: delete what the person said in objections; the visits and records stay.

    Repeating it changes nothing.
    """
    work.allow(Permission.JOB_RUN)
    volunteer = happening.subject
    counties = {visit.shift.shard for visit in recent_visits(volunteer, BEGINNING)}
    work.session.execute(
        delete(VisitAppeal).where(
            VisitAppeal.shard_code.in_(sorted(counties)),
            VisitAppeal.volunteer_shard == volunteer.shard,
            VisitAppeal.volunteer_id == volunteer.id,
        )
    )


def _check(work: Work, visit: VisitCard, stayed_until: datetime) -> None:
    gate = gate_of(visit.shift)
    if gate is None or forgotten(visit.out_policy) is None:
        raise Conflict("not-forgotten")
    if work.now > appeal_until(gate):
        raise Conflict("appeal-too-late")
    if not visit.in_at <= stayed_until <= gate.closes_at:
        raise Invalid("stay-outside", field="stayed_until")
    record = _record_of(work, visit.visit)
    if record is not None and record.status in (RecordStatus.CONFIRMED, RecordStatus.NOT_RECOGNISED):
        raise Conflict("hours-decided")


def _take_back(work: Work, visit: Key) -> None:
    """Give a record that waits for a reviewer back to the organizer: its time changes.

    An earlier end that was set after it had been returned does not stand any more.
    """
    record = _record_of(work, visit)
    if record is None:
        return
    if record.status not in (*WITH_ORGANIZER, RecordStatus.SUBMITTED):
        raise Conflict("hours-decided")
    record.corrected_out_at = record.correction_note = None
    if record.status == RecordStatus.SUBMITTED:
        record.status, record.submitted_by, record.submitted_at = RecordStatus.TO_SUBMIT, None, None
    work.session.flush()


def _record_of(work: Work, visit: Key) -> ServiceRecord | None:
    return work.session.scalar(
        select(ServiceRecord)
        .where(ServiceRecord.shard_code == visit.shard, ServiceRecord.visit_id == visit.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
