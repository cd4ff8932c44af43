"""The office's list of organisations, a new one, and one with its decisions, parents and people."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role, require
from timebank.memberships.queries import count_members
from timebank.organizations import queries, usecases
from timebank.organizations.rules import Action, Status
from timebank.projects.queries import unfinished
from timebank.regions.queries import full_name, names
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.sections import REVIEW_QUEUES, ReviewQueue
from timebank.web.kit.words import choices, word
from timebank.web.organizations import form
from timebank.web.organizations.schemas import (
    AppointmentSchema,
    DismissalSchema,
    OrganizationFactsSchema,
    OrganizationQuery,
    OrganizationReasonSchema,
    ParentSchema,
)

pages = pages_door("organizations")
REVIEW_QUEUES.append(
    ReviewQueue(
        _l("Organisations to review"),
        "building",
        (Permission.ORGANIZATION_REVIEW,),
        lambda actor, limit: queries.to_review(actor, limit=limit),
        "organizations.reviews",
        place=25,
    )
)
FOUND = 20
"""How many organisations a search for the one above shows."""
DECISIONS: dict[str, tuple[Callable[..., None], type[ApiSchema]]] = {
    Action.SUBMIT: (usecases.submit_organization, ApiSchema),
    Action.APPROVE: (usecases.approve_organization, ApiSchema),
    Action.RETURN: (usecases.return_organization, OrganizationReasonSchema),
    Action.REJECT: (usecases.reject_organization, OrganizationReasonSchema),
    Action.SUSPEND: (usecases.suspend_organization, OrganizationReasonSchema),
    Action.REINSTATE: (usecases.reinstate_organization, ApiSchema),
    Action.CLOSE: (usecases.close_organization, OrganizationReasonSchema),
}


@pages.get("/office/organizations")
def listing() -> str:
    """Organisations in one's regions; the filters stand in the address."""
    query = _query()
    page = queries.organizations(current_actor(), **query)
    return render_template(
        "organizations/listing.html",
        query=query,
        page=page,
        names=names(card.region_code for card in page.items),
        regions=form.regions_of(Permission.ORGANIZATION_READ),
        kinds=choices("organization_kind"),
        statuses=choices("organization_status"),
    )


def _query() -> Values:
    given = {name: text for name, text in request.args.items() if text}
    schema = OrganizationQuery(exclude=("scope",))
    try:
        loaded: Values = schema.load(given)
    except ValidationError:
        return dict(schema.load({}))
    return loaded


@pages.get("/office/organizations/reviews")
def reviews() -> str:
    """Organisations that wait for a decision in one's regions."""
    page = queries.to_review(current_actor(), cursor=request.args.get("cursor"))
    return render_template(
        "organizations/reviews.html", page=page, names=names(row.region_code for row in page.items)
    )


@pages.get("/office/organizations/new")
def new() -> str:
    """The empty form."""
    require(current_actor(), Permission.ORGANIZATION_WRITE)
    return _new({}, {})


@pages.post("/office/organizations/new")
def register_organization() -> Response:
    """Record an organisation or a team."""

    def done(given: Values) -> Response:
        key = act(usecases.register_organization, **given)
        flash(_("The organisation is recorded. Another officer has to approve it."), "success")
        return redirect(url_for("organizations.detail", organization=key))

    return submitted(OrganizationFactsSchema(), done, _new)


def _new(values: Values, errors: Errors) -> str:
    regions = form.regions_of(Permission.ORGANIZATION_WRITE)
    return render_template(
        "organizations/new.html", values=values, errors=errors, regions=regions, **form.offered()
    )


@pages.get("/office/organizations/<key:organization>")
def detail(organization: Key) -> str:
    """One organisation with its people."""
    return _detail(organization, {}, {})


@pages.get("/office/organizations/<key:organization>/edit")
def edit_form(organization: Key) -> str:
    """The form with what the organisation says now."""
    return _edit(organization, form.values_of(queries.organization_detail(current_actor(), organization)), {})


@pages.post("/office/organizations/<key:organization>/edit")
def edit(organization: Key) -> Response:
    """Change what it says of itself."""

    def done(given: Values) -> Response:
        act(usecases.edit_organization, organization=organization, **form.changes(given))
        flash(_("Your changes are kept."), "success")
        return redirect(url_for("organizations.detail", organization=organization))

    return submitted(
        OrganizationFactsSchema(), done, lambda values, errors: _edit(organization, values, errors)
    )


@pages.post("/office/organizations/<key:organization>/decide/<action>")
def decide(organization: Key, action: str) -> Response:
    """Hand in, approve, return, reject, suspend, reinstate or close."""
    if action not in DECISIONS:
        abort(404)
    usecase, schema = DECISIONS[action]

    def done(given: Values) -> Response:
        act(usecase, organization=organization, **given)
        flash(word(action, "organization_done"), "success")
        return redirect(url_for("organizations.detail", organization=organization))

    return submitted(schema(), done, lambda values, errors: _detail(organization, values, errors))


@pages.get("/office/organizations/<key:organization>/close")
def close_form(organization: Key) -> str:
    """What is still open, before anybody closes the organisation."""
    card = queries.organization_detail(current_actor(), organization)
    if Action.CLOSE not in card.actions:
        require(current_actor(), Permission.ORGANIZATION_REVIEW)
        abort(404)
    projects = unfinished(current_actor(), organization)
    return render_template(
        "organizations/close.html", organization=card, projects=projects, values={}, errors={}
    )


@pages.post("/office/organizations/<key:organization>/roles")
def appoint(organization: Key) -> Response:
    """Make somebody organizer or recorder."""

    def done(given: Values) -> Response:
        act(usecases.appoint, organization=organization, phone=given["phone"], role=Role(given["role"]))
        flash(_("The appointment is recorded."), "success")
        return redirect(url_for("organizations.detail", organization=organization))

    return submitted(AppointmentSchema(), done, lambda values, errors: _detail(organization, values, errors))


@pages.post("/office/organizations/<key:organization>/roles/withdraw")
def dismiss(organization: Key) -> Response:
    """Take a role back."""

    def done(given: Values) -> Response:
        act(usecases.dismiss, organization=organization, user=given["user"], role=Role(given["role"]))
        flash(_("The role is taken back."), "success")
        return redirect(url_for("organizations.detail", organization=organization))

    return submitted(DismissalSchema(), done, lambda values, errors: _detail(organization, values, errors))


@pages.get("/office/organizations/<key:organization>/parent")
def parent_form(organization: Key) -> str:
    """Look for the organisation above."""
    return _parent(organization, {})


@pages.post("/office/organizations/<key:organization>/parent")
def set_parent(organization: Key) -> Response:
    """Put it under another one."""

    def done(given: Values) -> Response:
        act(usecases.ask_parent, organization=organization, parent=given["parent"])
        flash(_("The organisation above is recorded."), "success")
        return redirect(url_for("organizations.detail", organization=organization))

    return submitted(ParentSchema(), done, lambda _values, errors: _parent(organization, errors))


@pages.post("/office/organizations/<key:organization>/parent/leave")
def leave_parent(organization: Key) -> Response:
    """End the tie."""
    act(usecases.leave_parent, organization=organization)
    flash(_("The organisation stands by itself now."), "success")
    return redirect(url_for("organizations.detail", organization=organization))


def _detail(key: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    card = queries.organization_detail(actor, key)
    return render_template(
        "organizations/detail.html",
        organization=card,
        region_name=full_name(card.region_code),
        members=queries.members(actor, key),
        member_count=count_members(key),
        history=queries.history(actor, key),
        tree=queries.tree(actor, key),
        roles=choices("team_role"),
        values=values,
        errors=errors,
    )


def _edit(key: Key, values: Values, errors: Errors) -> str:
    card = queries.organization_detail(current_actor(), key)
    require(current_actor(), Permission.ORGANIZATION_WRITE, region=card.region_code)
    regions = form.regions_of(Permission.ORGANIZATION_WRITE)
    return render_template(
        "organizations/edit.html",
        organization=card,
        values=values,
        errors=errors,
        regions=regions,
        **form.offered(),
    )


def _parent(key: Key, errors: Errors) -> str:
    card = queries.organization_detail(current_actor(), key)
    require(current_actor(), Permission.ORGANIZATION_WRITE, region=card.region_code)
    if card.status != Status.ACTIVE:
        abort(404)
    return render_template("organizations/parent.html", organization=card, errors=errors, **found_by_name())


def found_by_name() -> dict[str, object]:
    """The active organisations whose names begin as the address says; none before anybody has asked."""
    text = request.args.get("text", "").strip()[:60]
    found = queries.teams(text=text, limit=FOUND).items if text else []
    return {"text": text, "found": found, "names": names(row.region_code for row in found)}
