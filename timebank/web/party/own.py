"""/my/party: one's own membership, and reporting to a community."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.errors import Unauthenticated
from timebank.party import queries, usecases
from timebank.party.rules import PRESENT_REPORT, Belongs
from timebank.web.hours.person import own_volunteer, today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.party.door import as_choices, pages
from timebank.web.party.schemas import PartyPlaceSchema, PartyReasonSchema, ReportInputSchema
from timebank.web.volunteers.residence import SHOW_NEXT, residence


@pages.get("/my/party")
def mine() -> Response | str:
    """One's own membership and reports."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if actor.volunteer is None:
        return redirect(url_for("volunteers.register"))
    return _mine({}, {})


@pages.post("/my/party/claim")
def claim() -> Response:
    """Ask to be verified."""

    def done(given: Values) -> Response:
        act(usecases.claim_membership, volunteer=own_volunteer(), **given)
        flash(_("Your party organisation will compare it with its roll."), "success")
        return redirect(url_for("party.mine"))

    return submitted(PartyPlaceSchema(), done, _mine)


@pages.post("/my/party/report")
def report_myself() -> Response:
    """Report to a community, or only fill the next list of places."""
    own = own_volunteer()
    if SHOW_NEXT in request.form:
        return make_response(_mine(form_values(ReportInputSchema()), {}))

    def done(given: Values) -> Response:
        act(usecases.record_report, volunteer=own, **given)
        flash(_("Your report is with the community, which confirms it."), "success")
        return redirect(url_for("party.mine"))

    return submitted(ReportInputSchema(), done, _mine)


@pages.post("/my/party/end")
def end_own_report() -> Response:
    """End one's own present report."""
    present = _present()

    def done(given: Values) -> Response:
        if present is not None:
            act(usecases.end_report, report=present.key, **given)
            flash(_("The report has ended. You can report to another community now."), "success")
        return redirect(url_for("party.mine"))

    return submitted(PartyReasonSchema(), done, _mine)


def _present() -> queries.ReportCard | None:
    found = queries.reports_of(current_actor(), own_volunteer())
    return next((each for each in found if each.status in PRESENT_REPORT), None)


def _mine(values: Values, errors: Errors) -> str:
    actor, volunteer = current_actor(), own_volunteer()
    card = queries.party_card(actor, volunteer)
    place = card.present.organization if card.present else None
    present = _present()
    may_report = bool(card.verified_at and place and place.belongs == Belongs.UNIT and present is None)
    return render_template(
        "party/mine.html",
        card=card,
        present=present,
        reports=queries.reports_of(actor, volunteer),
        may_report=may_report,
        organizations=as_choices(queries.organizations_near(card.region_code)) if card.may_claim else [],
        places=residence(card.region_code) if may_report else [],
        year=today().year,
        values=values,
        errors=errors,
    )
