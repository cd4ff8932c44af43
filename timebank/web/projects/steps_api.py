"""What becomes of projects, as JSON: steps, the dossier, copies and templates."""

from __future__ import annotations

from typing import Any

from timebank.hours.usecases import void_project
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.projects import queries, usecases
from timebank.projects.queries import Dossier, ProjectCard, TemplateCard
from timebank.projects.rules import Action, ProjectStatus, SelfCheck
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import PageQuery, page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.projects.door import ADDRESS_OF, api, created
from timebank.web.projects.schemas import ProjectCreatedSchema, ProjectReasonSchema, ProjectSchema
from timebank.web.projects.step_schemas import (
    DossierSchema,
    FirstDaySchema,
    SelfCheckSchema,
    StepReasonSchema,
    TemplateNameSchema,
    TemplateSchema,
)

TemplatePage = page_schema(TemplateSchema)
DRAFT = created(ProjectStatus.DRAFT)

TOLD: dict[Action, str] = {
    Action.START_RECRUITING: "Let people sign up before the day named, or again.",
    Action.END_RECRUITING: "Take no more sign-ups; the shifts go on.",
    Action.PAUSE: "Halt a project of one's own; volunteers read the reason.",
    Action.RESUME: "Let a paused project go on.",
    Action.CLOSE: "Close a project whose shifts are over.",
    Action.STOP: "Halt a project as the authority; volunteers read the reason.",
    Action.LIFT: "Let a stopped project go on, as the authority.",
}


def _offer(action: Action) -> None:
    @api.post(f"/projects/<key:project>/{ADDRESS_OF[action]}", endpoint=action.value)
    @api.arguments(StepReasonSchema, required=False)
    @api.response(200, ProjectSchema)
    @api.doc(summary=TOLD[action], description=None)
    def step(given: dict[str, Any], project: Key) -> ProjectCard:
        act(usecases.move_project, project=project, action=action, reason=(given or {}).get("reason"))
        return queries.project(current_actor(), project)


for _action in TOLD:
    _offer(_action)


@api.post("/projects/<key:project>/reject")
@api.arguments(ProjectReasonSchema)
@api.response(200, ProjectSchema)
def reject(given: dict[str, Any], project: Key) -> ProjectCard:
    """Refuse a project for good, with the reason; not for who wrote it or handed it in."""
    act(usecases.reject_project, project=project, **given)
    return queries.project(current_actor(), project)


@api.post("/projects/<key:project>/void")
@api.arguments(ProjectReasonSchema)
@api.response(200, ProjectSchema)
def void(given: dict[str, Any], project: Key) -> ProjectCard:
    """Declare a project void as the authority, as long as nobody has hours from it."""
    act(void_project, project=project, **given)
    return queries.project(current_actor(), project)


@api.get("/self-check")
@api.response(200, SelfCheckSchema)
def self_check() -> SelfCheck:
    """The questions that tell volunteering from what is not, and what volunteering answers."""
    return queries.self_check()


@api.get("/projects/<key:project>/dossier")
@api.response(200, DossierSchema)
def dossier(project: Key) -> Dossier:
    """Self-check, evidence, quota and history, for the organisation and for who reviews it."""
    return queries.dossier(current_actor(), project)


@api.post("/projects/<key:project>/copies")
@api.arguments(FirstDaySchema)
@api.response(201, ProjectCreatedSchema)
def copy(given: dict[str, Any], project: Key) -> dict[str, Any]:
    """Write a draft with the facts and shifts of a project, the first shift on another day."""
    return act_once(usecases.copy_project, DRAFT, project=project, **given)


@api.post("/projects/<key:project>/templates")
@api.arguments(TemplateNameSchema)
@api.response(201, ProjectCreatedSchema)
def save_template(given: dict[str, Any], project: Key) -> dict[str, Any]:
    """Keep a project as a template of its organisation."""
    return act_once(usecases.save_template, created("saved"), project=project, **given)


@api.get("/project-templates")
@api.arguments(PageQuery, location="query")
@api.response(200, TemplatePage)
def templates(given: dict[str, Any]) -> Page[TemplateCard]:
    """The templates of one's organisations, the newest first."""
    return queries.templates(current_actor(), **given)


@api.post("/project-templates/<key:template>/projects")
@api.arguments(FirstDaySchema)
@api.response(201, ProjectCreatedSchema)
def create_from_template(given: dict[str, Any], template: Key) -> dict[str, Any]:
    """Write a draft from a template, the first shift on that day."""
    return act_once(usecases.create_from_template, DRAFT, template=template, **given)


@api.delete("/project-templates/<key:template>")
@api.response(204)
def remove_template(template: Key) -> None:
    """Delete a template; projects written from it stay."""
    act(usecases.remove_template, template=template)
