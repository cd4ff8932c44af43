"""Organisations as JSON."""

from __future__ import annotations

from typing import Any

from timebank.identity.queries import Member
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.kernel.policy import Permission, Role
from timebank.memberships.usecases import found_team
from timebank.organizations import queries, usecases
from timebank.organizations.queries import OrganizationCard, OrganizationDetail, StepLine
from timebank.organizations.rules import Status
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.organizations.schemas import (
    AppointmentSchema,
    CreatedOrganizationSchema,
    DismissalSchema,
    NewOrganizationSchema,
    OrganizationFactsSchema,
    OrganizationHistorySchema,
    OrganizationListSchema,
    OrganizationQuery,
    OrganizationReasonSchema,
    OrganizationRowSchema,
    OrganizationSchema,
    ParentAnswerSchema,
    ParentSchema,
    RoleHoldersSchema,
)

api = api_door("organizations", "Organisations and teams: register, decisions, parents, roles.")
OrganizationPage = page_schema(OrganizationRowSchema)


@api.post("/organizations")
@api.arguments(NewOrganizationSchema)
@api.response(201, CreatedOrganizationSchema)
def register_organization(given: dict[str, Any]) -> dict[str, Any]:
    """Record an organisation as an officer, or write an application for one as a volunteer."""
    if not current_actor().can(Permission.ORGANIZATION_WRITE):
        return act_once(found_team, _created, **given)
    given.pop("hand_in")
    return act_once(usecases.register_organization, _created, **given)


def _created(key: Key) -> dict[str, Any]:
    return {"id": str(key)}


@api.get("/organizations")
@api.arguments(OrganizationQuery, location="query")
@api.response(200, OrganizationPage)
def organizations(given: dict[str, Any]) -> Page[Any]:
    """Organisations in one's regions and one's own, the public ones, or those that wait for a decision."""
    scope, status, kind = (given.pop(name) for name in ("scope", "status", "kind"))
    if scope == "to_review":
        return queries.to_review(current_actor(), limit=given["limit"], cursor=given["cursor"])
    if scope == "public":
        found = queries.teams(**given)
        return Page([_public(row) for row in found.items], found.next)
    return queries.organizations(current_actor(), status=status, kind=kind, **given)


def _public(row: queries.TeamRow) -> OrganizationCard:
    return OrganizationCard(row.key, row.name, row.kind, row.region_code, Status.ACTIVE)


@api.get("/organizations/<key:organization>")
@api.response(200, OrganizationSchema)
def organization(organization: Key) -> OrganizationDetail:
    """One organisation."""
    return queries.organization_detail(current_actor(), organization)


@api.patch("/organizations/<key:organization>")
@api.arguments(OrganizationFactsSchema(partial=True))
@api.response(200, OrganizationSchema)
def edit(given: dict[str, Any], organization: Key) -> OrganizationDetail:
    """Change what an organisation says of itself; what is not given stays."""
    act(usecases.edit_organization, organization=organization, **given)
    return queries.organization_detail(current_actor(), organization)


@api.get("/organizations/<key:organization>/history")
@api.response(200, OrganizationHistorySchema)
def history(organization: Key) -> dict[str, list[StepLine]]:
    """What was done with an organisation, oldest first."""
    return {"items": queries.history(current_actor(), organization)}


# --- on its way into the register -------------------------------------------------------------------


@api.post("/organizations/<key:organization>/submit")
@api.response(200, OrganizationSchema)
def submit(organization: Key) -> OrganizationDetail:
    """Hand an application in."""
    act(usecases.submit_organization, organization=organization)
    return queries.organization_detail(current_actor(), organization)


@api.post("/organizations/<key:organization>/withdraw")
@api.response(200, OrganizationSchema)
def withdraw(organization: Key) -> OrganizationDetail:
    """Take an application back."""
    act(usecases.withdraw_organization, organization=organization)
    return queries.organization_detail(current_actor(), organization)


@api.post("/organizations/<key:organization>/approve")
@api.response(200, OrganizationSchema)
def approve(organization: Key) -> OrganizationDetail:
    """Accept it; not for who wrote it or handed it in."""
    act(usecases.approve_organization, organization=organization)
    return queries.organization_detail(current_actor(), organization)


@api.post("/organizations/<key:organization>/return")
@api.arguments(OrganizationReasonSchema)
@api.response(200, OrganizationSchema)
def return_organization(given: dict[str, Any], organization: Key) -> OrganizationDetail:
    """Send it back with the reason."""
    act(usecases.return_organization, organization=organization, **given)
    return queries.organization_detail(current_actor(), organization)


@api.post("/organizations/<key:organization>/reject")
@api.arguments(OrganizationReasonSchema)
@api.response(200, OrganizationSchema)
def reject(given: dict[str, Any], organization: Key) -> OrganizationDetail:
    """Refuse it for good."""
    act(usecases.reject_organization, organization=organization, **given)
    return queries.organization_detail(current_actor(), organization)


@api.post("/organizations/<key:organization>/suspend")
@api.arguments(OrganizationReasonSchema)
@api.response(200, OrganizationSchema)
def suspend(given: dict[str, Any], organization: Key) -> OrganizationDetail:
    """Stop it from starting anything new."""
    act(usecases.suspend_organization, organization=organization, **given)
    return queries.organization_detail(current_actor(), organization)


@api.post("/organizations/<key:organization>/reinstate")
@api.response(200, OrganizationSchema)
def reinstate(organization: Key) -> OrganizationDetail:
    """End a suspension."""
    act(usecases.reinstate_organization, organization=organization)
    return queries.organization_detail(current_actor(), organization)


@api.post("/organizations/<key:organization>/close")
@api.arguments(OrganizationReasonSchema)
@api.response(200, OrganizationSchema)
def close(given: dict[str, Any], organization: Key) -> OrganizationDetail:
    """End it."""
    act(usecases.close_organization, organization=organization, **given)
    return queries.organization_detail(current_actor(), organization)


# --- parents and children ---------------------------------------------------------------------------


@api.post("/organizations/<key:organization>/parent")
@api.arguments(ParentSchema)
@api.response(200, ParentAnswerSchema)
def ask_parent(given: dict[str, Any], organization: Key) -> dict[str, bool]:
    """Put it under another one, or ask the other one's administrators."""
    return {"is_set": act(usecases.ask_parent, organization=organization, **given)}


@api.delete("/organizations/<key:organization>/parent")
@api.response(204)
def leave_parent(organization: Key) -> None:
    """End the tie, or take the question back."""
    act(usecases.leave_parent, organization=organization)


@api.post("/organizations/<key:organization>/parent/accept")
@api.response(204)
def accept_child(organization: Key) -> None:
    """Be the parent of an organisation that asked."""
    act(usecases.accept_child, organization=organization)


@api.post("/organizations/<key:organization>/parent/decline")
@api.response(204)
def decline_child(organization: Key) -> None:
    """Do not be the parent of an organisation that asked."""
    act(usecases.decline_child, organization=organization)


@api.get("/organizations/<key:organization>/children")
@api.response(200, OrganizationListSchema)
def children(organization: Key) -> dict[str, list[OrganizationCard]]:
    """The organisations directly under this one."""
    top = queries.tree(current_actor(), organization)
    return {"items": [branch.card for branch in top.children]}


# --- roles ------------------------------------------------------------------------------------------


@api.get("/organizations/<key:organization>/roles")
@api.response(200, RoleHoldersSchema)
def roles(organization: Key) -> dict[str, list[Member]]:
    """Administrators and recorders of an organisation."""
    return {"items": queries.members(current_actor(), organization)}


@api.post("/organizations/<key:organization>/roles")
@api.arguments(AppointmentSchema)
@api.response(200, RoleHoldersSchema)
def appoint(given: dict[str, Any], organization: Key) -> dict[str, list[Member]]:
    """Make somebody administrator or recorder, as an officer; twice changes nothing."""
    act(usecases.appoint, organization=organization, phone=given["phone"], role=Role(given["role"]))
    return {"items": queries.members(current_actor(), organization)}


@api.post("/organizations/<key:organization>/roles/withdraw")
@api.arguments(DismissalSchema)
@api.response(204)
def dismiss(given: dict[str, Any], organization: Key) -> None:
    """Take a role back; the last administrator keeps it."""
    act(usecases.dismiss, organization=organization, user=given["user"], role=Role(given["role"]))
