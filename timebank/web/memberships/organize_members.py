"""A team's administrators: members, requests, invitations, the join code."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Role
from timebank.memberships import queries, usecases
from timebank.memberships.rules import CODE_DAYS, CODE_USES, Status
from timebank.web.kit import qr
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, word
from timebank.web.memberships.door import pages
from timebank.web.memberships.links import shown_code
from timebank.web.memberships.organize import managed
from timebank.web.memberships.schemas import (
    InvitationSchema,
    MembershipReasonSchema,
    NewJoinCodeSchema,
    RoleSchema,
)

TABS = (Status.ACTIVE, Status.REQUESTED, Status.REFUSED, Status.LEFT, Status.REMOVED)


def _appoint(*, membership: Key, role: str) -> None:
    act(usecases.appoint_member, membership=membership, role=Role(role))


DECISIONS: dict[str, tuple[Callable[..., None], type[ApiSchema]]] = {
    "approve": (lambda **given: act(usecases.approve_membership, **given), ApiSchema),
    "refuse": (lambda **given: act(usecases.refuse_membership, **given), MembershipReasonSchema),
    "remove": (lambda **given: act(usecases.remove_member, **given), MembershipReasonSchema),
    "appoint": (_appoint, RoleSchema),
}


@pages.get("/organize/teams/<key:key>/members")
def members(key: Key) -> str:
    """The people of the team; the tab stands in the address."""
    card = managed(key)
    asked = request.args.get("status", Status.ACTIVE)
    status = Status(asked) if asked in TABS else Status.ACTIVE
    page = queries.members(current_actor(), key, status=status, cursor=request.args.get("cursor"))
    numbers = {each: queries.count_members(key, each) for each in TABS}
    return render_template("teams/members.html", team=card, status=status, page=page, numbers=numbers)


@pages.get("/organize/teams/<key:key>/members/<key:membership>")
def member(key: Key, membership: Key) -> str:
    """One person, with what may be done now."""
    return _member(key, membership, {}, {})


@pages.post("/organize/teams/<key:key>/members/<key:membership>/<action>")
def decide(key: Key, membership: Key, action: str) -> Response:
    """Let in, refuse, remove, or give a role."""
    if action not in DECISIONS:
        abort(404)
    decision, schema = DECISIONS[action]

    def done(given: Values) -> Response:
        decision(membership=membership, **given)
        flash(word(action, "membership_done"), "success")
        return redirect(url_for("teams.members", key=key))

    return submitted(schema(), done, lambda values, errors: _member(key, membership, values, errors))


@pages.get("/organize/teams/<key:key>/invitations")
def invitations(key: Key) -> str:
    """Invite somebody, and what became of the invitations."""
    return _invitations(key, {}, {})


@pages.post("/organize/teams/<key:key>/invitations")
def invite(key: Key) -> Response:
    """Invite a number; the answer is the same for every number."""

    def done(given: Values) -> Response:
        act(usecases.count_invitation, organization=key)
        act(usecases.invite, organization=key, **given)
        flash(_("The invitation is sent, if somebody is registered with this number."), "success")
        return redirect(url_for("teams.invitations", key=key))

    return submitted(InvitationSchema(), done, lambda values, errors: _invitations(key, values, errors))


@pages.post("/organize/teams/<key:key>/invitations/<key:invitation>/withdraw")
def withdraw_invitation(key: Key, invitation: Key) -> Response:
    """Take an invitation back."""
    act(usecases.withdraw_invitation, invitation=invitation)
    flash(_("The invitation is withdrawn."), "success")
    return redirect(url_for("teams.invitations", key=key))


@pages.get("/organize/teams/<key:key>/join-code")
def join_code(key: Key) -> str:
    """The team's code with its QR, to show or to print."""
    return _join_code(key, {}, {})


@pages.post("/organize/teams/<key:key>/join-code")
def make_join_code(key: Key) -> Response:
    """Make a fresh code in place of the earlier one."""

    def done(given: Values) -> Response:
        act(usecases.make_join_code, organization=key, **given)
        flash(_("The new code works from now on; an earlier one no longer does."), "success")
        return redirect(url_for("teams.join_code", key=key))

    return submitted(NewJoinCodeSchema(), done, lambda values, errors: _join_code(key, values, errors))


@pages.post("/organize/teams/<key:key>/join-code/revoke")
def revoke_join_code(key: Key) -> Response:
    """End the code."""
    act(usecases.revoke_join_code, organization=key)
    flash(_("The code no longer works."), "success")
    return redirect(url_for("teams.join_code", key=key))


def _member(key: Key, membership: Key, values: Values, errors: Errors) -> str:
    card = managed(key)
    organization, row = queries.member(current_actor(), membership)
    if organization != key:
        raise NotFound()
    return render_template(
        "teams/member.html",
        team=card,
        member=row,
        roles=choices("team_role"),
        values=values,
        errors=errors,
    )


def _invitations(key: Key, values: Values, errors: Errors) -> str:
    card = managed(key)
    page = queries.invitations(current_actor(), key, cursor=request.args.get("cursor"))
    return render_template("teams/invitations.html", team=card, page=page, values=values, errors=errors)


def _join_code(key: Key, values: Values, errors: Errors) -> str:
    card = managed(key)
    found = queries.join_code(current_actor(), key)
    code = shown_code(found) if found else None
    picture = qr.svg(code["url"], _("Code to join the team")) if code and not code["is_over"] else None
    return render_template(
        "teams/join_code.html",
        team=card,
        code=code,
        picture=picture,
        values={"days": CODE_DAYS, "uses": CODE_USES, **values},
        errors=errors,
    )
