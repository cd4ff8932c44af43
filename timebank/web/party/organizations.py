"""The office's list of party organisations, a new one, and one with its place in the tree."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.party import queries, usecases
from timebank.regions.queries import full_name, names
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices
from timebank.web.party.door import as_choices, pages, regions_of, sections
from timebank.web.party.schemas import (
    ChangedPartyOrganizationSchema,
    NewPartyOrganizationSchema,
    PartyOrganizationQuery,
)


@pages.get("/office/party/organizations")
def organizations() -> str:
    """Party organisations of one's regions; the filters stand in the address."""
    query = PartyOrganizationQuery().load({name: text for name, text in request.args.items() if text})
    page = queries.organizations(current_actor(), **query)
    return render_template(
        "party/organizations.html",
        sections=sections("party.organizations"),
        query=query,
        page=page,
        names=names(row.region_code for row in page.items),
        regions=regions_of(Permission.PARTY_READ),
    )


@pages.get("/office/party/organizations/new")
def new_organization() -> str:
    """The empty form."""
    require(current_actor(), Permission.PARTY_VERIFY)
    return _new({}, {})


@pages.post("/office/party/organizations/new")
def record_organization() -> Response:
    """Record a party organisation."""

    def done(given: Values) -> Response:
        key = act(usecases.record_organization, **given)
        flash(_("The party organisation is recorded. Its members can be verified now."), "success")
        return redirect(url_for("party.organization", organization=key))

    return submitted(NewPartyOrganizationSchema(), done, _new)


def _new(values: Values, errors: Errors) -> str:
    return render_template(
        "party/organization_new.html",
        kinds=choices("party_kind"),
        belongings=choices("party_belongs"),
        regions=regions_of(Permission.PARTY_VERIFY),
        parents=_parents(),
        values=values,
        errors=errors,
    )


@pages.get("/office/party/organizations/<key:organization>")
def organization(organization: Key) -> str:
    """One party organisation."""
    return _detail(organization, None, {})


@pages.post("/office/party/organizations/<key:organization>")
def change_organization(organization: Key) -> Response:
    """Change name or place in the tree."""

    def done(given: Values) -> Response:
        act(usecases.change_organization, organization=organization, **given)
        flash(_("The change is saved."), "success")
        return redirect(url_for("party.organization", organization=organization))

    return submitted(ChangedPartyOrganizationSchema(), done, lambda v, e: _detail(organization, v, e))


@pages.post("/office/party/organizations/<key:organization>/dissolve")
def dissolve_organization(organization: Key) -> Response:
    """End a party organisation without members."""

    def done(_given: Values) -> Response:
        act(usecases.dissolve_organization, organization=organization)
        flash(_("The party organisation is dissolved. It stays on record."), "success")
        return redirect(url_for("party.organization", organization=organization))

    return submitted(ApiSchema(), done, lambda _values, errors: _detail(organization, None, errors))


def _detail(key: Key, values: dict[str, Any] | None, errors: Errors) -> str:
    card = queries.organization_detail(current_actor(), key)
    shown = {"name": card.name, "parent": str(card.parent or "")} if values is None else values
    return render_template(
        "party/organization.html",
        organization=card,
        region_name=full_name(card.region_code),
        parents=[each for each in _parents() if each[0] != str(key)],
        values=shown,
        errors=errors,
    )


def _parents() -> list[tuple[str, str]]:
    """What may stand above another: everything but branches."""
    rows = queries.organization_choices(current_actor(), right=Permission.PARTY_READ)
    return as_choices(row for row in rows if row.kind != "branch")
