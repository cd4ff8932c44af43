"""Places of a shift under the lock of its row: taken, given back, and given on to who waits. Internal."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update

from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.models import Post, Project, Shift, SignUp
from timebank.projects.queries.overlaps import overlapping
from timebank.projects.queries.policies import project_policy
from timebank.projects.queries.prerequisites import asked_of, lacks
from timebank.projects.rules import (
    HOLDING,
    ShiftStatus,
    SignUpStatus,
    WhyOver,
    answer_by,
    takes_sign_ups,
)
from timebank.volunteers.queries import standing
from timebank.volunteers.rules import ASSISTED, Status

# --- rights -----------------------------------------------------------------------------------------


def own_volunteer(work: Work, permission: Permission) -> Key:
    """The volunteer that the actor is. Raises Unauthenticated, or Forbidden("not-a-volunteer")."""
    if work.actor.is_anonymous:
        raise Unauthenticated()
    if work.actor.volunteer is None:
        raise Forbidden("not-a-volunteer")
    work.allow(permission, owner=work.actor.volunteer)
    return work.actor.volunteer


def allow_for(work: Work, volunteer: Key, channel: str) -> str:
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


def check_standing(volunteer: Key) -> None:
    """Raises Conflict("volunteer-suspended" | "volunteer-not-registered"). Internal."""
    found = standing(volunteer)
    if found is not None and found.status == Status.SUSPENDED:
        raise Conflict("volunteer-suspended")
    if found is None or found.status != Status.REGISTERED:
        raise Conflict("volunteer-not-registered")


# --- rows -------------------------------------------------------------------------------------------


def locked_shift(work: Work, shift: Key) -> Shift:
    """The shift, locked: who changes places or the line goes one by one. Raises NotFound. Internal."""
    found = work.session.get(Shift, (shift.shard, shift.id), with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound()
    return found


def check_recruiting(work: Work, shift: Shift) -> None:
    """Raises Conflict("not-recruiting" | "shift-started"). Internal."""
    project_status = work.session.scalar(
        select(Project.status).where(Project.shard_code == shift.shard_code, Project.id == shift.project_id)
    )
    if not takes_sign_ups(project_status):
        raise Conflict("not-recruiting")
    check_ahead(work, shift)


def check_ahead(work: Work, shift: Shift) -> None:
    """Whether those who signed up while it recruited can still get a place; raises the same. Internal."""
    if shift.status != ShiftStatus.OPEN or shift.called_off_at is not None:
        raise Conflict("not-recruiting")
    if shift.starts_at <= work.now:
        raise Conflict("shift-started")


def sign_up_of(work: Work, shift: Key, volunteer: Key) -> SignUp | None:
    """The volunteer's sign-up in a shift, locked. Internal."""
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


def locked_sign_up(work: Work, sign_up: Key) -> tuple[SignUp, Shift]:
    """A sign-up with its shift, both locked, the shift first. Raises NotFound. Internal."""
    seen = work.session.get(SignUp, (sign_up.shard, sign_up.id))
    if seen is None:
        raise NotFound()
    shift = locked_shift(work, Key(sign_up.shard, seen.shift_id))
    found = work.session.get_one(
        SignUp, (sign_up.shard, sign_up.id), with_for_update=True, populate_existing=True
    )
    return found, shift


def person_of(sign_up: SignUp) -> Key:
    """Whose sign-up it is. Internal."""
    return Key(sign_up.volunteer_shard, sign_up.volunteer_id)


def posts_of(work: Work, shift: Key) -> dict[UUID, Post]:
    """The posts of a shift by their id, none where it has none. Internal."""
    rows = work.session.scalars(
        select(Post)
        .where(Post.shard_code == shift.shard, Post.shift_id == shift.id)
        .order_by(Post.id)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def chosen_post(work: Work, shift: Key, post: Key | None) -> Post | None:
    """The post that a sign-up names. Raises Invalid("post-needed" | "not-a-choice"). Internal."""
    posts = posts_of(work, shift)
    if not posts and post is None:
        return None
    if post is None:
        raise Invalid("post-needed", field="post")
    if post.shard != shift.shard or post.id not in posts:
        raise Invalid("not-a-choice", field="post")
    return posts[post.id]


def check_prerequisites(shift: Shift, post: Post | None, volunteer: Key) -> None:
    """Raises Conflict("prerequisite-missing"), its `prerequisites` naming all that is missing. Internal."""
    found = lacks(volunteer, asked_of(shift, post), shift.occurs_on)
    if found:
        raise Conflict("prerequisite-missing", fields={"prerequisites": found})


# --- states -----------------------------------------------------------------------------------------


def put(
    work: Work,
    sign_up: SignUp,
    status: SignUpStatus,
    way: str | None = None,
    *,
    why: WhyOver | None = None,
) -> None:
    """Give a sign-up another state; what belonged to the state before is taken away. Internal.

    `why` says to the person what ended it, where nobody did.
    """
    sign_up.status = status
    sign_up.why_over = why
    sign_up.changed_at, sign_up.changed_by = work.now, work.actor.label
    if way:
        sign_up.channel = way
    sign_up.reason_sealed = None
    if status is not SignUpStatus.WAITING:
        sign_up.waits_since = None
    if status not in (SignUpStatus.WAITING, SignUpStatus.OFFERED, SignUpStatus.INVITED):
        sign_up.answer_by = None
    work.session.flush()


def reason_context(sign_up: SignUp) -> str:
    """The place for which a reason is encrypted. Internal."""
    return f"sign_ups.reason:{sign_up.key}"


def keep_reason(work: Work, sign_up: SignUp, reason: str) -> None:
    """Keep why, encrypted; after `put`. Internal."""
    sign_up.reason_sealed = work.runtime.vault.encrypt(reason, reason_context(sign_up))


# --- places -----------------------------------------------------------------------------------------


def take_place(work: Work, shift: Key, post: UUID | None) -> bool:
    """Take one place of the shift, and of the post where one is named; False when none is free. Internal."""
    if post is not None:
        of_post = work.connection.execute(
            update(Post)
            .where(Post.shard_code == shift.shard, Post.id == post, Post.taken < Post.capacity)
            .values(taken=Post.taken + 1)
        )
        if of_post.rowcount != 1:
            return False
    taken = work.connection.execute(
        update(Shift)
        .where(Shift.shard_code == shift.shard, Shift.id == shift.id, Shift.taken < Shift.capacity)
        .values(taken=Shift.taken + 1)
    )
    if taken.rowcount != 1 and post is not None:
        _free_post(work, shift, post)
    return taken.rowcount == 1


def give_place_back(work: Work, shift: Key, post: UUID | None) -> None:
    """One place is free again; `promote` then gives it on. Internal."""
    if post is not None:
        _free_post(work, shift, post)
    work.connection.execute(
        update(Shift)
        .where(Shift.shard_code == shift.shard, Shift.id == shift.id)
        .values(taken=Shift.taken - 1)
    )


def _free_post(work: Work, shift: Key, post: UUID) -> None:
    work.connection.execute(
        update(Post).where(Post.shard_code == shift.shard, Post.id == post).values(taken=Post.taken - 1)
    )


def release(
    work: Work,
    sign_up: SignUp,
    shift: Shift,
    status: SignUpStatus,
    way: str | None = None,
    *,
    why: WhyOver | None = None,
) -> None:
    """Put a sign-up into a state without a place, and give a place that it held on to who waits. Internal."""
    held = sign_up.status in HOLDING
    put(work, sign_up, status, way, why=why)
    if why is not None:  # the person finds it in the own history
        work.emit("volunteer.place_lost", person_of(sign_up), sign_up=sign_up.key, shift=shift.key)
    if held:
        give_place_back(work, shift.key, sign_up.post_id)
        promote(work, shift)


def promote(work: Work, shift: Shift) -> int:
    """Give free places to those who wait, strictly in their order. Internal: the caller locks the shift.

    Whoever may not serve any more, or lacks what is asked when a place is free, is passed over for good.
    Returns how many moved.
    """
    if shift.starts_at <= work.now or shift.status != ShiftStatus.OPEN or shift.called_off_at is not None:
        return 0
    moved, full = 0, set[UUID | None]()
    posts = posts_of(work, shift.key)
    for row in _line(work, shift.key):
        if row.post_id in full:
            continue
        if not take_place(work, shift.key, row.post_id):
            full.add(row.post_id)
        elif why := _obstacle(row, shift, posts.get(row.post_id) if row.post_id else None):
            give_place_back(work, shift.key, row.post_id)
            release(work, row, shift, SignUpStatus.EXPIRED, why=why)
            work.emit("sign_up.expired", row.key, shift=shift.key, volunteer=person_of(row))
        else:
            _move_up(work, row, shift)
            moved += 1
    return moved


def renew_offers(work: Work, shift: Shift) -> None:
    """Let people answer who could not while their shift was halted. Internal: the caller locks the shift."""
    minutes = project_policy(work.today).accept_minutes
    work.session.execute(
        update(SignUp)
        .where(
            SignUp.shard_code == shift.shard_code,
            SignUp.shift_id == shift.id,
            SignUp.status == SignUpStatus.OFFERED,
        )
        .values(answer_by=answer_by(shift.starts_at, work.now, minutes))
    )


def _line(work: Work, shift: Key) -> list[SignUp]:
    rows = work.session.scalars(
        select(SignUp)
        .where(
            SignUp.shard_code == shift.shard,
            SignUp.shift_id == shift.id,
            SignUp.status == SignUpStatus.WAITING,
        )
        .order_by(SignUp.waits_since, SignUp.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _obstacle(row: SignUp, shift: Shift, post: Post | None) -> WhyOver | None:
    """Why somebody whose turn it is gets no place; None where nothing stands in the way."""
    person = standing(person_of(row))
    if person is None or person.status != Status.REGISTERED:
        return WhyOver.STANDING
    return WhyOver.LACKING if lacks(person.key, asked_of(shift, post), shift.occurs_on) else None


def _move_up(work: Work, row: SignUp, shift: Shift) -> None:
    """Take the place, or be asked: also whoever has got another place at that time meanwhile is asked."""
    person = person_of(row)
    if row.takes_at_once and not overlapping(person, shift.starts_at, shift.ends_at, besides=shift.key):
        put(work, row, SignUpStatus.ACCEPTED)
        work.emit("sign_up.accepted", row.key, shift=shift.key, volunteer=person)
        work.emit("volunteer.moved_up", person, sign_up=row.key, shift=shift.key)
        return
    minutes = project_policy(work.today).accept_minutes
    row.answer_by = answer_by(shift.starts_at, work.now, minutes)
    put(work, row, SignUpStatus.OFFERED)
    work.emit("sign_up.offered", row.key, shift=shift.key, volunteer=person, minutes=minutes)
    work.emit("volunteer.place_offered", person, sign_up=row.key, shift=shift.key)
