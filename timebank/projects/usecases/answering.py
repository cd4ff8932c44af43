"""What a person answers: an offered place, an invitation; and what becomes of it when nobody answers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.models import SignUp
from timebank.projects.rules import RAN_OUT, SignUpStatus, WhyOver
from timebank.projects.usecases import places
from timebank.projects.usecases.sign_ups import allowed_way, check_overlap, stand_in_line
from timebank.volunteers.rules import ASSISTED

ANSWERED = (SignUpStatus.OFFERED, SignUpStatus.INVITED)


def accept_place(
    work: Work,
    *,
    sign_up: Key,
    post: Key | None = None,
    waits: bool = False,
    despite_overlap: bool = False,
    channel: str = "window",
) -> SignUpStatus:
    """Say yes to an offered place or to an invitation; for the same people as `sign_up`.

    An offer keeps its place and its post; an invitation takes one now, and waits for one where all are taken
    and the person `waits`. Raises Conflict as `sign_up` does, and Conflict("offer-over") when it has run out.
    """
    way = allowed_way(work, sign_up, channel)
    row, shift = places.locked_sign_up(work, sign_up)
    person = places.person_of(row)
    if row.status not in ANSWERED or row.answer_by is None or row.answer_by <= work.now:
        raise Conflict("offer-over")
    places.check_standing(person)
    invited = row.status == SignUpStatus.INVITED
    if invited:
        places.check_recruiting(work, shift)
    else:  # the place is kept, also where recruiting was ended meanwhile
        places.check_ahead(work, shift)
    named = Key(sign_up.shard, row.post_id) if row.post_id else None
    chosen = places.chosen_post(work, shift.key, (invited and post) or named)
    places.check_prerequisites(shift, chosen, person)
    check_overlap(shift, person, despite_overlap)
    status = SignUpStatus.ACCEPTED
    if invited:
        row.post_id = chosen.id if chosen else None
        if not places.take_place(work, shift.key, row.post_id):
            if not waits:
                raise Conflict("shift-full")
            status = SignUpStatus.WAITING
    places.put(work, row, status, way)
    if status == SignUpStatus.WAITING:
        stand_in_line(work, row, shift)
        work.emit("sign_up.waiting", sign_up, shift=shift.key, volunteer=person, channel=way)
    else:
        work.emit("sign_up.accepted", sign_up, shift=shift.key, volunteer=person, channel=way)
    if way in ASSISTED:
        work.emit("volunteer.signed_up", person, sign_up=sign_up, shift=shift.key, channel=way)
    return status


def decline_place(work: Work, *, sign_up: Key, channel: str = "window") -> None:
    """Say no to an offered place, which goes to the next in line, or to an invitation. Nobody asks why.

    Raises Conflict("offer-over"), NotFound.
    """
    way = allowed_way(work, sign_up, channel)
    row, shift = places.locked_sign_up(work, sign_up)
    if row.status not in ANSWERED:
        raise Conflict("offer-over")
    person = places.person_of(row)
    places.release(work, row, shift, SignUpStatus.DECLINED, way)
    work.emit("sign_up.declined", sign_up, shift=shift.key, volunteer=person, channel=way)


def expire_offers(work: Work, *, on: date) -> dict[str, int]:
    """End offers, invitations and waits whose time is over, and give places on. Repeating it changes nothing.

    `on` is the date of the run; what decides is the present instant.
    """
    work.allow(Permission.JOB_RUN)
    rows = work.session.execute(
        select(SignUp.shard_code, SignUp.id)
        .where(SignUp.status.in_(RAN_OUT), SignUp.answer_by <= work.now)
        .order_by(SignUp.shard_code, SignUp.shift_id, SignUp.answer_by, SignUp.id)
    )
    ended = 0
    for key in [Key(*row) for row in rows]:
        row, shift = places.locked_sign_up(work, key)
        if row.status not in RAN_OUT or row.answer_by is None or row.answer_by > work.now:
            continue
        if shift.called_off_at is not None and shift.starts_at > work.now:
            continue  # nobody could answer; the time begins anew when the shift takes place after all
        why = RAN_OUT[SignUpStatus(row.status)] if shift.called_off_at is None else WhyOver.CALLED_OFF
        places.release(work, row, shift, SignUpStatus.EXPIRED, why=why)
        work.emit("sign_up.expired", key, shift=shift.key, volunteer=places.person_of(row))
        ended += 1
    return {"offers": ended}
