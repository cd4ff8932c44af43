"""Rows of projects: locked, written, moved from state to state. Everything here is internal to the flat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Permission
from timebank.kernel.region_code import county_of
from timebank.kernel.work import Work
from timebank.organizations.queries import OrganizationCard
from timebank.organizations.queries import organization as organization_card
from timebank.organizations.rules import Status as OrganizationStatus
from timebank.projects.models import Project, ProjectStep, Shift
from timebank.projects.queries.internal import facts_of_project, is_own_work, phone_context
from timebank.projects.rules import Action, Facts, ProjectKind, ShiftStatus, closes_at, next_status
from timebank.regions.queries import region as region_card

HOST_LEVELS = ("county", "township", "village")

EVENTS: Mapping[Action, str] = {
    Action.SUBMIT: "project.submitted",
    Action.APPROVE: "project.approved",
    Action.RETURN: "project.returned",
    Action.REJECT: "project.rejected",
    Action.CANCEL: "project.cancelled",
    Action.ADD_SHIFT: "project.recruiting_started",
    Action.START_RECRUITING: "project.recruiting_started",
    Action.END_RECRUITING: "project.recruiting_ended",
    Action.RUN: "project.begun",
    Action.PAUSE: "project.paused",
    Action.RESUME: "project.resumed",
    Action.STOP: "project.stopped",
    Action.LIFT: "project.lifted",
    Action.VOID: "project.voided",
    Action.CLOSE: "project.closed",
    Action.ARCHIVE: "project.archived",
}


def move(
    work: Work, project: Project, action: Action, reason: str | None = None, *, by_time: bool = False
) -> None:
    """Take a project to the state after an action, with its step and its event. Internal.

    Raises Conflict("wrong-project-status").
    """
    project.status = next_status(project.status, action)
    project.status_since = work.now
    last = select(func.max(ProjectStep.position)).where(
        ProjectStep.shard_code == project.shard_code, ProjectStep.project_id == project.id
    )
    work.session.add(
        ProjectStep(
            shard_code=project.shard_code,
            id=work.new_id(),
            project_id=project.id,
            position=(work.session.scalar(last) or 0) + 1,
            action=action,
            status=project.status,
            at=work.now,
            by=SYSTEM.label if by_time else work.actor.label,
            reason=reason,
        )
    )
    work.emit(EVENTS[action], project.key)


def locked_project(work: Work, project: Key) -> Project:
    """The row, locked; no right is decided. Internal. Raises NotFound."""
    found = work.session.get(
        Project, (project.shard, project.id), with_for_update=True, populate_existing=True
    )
    if found is None:
        raise NotFound()
    return found


def written_by_actor(work: Work, project: Key) -> Project:
    """The project, locked, of an organisation for which the actor writes projects. Raises NotFound."""
    found = locked_project(work, project)
    work.allow(Permission.PROJECT_WRITE, organization=organization_of(found))
    return found


def reviewed_by_actor(work: Work, project: Key) -> Project:
    """The project, locked, for somebody who decides about it and does not write for its organisation.

    Make-up projects need the higher right. Raises NotFound, Forbidden("maker-is-checker").
    """
    found = locked_project(work, project)
    work.allow(review_right(found.kind), region=found.region_code)
    if is_own_work(work.actor, found):
        raise Forbidden("maker-is-checker")
    return found


def controlled_by_actor(work: Work, project: Key) -> Project:
    """The project, locked, for the authority over its region. Raises NotFound, Forbidden."""
    found = locked_project(work, project)
    work.allow(Permission.PROJECT_CONTROL, region=found.region_code)
    return found


def review_right(kind: str) -> Permission:
    """Which right decides about projects of a kind."""
    return Permission.PROJECT_CONTROL if kind == ProjectKind.MAKE_UP else Permission.PROJECT_REVIEW


def organization_of(project: Project) -> Key:
    """Whose project it is."""
    return Key(project.organization_shard, project.organization_id)


def active_organization(organization: Key) -> OrganizationCard:
    """The organisation, as long as it may hold projects. Raises NotFound, Conflict."""
    found = organization_card(organization)
    if found is None:
        raise NotFound()
    if found.status != OrganizationStatus.ACTIVE:
        is_closed = found.status == OrganizationStatus.CLOSED
        raise Conflict("organization-closed" if is_closed else "organization-not-active")
    return found


def check_region(code: int) -> None:
    """A project is held in a county or below: its county is its shard. Raises Invalid."""
    found = region_card(code)
    if found is None:
        raise Invalid("unknown-region", field="region_code")
    if found.level not in HOST_LEVELS:
        raise Invalid("region-too-wide", field="region_code")


def new_key(work: Work, region_code: int) -> Key:
    """The key of a project held there. Internal."""
    check_region(region_code)
    return Key(county_of(region_code), work.new_id())


def columns_of(work: Work, key: Key, facts: Facts) -> dict[str, Any]:
    """The facts by column; the phone number encrypted. Internal."""
    row: dict[str, Any] = dict(facts)
    phone = row.pop("contact_phone")
    row["contact_phone_sealed"] = work.runtime.vault.encrypt(phone, phone_context(key)) if phone else None
    return row


def stated_facts(work: Work, project: Project) -> Facts:
    """What a project says of itself, the phone number in clear. Internal."""
    return facts_of_project(project, work.runtime.vault)


def shifts_of(work: Work, project: Key, *, lock: bool = True) -> list[Shift]:
    """The shifts that take or took place; locked, unless who signs up need not wait. Internal."""
    query = (
        select(Shift)
        .where(
            Shift.shard_code == project.shard,
            Shift.project_id == project.id,
            Shift.status != ShiftStatus.CANCELLED,
        )
        .order_by(Shift.id)
        .execution_options(populate_existing=True)
    )
    return list(work.session.scalars(query.with_for_update() if lock else query))


def open_shifts(work: Work, project: Key) -> list[Shift]:
    """The shifts whose gates nobody closed yet, locked. Internal."""
    return [shift for shift in shifts_of(work, project) if shift.status == ShiftStatus.OPEN]


def is_running(shift: Shift, work: Work) -> bool:
    """Whether people may be inside: it has begun, and its gate still takes check-outs."""
    return shift.starts_at <= work.now < closes_at(shift.ends_at, shift.closes_minutes)
