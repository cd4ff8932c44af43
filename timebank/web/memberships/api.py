"""Memberships, invitations and join codes as JSON."""

from __future__ import annotations

from typing import Any

from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.kernel.policy import Role
from timebank.memberships import queries, usecases
from timebank.memberships.queries import MemberRow, SentInvitation
from timebank.memberships.rules import Status
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import PageQuery, page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.memberships.links import shown_code
from timebank.web.memberships.schemas import (
    CodeSchema,
    CreatedMembershipSchema,
    InvitationSchema,
    JoinCodeSchema,
    LeftSchema,
    MemberSchema,
    MembershipReasonSchema,
    MembersQuery,
    NewJoinCodeSchema,
    OwnTeamsSchema,
    RoleSchema,
    SentInvitationSchema,
)

api = api_door("memberships", "Who belongs to which team: requests, invitations, join codes.")
MemberPage = page_schema(MemberSchema)
InvitationPage = page_schema(SentInvitationSchema)


def _created(key: Key) -> dict[str, Any]:
    return {"id": str(key)}


# --- a team's people --------------------------------------------------------------------------------


@api.get("/organizations/<key:organization>/members")
@api.arguments(MembersQuery, location="query")
@api.response(200, MemberPage)
def members(given: dict[str, Any], organization: Key) -> Page[MemberRow]:
    """The people of a team in one state, for the team and for officers of its region."""
    status = Status(given.pop("status"))
    return queries.members(current_actor(), organization, status=status, **given)


@api.post("/organizations/<key:organization>/members")
@api.response(201, CreatedMembershipSchema)
def request_membership(organization: Key) -> dict[str, Any]:
    """Ask to join a team oneself."""
    return act_once(usecases.request_membership, _created, organization=organization)


@api.post("/memberships/<key:membership>/approve")
@api.response(204)
def approve(membership: Key) -> None:
    """Let somebody in who asked."""
    act(usecases.approve_membership, membership=membership)


@api.post("/memberships/<key:membership>/refuse")
@api.arguments(MembershipReasonSchema)
@api.response(204)
def refuse(given: dict[str, Any], membership: Key) -> None:
    """Do not let somebody in."""
    act(usecases.refuse_membership, membership=membership, **given)


@api.post("/memberships/<key:membership>/remove")
@api.arguments(MembershipReasonSchema)
@api.response(204)
def remove(given: dict[str, Any], membership: Key) -> None:
    """Take somebody out of the team."""
    act(usecases.remove_member, membership=membership, **given)


@api.post("/memberships/<key:membership>/appoint")
@api.arguments(RoleSchema)
@api.response(204)
def appoint(given: dict[str, Any], membership: Key) -> None:
    """Make a member administrator or recorder; twice changes nothing."""
    act(usecases.appoint_member, membership=membership, role=Role(given["role"]))


@api.post("/memberships/<key:membership>/leave")
@api.response(200, LeftSchema)
def leave(membership: Key) -> dict[str, bool]:
    """Leave a team, or take one's request back."""
    return {"roles_ended": act(usecases.leave_team, membership=membership)}


@api.get("/me/memberships")
@api.response(200, OwnTeamsSchema)
def my_memberships() -> dict[str, Any]:
    """One's own teams, and the invitations one can answer."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    return {"items": queries.my_memberships(actor), "invitations": queries.my_invitations(actor)}


# --- invitations ------------------------------------------------------------------------------------


@api.post("/organizations/<key:organization>/invitations")
@api.arguments(InvitationSchema)
@api.response(201, CreatedMembershipSchema)
def invite(given: dict[str, Any], organization: Key) -> dict[str, Any]:
    """Invite whoever has a number; the answer is the same for every number."""
    act(usecases.count_invitation, organization=organization)
    return act_once(usecases.invite, _created, organization=organization, **given)


@api.get("/organizations/<key:organization>/invitations")
@api.arguments(PageQuery, location="query")
@api.response(200, InvitationPage)
def invitations(given: dict[str, Any], organization: Key) -> Page[SentInvitation]:
    """The invitations a team has sent."""
    return queries.invitations(current_actor(), organization, **given)


@api.post("/invitations/<key:invitation>/accept")
@api.response(201, CreatedMembershipSchema)
def accept_invitation(invitation: Key) -> dict[str, Any]:
    """Join the team that invited one."""
    return act_once(usecases.accept_invitation, _created, invitation=invitation)


@api.post("/invitations/<key:invitation>/decline")
@api.response(204)
def decline_invitation(invitation: Key) -> None:
    """Do not join; the team is not told."""
    act(usecases.decline_invitation, invitation=invitation)


@api.post("/invitations/<key:invitation>/withdraw")
@api.response(204)
def withdraw_invitation(invitation: Key) -> None:
    """Take an invitation back."""
    act(usecases.withdraw_invitation, invitation=invitation)


# --- join codes -------------------------------------------------------------------------------------


@api.post("/organizations/<key:organization>/join-code")
@api.arguments(NewJoinCodeSchema)
@api.response(201, JoinCodeSchema)
def make_join_code(given: dict[str, Any], organization: Key) -> dict[str, Any]:
    """Make a fresh join code in place of any earlier one."""
    act(usecases.make_join_code, organization=organization, **given)
    return join_code(organization)


@api.get("/organizations/<key:organization>/join-code")
@api.response(200, JoinCodeSchema)
def show_join_code(organization: Key) -> dict[str, Any]:
    """The team's join code."""
    return join_code(organization)


def join_code(organization: Key) -> dict[str, Any]:
    """The code as the schema dumps it. Raises NotFound without one."""
    card = queries.join_code(current_actor(), organization)
    if card is None:
        raise NotFound()
    return shown_code(card)


@api.delete("/organizations/<key:organization>/join-code")
@api.response(204)
def revoke_join_code(organization: Key) -> None:
    """End the team's join code."""
    act(usecases.revoke_join_code, organization=organization)


@api.post("/me/memberships")
@api.arguments(CodeSchema)
@api.response(201, CreatedMembershipSchema)
def join_by_code(given: dict[str, Any]) -> dict[str, Any]:
    """Join a team at once by its code."""
    act(usecases.count_code_attempt)
    return act_once(usecases.join_by_code, _created, **given)
