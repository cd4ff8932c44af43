"""Cards of one project and one shift, as pages and API show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from timebank.kernel.db import bulk_connection, runtime, session
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
    phone_context,
    terms_of,
    venue_of,
)
from timebank.projects.queries.own import OwnSignUp, own_sign_ups
from timebank.projects.rules import (
    OPEN_FOR_SERVICE,
    Action,
    AttendanceTerms,
    Prerequisites,
    PrintedCode,
    ProjectKind,
    ProjectStatus,
    ShiftStatus,
    closes_at,
    has_place,
    opens_at,
    possible_actions,
    prerequisites_of,
    takes_sign_ups,
)

REVIEW = frozenset({Action.APPROVE, Action.RETURN, Action.REJECT})
CONTROL = frozenset({Action.STOP, Action.LIFT, Action.VOID})
RECRUITING = frozenset({Action.START_RECRUITING, Action.END_RECRUITING})


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
        return _has_gates(self.project_status)

    @property
    def is_own(self) -> bool:
        """Whether whoever looks has a place in it."""
        return self.own is not None and has_place(self.own.status)


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project with its shifts, and what whoever looks can do with it now."""

    key: Key
    project_no: str
    name: str
    organization: Key
    organization_name: str
    region_code: int
    place: str
    content: str
    categories: list[str]
    recipients: list[str]
    risk: str
    safeguards: list[str]
    leader_name: str
    earns_credit: bool
    kind: ProjectKind
    is_dangerous: bool
    insurance: str
    with_minors: bool
    supervision: str
    skills: list[str]
    fund_source: str
    contact_name: str
    contact_phone: str | None
    """None where it is not public and whoever looks is not concerned."""
    contact_phone_public: bool
    recruits_from: datetime | None
    status: ProjectStatus
    status_since: datetime
    created_at: datetime
    submitted_at: datetime | None
    reviewed_at: datetime | None
    review_note: str | None
    shifts: list[ShiftCard]
    actions: tuple[Action, ...]
    may_copy: bool

    @property
    def is_make_up(self) -> bool:
        """Whether it was handed in afterwards (补录)."""
        return self.kind is ProjectKind.MAKE_UP

    @property
    def is_open_for_service(self) -> bool:
        """Whether its gates take people in."""
        return self.status in OPEN_FOR_SERVICE

    @property
    def has_gates(self) -> bool:
        """Whether its shifts have a gate and hours."""
        return _has_gates(self.status)


def _has_gates(status: ProjectStatus) -> bool:
    # Who is inside when a project is halted leaves by that gate.
    return status in OPEN_FOR_SERVICE or status in (ProjectStatus.PAUSED, ProjectStatus.STOPPED)


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


def project(actor: Actor, key: Key) -> ProjectCard:
    """One project. Public once it was approved; before, only for its organisation and its reviewers.

    Raises NotFound.
    """
    found = session().get(Project, (key.shard, key.id), populate_existing=True)
    if found is None or not _is_visible(actor, found):
        raise NotFound()
    rows = SHIFT_ROWS.where(Shift.shard_code == key.shard, Shift.project_id == key.id)
    return ProjectCard(
        key=key,
        project_no=found.project_no,
        name=found.name,
        organization=_organization(found),
        organization_name=found.organization_name,
        region_code=found.region_code,
        place=found.place,
        content=found.content,
        categories=found.categories,
        recipients=found.recipients,
        risk=found.risk,
        safeguards=found.safeguards,
        leader_name=found.leader_name,
        earns_credit=found.earns_credit,
        kind=ProjectKind(found.kind),
        is_dangerous=found.is_dangerous,
        insurance=found.insurance,
        with_minors=found.with_minors,
        supervision=found.supervision,
        skills=found.skills,
        fund_source=found.fund_source,
        contact_name=found.contact_name,
        contact_phone=_contact_phone(actor, found),
        contact_phone_public=found.contact_phone_public,
        recruits_from=found.recruits_from,
        status=ProjectStatus(found.status),
        status_since=found.status_since,
        created_at=found.created_at,
        submitted_at=found.submitted_at,
        reviewed_at=found.reviewed_at,
        review_note=found.review_note,
        shifts=shift_cards(actor, rows.order_by(Shift.starts_at, Shift.id)),
        actions=tuple(action for action in possible_actions(found.status) if _may(actor, action, found)),
        may_copy=actor.can(Permission.PROJECT_WRITE, organization=_organization(found)),
    )


def shift_card(actor: Actor, key: Key) -> ShiftCard:
    """One shift, visible as its project is. Raises NotFound."""
    rows = SHIFT_ROWS.where(Shift.shard_code == key.shard, Shift.id == key.id)
    found = bulk_connection().execute(rows).first()
    if found is None or not (found.approved_at or _is_concerned(actor, found)):
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


def _is_visible(actor: Actor, project: Project) -> bool:
    return project.approved_at is not None or _is_concerned(actor, project)


def _is_concerned(actor: Actor, project: Project | AnyRow) -> bool:
    """Whether the actor works for the project's organisation or reviews its region."""
    return actor.can(Permission.PROJECT_WRITE, organization=_organization(project)) or actor.can(
        Permission.PROJECT_REVIEW, region=project.region_code
    )


def _may(actor: Actor, action: Action, project: Project) -> bool:
    is_make_up = project.kind == ProjectKind.MAKE_UP
    if action in REVIEW:
        is_own_work = actor.label in (project.created_by, project.submitted_by)
        right = Permission.PROJECT_CONTROL if is_make_up else Permission.PROJECT_REVIEW
        return not is_own_work and actor.can(right, region=project.region_code)
    if action in CONTROL:
        return actor.can(Permission.PROJECT_CONTROL, region=project.region_code)
    if is_make_up and (action in RECRUITING or (action is Action.ADD_SHIFT and project.approved_at)):
        return False
    return actor.can(Permission.PROJECT_WRITE, organization=_organization(project))


def _contact_phone(actor: Actor, project: Project) -> str | None:
    if not project.contact_phone_sealed:
        return None
    if not (project.contact_phone_public or _is_concerned(actor, project)):
        return None
    return runtime().vault.decrypt(project.contact_phone_sealed, phone_context(project.key))


def _organization(project: Project | AnyRow) -> Key:
    return Key(project.organization_shard, project.organization_id)
