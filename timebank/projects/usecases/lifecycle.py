"""A project from draft to approval: written by its organisation, decided by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack, cast

from sqlalchemy.dialects import postgresql, sqlite

from timebank.kernel.db import dialect_name
from timebank.kernel.errors import Conflict, Invalid, InvariantBroken
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import county_of
from timebank.kernel.work import Work
from timebank.organizations.queries import OrganizationCard
from timebank.projects.models import Project
from timebank.projects.queries.policies import self_check
from timebank.projects.rules import (
    Action,
    FactChanges,
    Facts,
    ProjectKind,
    ProjectStatus,
    check_make_up_reason,
    check_reason,
    checked_answers,
    checked_facts,
    new_project_no,
    next_status,
    require_answered,
)
from timebank.projects.usecases.calling_off import cancel_with_project
from timebank.projects.usecases.make_up import check_make_up
from timebank.projects.usecases.rows import (
    active_organization,
    check_region,
    columns_of,
    move,
    new_key,
    open_shifts,
    organization_of,
    reviewed_by_actor,
    stated_facts,
    written_by_actor,
)
from timebank.projects.usecases.timetable import settle

NUMBER_ATTEMPTS = 8


def create_project(work: Work, *, organization: Key, **facts: Unpack[Facts]) -> Key:
    """Write a new project as a draft of an organisation; its number is made here.

    Raises Invalid for what is missing or wrong (Order 685 Art. 12: risks and true information are stated).
    """
    work.allow(Permission.PROJECT_WRITE, organization=organization)
    tidy = checked_facts(facts)
    key = new_key(work, tidy["region_code"])
    insert_project(work, key, active_organization(organization), tidy)
    work.emit("project.created", key, organization=organization)
    return key


def create_make_up_project(work: Work, *, organization: Key, reason: str, **facts: Unpack[Facts]) -> Key:
    """Write a make-up project (补录) as a draft: it took place without having been announced, and why.

    Raises as `create_project`, and Invalid(field="make_up_reason").
    """
    work.allow(Permission.PROJECT_WRITE, organization=organization)
    told = check_make_up_reason(reason)
    tidy = checked_facts(facts, ProjectKind.MAKE_UP)
    key = new_key(work, tidy["region_code"])
    kept = {"kind": ProjectKind.MAKE_UP, "make_up_reason": told}
    insert_project(work, key, active_organization(organization), tidy, **kept)
    work.emit("project.created", key, organization=organization)
    return key


def edit_project(work: Work, *, project: Key, **changes: Unpack[FactChanges]) -> None:
    """Change the facts of a project that nobody has approved. It stays in the county of its number."""
    found = written_by_actor(work, project)
    next_status(found.status, Action.EDIT)
    given = cast(Facts, {**stated_facts(work, found), **changes})
    facts = checked_facts(given, ProjectKind(found.kind))
    if county_of(facts["region_code"]) != project.shard:
        raise Invalid("other-county", field="region_code")
    check_region(facts["region_code"])
    for name, value in columns_of(work, project, facts).items():
        setattr(found, name, value)


def answer_self_check(work: Work, *, project: Key, answers: Mapping[str, str]) -> None:
    """Answer whether a draft is volunteering, by the questions in force (Order 67 Art. 19).

    Raises Invalid naming every question that is open or not answered as volunteering answers it.
    """
    found = written_by_actor(work, project)
    next_status(found.status, Action.SUBMIT)
    _answer(work, found, answers)


def submit_project(work: Work, *, project: Key, answers: Mapping[str, str] | None = None) -> None:
    """Hand a project over for review, with the answers of the self-check where they were not given before.

    Raises Invalid as `answer_self_check`, Conflict("self-check-needed") without answers to the questions in
    force, and for a make-up project what `make_up.check_make_up` raises.
    """
    found = written_by_actor(work, project)
    active_organization(organization_of(found))
    next_status(found.status, Action.SUBMIT)
    if answers is not None:
        _answer(work, found, answers)
    require_answered(self_check(work.today), found.self_check_version)
    if found.kind == ProjectKind.MAKE_UP:
        check_make_up(work, found)
    found.submitted_by = work.actor.label
    found.submitted_at = work.now
    found.reviewed_by = found.reviewed_at = found.review_note = None
    move(work, found, Action.SUBMIT)


def approve_project(work: Work, *, project: Key) -> None:
    """Let a project recruit, from the day it names. Raises Forbidden("maker-is-checker") for its own people.

    A make-up project needs the authority and takes up attendance at once.
    """
    found = reviewed_by_actor(work, project)
    active_organization(organization_of(found))
    move(work, found, Action.APPROVE)
    found.approved_at = work.now
    _note_review(work, found, None)
    settle(work, found)


def return_project(work: Work, *, project: Key, reason: str) -> None:
    """Send a project back to its organisation with the reason. Raises as `approve_project` does."""
    found = reviewed_by_actor(work, project)
    told = check_reason(reason)
    move(work, found, Action.RETURN, told)
    _note_review(work, found, told)


def reject_project(work: Work, *, project: Key, reason: str) -> None:
    """Refuse a project for good, with the reason. Raises as `approve_project` does."""
    found = reviewed_by_actor(work, project)
    told = check_reason(reason)
    move(work, found, Action.REJECT, told)
    _note_review(work, found, told)


def cancel_project(work: Work, *, project: Key, reason: str) -> None:
    """Call a project of one's own off, with its shifts that lie ahead; whoever has a place reads the reason.

    Raises Conflict("shift-running") while a shift has begun and its gate is not closed.
    """
    found = written_by_actor(work, project)
    next_status(found.status, Action.CANCEL)
    told = check_reason(reason)
    shifts = open_shifts(work, project)
    if found.kind == ProjectKind.ORDINARY and any(shift.starts_at <= work.now for shift in shifts):
        raise Conflict("shift-running")
    found.review_note = told
    move(work, found, Action.CANCEL, told)
    cancel_with_project(work, found, shifts, told)


def _answer(work: Work, project: Project, answers: Mapping[str, str]) -> None:
    check = self_check(work.today)
    project.self_check_answers = checked_answers(check, answers)
    project.self_check_version = check.version


def _note_review(work: Work, project: Project, note: str | None) -> None:
    project.reviewed_by = work.actor.label
    project.reviewed_at = work.now
    project.review_note = note


def insert_project(work: Work, key: Key, organization: OrganizationCard, facts: Facts, **more: Any) -> None:
    """Insert a draft under a fresh number; a collision of numbers is met by another number. Internal."""
    insert = postgresql.insert if dialect_name() == "postgresql" else sqlite.insert
    row: dict[str, Any] = {
        **columns_of(work, key, facts),
        **more,
        "shard_code": key.shard,
        "id": key.id,
        "organization_shard": organization.key.shard,
        "organization_id": organization.key.id,
        "organization_name": organization.name,
        "status": ProjectStatus.DRAFT,
        "status_since": work.now,
        "created_by": work.actor.label,
        "created_at": work.now,
    }
    for _attempt in range(NUMBER_ATTEMPTS):
        row["project_no"] = new_project_no(key.shard, work.today.year)
        statement = insert(Project).values(row).on_conflict_do_nothing().returning(Project.id)
        if work.session.execute(statement).first():
            return
    raise InvariantBroken("no free project number found")
