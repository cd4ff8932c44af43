"""The tab of one person, one item with its decision, and the queue."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.qualifications import queries, usecases
from timebank.qualifications.rules import Kind, Outcome
from timebank.volunteers.queries import PersonCard, person
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.files import uploaded
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, word
from timebank.web.qualifications.door import SCHEMAS, pages
from timebank.web.qualifications.schemas import RefusalSchema, TickedSchema, WaitingQuery, said_of

ENTERING = {
    Kind.SKILL: Permission.VOLUNTEER_WRITE,
    Kind.TRAINING: Permission.TRAINING_RECORD,
    Kind.AWARD: Permission.AWARD_RECORD,
}


@pages.get("/office/volunteers/<key:volunteer>/qualifications", endpoint="person")
def of_person(volunteer: Key) -> str:
    """What one person can show."""
    actor = current_actor()
    card = person(actor, volunteer)
    may_add = [kind for kind, right in ENTERING.items() if actor.can(right, region=card.region_code)]
    return render_template(
        "qualifications/person.html",
        person=card,
        cards=queries.qualifications(actor, volunteer),
        kinds=list(Kind),
        may_add=may_add if card.status == "registered" else [],
    )


@pages.get("/office/volunteers/<key:volunteer>/qualifications/<any(skill, training, award):kind>")
def new(volunteer: Key, kind: str) -> str:
    """The empty form for an officer."""
    card = _enterable(volunteer, kind)
    return _new(card, kind, {}, {})


@pages.post("/office/volunteers/<key:volunteer>/qualifications/<any(skill, training, award):kind>")
def enter(volunteer: Key, kind: str) -> Response:
    """Enter a proof, a training or an award of somebody."""
    card = _enterable(volunteer, kind)

    def done(given: Values) -> Response:
        said, file = said_of(given), uploaded()
        act(usecases.enter, volunteer=volunteer, kind=Kind(kind), said=said, file=file)
        flash(
            _("The training is on record.")
            if kind == Kind.TRAINING
            else _("Entered. Somebody else decides."),
            "success",
        )
        return redirect(url_for("qualifications.person", volunteer=volunteer))

    return submitted(SCHEMAS[kind](), done, lambda values, errors: _new(card, kind, values, errors))


def _enterable(volunteer: Key, kind: str) -> PersonCard:
    actor = current_actor()
    card = person(actor, volunteer)
    require(actor, ENTERING[Kind(kind)], region=card.region_code)
    return card


def _new(card: PersonCard, kind: str, values: Values, errors: Errors) -> str:
    return render_template(
        "qualifications/new.html",
        kind=kind,
        back=(card.name, url_for("qualifications.person", volunteer=card.key)),
        home=(_("Volunteers"), url_for("volunteers.registry")),
        choices=choices,
        today=today(),
        values=values,
        errors=errors,
    )


@pages.get("/office/qualifications")
def queue() -> str:
    """What waits for one's decision; the filter stands in the address."""
    return _queue({})


@pages.post("/office/qualifications")
def accept_ticked() -> Response:
    """Accept what is ticked."""

    def done(given: Values) -> Response:
        outcomes = act(usecases.accept_each, **given)
        for outcome, number in Counter(outcomes).items():
            tone = "success" if outcome is Outcome.ACCEPTED else "caution"
            flash(
                _("%(outcome)s: %(number)s", outcome=word(outcome, "qualification_outcome"), number=number),
                tone,
            )
        return redirect(url_for("qualifications.queue", kind=request.args.get("kind") or None))

    return submitted(TickedSchema(), done, lambda _values, errors: _queue(errors))


def _queue(errors: Errors) -> str:
    query: dict[str, Any] = WaitingQuery().load({name: text for name, text in request.args.items() if text})
    return render_template(
        "qualifications/queue.html",
        query=query,
        page=queries.waiting(current_actor(), **query),
        kinds=choices("qualification_kind"),
        errors=errors,
    )


@pages.get("/office/qualifications/<key:qualification>")
def item(qualification: Key) -> str:
    """One of them, with what may be done now."""
    return _item(qualification, {}, {})


@pages.post("/office/qualifications/<key:qualification>/<any(accept, refuse):step>")
def decide(qualification: Key, step: str) -> Response:
    """Accept or refuse one."""
    usecase: Any = usecases.accept if step == "accept" else usecases.refuse
    schema: type[ApiSchema] = ApiSchema if step == "accept" else RefusalSchema

    def done(given: Values) -> Response:
        act(usecase, qualification=qualification, **given)
        flash(_("The decision is on record."), "success")
        return redirect(url_for("qualifications.item", qualification=qualification))

    return submitted(schema(), done, lambda values, errors: _item(qualification, values, errors))


def _item(key: Key, values: Values, errors: Errors) -> str:
    card = queries.qualification(current_actor(), key)
    return render_template("qualifications/item.html", card=card, values=values, errors=errors)
