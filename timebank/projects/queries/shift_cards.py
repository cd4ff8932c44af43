"""Cards of shifts with their posts, as pages and API show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from timebank.kernel.db import bulk_connection, runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.models import Post, Project, Shift
from timebank.projects.queries.internal import (
    ATTENDANCE,
    OF_ITS_PROJECT,
    AnyRow,
    AnySelect,
    Venue,
    terms_of,
    venue_of,
)
from timebank.projects.queries.own import OwnSignUp, own_sign_ups
from timebank.projects.rules import (
    WITH_GATES,
    AttendanceTerms,
    Prerequisites,
    PrintedCode,
    ProjectStatus,
    ShiftStatus,
    closes_at,
    has_place,
    opens_at,
    prerequisites_of,
    takes_sign_ups,
)


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post of a shift."""

    key: Key
    name: str
    duty: str | None
    capacity: int
    taken: int
    prerequisites: Prerequisites

    @property
    def left(self) -> int:
        """Places that are still free."""
        return self.capacity - self.taken


@dataclass(frozen=True, slots=True)
class ShiftCard:
    """One shift of a project."""

    key: Key
    project: Key
    project_name: str
    project_status: ProjectStatus
    organization: Key
    organization_name: str
    region_code: int
    place: str
    title: str
    starts_at: datetime
    ends_at: datetime
    occurs_on: date
    opens_at: datetime
    closes_at: datetime
    capacity: int
    taken: int
    status: ShiftStatus
    terms: AttendanceTerms
    printed_code: PrintedCode
    offers_place: bool
    venue: Venue | None
    is_started: bool
    is_over: bool
    own: OwnSignUp | None
    posts: list[PostCard]
    prerequisites: Prerequisites
    needs_approval: bool
    bring: str | None
    status_reason: str | None
    """Why it was called off or moved."""
    called_off_at: datetime | None
    """Since when it does not take place: cancelled, or halted with its project."""
    revision: int
    changed_at: datetime | None
    series: Key | None

    @property
    def left(self) -> int:
        """Places that are still free."""
        return self.capacity - self.taken

    @property
    def is_called_off(self) -> bool:
        """Whether it does not take place, or not to its end."""
        return self.called_off_at is not None

    @property
    def is_recruiting(self) -> bool:
        """Whether a sign-up can be accepted at all, places aside."""
        is_open = self.status == ShiftStatus.OPEN and takes_sign_ups(self.project_status)
        return is_open and not self.is_started

    @property
    def has_gate(self) -> bool:
        """Whether people come in and go out by a gate of it, and get hours there."""
        return self.project_status in WITH_GATES

    @property
    def is_deciding(self) -> bool:
        """Whether its organizer can still decide about those who applied or wait."""
        return self.status == ShiftStatus.OPEN and not (self.is_started or self.is_called_off)

    @property
    def is_own(self) -> bool:
        """Whether whoever looks has a place in it."""
        return self.own is not None and has_place(self.own.status)


SHIFT_ROWS: AnySelect = (
    select(
        Shift.shard_code,
        Shift.id,
        Shift.project_id,
        Shift.title,
        Shift.starts_at,
        Shift.ends_at,
        Shift.occurs_on,
        Shift.opens_minutes,
        Shift.closes_minutes,
        Shift.capacity,
        Shift.taken,
        Shift.status,
        Shift.prerequisites,
        Shift.needs_approval,
        Shift.bring,
        Shift.status_reason,
        Shift.called_off_at,
        Shift.revision,
        Shift.changed_at,
        Shift.series_id,
        *ATTENDANCE,
        Project.name,
        Project.place,
        Project.status.label("project_status"),
        Project.organization_shard,
        Project.organization_id,
        Project.organization_name,
        Project.region_code,
        Project.approved_at,
    )
    .select_from(Shift)
    .join(Project, OF_ITS_PROJECT)
)
"""Rows that `shift_cards` reads."""

POST = (
    Post.id,
    Post.shift_id,
    Post.name,
    Post.duty,
    Post.capacity,
    Post.taken,
    Post.prerequisites,
)


def shift_card(actor: Actor, key: Key) -> ShiftCard:
    """One shift, visible as its project is. Raises NotFound."""
    rows = SHIFT_ROWS.where(Shift.shard_code == key.shard, Shift.id == key.id)
    found = bulk_connection().execute(rows).first()
    if found is None or not (found.approved_at or is_concerned(actor, found)):
        raise NotFound()
    own = own_sign_ups(_own(actor), [found])
    return _card(found, own, posts_of_shifts([found]), runtime().clock.now())


def shift_for(actor: Actor, key: Key, volunteer: Key | None) -> ShiftCard:
    """One shift as `shift_card` shows it, `own` being the sign-up of a ward where one is given."""
    if volunteer is not None:
        require(actor, Permission.SIGN_UP_READ, owner=volunteer)
    card = shift_card(actor, key)
    if volunteer is None:
        return card
    rows = SHIFT_ROWS.where(Shift.shard_code == key.shard, Shift.id == key.id)
    return shift_cards(actor, rows, volunteer)[0]


def shift_cards(actor: Actor, rows: AnySelect, volunteer: Key | None = None) -> list[ShiftCard]:
    """Cards of the shifts that a selection made of SHIFT_ROWS finds.

    `own` is the sign-up of the actor, or of somebody else for whom the caller may ask.
    """
    found = list(bulk_connection().execute(rows))
    own = own_sign_ups(volunteer or _own(actor), found)
    posts, now = posts_of_shifts(found), runtime().clock.now()
    return [_card(row, own, posts, now) for row in found]


def posts_of_shifts(shifts: list[AnyRow]) -> dict[UUID, list[PostCard]]:
    """The posts of rows of shifts, by the shift's id; shard by shard. Internal."""
    found: dict[UUID, list[PostCard]] = {}
    for shard in sorted({row.shard_code for row in shifts}):
        rows = bulk_connection().execute(
            select(*POST)
            .where(Post.shard_code == shard)
            .where(Post.shift_id.in_([row.id for row in shifts if row.shard_code == shard]))
            .order_by(Post.id)
        )
        for row in rows:
            found.setdefault(row.shift_id, []).append(
                PostCard(
                    key=Key(shard, row.id),
                    name=row.name,
                    duty=row.duty,
                    capacity=row.capacity,
                    taken=row.taken,
                    prerequisites=prerequisites_of(row.prerequisites),
                )
            )
    return found


def _card(
    row: AnyRow, own: dict[UUID, OwnSignUp], posts: dict[UUID, list[PostCard]], now: datetime
) -> ShiftCard:
    return ShiftCard(
        key=Key(row.shard_code, row.id),
        project=Key(row.shard_code, row.project_id),
        project_name=row.name,
        project_status=ProjectStatus(row.project_status),
        organization=Key(row.organization_shard, row.organization_id),
        organization_name=row.organization_name,
        region_code=row.region_code,
        place=row.place,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        occurs_on=row.occurs_on,
        opens_at=opens_at(row.starts_at, row.opens_minutes),
        closes_at=closes_at(row.ends_at, row.closes_minutes),
        capacity=row.capacity,
        taken=row.taken,
        status=ShiftStatus(row.status),
        terms=terms_of(row),
        printed_code=PrintedCode(row.printed_code),
        offers_place=row.offers_place,
        venue=venue_of(row),
        is_started=row.starts_at <= now,
        is_over=row.ends_at <= now,
        own=own.get(row.id),
        posts=posts.get(row.id, []),
        prerequisites=prerequisites_of(row.prerequisites),
        needs_approval=row.needs_approval,
        bring=row.bring,
        status_reason=row.status_reason,
        called_off_at=row.called_off_at,
        revision=row.revision,
        changed_at=row.changed_at,
        series=Key(row.shard_code, row.series_id) if row.series_id else None,
    )


def _own(actor: Actor) -> Key | None:
    """The actor's volunteer, as far as the token in use may read sign-ups."""
    own = actor.volunteer
    return own if own and actor.can(Permission.SIGN_UP_READ, owner=own) else None


def is_concerned(actor: Actor, project: Project | AnyRow) -> bool:
    """Whether the actor works for the project's organisation or reviews its region. Internal."""
    return actor.can(Permission.PROJECT_WRITE, organization=organization_of(project)) or actor.can(
        Permission.PROJECT_REVIEW, region=project.region_code
    )


def organization_of(project: Project | AnyRow) -> Key:
    """Whose project it is. Internal."""
    return Key(project.organization_shard, project.organization_id)
