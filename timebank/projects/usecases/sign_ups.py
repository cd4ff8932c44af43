"""Sign-ups: a place in a shift or in the line for one, and leaving again, which is always allowed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, func, select

from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.events import Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.models import Shift, SignUp
from timebank.projects.queries.overlaps import overlapping
from timebank.projects.queries.policies import project_policy
from timebank.projects.rules import (
    HOLDING,
    PENDING,
    STANDING,
    SignUpStatus,
    WhyOver,
    checked_note,
    leaves_late,
)
from timebank.projects.usecases import places
from timebank.projects.usecases.places import own_volunteer
from timebank.volunteers.queries import standing
from timebank.volunteers.rules import ASSISTED, Status

MOMENT = timedelta(microseconds=1)
EVENTS = {
    SignUpStatus.ACCEPTED: "sign_up.accepted",
    SignUpStatus.APPLIED: "sign_up.applied",
    SignUpStatus.WAITING: "sign_up.waiting",
}


def sign_up(
    work: Work,
    *,
    shift: Key,
    volunteer: Key | None = None,
    post: Key | None = None,
    waits: bool = False,
    takes_at_once: bool = False,
    despite_overlap: bool = False,
    channel: str = "window",
) -> Key:
    """Take a place: for oneself, a ward, or (as a clerk) for a `volunteer` who asks by the `channel`.

    The shift's row is locked while its places are counted. Where the shift asks for approval it becomes an
    application. Who `waits` comes on the wait-list when all places are taken; with `takes_at_once` a place
    that gets free is taken without asking again. Raises Conflict with the reason: volunteer-not-registered,
    volunteer-suspended, not-recruiting, shift-started, already-signed-up, prerequisite-missing, overlaps
    (`despite_overlap` goes on), shift-full; Invalid for the post; NotFound for a volunteer outside the
    clerk's regions.
    """
    person = volunteer or own_volunteer(work, Permission.SIGN_UP_WRITE)
    way = places.allow_for(work, person, channel)
    places.check_standing(person)
    row = places.locked_shift(work, shift)
    places.check_recruiting(work, row)
    found = places.sign_up_of(work, shift, person)
    if found and found.status in STANDING and found.status != SignUpStatus.INVITED:
        raise Conflict("already-signed-up")
    chosen = places.chosen_post(work, shift, post)
    places.check_prerequisites(row, chosen, person)
    check_overlap(row, person, despite_overlap)
    invited = found is not None and found.status == SignUpStatus.INVITED
    status = _status(
        work, row, chosen.id if chosen else None, applies=row.needs_approval and not invited, waits=waits
    )
    made = found or _new(work, shift, person)
    made.post_id = chosen.id if chosen else None
    made.takes_at_once = takes_at_once and status != SignUpStatus.ACCEPTED
    places.put(work, made, status, way)
    if status == SignUpStatus.WAITING:
        stand_in_line(work, made, row)
    work.emit(EVENTS[status], made.key, shift=shift, volunteer=person, channel=way)
    if way in ASSISTED:  # the person finds it in the own history
        work.emit("volunteer.signed_up", person, sign_up=made.key, shift=shift, channel=way)
    return made.key


def cancel_sign_up(work: Work, *, sign_up: Key, reason: str | None = None, channel: str = "window") -> None:
    """Leave before the shift starts, whatever the state; for the same people as `sign_up`.

    A place given back with less notice than the policy asks is a leave, and says why (Order 685 Art. 22); not
    in a shift that was called off.
    Raises Invalid("reason-needed"), Conflict("shift-started"|"not-signed-up"), NotFound.
    """
    way = allowed_way(work, sign_up, channel)
    found, shift = places.locked_sign_up(work, sign_up)
    person = places.person_of(found)
    if shift.starts_at <= work.now:
        raise Conflict("shift-started")
    if found.status not in STANDING:
        raise Conflict("not-signed-up")
    notice = project_policy(work.today).leave_notice_minutes
    is_late = shift.called_off_at is None and leaves_late(shift.starts_at, work.now, notice)
    if found.status == SignUpStatus.ACCEPTED and is_late:
        told = checked_note(reason)
        places.release(work, found, shift, SignUpStatus.ON_LEAVE, way)
        places.keep_reason(work, found, told)
        work.emit("sign_up.on_leave", sign_up, shift=shift.key, volunteer=person, channel=way)
    else:
        places.release(work, found, shift, SignUpStatus.CANCELLED, way)
        work.emit("sign_up.cancelled", sign_up, shift=shift.key, volunteer=person, channel=way)
    if way in ASSISTED:
        work.emit("volunteer.place_given_back", person, sign_up=sign_up, shift=shift.key, channel=way)


def give_places_back(work: Work, happening: Happening) -> None:
    """Hear that a volunteer may not serve any more: give the places in shifts ahead back.

    Suspended, closing, closed, deceased, merged: whoever stands in line can take the place. Somebody who may
    serve again by now keeps them; repeating it changes nothing.
    """
    work.allow(Permission.JOB_RUN)
    volunteer = happening.subject
    found = standing(volunteer)
    if found is not None and found.status == Status.REGISTERED:
        return
    for sign_up in _ahead(work, volunteer):
        row, shift = places.locked_sign_up(work, sign_up)
        if shift.starts_at > work.now and row.status in STANDING:
            places.release(work, row, shift, SignUpStatus.CANCELLED, "web", why=WhyOver.STANDING)
            work.emit("sign_up.cancelled", sign_up, shift=shift.key, volunteer=volunteer)


def allowed_way(work: Work, sign_up: Key, channel: str) -> str:
    """Decide the right to act on a sign-up for whose it is, and by which way. Raises NotFound."""
    seen = work.session.get(SignUp, (sign_up.shard, sign_up.id))
    if seen is None:
        raise NotFound()
    return places.allow_for(work, places.person_of(seen), channel)


def check_overlap(shift: Shift, volunteer: Key, despite_overlap: bool) -> None:
    """Raises Conflict("overlaps") with the other shift, unless the person goes on in spite of it."""
    if despite_overlap:
        return
    other = overlapping(volunteer, shift.starts_at, shift.ends_at, besides=shift.key)
    if other:
        raise Conflict("overlaps", shift=str(other.shift), name=other.project_name, title=other.title)


def stand_in_line(work: Work, row: SignUp, shift: Shift) -> None:
    """Put a sign-up that waits at the end of the line; its wait ends with the start. Internal.

    The shift is locked, so nobody shares an instant: who got the lock first stands before.
    """
    last = work.session.scalar(
        select(func.max(SignUp.waits_since)).where(
            SignUp.shard_code == shift.shard_code, SignUp.shift_id == shift.id
        )
    )
    row.waits_since = max(work.now, last + MOMENT) if last else work.now
    row.answer_by = shift.starts_at
    work.session.flush()


def _status(work: Work, shift: Shift, post: UUID | None, *, applies: bool, waits: bool) -> SignUpStatus:
    if applies:
        return SignUpStatus.APPLIED
    if places.take_place(work, shift.key, post):
        return SignUpStatus.ACCEPTED
    if waits:
        return SignUpStatus.WAITING
    raise Conflict("shift-full")


def _new(work: Work, shift: Key, volunteer: Key) -> SignUp:
    made = SignUp(
        shard_code=shift.shard,
        id=work.new_id(),
        shift_id=shift.id,
        volunteer_shard=volunteer.shard,
        volunteer_id=volunteer.id,
        signed_up_at=work.now,
        channel="web",
    )
    work.session.add(made)
    return made


def _ahead(work: Work, volunteer: Key) -> list[Key]:
    """The volunteer's sign-ups in shifts ahead, in the order in which shifts are locked."""
    rows = work.session.execute(
        select(SignUp.shard_code, SignUp.id)
        .join(Shift, and_(Shift.shard_code == SignUp.shard_code, Shift.id == SignUp.shift_id))
        .where(
            SignUp.volunteer_shard == volunteer.shard,
            SignUp.volunteer_id == volunteer.id,
            SignUp.status.in_((*HOLDING, *PENDING)),
            Shift.starts_at > work.now,
        )
        .order_by(SignUp.shard_code, SignUp.shift_id)
    )
    return [Key(*row) for row in rows]
