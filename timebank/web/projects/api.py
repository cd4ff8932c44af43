"""Projects, shifts and sign-ups as JSON."""

from __future__ import annotations

from typing import Any

from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.projects import queries, usecases
from timebank.projects.queries import PlaceTaken, ProjectCard, ProjectRow, ShiftCard, SignUpCard
from timebank.projects.rules import ProjectStatus, ShiftStatus
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.projects import make_up_api, steps_api
from timebank.web.projects.door import api, created
from timebank.web.projects.schemas import (
    FactsSchema,
    NewProjectSchema,
    NewShiftSchema,
    NewSignUpSchema,
    ProjectCreatedSchema,
    ProjectReasonSchema,
    ProjectRowSchema,
    ProjectSchema,
    ProjectsQuery,
    RegionQuery,
    ShiftSchema,
    SignUpSchema,
    TakenPlacesSchema,
)
from timebank.web.projects.sign_up_schemas import LeaveQuery, SignUpsQuery
from timebank.web.projects.step_schemas import AnswersSchema

__all__ = ["api", "make_up_api", "steps_api"]

ProjectPage = page_schema(ProjectRowSchema)
ShiftPage = page_schema(ShiftSchema)
SignUpPage = page_schema(SignUpSchema)


def _signed_up(key: Key) -> dict[str, Any]:
    return {"id": str(key), "status": queries.state_of(key)}


@api.post("/projects")
@api.arguments(NewProjectSchema)
@api.response(201, ProjectCreatedSchema)
def create(given: dict[str, Any]) -> dict[str, Any]:
    """Write a new project as a draft."""
    return act_once(usecases.create_project, created(ProjectStatus.DRAFT), **given)


@api.get("/projects")
@api.arguments(ProjectsQuery, location="query")
@api.response(200, ProjectPage)
def projects(given: dict[str, Any]) -> Page[ProjectRow]:
    """Projects that recruit (`region` narrows them), one's own, or those waiting for one's review."""
    paging = {"limit": given["limit"], "cursor": given["cursor"]}
    if given["scope"] == "organized":
        return queries.organized(current_actor(), **paging)
    if given["scope"] == "to_review":
        return queries.to_review(current_actor(), **paging)
    return queries.recruiting(region=given["region"], **paging)


@api.get("/projects/<key:project>")
@api.response(200, ProjectSchema)
def project(project: Key) -> ProjectCard:
    """One project with its shifts."""
    return queries.project(current_actor(), project)


@api.patch("/projects/<key:project>")
@api.arguments(FactsSchema(partial=True))
@api.response(200, ProjectSchema)
def edit(given: dict[str, Any], project: Key) -> ProjectCard:
    """Change the facts of a draft or of a returned project."""
    act(usecases.edit_project, project=project, **given)
    return queries.project(current_actor(), project)


@api.post("/projects/<key:project>/submit")
@api.arguments(AnswersSchema, required=False)
@api.response(200, ProjectSchema)
def submit(given: dict[str, Any], project: Key) -> ProjectCard:
    """Hand a project over for review, with the answers of the self-check."""
    act(usecases.submit_project, project=project, answers=(given or {}).get("answers"))
    return queries.project(current_actor(), project)


@api.post("/projects/<key:project>/approve")
@api.response(200, ProjectSchema)
def approve(project: Key) -> ProjectCard:
    """Let a project recruit; not for who wrote it or handed it in."""
    act(usecases.approve_project, project=project)
    return queries.project(current_actor(), project)


@api.post("/projects/<key:project>/return")
@api.arguments(ProjectReasonSchema)
@api.response(200, ProjectSchema)
def return_project(given: dict[str, Any], project: Key) -> ProjectCard:
    """Send a project back with the reason."""
    act(usecases.return_project, project=project, **given)
    return queries.project(current_actor(), project)


@api.post("/projects/<key:project>/cancel")
@api.arguments(ProjectReasonSchema)
@api.response(200, ProjectSchema)
def cancel(given: dict[str, Any], project: Key) -> ProjectCard:
    """Cancel a project and the shifts that lie ahead."""
    act(usecases.cancel_project, project=project, **given)
    return queries.project(current_actor(), project)


@api.post("/projects/<key:project>/shifts")
@api.arguments(NewShiftSchema)
@api.response(201, ProjectCreatedSchema)
def add_shift(given: dict[str, Any], project: Key) -> dict[str, Any]:
    """Add a shift; it begins and ends on one local date."""
    return act_once(usecases.add_shift, created(ShiftStatus.OPEN), project=project, **given)


@api.get("/shifts")
@api.arguments(RegionQuery, location="query")
@api.response(200, ShiftPage)
def shifts(given: dict[str, Any]) -> Page[ShiftCard]:
    """Shifts of recruiting projects that are not over, the next one first."""
    return queries.shifts(current_actor(), **given)


@api.get("/shifts/<key:shift>")
@api.response(200, ShiftSchema)
def shift(shift: Key) -> ShiftCard:
    """One shift."""
    return queries.shift_card(current_actor(), shift)


@api.post("/shifts/<key:shift>/sign-ups")
@api.arguments(NewSignUpSchema, required=False)
@api.response(201, ProjectCreatedSchema)
def sign_up(given: dict[str, Any], shift: Key) -> dict[str, Any]:
    """Take a place, or wait for one, for oneself or a ward; as a clerk, for a volunteer of one's region."""
    return act_once(usecases.sign_up, _signed_up, shift=shift, **given)


@api.get("/volunteers/<key:volunteer>/sign-ups")
@api.response(200, TakenPlacesSchema)
def places(volunteer: Key) -> dict[str, list[PlaceTaken]]:
    """A volunteer's places in shifts that are not over: for the person, the guardian and clerks."""
    return {"items": queries.places_of(current_actor(), volunteer)}


@api.get("/shifts/<key:shift>/sign-ups")
@api.arguments(SignUpsQuery, location="query")
@api.response(200, SignUpPage)
def sign_ups(given: dict[str, Any], shift: Key) -> Page[SignUpCard]:
    """Who signed up, for the organisation and for officers of the region."""
    return queries.sign_ups(current_actor(), shift, **given)


@api.delete("/sign-ups/<key:sign_up>")
@api.arguments(LeaveQuery, location="query")
@api.response(204)
def cancel_sign_up(given: dict[str, Any], sign_up: Key) -> None:
    """Leave before the shift starts, with short notice for a reason; as a clerk, for somebody else."""
    act(usecases.cancel_sign_up, sign_up=sign_up, **given)
