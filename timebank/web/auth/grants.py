"""`/office/grants`: who holds which role in one's regions; giving and taking back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import EXCLUDE
from werkzeug.wrappers import Response

from timebank.identity import queries, usecases
from timebank.identity.queries import user_by_phone
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, Role, require
from timebank.kernel.region_code import NATION, covers
from timebank.regions.queries import RegionCard, children, names, path, region
from timebank.web.auth.schemas import REGION_ROLES, GrantsQuery, NewGrantSchema
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices

pages = pages_door("grants")


@pages.get("/office/grants")
def listing() -> str:
    """Roles in one's regions; the filter stands in the address."""
    query = GrantsQuery().load({name: text for name, text in request.args.items() if text}, unknown=EXCLUDE)
    role = query["role"] and Role(query["role"])
    page = queries.grants(current_actor(), role=role, limit=query["limit"], cursor=query["cursor"])
    return render_template(
        "grants/listing.html",
        query=query,
        page=page,
        names=_names(card.region for card in page.items),
        roles=choices("role", list(REGION_ROLES)),
    )


@pages.get("/office/grants/new")
def new() -> str:
    """The form for one region, and the way to a smaller one."""
    require(current_actor(), Permission.ROLE_GRANT)
    return _new({}, {})


@pages.post("/office/grants/new")
def give() -> Response:
    """Give a role; a name opens an account for a phone that nobody has yet."""
    require(current_actor(), Permission.ROLE_GRANT)

    def done(given: Values) -> Response:
        _give(**given)
        flash(_("The role is given. It counts from the next page this person opens."), "success")
        return redirect(url_for("grants.listing"))

    return submitted(NewGrantSchema(), done, _new)


def _give(phone: str, name: str | None, role: str, region_code: int) -> None:
    if region_code != NATION and region(region_code) is None:
        raise Invalid("unknown-region", field="region_code")
    if name and user_by_phone(phone) is None:
        act(
            usecases.enrol_officer,
            name=name,
            phone=phone,
            password=None,
            role=Role(role),
            region=region_code,
        )
    else:
        act(usecases.grant_role, phone=phone, role=Role(role), region=region_code)


@pages.post("/office/grants/<key:grant>/revoke")
def revoke(grant: Key) -> Response:
    """Take a role back."""
    act(usecases.revoke_grant, grant=grant)
    flash(_("The role is taken back."), "success")
    return redirect(url_for("grants.listing"))


@pages.post("/office/users/<key:user>/second-factor/reset")
def reset_second_factor(user: Key) -> Response:
    """Forget the second factor of somebody who lost it."""
    act(usecases.reset_second_factor, user=user)
    flash(_("The second factor is forgotten. This person sets a new one up at the next sign-in."), "success")
    return redirect(url_for("grants.listing"))


def _new(values: Values, errors: Errors) -> str:
    own = sorted(set(current_actor().regions(Permission.ROLE_GRANT)))
    chosen = _chosen(own)
    return render_template(
        "grants/new.html",
        values=values,
        errors=errors,
        chosen=f"{chosen:012d}",
        trail=_trail(chosen, own),
        inside=children(None if chosen == NATION else chosen),
        roles=choices("role", list(REGION_ROLES)),
    )


def _chosen(own: list[int]) -> int:
    """The region of the address or the form, as long as it is one's own; else the first of one's own."""
    text = request.values.get("region_code", "")
    code = int(text) if text.isascii() and text.isdigit() and len(text) == 12 else own[0]
    if not any(covers(mine, code) for mine in own) or (code != NATION and region(code) is None):
        raise NotFound()
    return code


def _trail(chosen: int, own: list[int]) -> list[dict[str, Any]]:
    """From one's own region down to the chosen one."""
    cards: list[RegionCard] = [] if chosen == NATION else path(chosen)
    steps = [(card.code, card.name) for card in cards]
    if NATION in own:
        steps.insert(0, (NATION, _("The whole country")))
    return [
        {"code": f"{code:012d}", "name": name}
        for code, name in steps
        if any(covers(mine, code) for mine in own)
    ]


def _names(codes: Any) -> dict[int, str]:
    found = {code for code in codes if code is not None}
    return {NATION: _("The whole country"), **names(found)}
