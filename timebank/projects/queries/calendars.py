"""Shifts for calendars of other programs: of a project, and of a person behind a secret address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select

from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.models import CalendarFeed, Post, Project, Shift, SignUp
from timebank.projects.queries.internal import OF_ITS_PROJECT
from timebank.projects.rules import PENDING, SignUpStatus
from timebank.volunteers.queries import standing
from timebank.volunteers.rules import Status

KEPT = timedelta(days=90)
"""How long a shift stays in a calendar after it."""
GONE = (
    SignUpStatus.CANCELLED,
    SignUpStatus.ON_LEAVE,
    SignUpStatus.REFUSED,
    SignUpStatus.DECLINED,
    SignUpStatus.EXPIRED,
)
"""States that a calendar has shown otherwise before: one that only adds up must hear that it is over."""
SHOWN = (*PENDING, SignUpStatus.ACCEPTED, *GONE)


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A shift as a calendar shows it; it says nothing about people."""

    shift: Key
    project: Key
    name: str
    title: str
    place: str
    bring: str | None
    post: str | None
    """The own post, and what is to be done there; in a person's own calendar."""
    duty: str | None
    starts_at: datetime
    ends_at: datetime
    state: str
    """`confirmed`, `tentative` or `cancelled`."""
    revision: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is read behind an address."""

    name: str | None
    """Of the project; None for a person's own."""
    events: list[CalendarEvent]


EVENT = (
    Shift.shard_code,
    Shift.id,
    Shift.project_id,
    Shift.title,
    Shift.bring,
    Shift.starts_at,
    Shift.ends_at,
    Shift.called_off_at,
    Shift.revision,
    Shift.changed_at,
    Project.name,
    Project.place,
    Project.approved_at,
)


def project_calendar(key: Key) -> Calendar:
    """The shifts of a project that was approved. Public. Raises NotFound for every other."""
    found = bulk_connection().execute(
        select(Project.name).where(
            Project.shard_code == key.shard, Project.id == key.id, Project.approved_at.is_not(None)
        )
    )
    name = found.scalar()
    if name is None:
        raise NotFound()
    rows = bulk_connection().execute(
        select(*EVENT)
        .select_from(Shift)
        .join(Project, OF_ITS_PROJECT)
        .where(Shift.shard_code == key.shard, Shift.project_id == key.id, _recent())
        .order_by(Shift.starts_at, Shift.id)
    )
    return Calendar(name, [_event(row, "confirmed", row.approved_at) for row in rows])


def personal_calendar(secret: str) -> Calendar:
    """The shifts of whoever has this secret address, as long as it is in use. Raises NotFound."""
    feed = bulk_connection().execute(
        select(CalendarFeed.shard_code, CalendarFeed.volunteer_id).where(
            CalendarFeed.secret_digest == fingerprint(secret), CalendarFeed.ended_at.is_(None)
        )
    )
    found = feed.first()
    person = standing(Key(*found)) if found else None
    if person is None or person.status != Status.REGISTERED:
        raise NotFound()
    of_shift = and_(SignUp.shard_code == Shift.shard_code, SignUp.shift_id == Shift.id)
    of_post = and_(Post.shard_code == SignUp.shard_code, Post.id == SignUp.post_id)
    own = (SignUp.status.label("own"), SignUp.changed_at.label("own_at"), Post.name.label("post"), Post.duty)
    rows = bulk_connection().execute(
        select(*EVENT, *own)
        .select_from(Shift)
        .join(SignUp, of_shift)
        .join(Project, OF_ITS_PROJECT)
        .outerjoin(Post, of_post)
        .where(
            SignUp.volunteer_shard == person.key.shard,
            SignUp.volunteer_id == person.key.id,
            SignUp.status.in_(SHOWN),
            _recent(),
        )
        .order_by(Shift.starts_at, Shift.shard_code, Shift.id)
    )
    return Calendar(None, list(_own_events(rows)))


def calendar_made_at(actor: Actor, volunteer: Key) -> datetime | None:
    """Since when a person's calendar address is in use; None without one."""
    require(actor, Permission.SIGN_UP_READ, owner=volunteer)
    found = bulk_connection().execute(
        select(CalendarFeed.made_at).where(
            CalendarFeed.shard_code == volunteer.shard,
            CalendarFeed.volunteer_id == volunteer.id,
            CalendarFeed.ended_at.is_(None),
        )
    )
    made_at: datetime | None = found.scalar()
    return made_at


def _recent() -> Any:
    return Shift.ends_at > runtime().clock.now() - KEPT


def _own_events(rows: Iterable[Any]) -> Iterable[CalendarEvent]:
    for row in rows:
        state = "cancelled" if row.own in GONE else "tentative" if row.own in PENDING else "confirmed"
        yield _event(row, state, row.own_at, row.post, row.duty)


def _event(
    row: Any, state: str, since: datetime, post: str | None = None, duty: str | None = None
) -> CalendarEvent:
    return CalendarEvent(
        shift=Key(row.shard_code, row.id),
        project=Key(row.shard_code, row.project_id),
        name=row.name,
        title=row.title,
        place=row.place,
        bring=row.bring,
        post=post,
        duty=duty,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=state if row.called_off_at is None else "cancelled",
        revision=row.revision,
        changed_at=max(since, row.changed_at or since),
    )
