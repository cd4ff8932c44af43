"""Organisations as JSON."""

from __future__ import annotations

from typing import Any

from timebank.identity.queries import Member
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.kernel.policy import Role
from timebank.organizations import queries, usecases
from timebank.organizations.queries import OrganizationCard, OrganizationDetail
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.organizations.schemas import (
    AppointmentSchema,
    CreatedOrganizationSchema,
    MembersSchema,
    NewOrganizationSchema,
    OrganizationQuery,
    OrganizationRowSchema,
    OrganizationSchema,
)

api = api_door("organizations", "Organisations and teams, and their people.")
OrganizationPage = page_schema(OrganizationRowSchema)


@api.post("/organizations")
@api.arguments(NewOrganizationSchema)
@api.response(201, CreatedOrganizationSchema)
def register_organization(given: dict[str, Any]) -> dict[str, Any]:
    """Record an organisation or a team."""
    return act_once(usecases.register_organization, lambda key: {"id": str(key)}, **given)


@api.get("/organizations")
@api.arguments(OrganizationQuery, location="query")
@api.response(200, OrganizationPage)
def organizations(given: dict[str, Any]) -> Page[OrganizationCard]:
    """Organisations in one's regions, and one's own."""
    return queries.organizations(current_actor(), **given)


@api.get("/organizations/<key:organization>")
@api.response(200, OrganizationSchema)
def organization(organization: Key) -> OrganizationDetail:
    """One organisation."""
    return queries.organization_detail(current_actor(), organization)


@api.get("/organizations/<key:organization>/members")
@api.response(200, MembersSchema)
def members(organization: Key) -> dict[str, list[Member]]:
    """Organizers and recorders of an organisation."""
    return {"items": queries.members(current_actor(), organization)}


@api.post("/organizations/<key:organization>/members")
@api.arguments(AppointmentSchema)
@api.response(200, MembersSchema)
def appoint(given: dict[str, Any], organization: Key) -> dict[str, list[Member]]:
    """Make somebody organizer or recorder; twice changes nothing."""
    act(usecases.appoint, organization=organization, phone=given["phone"], role=Role(given["role"]))
    return {"items": queries.members(current_actor(), organization)}
