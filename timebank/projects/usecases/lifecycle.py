"""A project from draft to recruiting: written by its organisation, decided by somebody else."""

from __future__ import annotations

from typing import Any, Unpack, cast

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict, Forbidden, Invalid, InvariantBroken, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import county_of
from timebank.kernel.work import Work
from timebank.organizations.queries import OrganizationCard
from timebank.organizations.queries import organization as organization_card
from timebank.organizations.rules import Status as OrganizationStatus
from timebank.projects.models import Project, Shift
from timebank.projects.rules import (
    Action,
    FactChanges,
    Facts,
    ProjectStatus,
    ShiftStatus,
    check_reason,
    checked_facts,
    new_project_no,
    next_status,
)
from timebank.regions.queries import region as region_card

NUMBER_ATTEMPTS = 8
HOST_LEVELS = ("county", "township", "village")


def create_project(work: Work, *, organization: Key, **facts: Unpack[Facts]) -> Key:
    """Write a new project as a draft of an organisation; its number is made here.

    Raises Invalid for what is missing or wrong (Order 685 Art. 12: risks and true information are stated).
    """
    work.allow(Permission.PROJECT_WRITE, organization=organization)
    tidy = checked_facts(facts)
    _check_region(tidy["region_code"])
    key = Key(county_of(tidy["region_code"]), work.new_id())
    _insert(work, key, _active_organization(organization), tidy)
    work.emit("project.created", key, organization=organization)
    return key


def edit_project(work: Work, *, project: Key, **changes: Unpack[FactChanges]) -> None:
    """Change the facts of a project that nobody has approved. It stays in the county of its number."""
    found = written_by_actor(work, project)
    found.status = next_status(found.status, Action.EDIT)
    present = {name: getattr(found, name) for name in Facts.__annotations__}
    facts = checked_facts(cast(Facts, {**present, **changes}))
    if county_of(facts["region_code"]) != project.shard:
        raise Invalid("other-county", field="region_code")
    _check_region(facts["region_code"])
    for name, value in facts.items():
        setattr(found, name, value)


def submit_project(work: Work, *, project: Key) -> None:
    """Hand a project over for review."""
    found = written_by_actor(work, project)
    _active_organization(Key(found.organization_shard, found.organization_id))
    found.status = next_status(found.status, Action.SUBMIT)
    found.submitted_by = work.actor.label
    found.submitted_at = work.now
    found.reviewed_by = found.reviewed_at = found.review_note = None
    work.emit("project.submitted", project)


def approve_project(work: Work, *, project: Key) -> None:
    """Let a project recruit. Raises Forbidden("maker-is-checker") for its author or submitter."""
    found = _reviewed_by_actor(work, project)
    _active_organization(Key(found.organization_shard, found.organization_id))
    found.status = next_status(found.status, Action.APPROVE)
    found.approved_at = work.now
    _note_review(work, found, None)
    work.emit("project.approved", project)


def return_project(work: Work, *, project: Key, reason: str) -> None:
    """Send a project back to its organisation with the reason. Raises as `approve_project` does."""
    found = _reviewed_by_actor(work, project)
    found.status = next_status(found.status, Action.RETURN)
    _note_review(work, found, check_reason(reason))
    work.emit("project.returned", project)


def cancel_project(work: Work, *, project: Key, reason: str) -> None:
    """Cancel a project and its shifts that lie ahead.

    Raises Conflict("shift-running") while a shift has begun and its gate is not closed.
    """
    found = written_by_actor(work, project)
    found.status = next_status(found.status, Action.CANCEL)
    found.review_note = check_reason(reason)
    open_shifts = _open_shifts(work, project)
    if any(shift.starts_at <= work.now for shift in open_shifts):
        raise Conflict("shift-running")
    for shift in open_shifts:
        shift.status = ShiftStatus.CANCELLED
    work.emit("project.cancelled", project, shifts=len(open_shifts))


def written_by_actor(work: Work, project: Key) -> Project:
    """The project, locked, of an organisation for which the actor writes projects. Raises NotFound."""
    found = _locked_project(work, project)
    organization = Key(found.organization_shard, found.organization_id)
    work.allow(Permission.PROJECT_WRITE, organization=organization)
    return found


def _locked_project(work: Work, project: Key) -> Project:
    found = work.session.get(
        Project, (project.shard, project.id), with_for_update=True, populate_existing=True
    )
    if found is None:
        raise NotFound()
    return found


def _reviewed_by_actor(work: Work, project: Key) -> Project:
    found = _locked_project(work, project)
    work.allow(Permission.PROJECT_REVIEW, region=found.region_code)
    if work.actor.label in (found.created_by, found.submitted_by):
        raise Forbidden("maker-is-checker")
    return found


def _note_review(work: Work, project: Project, note: str | None) -> None:
    project.reviewed_by = work.actor.label
    project.reviewed_at = work.now
    project.review_note = note


def _open_shifts(work: Work, project: Key) -> list[Shift]:
    rows = work.session.scalars(
        select(Shift)
        .where(
            Shift.shard_code == project.shard,
            Shift.project_id == project.id,
            Shift.status == ShiftStatus.OPEN,
        )
        .order_by(Shift.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _check_region(code: int) -> None:
    """A project is held in a county or below: its county is its shard."""
    found = region_card(code)
    if found is None:
        raise Invalid("unknown-region", field="region_code")
    if found.level not in HOST_LEVELS:
        raise Invalid("region-too-wide", field="region_code")


def _active_organization(organization: Key) -> OrganizationCard:
    found = organization_card(organization)
    if found is None:
        raise NotFound()
    if found.status != OrganizationStatus.ACTIVE:
        is_closed = found.status == OrganizationStatus.CLOSED
        raise Conflict("organization-closed" if is_closed else "organization-not-active")
    return found


def _insert(work: Work, key: Key, organization: OrganizationCard, facts: Facts) -> None:
    """Insert under a fresh number; a collision of numbers is met by another number."""
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    row: dict[str, Any] = {
        **facts,
        "shard_code": key.shard,
        "id": key.id,
        "organization_shard": organization.key.shard,
        "organization_id": organization.key.id,
        "organization_name": organization.name,
        "status": ProjectStatus.DRAFT,
        "created_by": work.actor.label,
        "created_at": work.now,
    }
    for _attempt in range(NUMBER_ATTEMPTS):
        row["project_no"] = new_project_no(key.shard, work.today.year)
        statement = insert(Project).values(row).on_conflict_do_nothing().returning(Project.id)
        if work.session.execute(statement).first():
            return
    raise InvariantBroken("no free project number found")
