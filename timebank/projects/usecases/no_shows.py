"""Those who had a place, gave no notice and were not there; and what they say to it (domain.md §4.3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from timebank.kernel.errors import Conflict, Forbidden, NotFound
from timebank.kernel.events import Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.models import NoShowAppeal, Project, Shift, SignUp
from timebank.projects.queries.no_shows import note_context, reply_context
from timebank.projects.queries.policies import project_policy
from timebank.projects.rules import (
    OPEN_FOR_SERVICE,
    AppealStatus,
    ShiftStatus,
    SignUpStatus,
    appealed_in_time,
    check_absent,
    check_retractable,
    checked_note,
)
from timebank.projects.usecases import places
from timebank.projects.usecases.organizing import organized_shift
from timebank.projects.usecases.sign_ups import allowed_way


def note_absences(work: Work, *, shift: Key, came: Collection[Key]) -> int:
    """Note who had a place in a shift that is over and did not come; who came late to light is taken out.

    `came` are the volunteers with a visit. Repeating it changes nothing. Internal: the caller has the right.
    """
    row = places.locked_shift(work, shift)
    noted = 0
    for each in _with_status(work, shift, SignUpStatus.ACCEPTED):
        person = places.person_of(each)
        if person in came:
            continue
        _note(work, each)
        noted += 1
    for each in _with_status(work, shift, SignUpStatus.NO_SHOW):
        person = places.person_of(each)
        if person in came:
            places.put(work, each, SignUpStatus.ACCEPTED)
            work.emit("sign_up.no_show_ended", each.key, shift=shift, volunteer=person)
            work.emit("volunteer.no_show_ended", person, sign_up=each.key, shift=shift)
    if row.absences_noted_at is None:
        row.absences_noted_at = work.now
    return noted


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """A place in a shift that is over, locked with its shift."""

    sign_up: Key
    shift: Key
    volunteer: Key


def hold_place(work: Work, *, sign_up: Key) -> HeldPlace:
    """A place about which the organizer of its shift says afterwards whether somebody came.

    Raises NotFound, Conflict "wrong-project-status", "shift-called-off" or "shift-ahead".
    """
    row, shift = _organized_place(work, sign_up)
    return HeldPlace(sign_up, shift.key, places.person_of(row))


def note_absent(work: Work, *, place: HeldPlace, was_there: bool, scan_waits: bool) -> None:
    """Note that somebody with a place did not come. Internal: the caller holds it and knows the gate.

    Raises Conflict as `check_absent` does.
    """
    row = work.session.get_one(SignUp, (place.sign_up.shard, place.sign_up.id))
    check_absent(row.status, was_there=was_there, scan_waits=scan_waits)
    _note(work, row)


def take_no_show_back(work: Work, *, sign_up: Key, reason: str) -> None:
    """Take a no-show back, whoever noted it, with a reason that the person reads; not one's own.

    It is not noted again. Raises Invalid("reason-needed"), Forbidden("maker-is-checker"), Conflict as
    `hold_place` does and "not-noted", "objection-waits" or "decided-already", NotFound.
    """
    row, shift = _organized_place(work, sign_up)
    told, person = checked_note(reason), places.person_of(row)
    if work.actor.owns(person):
        raise Forbidden("maker-is-checker")
    appeal = _appeal_of(work, sign_up)
    check_retractable(row.status, appeal.status if appeal else None)
    places.put(work, row, SignUpStatus.EXCUSED)
    places.keep_reason(work, row, told)
    work.emit("sign_up.no_show_retracted", sign_up, shift=shift.key, volunteer=person)
    work.emit("volunteer.no_show_ended", person, sign_up=sign_up, shift=shift.key)


def appeal_no_show(work: Work, *, sign_up: Key, note: str, channel: str = "window") -> Key:
    """Object to being noted as not having come; the person, a guardian, or a clerk for the person.

    Raises Invalid("reason-needed", field="note"), Conflict("not-a-no-show" | "appeal-too-late" |
    "appealed-already"), NotFound.
    """
    way = allowed_way(work, sign_up, channel)
    row, shift = places.locked_sign_up(work, sign_up)
    told = checked_note(note, "note")
    if row.status != SignUpStatus.NO_SHOW:
        raise Conflict("not-a-no-show")
    if not appealed_in_time(_counted_from(row, shift), work.now, project_policy(work.today).appeal_days):
        raise Conflict("appeal-too-late")
    if _appeal_of(work, sign_up):
        raise Conflict("appealed-already")
    key = Key(sign_up.shard, work.new_id())
    work.session.add(
        NoShowAppeal(
            shard_code=key.shard,
            id=key.id,
            sign_up_id=row.id,
            shift_id=row.shift_id,
            volunteer_shard=row.volunteer_shard,
            volunteer_id=row.volunteer_id,
            note_sealed=work.runtime.vault.encrypt(told, note_context(key)),
            status=AppealStatus.WAITING,
            recorded_by=row.changed_by or "system",
            appealed_at=work.now,
        )
    )
    person = places.person_of(row)
    work.emit("sign_up.appealed", sign_up, shift=shift.key, volunteer=person, channel=way)
    return key


def decide_appeal(work: Work, *, appeal: Key, granted: bool, reply: str) -> None:
    """Decide an appeal for the shift's organisation or its region, with a reply that the person reads.

    Raises Forbidden("maker-is-checker") for who noted the no-show and for the person, Conflict
    ("decided-already"), Invalid("reason-needed", field="reply").
    """
    work.allow(_held(work))
    found = work.session.get(
        NoShowAppeal, (appeal.shard, appeal.id), with_for_update=True, populate_existing=True
    )
    if found is None:
        raise NotFound()
    _allow_deciding(work, Key(appeal.shard, found.shift_id))
    person = Key(found.volunteer_shard, found.volunteer_id)
    if work.actor.label == found.recorded_by or work.actor.owns(person):
        raise Forbidden("maker-is-checker")
    told = checked_note(reply, "reply")
    if found.status != AppealStatus.WAITING:
        raise Conflict("decided-already")
    found.status = AppealStatus.GRANTED if granted else AppealStatus.REFUSED
    found.decided_at, found.decided_by = work.now, work.actor.label
    found.reply_sealed = work.runtime.vault.encrypt(told, reply_context(appeal))
    row, shift = places.locked_sign_up(work, Key(appeal.shard, found.sign_up_id))
    if granted and row.status == SignUpStatus.NO_SHOW:
        places.put(work, row, SignUpStatus.EXCUSED)
    work.emit("sign_up.appeal_decided", row.key, shift=shift.key, volunteer=person, granted=granted)
    work.emit("volunteer.appeal_decided", person, sign_up=row.key, shift=shift.key)


def forget_reasons(work: Work, happening: Happening) -> None:
    """Hear `volunteer.closed` and `volunteer.merged`: what was said about the person goes with the person.

    That somebody did not come stays with the shift. Repeating it changes nothing.
    """
    work.allow(Permission.JOB_RUN)
    person = happening.subject
    work.session.execute(
        update(SignUp)
        .where(SignUp.volunteer_shard == person.shard, SignUp.volunteer_id == person.id)
        .values(reason_sealed=None)
    )
    work.session.execute(
        update(NoShowAppeal)
        .where(NoShowAppeal.volunteer_shard == person.shard, NoShowAppeal.volunteer_id == person.id)
        .values(note_sealed=None, reply_sealed=None)
    )


def _note(work: Work, row: SignUp) -> None:
    shift, person = Key(row.shard_code, row.shift_id), places.person_of(row)
    places.put(work, row, SignUpStatus.NO_SHOW)
    work.emit("sign_up.no_show", row.key, shift=shift, volunteer=person)
    work.emit("volunteer.no_show", person, sign_up=row.key, shift=shift)


def _organized_place(work: Work, sign_up: Key) -> tuple[SignUp, Shift]:
    """The place and its shift, which took place and is over, both locked, the shift first."""
    work.allow(Permission.PROJECT_WRITE)
    seen = work.session.get(SignUp, (sign_up.shard, sign_up.id))
    if seen is None:
        raise NotFound()
    organized_shift(work, Key(sign_up.shard, seen.shift_id))
    row, shift = places.locked_sign_up(work, sign_up)
    project = work.session.get_one(Project, (shift.shard_code, shift.project_id))
    if project.status not in OPEN_FOR_SERVICE:
        raise Conflict("wrong-project-status")
    if shift.status == ShiftStatus.CANCELLED:
        raise Conflict("shift-called-off")
    if shift.ends_at > work.now:
        raise Conflict("shift-ahead")
    return row, shift


def _counted_from(row: SignUp, shift: Shift) -> datetime:
    """The time to appeal begins when this absence was noted, which the person hears of then."""
    return max(shift.ends_at, row.changed_at)


def _held(work: Work) -> Permission:
    """One of the two rights by which somebody decides, before it is known about what."""
    reviews = bool(work.actor.holding(Permission.PROJECT_REVIEW))
    return Permission.PROJECT_REVIEW if reviews else Permission.PROJECT_WRITE


def _allow_deciding(work: Work, shift: Key) -> None:
    row = work.session.get_one(Shift, (shift.shard, shift.id))
    project = work.session.get_one(Project, (shift.shard, row.project_id))
    organization = Key(project.organization_shard, project.organization_id)
    reviews = work.actor.can(Permission.PROJECT_REVIEW, region=project.region_code)
    if reviews or not work.actor.holding(Permission.PROJECT_WRITE):
        work.allow(Permission.PROJECT_REVIEW, region=project.region_code)
    else:
        work.allow(Permission.PROJECT_WRITE, organization=organization)


def _appeal_of(work: Work, sign_up: Key) -> NoShowAppeal | None:
    return work.session.scalar(
        select(NoShowAppeal).where(
            NoShowAppeal.shard_code == sign_up.shard, NoShowAppeal.sign_up_id == sign_up.id
        )
    )


def _with_status(work: Work, shift: Key, status: SignUpStatus) -> list[SignUp]:
    rows = work.session.scalars(
        select(SignUp)
        .where(SignUp.shard_code == shift.shard, SignUp.shift_id == shift.id, SignUp.status == status)
        .order_by(SignUp.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)
