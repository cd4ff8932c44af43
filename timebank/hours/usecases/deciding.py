"""Deciding records: somebody other than their maker confirms, returns or refuses them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from timebank.attendance.queries import entered_by
from timebank.hours import book
from timebank.hours.appeals import waiting_visits
from timebank.hours.book import RecordRow
from timebank.hours.flags import is_held
from timebank.hours.models import ServiceRecord, ShiftSheet
from timebank.hours.rules import Outcome, RecordStatus, booking_key, checked_reason
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.ledger.book import Posting, hand_over, post
from timebank.ledger.rules import AccountKind, Reason
from timebank.projects.queries import ShiftFacts
from timebank.volunteers.queries import moved_on, own_registrations


@dataclass(frozen=True, slots=True)
class _Reviewer:
    """What whoever decides about a shift must not decide."""

    label: str
    own: Collection[Key]
    """The registrations of the reviewer and of wards."""
    entered: Collection[Key]
    """The people whose attendance the reviewer has entered by hand."""

    def owns(self, row: RecordRow) -> bool:
        return book.volunteer_of(row) in self.own

    def check(self, row: RecordRow) -> None:
        """Raises Conflict("not-submitted"), Forbidden("maker-is-checker")."""
        if row.status != RecordStatus.SUBMITTED:
            raise Conflict("not-submitted")
        if self.label in (row.made_by, row.submitted_by) or book.volunteer_of(row) in self.entered:
            raise Forbidden("maker-is-checker")


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one record when a reviewer confirmed."""

    record: Key
    volunteer: Key
    minutes: int
    outcome: Outcome


def confirm_records(work: Work, *, shift: Key, records: Sequence[Key] | None = None) -> list[Decision]:
    """Confirm submitted records and book their minutes, in one transaction.

    Each becomes a transfer to lifelong service time and, where the project earns credit, one to spendable
    credit. Without `records` everything submitted is confirmed but the reviewer's and wards' own records. A
    record that is confirmed already is told so and booked no second time; one that is doubtful
    (`flags.HELD`), against whose end somebody has objected, or whose time the person has confirmed elsewhere
    is told so and left. Who entered somebody's attendance by hand is the maker of that record, too.
    Raises NotFound, Forbidden `maker-is-checker` or `own-record`, Conflict `shift-not-closed` or
    `not-submitted`.
    """
    return _confirm_all(work, shift, records)


def approve_record(work: Work, *, record: Key, reason: str | None = None) -> Decision:
    """Confirm one record; a doubtful one needs a reason, which the person reads.

    Refuses as `confirm_records` does, and raises Invalid("reason-needed") for a doubtful one without reason,
    Conflict `appeal-waiting` or `overlaps-confirmed`.
    """
    told = checked_reason(reason) if reason else None
    (decision,) = _confirm_all(work, _shift_of(work, record), [record], told)
    if decision.outcome == Outcome.HELD:
        raise Invalid("reason-needed", field="reason")
    if decision.outcome in (Outcome.APPEALED, Outcome.OVERLAPS):
        raise Conflict(decision.outcome)
    return decision


def _confirm_all(
    work: Work, shift: Key, records: Sequence[Key] | None, reason: str | None = None
) -> list[Decision]:
    sheet = _sheet(work, shift)
    rows = book.locked_records(work, sheet, None if records is None else set(records))
    if records is None:
        rows = [row for row in rows if row.status in (RecordStatus.SUBMITTED, RecordStatus.CONFIRMED)]
    reviewer = _reviewer(work, shift)
    if records is not None and any(map(reviewer.owns, rows)):
        raise Forbidden("own-record")
    outcomes = _outcomes(work, reviewer, shift, rows, reason)
    due = [row for row, outcome in outcomes if outcome == Outcome.CONFIRMED]
    if due:
        _confirm(work, sheet, due, reason)
    return [
        Decision(book.key_of(row), book.volunteer_of(row), row.minutes, outcome) for row, outcome in outcomes
    ]


def return_records(work: Work, *, records: Sequence[Key], reason: str) -> None:
    """Give submitted records back to the organizer with what has to be put right.

    Raises NotFound, Invalid for the reason, Forbidden `maker-is-checker` or `own-record`, Conflict
    `not-submitted`.
    """
    _decide_against(work, records, reason, RecordStatus.RETURNED, "hours.returned")


def refuse_records(work: Work, *, records: Sequence[Key], reason: str) -> None:
    """Do not recognise submitted records (不予认定); nothing is booked. Raises as `return_records` does."""
    _decide_against(work, records, reason, RecordStatus.NOT_RECOGNISED, "hours.refused")


def _sheet(work: Work, shift: Key) -> ShiftSheet:
    """The locked sheet of a shift whose hours the actor may decide."""
    _allow(work, book.shift_facts(shift))
    return book.locked_sheet(work, shift)


def _allow(work: Work, facts: ShiftFacts) -> None:
    work.allow(Permission.HOURS_CONFIRM, region=facts.region_code, organization=facts.organization)


def _shift_of(work: Work, record: Key) -> Key:
    found = work.session.get(ServiceRecord, (record.shard, record.id))
    if found is None:
        work.allow(Permission.HOURS_CONFIRM)
        raise NotFound()
    return Key(found.host_code, found.shift_id)


def _reviewer(work: Work, shift: Key) -> _Reviewer:
    label = work.actor.label
    return _Reviewer(label, own_registrations(work.actor), entered_by(shift, label))


def _outcomes(
    work: Work, reviewer: _Reviewer, shift: Key, rows: Sequence[RecordRow], reason: str | None
) -> list[tuple[RecordRow, Outcome]]:
    appealed = waiting_visits(shift)
    found = [(row, _outcome(reviewer, row, appealed, reason)) for row in rows]
    taken = book.confirmed_elsewhere(work, [row for row, outcome in found if outcome == Outcome.CONFIRMED])
    return [(row, Outcome.OVERLAPS if book.key_of(row) in taken else outcome) for row, outcome in found]


def _outcome(reviewer: _Reviewer, row: RecordRow, appealed: Collection[Key], reason: str | None) -> Outcome:
    if row.status == RecordStatus.CONFIRMED:
        return Outcome.ALREADY_CONFIRMED
    if reviewer.owns(row):
        return Outcome.OWN_RECORD
    reviewer.check(row)
    if Key(row.shard_code, row.visit_id) in appealed:
        return Outcome.APPEALED
    return Outcome.HELD if is_held(row.attention) and reason is None else Outcome.CONFIRMED


def _confirm(work: Work, sheet: ShiftSheet, rows: list[RecordRow], reason: str | None) -> None:
    post(work, [posting for row in rows for posting in _postings(row)])
    folded = moved_on(book.volunteer_of(row) for row in rows)
    for row in rows:
        if kept := folded.get(book.volunteer_of(row)):
            hand_over(
                work, giver=book.volunteer_of(row), taker=kept, reason=Reason.MERGE, reference=str(row.id)
            )
    note = {"decision_note": reason} if reason else {}
    by, at = work.actor.label, work.now
    book.change(work, rows, status=RecordStatus.CONFIRMED, decided_by=by, decided_at=at, **note)
    book.recount(work, sheet)
    work.emit_each(
        "hours.confirmed",
        (
            (
                folded.get(volunteer, volunteer),
                {"record": book.key_of(row), "minutes": row.minutes, "year": row.occurred_on.year},
            )
            for row in rows
            for volunteer in [book.volunteer_of(row)]
        ),
    )


def _postings(row: RecordRow) -> list[Posting]:
    """What a record books; nothing when nothing of the visit counted."""
    accounts = [AccountKind.SERVICE_TIME, *([AccountKind.TIME_CREDIT] if row.earns_credit else [])]
    return [
        Posting(
            key=booking_key(row.id, account),
            reason=Reason.SERVICE_RECORD,
            owner=book.volunteer_of(row),
            kind=account,
            amount=row.minutes,
            occurred_on=row.occurred_on,
            policy_version=row.policy_version,
        )
        for account in accounts
        if row.minutes
    ]


def _decide_against(
    work: Work, records: Sequence[Key], reason: str, status: RecordStatus, event: str
) -> None:
    if not records:
        raise Invalid("required", field="records")
    shifts = {record: _shift_of(work, record) for record in records}
    for shift in sorted(set(shifts.values())):
        sheet = _sheet(work, shift)
        rows = book.locked_records(work, sheet, {record for record in records if shifts[record] == shift})
        reviewer = _reviewer(work, shift)
        for row in rows:
            if reviewer.owns(row):
                raise Forbidden("own-record")
            reviewer.check(row)
        by, at, note = work.actor.label, work.now, checked_reason(reason)
        book.change(work, rows, status=status, decided_by=by, decided_at=at, decision_note=note)
        book.recount(work, sheet)
        work.emit_each(event, ((book.key_of(row), {"volunteer": book.volunteer_of(row)}) for row in rows))
