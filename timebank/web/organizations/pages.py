"""The office's list of organisations, a new one, and one with its people."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role, require
from timebank.kernel.region_code import NATION
from timebank.organizations import queries, usecases
from timebank.regions.queries import children, full_name, names, region
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices
from timebank.web.organizations.schemas import AppointmentSchema, NewOrganizationSchema, OrganizationQuery

pages = pages_door("organizations")


@pages.get("/office/organizations")
def listing() -> str:
    """Organisations in one's regions; the filter stands in the address."""
    query = OrganizationQuery().load({name: text for name, text in request.args.items() if text})
    page = queries.organizations(current_actor(), **query)
    return render_template(
        "organizations/listing.html",
        query=query,
        page=page,
        names=names(card.region_code for card in page.items),
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
        flash(_("The organisation is recorded. Now appoint its organizer."), "success")
        return redirect(url_for("organizations.detail", organization=key))

    return submitted(NewOrganizationSchema(), done, _new)


def _new(values: Values, errors: Errors) -> str:
    return render_template(
        "organizations/new.html",
        values=values,
        errors=errors,
        kinds=choices("organization_kind"),
        regions=_regions(),
    )


def _regions() -> list[tuple[str, str]]:
    """Where the actor may record organisations: the own regions and two levels inside them."""
    found: dict[str, str] = {}
    for code in current_actor().regions(Permission.ORGANIZATION_WRITE):
        own = None if code == NATION else region(code)
        below = children(None if code == NATION else code)
        cards = [own, *below] if own else below
        for card in cards:
            found[f"{card.code:012d}"] = card.name
            if card.parent_code == code:
                inner = children(card.code)
                found |= {f"{each.code:012d}": f"{card.name} {each.name}" for each in inner}
    return list(found.items())


@pages.get("/office/organizations/<key:organization>")
def detail(organization: Key) -> str:
    """One organisation with its people."""
    return _detail(organization, {}, {})


@pages.post("/office/organizations/<key:organization>/members")
def appoint(organization: Key) -> Response:
    """Make somebody organizer or recorder."""

    def done(given: Values) -> Response:
        act(usecases.appoint, organization=organization, phone=given["phone"], role=Role(given["role"]))
        flash(_("The appointment is recorded."), "success")
        return redirect(url_for("organizations.detail", organization=organization))

    return submitted(AppointmentSchema(), done, lambda values, errors: _detail(organization, values, errors))


def _detail(key: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    card = queries.organization_detail(actor, key)
    return render_template(
        "organizations/detail.html",
        organization=card,
        region_name=full_name(card.region_code),
        members=queries.members(actor, key),
        roles=choices("role", ["organizer", "recorder"]),
        values=values,
        errors=errors,
    )
