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
from timebank.volunteers.queries import Neighbours
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, word
from timebank.web.party.schemas import PartyPlaceSchema
from timebank.web.volunteers.countries import country_name
from timebank.web.volunteers.door import pages
from timebank.web.volunteers.schemas import (
    ApprovalSchema,
    IdentitySchema,
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
    return _list(RegistryQuery().load(given))


@pages.post("/office/volunteers")
def search() -> Response:
    """Find somebody by a number or a name: those stay out of the address."""
    found = SearchSchema().load(form_values(SearchSchema()))
    if found["text"]:
        return make_response(_list(found))
    return redirect(url_for("volunteers.registry", **_address(found)))


def _list(query: dict[str, Any]) -> str:
    page = queries.persons(current_actor(), **query)
    return render_template(
        "volunteers/registry.html",
        query=query,
        filters=_address(query),
        page=page,
        names=names(row.region_code for row in page.items),
        regions=_regions(),
        choices=choices,
        ages=choices("age_band"),
    )


def _address(query: dict[str, Any]) -> dict[str, Any]:
    """The filters as they stand in the address; what is as usual is left out."""
    told = RegistryQuery(exclude=("cursor",)).dump(query)
    usual = {"limit": 50, "overdue": False, "newest_first": False}
    kept = {name: value for name, value in told.items() if value is not None and usual.get(name) != value}
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in kept.items()}


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


@pages.get("/office/volunteers/<key:volunteer>/history")
def person_history(volunteer: Key) -> str:
    """What happened to a registration: who, when, by which way, and why."""
    actor = current_actor()
    return render_template(
        "volunteers/history.html",
        person=queries.person(actor, volunteer),
        history=queries.history(actor, volunteer),
    )


@pages.post("/office/volunteers/<key:volunteer>/<action>")
def decide(volunteer: Key, action: str) -> Response:
    """Approve, return, reject, suspend, reinstate or verify; from the queue, go on to the next person."""
    if action not in DECISIONS:
        abort(404)
    usecase, schema = DECISIONS[action]
    queue = _neighbours(volunteer)

    def done(given: Values) -> Response:
        act(usecase, volunteer=volunteer, **given)
        flash(word(action, "volunteer_done"), "success")
        return redirect(_onwards(volunteer, queue))

    return submitted(schema(), done, lambda values, errors: _person(volunteer, values, errors))


def _neighbours(volunteer: Key) -> Neighbours | None:
    """Whom the queue has next, where the page was opened from it."""
    actor = current_actor()
    from_queue = "queue" in request.values and actor.can(Permission.VOLUNTEER_REVIEW)
    return queries.neighbours(actor, volunteer) if from_queue else None


def _onwards(volunteer: Key, queue: Neighbours | None) -> str:
    if queue is None:
        return url_for("volunteers.person", volunteer=volunteer)
    if queue.after is None:
        return url_for("office.reviews")
    return url_for("volunteers.person", volunteer=queue.after, queue=1)


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
        country=country_name(card.nationality),
        region_names={
            code: full_name(code)
            for code in {card.region_code, card.service_region_code, card.registration_region_code}
        },
        overdue=card.reply_due_on is not None and card.reply_due_on < today(),
        queue=_neighbours(volunteer),
        choices=choices,
        party_organizations=_party_organizations(actor) if card.may_verify_party else [],
        values=values,
        errors=errors,
        clear=clear or {},
    )


def _party_organizations(actor: Actor) -> list[tuple[str, str]]:
    return [(str(row.key), row.name) for row in party.organization_choices(actor)]
