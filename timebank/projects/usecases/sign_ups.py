"""Sign-ups: a place in a shift, never more than there are places."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import and_, select, update

from timebank.kernel.bulk import among
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.events import Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.queries.internal import HELD_GATE, STATUS, ShiftGate, gate_from, gate_of
from timebank.projects.rules import ShiftStatus, SignUpStatus, takes_sign_ups
from timebank.volunteers.queries import standing
from timebank.volunteers.rules import ASSISTED, Status


def sign_up(work: Work, *, shift: Key, volunteer: Key | None = None, channel: str = "window") -> Key:
    """Take a place: for oneself, a ward, or (as a clerk) for a `volunteer` who asks by the `channel`.

    The shift's row is locked while its places are counted. Raises Conflict with the reason:
    volunteer-not-registered, volunteer-suspended, not-recruiting, shift-started, already-signed-up,
    shift-full; NotFound for a volunteer outside the clerk's regions.
    """
    person = volunteer or own_volunteer(work, Permission.SIGN_UP_WRITE)
    way = _allow_for(work, person, channel)
    _check_standing(person)
    _check_recruiting(work, _locked_shift(work, shift))
    found = _sign_up_of(work, shift, person)
    if found and found.status == SignUpStatus.ACCEPTED:
        raise Conflict("already-signed-up")
    _take_place(work, shift)
    key = _accept(work, shift, person, found, way)
    work.emit("sign_up.accepted", key, shift=shift, volunteer=person, channel=way)
    if way in ASSISTED:  # the person finds it in the own history
        work.emit("volunteer.signed_up", person, sign_up=key, shift=shift, channel=way)
    return key


def cancel_sign_up(work: Work, *, sign_up: Key, channel: str = "window") -> None:
    """Give a place back before the shift starts, for the same people as `sign_up`.

    Raises Conflict("shift-started"|"not-signed-up"), NotFound.
    """
    found = work.session.get(SignUp, (sign_up.shard, sign_up.id))
    if found is None:
        raise NotFound()
    person = Key(found.volunteer_shard, found.volunteer_id)
    way = _allow_for(work, person, channel)
    shift = Key(sign_up.shard, found.shift_id)
    if _locked_shift(work, shift).starts_at <= work.now:
        raise Conflict("shift-started")
    if not _set_cancelled(work, sign_up, way):
        raise Conflict("not-signed-up")
    _give_place_back(work, shift)
    work.emit("sign_up.cancelled", sign_up, shift=shift, volunteer=person, channel=way)
    if way in ASSISTED:
        work.emit("volunteer.place_given_back", person, sign_up=sign_up, shift=shift, channel=way)


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
    for shift, sign_up in _places_ahead(work, volunteer):
        if _locked_shift(work, shift).starts_at > work.now and _set_cancelled(work, sign_up, "web"):
            _give_place_back(work, shift)
            work.emit("sign_up.cancelled", sign_up, shift=shift, volunteer=volunteer)


def _places_ahead(work: Work, volunteer: Key) -> list[tuple[Key, Key]]:
    """Shifts ahead with the volunteer's places in them, in the order in which shifts are locked."""
    rows = work.session.execute(
        select(SignUp.shard_code, SignUp.shift_id, SignUp.id)
        .join(Shift, and_(Shift.shard_code == SignUp.shard_code, Shift.id == SignUp.shift_id))
        .where(
            SignUp.volunteer_shard == volunteer.shard,
            SignUp.volunteer_id == volunteer.id,
            SignUp.status == SignUpStatus.ACCEPTED,
            Shift.starts_at > work.now,
        )
        .order_by(SignUp.shard_code, SignUp.shift_id)
    )
    return [(Key(shard, shift), Key(shard, unique)) for shard, shift, unique in rows]


HOLD = STATUS.with_for_update()


def hold_sign_up(work: Work, *, shift: Key, volunteer: Key) -> SignUpStatus | None:
    """How a volunteer stands in a shift, with the row locked, so that one person's scans go one by one.

    Internal: the caller decides the right.
    """
    found = work.connection.execute(HOLD, _place(shift, volunteer)).scalar()
    return SignUpStatus(found) if found else None


def hold_sign_ups(work: Work, *, shift: Key, volunteers: Collection[Key]) -> dict[Key, SignUpStatus]:
    """What `hold_sign_up` says of many, whoever has signed up; the rows are locked in one order. Internal."""
    columns = (SignUp.volunteer_shard, SignUp.volunteer_id)
    rows = work.connection.execute(
        select(*columns, SignUp.status)
        .where(
            SignUp.shard_code == shift.shard,
            SignUp.shift_id == shift.id,
            among(SignUp.volunteer_id, [volunteer.id for volunteer in volunteers]),
        )
        .order_by(*columns)
        .with_for_update()
    )
    return {Key(shard, volunteer): SignUpStatus(status) for shard, volunteer, status in rows}


def hold_gate(work: Work, *, shift: Key, volunteer: Key) -> tuple[ShiftGate | None, SignUpStatus | None]:
    """The gate of a shift, and what `hold_sign_up` says: one statement for everybody who has signed up.

    Internal: the caller decides the right.
    """
    row = work.connection.execute(HELD_GATE, _place(shift, volunteer)).first()
    return (gate_from(shift, row), SignUpStatus(row.sign_up)) if row else (gate_of(shift), None)


def _place(shift: Key, volunteer: Key) -> dict[str, object]:
    return {
        "shard": shift.shard,
        "shift": shift.id,
        "volunteer_shard": volunteer.shard,
        "volunteer": volunteer.id,
    }


def own_volunteer(work: Work, permission: Permission) -> Key:
    """The volunteer that the actor is. Raises Unauthenticated, or Forbidden("not-a-volunteer")."""
    if work.actor.is_anonymous:
        raise Unauthenticated()
    if work.actor.volunteer is None:
        raise Forbidden("not-a-volunteer")
    work.allow(permission, owner=work.actor.volunteer)
    return work.actor.volunteer


def _allow_for(work: Work, volunteer: Key, channel: str) -> str:
    """Decide the right to act for a volunteer. Returns by which way it is then done.

    What is one's own, or a ward's, comes from the persons themselves; a clerk says how they asked.
    """
    if work.actor.owns(volunteer) or not work.actor.holding(Permission.VOLUNTEER_ASSIST):
        work.allow(Permission.SIGN_UP_WRITE, owner=volunteer)
        return "web"
    person = standing(volunteer)
    if person is None:
        raise NotFound()
    work.allow(Permission.VOLUNTEER_ASSIST, region=person.region_code)
    if channel not in ASSISTED:
        raise Invalid("not-a-choice", field="channel")
    return channel


def _check_standing(volunteer: Key) -> None:
    found = standing(volunteer)
    if found is not None and found.status == Status.SUSPENDED:
        raise Conflict("volunteer-suspended")
    if found is None or found.status != Status.REGISTERED:
        raise Conflict("volunteer-not-registered")


def _locked_shift(work: Work, shift: Key) -> Shift:
    found = work.session.get(Shift, (shift.shard, shift.id), with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound()
    return found


def _check_recruiting(work: Work, shift: Shift) -> None:
    project_status = work.session.scalar(
        select(Project.status).where(Project.shard_code == shift.shard_code, Project.id == shift.project_id)
    )
    if not takes_sign_ups(project_status) or shift.status != ShiftStatus.OPEN:
        raise Conflict("not-recruiting")
    if shift.starts_at <= work.now:
        raise Conflict("shift-started")


def _sign_up_of(work: Work, shift: Key, volunteer: Key) -> SignUp | None:
    return work.session.scalar(
        select(SignUp)
        .where(
            SignUp.shard_code == shift.shard,
            SignUp.shift_id == shift.id,
            SignUp.volunteer_shard == volunteer.shard,
            SignUp.volunteer_id == volunteer.id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _take_place(work: Work, shift: Key) -> None:
    taken = work.connection.execute(
        update(Shift)
        .where(Shift.shard_code == shift.shard, Shift.id == shift.id, Shift.taken < Shift.capacity)
        .values(taken=Shift.taken + 1)
    )
    if taken.rowcount != 1:
        raise Conflict("shift-full")


def _give_place_back(work: Work, shift: Key) -> None:
    work.connection.execute(
        update(Shift)
        .where(Shift.shard_code == shift.shard, Shift.id == shift.id)
        .values(taken=Shift.taken - 1)
    )


def _accept(work: Work, shift: Key, volunteer: Key, earlier: SignUp | None, way: str) -> Key:
    """Use the row of an earlier, cancelled sign-up again, or make one."""
    if earlier is not None:
        earlier.status = SignUpStatus.ACCEPTED
        earlier.changed_at, earlier.changed_by, earlier.channel = work.now, work.actor.label, way
        return earlier.key
    made = SignUp(
        shard_code=shift.shard,
        id=work.new_id(),
        shift_id=shift.id,
        volunteer_shard=volunteer.shard,
        volunteer_id=volunteer.id,
        status=SignUpStatus.ACCEPTED,
        signed_up_at=work.now,
        changed_at=work.now,
        changed_by=work.actor.label,
        channel=way,
    )
    work.session.add(made)
    return made.key


def _set_cancelled(work: Work, sign_up: Key, way: str) -> bool:
    done = work.connection.execute(
        update(SignUp)
        .where(
            SignUp.shard_code == sign_up.shard,
            SignUp.id == sign_up.id,
            SignUp.status == SignUpStatus.ACCEPTED,
        )
        .values(
            status=SignUpStatus.CANCELLED,
            changed_at=work.now,
            changed_by=work.actor.label,
            channel=way,
        )
    )
    return done.rowcount == 1
