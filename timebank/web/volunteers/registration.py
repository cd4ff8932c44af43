"""Registering on a phone, and reading what became of it."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.errors import Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.regions.queries import full_name
from timebank.volunteers import queries, usecases
from timebank.volunteers.queries import PersonCard
from timebank.volunteers.rules import WAITING, Action
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import WORDS, choices
from timebank.web.volunteers.door import pages
from timebank.web.volunteers.residence import SHOW_NEXT, residence
from timebank.web.volunteers.schemas import CorrectionSchema, RegistrationSchema, application_of, said_of


@pages.get("/register")
def register() -> Response | str:
    """The empty form; who is registered already reads the status."""
    if current_actor().volunteer:
        return redirect(url_for("volunteers.status"))
    return _form({}, {})


@pages.post("/register")
def submit_registration() -> Response:
    """Register, or only fill the next list of places."""
    if SHOW_NEXT in request.form:
        return make_response(_form(form_values(RegistrationSchema()), {}))
    return submitted(RegistrationSchema(), _register, _form)


def _register(given: Values) -> Response:
    act(usecases.count_registration, address=request.remote_addr or "unknown")
    key = act(usecases.register, application=application_of(given))
    return redirect(_after(key))


def _after(key: Key) -> str:
    actor = current_actor()
    if actor.is_anonymous:
        return url_for("volunteers.registered")
    if actor.can(Permission.VOLUNTEER_REVIEW):
        flash(_("The registration was taken down and waits for approval."), "success")
        return url_for("volunteers.person", volunteer=key)
    return url_for("volunteers.status")


def _form(values: Values, errors: Errors) -> str:
    return render_template("volunteers/register.html", **_shared(values, errors, None))


@pages.get("/register/done")
def registered() -> str:
    """What happens next; says nothing about the person."""
    return render_template("volunteers/registered.html")


@pages.get("/register/status")
def status() -> Response | str:
    """One's own registration: where it stands and why; a returned one is corrected here."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if actor.volunteer is None:
        return redirect(url_for("volunteers.register"))
    return _status({}, {})


@pages.post("/register/status")
def resubmit() -> Response:
    """Correct one's own registration and submit it again, or only fill the next list of places."""
    if SHOW_NEXT in request.form:
        return make_response(_status(form_values(CorrectionSchema()), {}))
    return submitted(CorrectionSchema(), _resubmit, _status)


def _resubmit(given: Values) -> Response:
    act(usecases.resubmit, volunteer=_own(), said=said_of(given))
    flash(_("Your corrected registration was submitted."), "success")
    return redirect(url_for("volunteers.status"))


def _own() -> Key:
    volunteer = current_actor().volunteer
    if volunteer is None:
        raise Unauthenticated()
    return volunteer


def _status(values: Values, errors: Errors) -> str:
    actor, key = current_actor(), _own()
    person = queries.person(actor, key)
    shown = values or CorrectionSchema(exclude=("document_number",)).dump(person)
    return render_template(
        "volunteers/status.html",
        person=person,
        history=queries.history(actor, key),
        unmaskings=queries.unmaskings(actor, key),
        region_name=full_name(person.region_code),
        correctable=Action.RESUBMIT in person.actions,
        needed_open=_needed_open(person),
        consents_url=_consents_url(),
        **_shared(shown, errors, person.region_code),
    )


def _needed_open(person: PersonCard) -> list[str]:
    wordings = queries.consent_wordings()
    waits = person.status in WAITING
    return [purpose for purpose in person.open_consents if waits and wordings[purpose].needed]


def _consents_url() -> str | None:
    """Where a person decides about consents, if this service has such a page."""
    places = (place for place in CONSENT_PAGES if place in current_app.view_functions)
    return next((url_for(place) for place in places), None)


CONSENT_PAGES = ("volunteers.my_consents", "volunteers.profile")


def _shared(values: Values, errors: Errors, region_code: int | None) -> dict[str, Any]:
    return {
        "values": values,
        "errors": errors,
        "summary": _summary(errors),
        "places": residence(region_code),
        "most_categories": queries.registration_policy().most_categories,
        "choices": choices,
    }


def _summary(errors: Errors) -> Errors:
    """What is wrong in the order of the form, each with the name of its field."""
    labels = WORDS["volunteer_field"]
    named = {name: [f"{labels[name]}: {text}" for text in errors[name]] for name in labels if name in errors}
    return named | {name: texts for name, texts in errors.items() if name not in labels}
