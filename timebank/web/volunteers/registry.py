"""The office's registry: the list of one's own regions, and one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission
from timebank.kernel.region_code import NATION
from timebank.party import queries as party
from timebank.party.usecases import verify_member
from timebank.regions.queries import children, full_name, names, region
from timebank.volunteers import queries, usecases
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, word
from timebank.web.volunteers.door import pages
from timebank.web.volunteers.schemas import (
    ApprovalSchema,
    IdentitySchema,
    PartyPlaceSchema,
    ReasonSchema,
    RegistryQuery,
    SearchSchema,
    SignedConsentsSchema,
    UnmaskSchema,
)

DECISIONS: dict[str, tuple[Callable[..., object], type[ApiSchema]]] = {
    "approve": (usecases.approve, ApprovalSchema),
    "reinstate": (usecases.reinstate, ApiSchema),
    "reject": (usecases.reject, ReasonSchema),
    "return": (usecases.return_for_correction, ReasonSchema),
    "verify-identity": (usecases.verify_identity, IdentitySchema),
    "guardian-consent": (usecases.record_guardian_consent, ApiSchema),
    "suspend": (usecases.suspend, ReasonSchema),
    "record-consents": (usecases.record_consents, SignedConsentsSchema),
    "verify-party": (verify_member, PartyPlaceSchema),
}


@pages.get("/office/volunteers")
def registry() -> str:
    """Volunteers of one's own regions; the filters stand in the address."""
    given = {name: text for name, text in request.args.items() if text}
    return _list(RegistryQuery().load(given) | {"text": None})


@pages.post("/office/volunteers")
def search() -> Response:
    """Find somebody by a number or a name: those stay out of the address."""
    found = SearchSchema().load(form_values(SearchSchema()))
    if found["text"]:
        return make_response(_list(found))
    region_code, status = (request.form.get(name) or None for name in ("region", "status"))
    return redirect(url_for("volunteers.registry", region=region_code, status=status))


def _list(query: dict[str, Any]) -> str:
    page = queries.persons(current_actor(), **query)
    return render_template(
        "volunteers/registry.html",
        query=query,
        page=page,
        names=names(row.region_code for row in page.items),
        regions=_regions(),
        statuses=choices("volunteer_status"),
    )


def _regions() -> list[tuple[str, str]]:
    """The actor's regions and what lies directly inside them."""
    found: list[tuple[str, str]] = []
    for code in current_actor().regions(Permission.VOLUNTEER_READ):
        own = None if code == NATION else region(code)
        cards = ([own] if own else []) + children(None if code == NATION else code)
        found += [(f"{card.code:012d}", card.name) for card in cards]
    return list(dict.fromkeys(found))


@pages.get("/office/volunteers/<key:volunteer>")
def person(volunteer: Key) -> str:
    """One person, masked, with what may be done now."""
    return _person(volunteer, {}, {})


@pages.post("/office/volunteers/<key:volunteer>/<action>")
def decide(volunteer: Key, action: str) -> Response:
    """Approve, return, reject, suspend, reinstate or verify."""

    if action not in DECISIONS:
        abort(404)
    usecase, schema = DECISIONS[action]

    def done(given: Values) -> Response:
        act(usecase, volunteer=volunteer, **given)
        flash(word(action, "volunteer_done"), "success")
        return redirect(url_for("volunteers.person", volunteer=volunteer))

    return submitted(schema(), done, lambda values, errors: _person(volunteer, values, errors))


@pages.post("/office/volunteers/<key:volunteer>/unmask")
def unmask(volunteer: Key) -> Response:
    """Show fields in clear on this one answer; they go into no address and no cookie."""

    def done(given: Values) -> Response:
        clear = act(usecases.unmask, volunteer=volunteer, **given)
        return make_response(_person(volunteer, {}, {}, clear))

    return submitted(UnmaskSchema(), done, lambda values, errors: _person(volunteer, values, errors))


def _person(volunteer: Key, values: Values, errors: Errors, clear: dict[str, str] | None = None) -> str:
    actor = current_actor()
    card = queries.person(actor, volunteer)
    return render_template(
        "volunteers/person.html",
        person=card,
        region_name=full_name(card.region_code),
        history=queries.history(actor, volunteer),
        choices=choices,
        party_organizations=_party_organizations(actor) if card.may_verify_party else [],
        values=values,
        errors=errors,
        clear=clear or {},
    )


def _party_organizations(actor: Actor) -> list[tuple[str, str]]:
    return [(str(row.key), row.name) for row in party.organization_choices(actor)]
