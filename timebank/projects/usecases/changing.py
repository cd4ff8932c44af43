"""Changing and cancelling shifts ahead, one or with those of its series that follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time

from sqlalchemy import and_, or_, update

from timebank.kernel.clock import local_date
from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import Key
from timebank.kernel.work import Work
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.queries.policies import project_policy
from timebank.projects.queries.shortages import Short, Tightened, short_of
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
    prerequisites_of,
)
from timebank.projects.rules.posts import ShiftSaid
from timebank.projects.usecases import places
from timebank.projects.usecases.calling_off import cancel, concerned, revise
from timebank.projects.usecases.organizing import organized_shift
from timebank.projects.usecases.series import change_each, following_shifts


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
    """Other numbers of places for posts of this shift, and for those of the same names in the shifts that
    follow; the others keep theirs."""
    attendance: Attendance | None = None
    """How people prove that they served; None leaves it as it is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the shifts of a series."""

    changed: list[Key]
    kept: list[Key]
    """Shifts for which somebody signed up: their times stay until each of them is decided."""


def edit_shift(
    work: Work,
    *,
    shift: Key,
    changes: Changes,
    reason: str | None = None,
    revision: int | None = None,
    despite_lacking: bool = False,
) -> None:
    """Change a shift that has not begun. Where somebody signed up, other times need a reason they read.

    Whoever has a place keeps it, also without what is asked from now on; whoever waits gets none without it.
    `revision` is that of the shift which the organizer has seen. Raises Invalid for the field at fault
    ("below-taken" for fewer places than are taken, "reason-needed"), Conflict "shift-started",
    "wrong-project-status", "shift-over", "changed-meanwhile", or "people-lack-it" where somebody lacks what
    is asked anew (`despite_lacking` goes on).
    """
    row = _changeable(work, shift, revision)
    people = concerned(work, [row])
    if _moves(work, row, changes) and people:
        row.status_reason = check_reason(reason or "")
    short = _short(work, [row], changes)
    _change(work, row, changes, with_times=True)
    if not despite_lacking:
        short.refuse()
    tell(work, row, people, "volunteer.shift_changed")


def edit_following(
    work: Work,
    *,
    shift: Key,
    changes: Changes,
    revision: int | None = None,
    despite_lacking: bool = False,
) -> Outcome:
    """Change a shift of a series and those that follow it: all of them, or none.

    Shifts for which nobody signed up get the new times; the others get the rest, keep their times, and are
    returned for a decision about each. Raises as `edit_shift` does, Conflict("no-series"), and
    Conflict("series-refused") naming the shifts that do not take the change.
    """
    first = _changeable(work, shift, revision)
    rows = following_shifts(work, first)
    if changes.occurs_on is not None:
        raise Invalid("not-for-a-series", field="occurs_on")
    named = _places_by_name(work, first, changes)
    short = _short(work, rows, changes)
    changed, kept = list[Key](), list[Key]()

    def change(row: Shift) -> None:
        people = concerned(work, [row])
        stays = bool(people) and _moves(work, row, changes)
        own = replace(changes, posts=_own_places(work, row, named))
        _change(work, row, own, with_times=not stays)
        (kept if stays else changed).append(row.key)
        tell(work, row, [] if stays else people, "volunteer.shift_changed")

    change_each(rows, change)
    if not despite_lacking:
        short.refuse()
    return Outcome(changed, kept)


def cancel_shift(work: Work, *, shift: Key, reason: str, following: bool = False) -> int:
    """Cancel a shift that has not begun, or it with those that follow; whoever signed up reads the reason.

    Returns how many were cancelled. Raises Invalid("reason-needed"), Conflict as `edit_shift` does.
    """
    told = check_reason(reason)
    first = _changeable(work, shift)
    rows = following_shifts(work, first) if following else [first]
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


def check_seen(shift: Shift, revision: int | None) -> None:
    """Raises Conflict("changed-meanwhile") where the shift has another revision than was seen. Internal."""
    if revision is not None and revision != shift.revision:
        raise Conflict("changed-meanwhile")


def _changeable(work: Work, shift: Key, revision: int | None = None) -> Shift:
    row = open_shift(work, shift)
    if row.starts_at <= work.now:
        raise Conflict("shift-started")
    check_seen(row, revision)
    return row


def _short(work: Work, shifts: Iterable[Shift], changes: Changes) -> Short:
    """Who lacks what is asked anew; asked before anything is changed, as a change can end waits."""
    now = checked_prerequisites(changes.prerequisites)
    return short_of(
        Tightened.of_shift(
            row.key,
            changes.occurs_on or row.occurs_on,
            prerequisites_of(row.prerequisites),
            now,
            {
                post.id: prerequisites_of(post.prerequisites)
                for post in places.posts_of(work, row.key).values()
            },
        )
        for row in shifts
        if prerequisites_of(row.prerequisites) != now
    )


def _places_by_name(work: Work, first: Shift, changes: Changes) -> dict[str, int]:
    """The places of posts by the names that the first shift gives them. Raises Invalid("not-a-choice")."""
    posts = places.posts_of(work, first.key)
    if any(key.shard != first.shard_code or key.id not in posts for key, _places in changes.posts):
        raise Invalid("not-a-choice", field="posts")
    return {posts[key.id].name: capacity for key, capacity in changes.posts}


def _own_places(work: Work, shift: Shift, named: Mapping[str, int]) -> tuple[tuple[Key, int], ...]:
    """The same for the posts of one shift. Raises Invalid("no-such-post")."""
    posts = {post.name: post for post in places.posts_of(work, shift.key).values()}
    if named.keys() - posts.keys():
        raise Invalid("no-such-post", field="posts")
    return tuple((posts[name].key, capacity) for name, capacity in named.items())


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
