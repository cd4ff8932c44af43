"""The clerk's tab: ask for somebody, take a request back, print; all on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import EXCLUDE
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.recognition import usecases
from timebank.recognition.queries import certificate, certificates, units
from timebank.volunteers.queries import person
from timebank.web.certificates.door import pages
from timebank.web.certificates.own import told, unit_choices
from timebank.web.certificates.schemas import AssistedRequestSchema, WaySchema
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices


@pages.get("/office/volunteers/<key:volunteer>/certificates")
def of_person(volunteer: Key) -> str:
    """Certificates of somebody at the window; the way they asked stands in the address."""
    return _of_person(volunteer, {}, {})


@pages.post("/office/volunteers/<key:volunteer>/certificates")
def ask_for(volunteer: Key) -> Response:
    """Ask one unit for a certificate for somebody."""

    def done(given: Values) -> Response:
        told(act(usecases.request_certificate, volunteer=volunteer, **given).is_new)
        return _back(volunteer, given)

    return submitted(
        AssistedRequestSchema(), done, lambda values, errors: _of_person(volunteer, values, errors)
    )


@pages.post("/office/certificates/<key:certificate>/withdraw")
def withdraw_for(certificate: Key) -> Response:
    """Take a request back for somebody."""
    volunteer = _volunteer(certificate)

    def done(given: Values) -> Response:
        act(usecases.withdraw_certificate, certificate=certificate, **given)
        flash(_("The request is taken back."), "success")
        return _back(volunteer, given)

    return submitted(WaySchema(), done, _again(volunteer))


@pages.post("/office/certificates/<key:certificate>/print")
def print_for(certificate: Key) -> Response:
    """Keep that a certificate is printed for somebody, and show it."""
    volunteer = _volunteer(certificate)

    def done(given: Values) -> Response:
        act(usecases.note_certificate, certificate=certificate, **given)
        return redirect(url_for("certificates.sheet", certificate=certificate))

    return submitted(WaySchema(), done, _again(volunteer))


def _volunteer(key: Key) -> Key:
    require(current_actor(), Permission.VOLUNTEER_ASSIST)
    return certificate(current_actor(), key).card.volunteer


def _back(volunteer: Key, given: Values) -> Response:
    return redirect(url_for("certificates.of_person", volunteer=volunteer, channel=given["channel"]))


def _again(volunteer: Key) -> Callable[[Values, Errors], str]:
    return lambda values, errors: _of_person(volunteer, values, errors)


def _of_person(volunteer: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    require(actor, Permission.VOLUNTEER_ASSIST)
    card = person(actor, volunteer)
    require(actor, Permission.VOLUNTEER_ASSIST, region=card.region_code)
    asked = WaySchema().load({name: text for name, text in request.args.items() if text}, unknown=EXCLUDE)
    found = unit_choices(units(actor, volunteer))
    only = {"organization": found[0][0]} if len(found) == 1 else {}
    return render_template(
        "certificates/of_person.html",
        person=card,
        cards=certificates(actor, volunteer),
        units=found,
        reveals=choices("reveal"),
        channel=asked["channel"],
        channels=_channels(volunteer, asked["channel"]),
        today=today(),
        values={**only, **values},
        errors=errors,
    )


def _channels(volunteer: Key, chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "url": url_for("certificates.of_person", volunteer=volunteer, channel=code),
            "label": label,
            "current": code == chosen,
        }
        for code, label in choices("assisted_by")
    ]
