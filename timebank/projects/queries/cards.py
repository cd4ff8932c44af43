"""Cards of one project and one shift, as pages and API show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from timebank.kernel.db import bulk_connection, runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission
from timebank.projects.models import Project, Shift, SignUp
from timebank.projects.queries.internal import (
    ATTENDANCE,
    OF_ITS_PROJECT,
    AnyRow,
    AnySelect,
    Venue,
    terms_of,
    venue_of,
)
from timebank.projects.rules import (
    Action,
    AttendanceTerms,
    PrintedCode,
    ProjectStatus,
    ShiftStatus,
    SignUpStatus,
    closes_at,
    opens_at,
    possible_actions,
)

REVIEW = frozenset({Action.APPROVE, Action.RETURN})


@dataclass(frozen=True, slots=True)
class OwnSignUp:
    """The sign-up of whoever looks, or of the volunteer for whom they act."""

    key: Key
    status: SignUpStatus
    channel: str
    """`web`, or by which way a clerk was asked to do it."""
    changed_at: datetime
    clerk: Key | None
    """The user who did it for the volunteer; None where it came from the persons themselves."""


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
    venue: Venue | None
    is_started: bool
    is_over: bool
    own: OwnSignUp | None

    @property
    def left(self) -> int:
        """Places that are still free."""
        return self.capacity - self.taken

    @property
    def is_recruiting(self) -> bool:
        """Whether a sign-up can be accepted at all, places aside."""
        is_open = self.status == ShiftStatus.OPEN and self.project_status == ProjectStatus.RECRUITING
        return is_open and not self.is_started

    @property
    def is_own(self) -> bool:
        """Whether whoever looks has a place in it."""
        return self.own is not None and self.own.status == SignUpStatus.ACCEPTED


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
    status: ProjectStatus
    created_at: datetime
    submitted_at: datetime | None
    reviewed_at: datetime | None
    review_note: str | None
    shifts: list[ShiftCard]
    actions: tuple[Action, ...]


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


OWN = (
    SignUp.shard_code,
    SignUp.id,
    SignUp.shift_id,
    SignUp.status,
    SignUp.channel,
    SignUp.changed_at,
    SignUp.changed_by,
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
        status=ProjectStatus(found.status),
        created_at=found.created_at,
        submitted_at=found.submitted_at,
        reviewed_at=found.reviewed_at,
        review_note=found.review_note,
        shifts=shift_cards(actor, rows.order_by(Shift.starts_at, Shift.id)),
        actions=tuple(action for action in possible_actions(found.status) if _may(actor, action, found)),
    )


def shift_card(actor: Actor, key: Key) -> ShiftCard:
    """One shift, visible as its project is. Raises NotFound."""
    rows = SHIFT_ROWS.where(Shift.shard_code == key.shard, Shift.id == key.id)
    found = bulk_connection().execute(rows).first()
    if found is None or not (found.approved_at or _is_concerned(actor, found)):
        raise NotFound()
    return _card(found, _sign_ups_of(_own(actor), [found]), runtime().clock.now())


def shift_cards(actor: Actor, rows: AnySelect, volunteer: Key | None = None) -> list[ShiftCard]:
    """Cards of the shifts that a selection made of SHIFT_ROWS finds.

    `own` is the sign-up of the actor, or of somebody else for whom the caller may ask.
    """
    found = list(bulk_connection().execute(rows))
    own = _sign_ups_of(volunteer or _own(actor), found)
    now = runtime().clock.now()
    return [_card(row, own, now) for row in found]


def _card(row: AnyRow, own: dict[UUID, OwnSignUp], now: datetime) -> ShiftCard:
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
        venue=venue_of(row),
        is_started=row.starts_at <= now,
        is_over=row.ends_at <= now,
        own=own.get(row.id),
    )


def _own(actor: Actor) -> Key | None:
    """The actor's volunteer, as far as the token in use may read sign-ups."""
    own = actor.volunteer
    return own if own and actor.can(Permission.SIGN_UP_READ, owner=own) else None


def _sign_ups_of(volunteer: Key | None, shifts: list[AnyRow]) -> dict[UUID, OwnSignUp]:
    """Somebody's sign-ups among these shifts, by the shift's id; shard by shard."""
    if volunteer is None:
        return {}
    found: dict[UUID, OwnSignUp] = {}
    for shard in sorted({row.shard_code for row in shifts}):
        rows = bulk_connection().execute(
            select(*OWN).where(
                SignUp.shard_code == shard,
                SignUp.volunteer_shard == volunteer.shard,
                SignUp.volunteer_id == volunteer.id,
                SignUp.shift_id.in_([row.id for row in shifts if row.shard_code == shard]),
            )
        )
        found |= {row.shift_id: _own_sign_up(row) for row in rows}
    return found


def _own_sign_up(row: AnyRow) -> OwnSignUp:
    assisted = row.channel != "web" and row.changed_by
    return OwnSignUp(
        key=Key(row.shard_code, row.id),
        status=SignUpStatus(row.status),
        channel=row.channel,
        changed_at=row.changed_at,
        clerk=Key.parse(row.changed_by) if assisted else None,
    )


def _is_visible(actor: Actor, project: Project) -> bool:
    return project.approved_at is not None or _is_concerned(actor, project)


def _is_concerned(actor: Actor, project: Project | AnyRow) -> bool:
    """Whether the actor works for the project's organisation or reviews its region."""
    return actor.can(Permission.PROJECT_WRITE, organization=_organization(project)) or actor.can(
        Permission.PROJECT_REVIEW, region=project.region_code
    )


def _may(actor: Actor, action: Action, project: Project) -> bool:
    if action in REVIEW:
        is_own_work = actor.label in (project.created_by, project.submitted_by)
        return not is_own_work and actor.can(Permission.PROJECT_REVIEW, region=project.region_code)
    return actor.can(Permission.PROJECT_WRITE, organization=_organization(project))


def _organization(project: Project | AnyRow) -> Key:
    return Key(project.organization_shard, project.organization_id)
