"""Changing and cancelling shifts ahead, one or with those of its series that follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time

from sqlalchemy import and_, or_, select, update

from timebank.kernel.clock import local_date
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.queries.policies import project_policy
from timebank.projects.rules import (
    LARGEST_SHIFT,
    Action,
    Attendance,
    Prerequisites,
    ShiftStatus,
    SignUpStatus,
    at_wall_time,
    check_reason,
    check_shift_numbers,
    check_shift_times,
    checked_attendance,
    checked_prerequisites,
    checked_said,
    checked_title,
    next_status,
)
from timebank.projects.rules.posts import ShiftSaid
from timebank.projects.usecases import places
from timebank.projects.usecases.calling_off import cancel, concerned, revise
from timebank.projects.usecases.organizing import organized_shift


@dataclass(frozen=True, slots=True)
class Changes:
    """What a shift says from now on; times are wall times of its local date."""

    title: str
    begins: time
    ends: time
    opens_minutes: int
    closes_minutes: int
    capacity: int | None = None
    """Not for a shift with posts, whose places are those of its posts."""
    occurs_on: date | None = None
    """Only for one shift, never for those that follow."""
    needs_approval: bool = False
    prerequisites: Prerequisites = field(default_factory=Prerequisites)
    bring: str | None = None
    posts: tuple[tuple[Key, int], ...] = ()
    """Other numbers of places for posts of the one shift; the others keep theirs."""
    attendance: Attendance | None = None
    """How people prove that they served; None leaves it as it is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the shifts of a series."""

    changed: list[Key]
    kept: list[Key]
    """Shifts for which somebody signed up: their times stay until each of them is decided."""


def edit_shift(work: Work, *, shift: Key, changes: Changes, reason: str | None = None) -> None:
    """Change a shift that has not begun. Where somebody signed up, other times need a reason they read.

    Raises Invalid for the field at fault ("below-taken" for fewer places than are taken, "reason-needed"),
    Conflict("shift-started" | "wrong-project-status" | "shift-over").
    """
    row = _changeable(work, shift)
    people = concerned(work, [row])
    if _moves(work, row, changes) and people:
        row.status_reason = check_reason(reason or "")
    _change(work, row, changes, with_times=True)
    tell(work, row, people, "volunteer.shift_changed")


def edit_following(work: Work, *, shift: Key, changes: Changes) -> Outcome:
    """Change a shift of a series and those that follow it.

    Shifts for which nobody signed up get the new times; the others get the rest, keep their times, and are
    returned for a decision about each. Raises as `edit_shift` does, and Conflict("no-series").
    """
    changed, kept = list[Key](), list[Key]()
    rows = _following(work, shift)
    if changes.occurs_on is not None:
        raise Invalid("not-for-a-series", field="occurs_on")
    if changes.posts:
        raise Invalid("not-for-a-series", field="posts")
    for row in rows:
        people = concerned(work, [row])
        stays = bool(people) and _moves(work, row, changes)
        _change(work, row, changes, with_times=not stays)
        (kept if stays else changed).append(row.key)
        tell(work, row, [] if stays else people, "volunteer.shift_changed")
    return Outcome(changed, kept)


def cancel_shift(work: Work, *, shift: Key, reason: str, following: bool = False) -> int:
    """Cancel a shift that has not begun, or it with those that follow; whoever signed up reads the reason.

    Returns how many were cancelled. Raises Invalid("reason-needed"), Conflict as `edit_shift` does.
    """
    told = check_reason(reason)
    rows = _following(work, shift) if following else [_changeable(work, shift)]
    cancel(work, rows, told)
    for row in rows:
        tell(work, row, concerned(work, [row]), "volunteer.shift_cancelled")
    return len(rows)


def open_shift(work: Work, shift: Key) -> Shift:
    """A shift that its organizer may change, locked. Internal.

    Raises NotFound, Conflict("wrong-project-status" | "shift-over").
    """
    row = organized_shift(work, shift)
    project = work.session.get_one(Project, (shift.shard, row.project_id))
    next_status(project.status, Action.ADD_SHIFT)
    if row.status != ShiftStatus.OPEN:
        raise Conflict("shift-over")
    return row


def _changeable(work: Work, shift: Key) -> Shift:
    row = open_shift(work, shift)
    if row.starts_at <= work.now:
        raise Conflict("shift-started")
    return row


def _following(work: Work, shift: Key) -> list[Shift]:
    first = _changeable(work, shift)
    if first.series_id is None:
        raise Conflict("no-series")
    rows = work.session.scalars(
        select(Shift)
        .where(
            Shift.shard_code == shift.shard,
            Shift.series_id == first.series_id,
            Shift.status == ShiftStatus.OPEN,
            Shift.starts_at >= first.starts_at,
        )
        .order_by(Shift.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return sorted(rows, key=lambda row: row.starts_at)


def _moves(work: Work, shift: Shift, changes: Changes) -> bool:
    zone = work.runtime.config.time_zone
    day = changes.occurs_on or shift.occurs_on
    return (shift.starts_at, shift.ends_at) != (
        at_wall_time(day, changes.begins, zone),
        at_wall_time(day, changes.ends, zone),
    )


def _change(work: Work, shift: Shift, changes: Changes, *, with_times: bool) -> None:
    zone = work.runtime.config.time_zone
    if with_times:
        day = changes.occurs_on or shift.occurs_on
        starts_at, ends_at = (at_wall_time(day, at, zone) for at in (changes.begins, changes.ends))
        check_shift_times(starts_at, ends_at, work.now, zone)
        shift.starts_at, shift.ends_at = starts_at, ends_at
        shift.occurs_on = local_date(starts_at, zone)
        _move_deadlines(work, shift)
    capacity = _capacity(work, shift, changes)
    check_shift_numbers(capacity, changes.opens_minutes, changes.closes_minutes)
    if capacity < shift.taken:
        raise Invalid("below-taken", field="capacity")
    said = checked_said(ShiftSaid(bring=changes.bring))
    shift.title, shift.capacity, shift.bring = checked_title(changes.title), capacity, said.bring
    shift.opens_minutes, shift.closes_minutes = changes.opens_minutes, changes.closes_minutes
    shift.needs_approval = changes.needs_approval
    shift.prerequisites = checked_prerequisites(changes.prerequisites).document()
    if changes.attendance is not None:
        policy = project_policy(shift.occurs_on)
        for name, value in checked_attendance(changes.attendance, policy).items():
            setattr(shift, name, value)
        shift.attendance_policy = policy.version
    revise(work, [shift])
    work.emit("shift.changed", shift.key, project=Key(shift.shard_code, shift.project_id))
    places.promote(work, shift)


def _capacity(work: Work, shift: Shift, changes: Changes) -> int:
    """The places from now on, those of posts changed. Raises Invalid("below-taken" | "not-a-choice")."""
    posts = places.posts_of(work, shift.key)
    if not posts:
        return shift.capacity if changes.capacity is None else changes.capacity
    for key, capacity in changes.posts:
        post = posts.get(key.id)
        if post is None or key.shard != shift.shard_code:
            raise Invalid("not-a-choice", field="posts")
        if not 1 <= capacity <= LARGEST_SHIFT:
            raise Invalid(f"out-of-range 1 {LARGEST_SHIFT}", field="posts")
        if capacity < post.taken:
            raise Invalid("below-taken", field="posts")
        post.capacity = capacity
    return sum(post.capacity for post in posts.values())


def _move_deadlines(work: Work, shift: Shift) -> None:
    """Nothing is answered after the start; a wait and an invitation last until then."""
    of_shift = (SignUp.shard_code == shift.shard_code, SignUp.shift_id == shift.id)
    lasting = SignUp.status.in_((SignUpStatus.WAITING, SignUpStatus.INVITED))
    early = and_(SignUp.status == SignUpStatus.OFFERED, SignUp.answer_by > shift.starts_at)
    work.session.execute(
        update(SignUp).where(*of_shift, or_(lasting, early)).values(answer_by=shift.starts_at)
    )


def tell(work: Work, shift: Shift, volunteers: Iterable[Key], event: str) -> None:
    """Note it in the history of everybody concerned. Internal."""
    work.emit_each(event, [(person, {"shift": shift.key}) for person in volunteers])
