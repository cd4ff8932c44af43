"""The card of one project, as pages and API show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from timebank.kernel.db import runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission
from timebank.projects.models import Project, Shift
from timebank.projects.queries.internal import is_own_work, phone_context
from timebank.projects.queries.shift_cards import (
    SHIFT_ROWS,
    ShiftCard,
    is_concerned,
    organization_of,
    shift_cards,
)
from timebank.projects.rules import (
    OPEN_FOR_SERVICE,
    WITH_GATES,
    Action,
    ProjectKind,
    ProjectStatus,
    possible_actions,
)

REVIEW = frozenset({Action.APPROVE, Action.RETURN, Action.REJECT})
CONTROL = frozenset({Action.STOP, Action.LIFT, Action.VOID})
RECRUITING = frozenset({Action.START_RECRUITING, Action.END_RECRUITING})


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
        return self.status in WITH_GATES


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
        organization=organization_of(found),
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
        may_copy=actor.can(Permission.PROJECT_WRITE, organization=organization_of(found)),
    )


def _is_visible(actor: Actor, project: Project) -> bool:
    return project.approved_at is not None or is_concerned(actor, project)


def _may(actor: Actor, action: Action, project: Project) -> bool:
    is_make_up = project.kind == ProjectKind.MAKE_UP
    if action in REVIEW:
        right = Permission.PROJECT_CONTROL if is_make_up else Permission.PROJECT_REVIEW
        return not is_own_work(actor, project) and actor.can(right, region=project.region_code)
    if action in CONTROL:
        return actor.can(Permission.PROJECT_CONTROL, region=project.region_code)
    if is_make_up and (action in RECRUITING or (action is Action.ADD_SHIFT and project.approved_at)):
        return False
    return actor.can(Permission.PROJECT_WRITE, organization=organization_of(project))


def _contact_phone(actor: Actor, project: Project) -> str | None:
    if not project.contact_phone_sealed:
        return None
    if not (project.contact_phone_public or is_concerned(actor, project)):
        return None
    return runtime().vault.decrypt(project.contact_phone_sealed, phone_context(project.key))
