"""Verifying membership: the list of claims, a list of numbers, and the tab of one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.party import queries, usecases
from timebank.party.rules import Outcome, read_numbers
from timebank.party.usecases import Line
from timebank.regions.queries import full_name, names
from timebank.volunteers.rules import mask_document
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, word
from timebank.web.party.door import as_choices, pages, regions_of, sections
from timebank.web.party.schemas import (
    ClaimsQuery,
    ListedDecisionSchema,
    ListedRefusalSchema,
    NumbersFormSchema,
    PartyPlaceSchema,
    PartyReasonSchema,
)

LISTED: dict[str, type[ApiSchema]] = {"verify": ListedDecisionSchema, "refuse": ListedRefusalSchema}
STEPS: dict[str, tuple[Callable[..., object], type[ApiSchema]]] = {
    "verify": (usecases.verify_member, PartyPlaceSchema),
    "refuse": (usecases.refuse_claim, PartyReasonSchema),
    "withdraw": (usecases.withdraw_member, PartyReasonSchema),
}


@pages.get("/office/party/claims")
def claims() -> str:
    """Who states membership; the filters stand in the address."""
    return _claims({}, {})


@pages.post("/office/party/claims/<any(verify, refuse):action>")
def decide(action: str) -> Response:
    """Verify or refuse the ticked people."""

    def done(given: Values) -> Response:
        lines = act(usecases.decide_each, **given)
        for outcome, number in Counter(line.outcome for line in lines).items():
            tone = "success" if outcome in (Outcome.VERIFIED, Outcome.DECLINED) else "caution"
            flash(_("%(outcome)s: %(number)s", outcome=word(outcome, "party_outcome"), number=number), tone)
        return redirect(url_for("party.claims", **_filters()))

    return submitted(LISTED[action](), done, _claims)


def _claims(values: Values, errors: Errors) -> str:
    actor = current_actor()
    query = ClaimsQuery().load({name: text for name, text in request.args.items() if text})
    page = queries.claims(actor, **query)
    return render_template(
        "party/claims.html",
        sections=sections("party.claims"),
        query=query,
        filters=_filters(),
        page=page,
        names=names(row.region_code for row in page.items),
        regions=regions_of(Permission.PARTY_VERIFY),
        states=choices("party_claim"),
        organizations=as_choices(queries.organization_choices(actor)),
        values=values,
        errors=errors,
    )


def _filters() -> dict[str, Any]:
    return {name: request.args[name] for name in ("state", "region") if request.args.get(name)}


@pages.get("/office/party/claims/list")
def by_list() -> str:
    """The empty form for a list of numbers."""
    require(current_actor(), Permission.PARTY_VERIFY)
    return _by_list({}, {})


@pages.post("/office/party/claims/list")
def verify_list() -> Response:
    """Verify everybody in a pasted list or a file, and answer every line."""

    def done(given: Values) -> Response:
        file = request.files.get("file")
        numbers = read_numbers((file.read() if file else b"") or given["numbers"])
        lines = act(usecases.verify_numbers, numbers=numbers, organization=given["organization"])
        return make_response(_by_list({}, {}, _answers(numbers, lines)))

    return submitted(NumbersFormSchema(), done, _by_list)


def _by_list(values: Values, errors: Errors, answers: list[dict[str, Any]] | None = None) -> str:
    return render_template(
        "party/list.html",
        sections=sections("party.claims"),
        organizations=as_choices(queries.organization_choices(current_actor())),
        answers=answers,
        good=(Outcome.VERIFIED, Outcome.RECORDED, Outcome.REPEATED),
        values=values,
        errors=errors,
    )


def _answers(numbers: list[str], lines: list[Line]) -> list[dict[str, Any]]:
    """Each line with the number as it was given, masked: it may be one of an identity card."""
    return [
        {
            "number": line.number,
            "text": mask_document(text),
            "outcome": line.outcome,
            "volunteer": line.volunteer,
        }
        for text, line in zip(numbers, lines, strict=True)
    ]


@pages.get("/office/volunteers/<key:volunteer>/party")
def person(volunteer: Key) -> str:
    """One person's membership and reports."""
    return _person(volunteer, {}, {})


@pages.post("/office/volunteers/<key:volunteer>/party/<step>")
def decide_person(volunteer: Key, step: str) -> Response:
    """Verify, refuse or withdraw one membership."""
    if step not in STEPS:
        abort(404)
    usecase, schema = STEPS[step]

    def done(given: Values) -> Response:
        act(usecase, volunteer=volunteer, **given)
        flash(_("The decision is on record."), "success")
        return redirect(url_for("party.person", volunteer=volunteer))

    return submitted(schema(), done, lambda values, errors: _person(volunteer, values, errors))


def _person(volunteer: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    card = queries.party_card(actor, volunteer)
    return render_template(
        "party/person.html",
        card=card,
        reports=queries.reports_of(actor, volunteer),
        region_name=full_name(card.region_code),
        organizations=as_choices(queries.organization_choices(actor)) if card.may_verify else [],
        values=values,
        errors=errors,
    )
