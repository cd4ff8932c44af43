"""No-shows: how many somebody has, and the appeals that wait for somebody's decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page, after_key, key_cursor, page_of
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.models import NoShowAppeal, Post, Project, Shift, SignUp
from timebank.projects.queries.internal import OF_ITS_PROJECT
from timebank.projects.queries.lists import inside
from timebank.projects.rules import HAS_PLACE, AppealStatus, ShiftStatus, SignUpStatus
from timebank.volunteers.queries import Standing, standings


@dataclass(frozen=True, slots=True)
class AppealCard:
    """An appeal as its decider reads it."""

    key: Key
    sign_up: Key
    shift: Key
    project: Key
    project_name: str
    title: str
    starts_at: datetime
    ends_at: datetime
    name: str
    volunteer_no: str
    note: str | None
    status: AppealStatus
    appealed_at: datetime
    reply: str | None
    may_decide: bool
    """Not for who noted the no-show, and not for the person."""


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """A place in a shift as it was kept or noted as missed, for who looks at it afterwards."""

    sign_up: Key
    shift: Key
    volunteer: Key
    status: SignUpStatus
    post: str | None
    changed_at: datetime
    changed_by: str | None
    reason: str | None
    """Why a no-show was taken back."""
    appeal: AppealStatus | None


def note_context(appeal: Key) -> str:
    """The place for which the person's note is encrypted."""
    return f"no_show_appeals.note:{appeal}"


def reply_context(appeal: Key) -> str:
    """The place for which the reply is encrypted."""
    return f"no_show_appeals.reply:{appeal}"


def no_shows(actor: Actor, volunteer: Key) -> int:
    """How often a volunteer was noted as not having come, without those taken back after an appeal.

    For the person and the guardian.
    """
    require(actor, Permission.SIGN_UP_READ, owner=volunteer)
    return count_no_shows(volunteer)


def count_no_shows(volunteer: Key) -> int:
    """The same count for other flats. Internal."""
    found = bulk_connection().execute(
        select(func.count()).where(
            SignUp.volunteer_shard == volunteer.shard,
            SignUp.volunteer_id == volunteer.id,
            SignUp.status == SignUpStatus.NO_SHOW,
        )
    )
    return int(found.scalar_one())


def appeals_to_decide(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page[AppealCard]:
    """Waiting appeals of the actor's organisations and regions, the oldest first."""
    found = _read(actor, NoShowAppeal.status == AppealStatus.WAITING, limit + 1, cursor)
    return page_of(found, limit, key_cursor(found[:limit][-1].key) if found else "")


def appeal(actor: Actor, key: Key) -> AppealCard:
    """One appeal, for the same people. Raises NotFound."""
    found = _read(actor, and_(NoShowAppeal.shard_code == key.shard, NoShowAppeal.id == key.id), 1, None)
    if not found:
        raise NotFound()
    return found[0]


def ended_shifts(*, now: datetime, late_since: datetime, limit: int = 200) -> list[Key]:
    """Shifts with a closed gate whose absences are not noted, and those noted since an instant. Internal."""
    rows = bulk_connection().execute(
        select(Shift.shard_code, Shift.id, Shift.status, Shift.ends_at, Shift.closes_minutes)
        .where(
            Shift.ends_at < now,
            or_(Shift.called_off_at.is_(None), Shift.called_off_at >= Shift.ends_at),
            or_(Shift.absences_noted_at.is_(None), Shift.absences_noted_at >= late_since),
        )
        .order_by(Shift.ends_at, Shift.shard_code, Shift.id)
        .limit(limit)
    )
    return [
        Key(row.shard_code, row.id)
        for row in rows
        if row.status == ShiftStatus.CLOSED or (now - row.ends_at).total_seconds() > 60 * row.closes_minutes
    ]


def kept_places(shift: Key) -> list[KeptPlace]:
    """The places of a shift with those noted as missed, in the order of the sign-ups. Internal."""
    return _places(SignUp.shard_code == shift.shard, SignUp.shift_id == shift.id)


def kept_place(sign_up: Key) -> KeptPlace | None:
    """One of them, or None where there is none under this key. Internal."""
    return next(iter(_places(SignUp.shard_code == sign_up.shard, SignUp.id == sign_up.id)), None)


def _places(*conditions: ColumnElement[bool]) -> list[KeptPlace]:
    of_appeal = and_(NoShowAppeal.shard_code == SignUp.shard_code, NoShowAppeal.sign_up_id == SignUp.id)
    of_post = and_(Post.shard_code == SignUp.shard_code, Post.id == SignUp.post_id)
    rows = bulk_connection().execute(
        select(*SignUp.__table__.columns, Post.name.label("post"), NoShowAppeal.status.label("appeal"))
        .select_from(SignUp)
        .outerjoin(Post, of_post)
        .outerjoin(NoShowAppeal, of_appeal)
        .where(*conditions, SignUp.status.in_(HAS_PLACE))
        .order_by(SignUp.id)
    )
    return [_place(row) for row in rows]


def _place(row: Any) -> KeptPlace:
    key = Key(row.shard_code, row.id)
    sealed = row.reason_sealed
    return KeptPlace(
        sign_up=key,
        shift=Key(row.shard_code, row.shift_id),
        volunteer=Key(row.volunteer_shard, row.volunteer_id),
        status=SignUpStatus(row.status),
        post=row.post,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        reason=runtime().vault.decrypt(sealed, f"sign_ups.reason:{key}") if sealed else None,
        appeal=AppealStatus(row.appeal) if row.appeal else None,
    )


def _read(actor: Actor, condition: Any, limit: int, cursor: str | None) -> list[AppealCard]:
    if not (actor.can(Permission.PROJECT_WRITE) or actor.can(Permission.PROJECT_REVIEW)):
        require(actor, Permission.PROJECT_WRITE)
    own = [
        and_(Project.organization_shard == each.shard, Project.organization_id == each.id)
        for each in actor.organizations(Permission.PROJECT_WRITE)
    ]
    regions = [and_(*inside(code)) for code in actor.regions(Permission.PROJECT_REVIEW)]
    of_shift = and_(NoShowAppeal.shard_code == Shift.shard_code, NoShowAppeal.shift_id == Shift.id)
    query = (
        select(
            *NoShowAppeal.__table__.columns,
            Project.id.label("project_id"),
            Project.name.label("project_name"),
            Shift.title,
            Shift.starts_at,
            Shift.ends_at,
        )
        .select_from(Shift)
        .join(NoShowAppeal, of_shift)
        .join(Project, OF_ITS_PROJECT)
        .where(condition, or_(*own, *regions))
        .order_by(NoShowAppeal.id, NoShowAppeal.shard_code)
        .limit(limit)
    )
    last = after_key(cursor)
    if last:
        query = query.where(NoShowAppeal.id > last.id)
    return _cards(actor, list(bulk_connection().execute(query)))


def _cards(actor: Actor, rows: list[Any]) -> list[AppealCard]:
    people = standings(Key(row.volunteer_shard, row.volunteer_id) for row in rows)
    return [_card(actor, row, people[Key(row.volunteer_shard, row.volunteer_id)]) for row in rows]


def _card(actor: Actor, row: Any, person: Standing) -> AppealCard:
    key, vault = Key(row.shard_code, row.id), runtime().vault
    return AppealCard(
        key=key,
        sign_up=Key(row.shard_code, row.sign_up_id),
        shift=Key(row.shard_code, row.shift_id),
        project=Key(row.shard_code, row.project_id),
        project_name=row.project_name,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        name=person.name,
        volunteer_no=person.volunteer_no,
        note=vault.decrypt(row.note_sealed, note_context(key)) if row.note_sealed else None,
        status=AppealStatus(row.status),
        appealed_at=row.appealed_at,
        reply=vault.decrypt(row.reply_sealed, reply_context(key)) if row.reply_sealed else None,
        may_decide=(
            row.status == AppealStatus.WAITING
            and actor.label != row.recorded_by
            and not actor.owns(person.key)
        ),
    )
