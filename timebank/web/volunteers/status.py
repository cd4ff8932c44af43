"""Reading what became of a registration, one's own or a ward's; correcting it, and naming a guardian."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.regions.queries import full_name
from timebank.volunteers import queries, usecases
from timebank.volunteers.queries import PersonCard
from timebank.volunteers.rules import LIVING, Action, Status
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices
from timebank.web.volunteers.answers import today
from timebank.web.volunteers.countries import countries, country_code, country_name
from timebank.web.volunteers.door import pages
from timebank.web.volunteers.registration import summary_of
from timebank.web.volunteers.residence import SHOW_NEXT, residence
from timebank.web.volunteers.schemas import CorrectionSchema, said_of
from timebank.web.volunteers.steps import NamedGuardianSchema, guardian_of


@pages.get("/register/status")
def status() -> Response | str:
    """One's own registration: where it stands and why; a returned one is corrected here."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if actor.volunteer is None:
        return redirect(url_for("volunteers.register"))
    return _status(actor.volunteer, {}, {})


@pages.post("/register/status")
def resubmit() -> Response:
    """Correct one's own registration and submit it again, or only fill the next list of places."""
    return _resubmitted(_own())


@pages.get("/my/wards/<key:volunteer>/registration")
def ward_status(volunteer: Key) -> str:
    """The registration of a ward."""
    return _status(ward(volunteer), {}, {})


@pages.post("/my/wards/<key:volunteer>/registration")
def resubmit_ward(volunteer: Key) -> Response:
    """Correct the registration of a ward and submit it again."""
    return _resubmitted(ward(volunteer))


@pages.get("/register/status/guardian")
def guardian() -> str:
    """Name a guardian, where the first one does not answer or did not agree."""
    return _guardian({}, {})


@pages.post("/register/status/guardian")
def name_guardian() -> Response:
    """Ask another guardian."""

    def done(given: Values) -> Response:
        act(usecases.name_guardian, volunteer=_own(), guardian=guardian_of(given))
        flash(_("Your guardian can now sign in with that mobile number and answer."), "success")
        return redirect(url_for("volunteers.status"))

    return submitted(NamedGuardianSchema(), done, _guardian)


def ward(volunteer: Key) -> Key:
    """A ward of whoever asks. Raises Unauthenticated, NotFound."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if volunteer not in actor.wards:
        raise NotFound()
    return volunteer


def _own() -> Key:
    volunteer = current_actor().volunteer
    if volunteer is None:
        raise Unauthenticated()
    return volunteer


def _resubmitted(volunteer: Key) -> Response:
    def again(values: Values, errors: Errors) -> str:
        return _status(volunteer, values, errors)

    def done(given: Values) -> Response:
        act(usecases.resubmit, volunteer=volunteer, said=said_of(given))
        flash(_("Your corrected registration was submitted."), "success")
        return redirect(_address(volunteer))

    given = form_values(CorrectionSchema())
    if "nationality" in given:
        given["nationality"] = country_code(given["nationality"]) or given["nationality"]
    if SHOW_NEXT in request.form:
        return make_response(again(given, {}))
    return submitted(CorrectionSchema(), done, again, given)


def _address(volunteer: Key) -> str:
    if volunteer == current_actor().volunteer:
        return url_for("volunteers.status")
    return url_for("volunteers.ward_status", volunteer=volunteer)


def _status(volunteer: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    person = queries.person(actor, volunteer)
    said = CorrectionSchema(exclude=("document_number",)).dump(person)
    shown = values or said | {"nationality": country_name(person.nationality)}
    return render_template(
        "volunteers/status.html",
        person=person,
        own=volunteer == actor.volunteer,
        history=queries.history(actor, volunteer),
        region_name=full_name(person.region_code),
        correctable=Action.RESUBMIT in person.actions,
        open_consents=queries.open_consents(actor, volunteer) if person.status in LIVING else [],
        is_late=is_late(person),
        may_name_guardian=may_name_guardian(person),
        values=shown,
        errors=errors,
        summary=summary_of(errors),
        **_material(person.region_code),
    )


def is_late(person: PersonCard) -> bool:
    """Whether the office should have answered by now."""
    return person.reply_due_on is not None and person.reply_due_on < today()


def may_name_guardian(person: PersonCard) -> bool:
    """Whether somebody under age still has to find a guardian who agrees."""
    waits = person.status in (*LIVING, Status.CLOSING) and person.is_minor
    return waits and (person.guardian is None or person.guardian.consented_at is None)


def _guardian(values: Values, errors: Errors) -> str:
    person = queries.person(current_actor(), _own())
    if not may_name_guardian(person):
        raise NotFound()
    return render_template(
        "volunteers/name_guardian.html",
        person=person,
        values=values,
        errors=errors,
        summary=summary_of(errors),
        wording=queries.consent_wordings()["guardian"],
        countries=countries(),
        choices=choices,
    )


def _material(region_code: int) -> dict[str, Any]:
    return {
        "places": residence(region_code),
        "most_categories": queries.registration_policy().most_categories,
        "choices": choices,
        "country_name": country_name,
        "countries": countries(),
    }
