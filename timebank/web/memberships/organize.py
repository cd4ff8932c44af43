"""A team's administrators: what it says of itself, handing it in, what is above and below it."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role, require
from timebank.kernel.region_code import county_of
from timebank.memberships.queries import count_members
from timebank.memberships.rules import Status as MembershipStatus
from timebank.organizations import queries, usecases
from timebank.organizations.queries import OrganizationDetail
from timebank.organizations.rules import OPEN_FACTS, Action, Status
from timebank.regions.queries import full_name
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import word
from timebank.web.memberships.door import pages
from timebank.web.organizations.form import changes, offered, values_of
from timebank.web.organizations.pages import found_by_name
from timebank.web.organizations.schemas import DismissalSchema, OrganizationFactsSchema, ParentSchema
from timebank.web.projects.places import COUNTY, place_choices

STEPS: dict[str, Callable[..., None]] = {
    Action.SUBMIT: usecases.submit_organization,
    Action.WITHDRAW: usecases.withdraw_organization,
}
CHILD_ANSWERS: dict[str, Callable[..., None]] = {
    "accept": usecases.accept_child,
    "decline": usecases.decline_child,
}


def managed(key: Key) -> OrganizationDetail:
    """A team that the actor administers. Raises NotFound for all others."""
    require(current_actor(), Permission.MEMBERSHIP_WRITE, organization=key)
    return queries.organization_detail(current_actor(), key)


@pages.get("/organize/teams/<key:key>")
def manage(key: Key) -> str:
    """The team, and what can be done now. Who administers a team above it reads it."""
    return _manage(key, {})


@pages.post("/organize/teams/<key:key>/step/<action>")
def step(key: Key, action: str) -> Response:
    """Hand the application in, or take it back."""
    if action not in STEPS:
        abort(404)
    act(STEPS[action], organization=key)
    flash(word(action, "organization_done"), "success")
    return redirect(url_for("teams.manage", key=key))


@pages.get("/organize/teams/<key:key>/withdraw")
def withdraw_form(key: Key) -> str:
    """Ask before the application ends."""
    card = managed(key)
    if Action.WITHDRAW not in card.actions:
        abort(404)
    return render_template("teams/withdraw.html", team=card)


@pages.get("/organize/teams/<key:key>/edit")
def edit_form(key: Key) -> str:
    """The form with what the team says now."""
    card = managed(key)
    return _edit(card, values_of(card), {})


@pages.post("/organize/teams/<key:key>/edit")
def edit(key: Key) -> Response:
    """Correct an application, or change what an accepted team says of itself."""
    card = managed(key)

    def done(given: Values) -> Response:
        act(usecases.edit_organization, organization=key, **changes(given))
        flash(_("Your changes are kept."), "success")
        return redirect(url_for("teams.manage", key=key))

    schema = OrganizationFactsSchema(only=OPEN_FACTS) if _is_accepted(card) else OrganizationFactsSchema()
    return submitted(schema, done, lambda values, errors: _edit(card, values, errors))


@pages.get("/organize/teams/<key:key>/parent")
def parent_form(key: Key) -> str:
    """Look for the organisation above."""
    return _parent(key, {})


@pages.post("/organize/teams/<key:key>/parent")
def ask_parent(key: Key) -> Response:
    """Ask another organisation to be the one above."""

    def done(given: Values) -> Response:
        if act(usecases.ask_parent, organization=key, parent=given["parent"]):
            flash(_("The organisation above is recorded."), "success")
        else:
            flash(_("You have asked. The other organisation's administrators answer."), "success")
        return redirect(url_for("teams.manage", key=key))

    return submitted(ParentSchema(), done, lambda _values, errors: _parent(key, errors))


@pages.post("/organize/teams/<key:key>/parent/leave")
def leave_parent(key: Key) -> Response:
    """End the tie, or take the question back."""
    act(usecases.leave_parent, organization=key)
    flash(_("The organisation stands by itself now."), "success")
    return redirect(url_for("teams.manage", key=key))


@pages.post("/organize/teams/<key:key>/children/<key:child>/<answer>")
def answer_child(key: Key, child: Key, answer: str) -> Response:
    """Answer an organisation that asks to be under this one."""
    if answer not in CHILD_ANSWERS:
        abort(404)
    act(CHILD_ANSWERS[answer], organization=child)
    flash(_("Your answer is recorded."), "success")
    return redirect(url_for("teams.manage", key=key))


@pages.post("/organize/teams/<key:key>/roles/withdraw")
def dismiss(key: Key) -> Response:
    """Take a role back, one's own too."""

    def done(given: Values) -> Response:
        act(usecases.dismiss, organization=key, user=given["user"], role=Role(given["role"]))
        flash(_("The role is taken back."), "success")
        is_own = given["user"] == current_actor().user and given["role"] == Role.ORGANIZER
        return redirect(url_for("teams.own") if is_own else url_for("teams.manage", key=key))

    return submitted(DismissalSchema(), done, lambda _values, errors: _manage(key, errors))


def _manage(key: Key, errors: Errors) -> str:
    actor = current_actor()
    card = queries.organization_detail(actor, key)
    is_own = card.may_administer
    return render_template(
        "teams/manage.html",
        team=card,
        region_name=full_name(card.region_code),
        is_own=is_own,
        member_count=count_members(key),
        waiting=count_members(key, MembershipStatus.REQUESTED) if is_own else 0,
        people=queries.members(actor, key) if is_own else [],
        history=queries.history(actor, key) if is_own else [],
        asking=queries.asking(actor, key) if is_own else [],
        tree=queries.tree(actor, key),
        errors=errors,
    )


def _is_accepted(card: OrganizationDetail) -> bool:
    return card.status in (Status.ACTIVE, Status.SUSPENDED)


def _edit(card: OrganizationDetail, values: Values, errors: Errors) -> str:
    if Action.EDIT not in card.actions:
        abort(404)
    return render_template(
        "teams/edit.html",
        team=card,
        is_accepted=_is_accepted(card),
        values=values,
        errors=errors,
        regions=place_choices(county_of(card.region_code) * COUNTY),
        **offered(),
    )


def _parent(key: Key, errors: Errors) -> str:
    card = managed(key)
    if card.status != Status.ACTIVE:
        abort(404)
    return render_template("teams/parent.html", team=card, errors=errors, **found_by_name())
