"""What an organizer decides about sign-ups: approve, refuse, invite. Nobody is enrolled without their yes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from timebank.kernel.errors import Invalid, NotFound, TimebankError
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.memberships.queries import members
from timebank.memberships.rules import volunteer_number
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.rules import PENDING, STANDING, SignUpStatus, checked_note
from timebank.projects.usecases import places
from timebank.projects.usecases.sign_ups import stand_in_line
from timebank.volunteers.queries import by_number, standings
from timebank.volunteers.rules import Status

MOST_AT_ONCE = 200
INVITED, REPEATED, NOT_REGISTERED = "invited", "already-signed-up", "unknown-number"


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one sign-up of many: its new state, or why it was left as it was."""

    sign_up: Key
    outcome: str


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of one line of a list of volunteer numbers."""

    number: str
    outcome: str


def organized_shift(work: Work, shift: Key) -> Shift:
    """The shift, locked, of a project that the actor may write. Raises NotFound."""
    row = places.locked_shift(work, shift)
    project = work.session.get_one(Project, (shift.shard, row.project_id))
    organization = Key(project.organization_shard, project.organization_id)
    work.allow(Permission.PROJECT_WRITE, organization=organization)
    return row


def approve_sign_ups(work: Work, *, shift: Key, sign_ups: Sequence[Key]) -> list[Decided]:
    """Give the places to applications in the order given; beyond the last place they wait for one.

    Each is answered for itself: `accepted`, `waiting`, or the code of what stands in the way. They applied
    while it recruited, so they can be accepted afterwards, until the shift starts.
    """
    row = organized_shift(work, shift)
    places.check_ahead(work, row)
    return _each(sign_ups, lambda key: _approve(work, row, key))


def refuse_sign_ups(work: Work, *, shift: Key, sign_ups: Sequence[Key], reason: str) -> list[Decided]:
    """Refuse applications, and those who wait, with a reason that the persons read."""
    row = organized_shift(work, shift)
    told = checked_note(reason)
    return _each(sign_ups, lambda key: _refuse(work, row, key, told))


def invite_volunteers(work: Work, *, shift: Key, numbers: Sequence[str]) -> list[Invited]:
    """Ask volunteers to a shift by their numbers; each answers for itself until the shift starts.

    Whoever declined or was invited already is not asked again. Raises Invalid for no line or too many.
    """
    row = organized_shift(work, shift)
    places.check_recruiting(work, row)
    wanted = list(dict.fromkeys(text for each in numbers if (text := each.strip().upper())))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Invalid("required" if not wanted else f"too-many-chosen {MOST_AT_ONCE}", field="numbers")
    return [Invited(number, _invite_number(work, row, number)) for number in wanted]


def invite_team(work: Work, *, shift: Key, organization: Key) -> int:
    """Ask every active member of one's team; returns how many were asked anew."""
    row = organized_shift(work, shift)
    places.check_recruiting(work, row)
    invited, cursor = 0, None
    while True:
        page = members(work.actor, organization, limit=100, cursor=cursor)
        able = [each.volunteer for each in page.items if each.standing == Status.REGISTERED]
        invited += sum(_invite(work, row, volunteer) == INVITED for volunteer in able)
        if page.next is None:
            return invited
        cursor = page.next


def _each(keys: Sequence[Key], decide: Callable[[Key], str]) -> list[Decided]:
    if not 0 < len(keys) <= MOST_AT_ONCE:
        raise Invalid("required" if not keys else f"too-many-chosen {MOST_AT_ONCE}", field="sign_ups")
    return [Decided(key, decide(key)) for key in dict.fromkeys(keys)]


def _row(work: Work, shift: Shift, key: Key) -> SignUp:
    found = work.session.get(SignUp, (key.shard, key.id), with_for_update=True, populate_existing=True)
    if found is None or Key(found.shard_code, found.shift_id) != shift.key:
        raise NotFound()
    return found


def _approve(work: Work, shift: Shift, key: Key) -> str:
    row = _row(work, shift, key)
    person = places.person_of(row)
    if row.status != SignUpStatus.APPLIED:
        return "decided-already"
    try:
        places.check_standing(person)
        post = places.posts_of(work, shift.key)[row.post_id] if row.post_id else None
        places.check_prerequisites(shift, post, person)
    except TimebankError as obstacle:
        return obstacle.code
    if places.take_place(work, shift.key, row.post_id):
        places.put(work, row, SignUpStatus.ACCEPTED)
        work.emit("sign_up.accepted", key, shift=shift.key, volunteer=person)
    else:
        places.put(work, row, SignUpStatus.WAITING)
        stand_in_line(work, row, shift)
        work.emit("sign_up.waiting", key, shift=shift.key, volunteer=person)
    work.emit("volunteer.sign_up_decided", person, sign_up=key, shift=shift.key)
    return row.status


def _refuse(work: Work, shift: Shift, key: Key, reason: str) -> str:
    row = _row(work, shift, key)
    if row.status not in PENDING or row.status == SignUpStatus.INVITED:
        return "decided-already"
    person = places.person_of(row)
    places.release(work, row, shift, SignUpStatus.REFUSED)
    places.keep_reason(work, row, reason)
    work.emit("sign_up.refused", key, shift=shift.key, volunteer=person)
    work.emit("volunteer.sign_up_decided", person, sign_up=key, shift=shift.key)
    return SignUpStatus.REFUSED


def _invite_number(work: Work, shift: Shift, number: str) -> str:
    volunteer = by_number(number) if volunteer_number(number) else None
    if volunteer is None:
        return NOT_REGISTERED
    person = standings([volunteer]).get(volunteer)
    if person is None or person.status != Status.REGISTERED:
        return NOT_REGISTERED
    return _invite(work, shift, volunteer)


def _invite(work: Work, shift: Shift, volunteer: Key) -> str:
    found = places.sign_up_of(work, shift.key, volunteer)
    if found and (found.status in STANDING or found.status == SignUpStatus.DECLINED):
        return REPEATED
    row = found or SignUp(
        shard_code=shift.shard_code,
        id=work.new_id(),
        shift_id=shift.id,
        volunteer_shard=volunteer.shard,
        volunteer_id=volunteer.id,
        signed_up_at=work.now,
        channel="web",
    )
    if found is None:
        work.session.add(row)
    row.post_id, row.takes_at_once, row.answer_by = None, False, shift.starts_at
    places.put(work, row, SignUpStatus.INVITED)
    work.emit("sign_up.invited", row.key, shift=shift.key, volunteer=volunteer)
    work.emit("volunteer.invited", volunteer, sign_up=row.key, shift=shift.key)
    return INVITED
