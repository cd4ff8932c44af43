"""People in one's care: who asks for a guardian's consent, and what a guardian does for a ward."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import fields
from werkzeug.wrappers import Response

from timebank.hours.queries import summary
from timebank.kernel.ids import Key
from timebank.kernel.region_code import county_of
from timebank.projects.queries import my_lost_places, my_no_shows, my_sign_ups, shift_of, shifts
from timebank.recognition.queries import star_progress
from timebank.volunteers import queries, usecases
from timebank.volunteers.rules import Status
from timebank.web.hours.person import today
from timebank.web.kit import qr
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema, Text
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.my.door import pages
from timebank.web.projects import placing
from timebank.web.volunteers.registration import summary_of
from timebank.web.volunteers.status import is_late, ward

SHOWN = 20
COUNTY = 1_000_000


class ProofSchema(ApiSchema):
    """The number of the guardian's own document, and the tick that says yes."""

    document_number = Text(1, 40, required=True)
    agreed = fields.String(required=True, error_messages={"required": "agreement-needed"})


@pages.get("/my/wards")
def wards() -> str:
    """Requests to answer, and the wards."""
    actor = current_actor()
    return render_template("my/wards.html", requests=queries.ward_requests(actor), wards=queries.wards(actor))


@pages.get("/my/wards/<key:volunteer>/consent")
def consent(volunteer: Key) -> str:
    """The text a guardian is asked to agree to."""
    return _consent(volunteer, {}, {})


@pages.post("/my/wards/<key:volunteer>/consent")
def give_consent(volunteer: Key) -> Response:
    """Agree, proven by the number of one's own document; each attempt counts."""

    def done(given: Values) -> Response:
        act(usecases.count_guardian_attempt, volunteer=volunteer)
        act(usecases.consent_as_guardian, volunteer=volunteer, document_number=given["document_number"])
        flash(_("Thank you. You have agreed, and from now on you can act for this person."), "success")
        return redirect(url_for("my.ward", volunteer=volunteer))

    return submitted(ProofSchema(), done, lambda values, errors: _consent(volunteer, values, errors))


@pages.get("/my/wards/<key:volunteer>/refuse")
def ask_refusal(volunteer: Key) -> str:
    """Whether one really refuses."""
    return render_template("my/refuse.html", request=queries.ward_request(current_actor(), volunteer))


@pages.post("/my/wards/<key:volunteer>/refuse")
def refuse(volunteer: Key) -> Response:
    """Refuse; the registration is rejected."""
    act(usecases.refuse_as_guardian, volunteer=volunteer)
    flash(_("You have refused. The registration is rejected, and nobody is told more than that."), "success")
    return redirect(url_for("my.wards"))


def _consent(volunteer: Key, values: Values, errors: Errors) -> str:
    return render_template(
        "my/ward_consent.html",
        request=queries.ward_request(current_actor(), volunteer),
        wording=queries.consent_wordings()["guardian"],
        values=values,
        errors=errors,
        summary=summary_of(errors),
    )


# --- acting for a ward ------------------------------------------------------------------------------


@pages.get("/my/wards/<key:volunteer>", endpoint="ward")
def ward_page(volunteer: Key) -> str:
    """Where a ward stands, the hours, the next shifts, the personal code."""
    actor, key = current_actor(), ward(volunteer)
    person = queries.person(actor, key)
    code = queries.personal_code(actor, key) if person.status == Status.REGISTERED else None
    return render_template(
        "my/ward.html",
        person=person,
        is_late=is_late(person),
        summary=summary(actor, key, year=today().year),
        star=star_progress(actor, key),
        shifts=[(each, placing.view(each, key)) for each in my_sign_ups(actor, volunteer=key)],
        missed=[(each, placing.view(each, key)) for each in my_no_shows(actor, volunteer=key)],
        lost=my_lost_places(actor, volunteer=key),
        code=code,
        code_svg=qr.svg(code, _("Personal code of %(name)s", name=person.name)) if code else None,
    )


@pages.get("/my/wards/<key:volunteer>/shifts")
def ward_shifts(volunteer: Key) -> str:
    """Shifts in which a ward could take a place: in the region where the ward wants to help."""
    actor, key = current_actor(), ward(volunteer)
    person = queries.person(actor, key)
    found = shifts(
        actor,
        volunteer=key,
        region=county_of(person.service_region_code) * COUNTY,
        limit=SHOWN,
        cursor=request.args.get("cursor"),
    )
    offers = [(each, placing.view(each, key)) for each in found.items]
    return render_template("my/ward_shifts.html", person=person, page=found, offers=offers)


@pages.post("/my/wards/<key:volunteer>/shifts/<key:shift>")
def sign_ward_up(volunteer: Key, shift: Key) -> Response:
    """Take a place for a ward, or stand in line for one."""
    return placing.take(shift, volunteer=ward(volunteer))


@pages.post("/my/wards/<key:volunteer>/sign-ups/<key:place>/cancel")
def cancel_for_ward(volunteer: Key, place: Key) -> Response:
    """Give a ward's place back."""
    of = ward(volunteer)
    return placing.leave(shift_of(current_actor(), place), place, volunteer=of)
