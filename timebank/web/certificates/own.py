"""`/my/certificates`, a ward's likewise, and the sheet to print."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.recognition import usecases
from timebank.recognition.queries import certificate, certificates, units
from timebank.recognition.rules import spaced
from timebank.volunteers.queries import person
from timebank.web.certificates.door import pages
from timebank.web.certificates.schemas import RequestSchema, RevealsSchema
from timebank.web.hours.person import today
from timebank.web.kit import qr
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.text import hours as in_hours
from timebank.web.kit.text import on
from timebank.web.kit.words import choices
from timebank.web.volunteers.status import ward


@pages.get("/my/certificates", defaults={"volunteer": None})
@pages.get("/my/wards/<key:volunteer>/certificates")
def mine(volunteer: Key | None) -> Response | str:
    """Certificates and requests with what follows, and the form to ask."""
    if current_actor().is_anonymous:
        raise Unauthenticated()
    if volunteer is None and current_actor().volunteer is None:
        return redirect(url_for("volunteers.register"))
    return _mine(volunteer, {}, {})


@pages.post("/my/certificates", defaults={"volunteer": None})
@pages.post("/my/wards/<key:volunteer>/certificates")
def ask(volunteer: Key | None) -> Response:
    """Ask one unit for a certificate; asking again leads to the open request."""
    whose = _whose(volunteer)

    def done(given: Values) -> Response:
        asked = act(usecases.request_certificate, volunteer=whose, **given)
        told(asked.is_new)
        return redirect(url_for("certificates.mine", volunteer=volunteer))

    return submitted(RequestSchema(), done, lambda values, errors: _mine(volunteer, values, errors))


@pages.post("/my/certificates/<key:certificate>/withdraw")
def withdraw(certificate: Key) -> Response:
    """Take a request back."""

    def done(_given: Values) -> Response:
        act(usecases.withdraw_certificate, certificate=certificate)
        flash(_("The request is taken back."), "success")
        return _back(certificate)

    return submitted(ApiSchema(), done, lambda values, errors: _sheet(certificate, values, errors))


@pages.post("/my/certificates/<key:certificate>/shown")
def choose(certificate: Key) -> Response:
    """Choose what public verification shows."""

    def done(given: Values) -> Response:
        act(usecases.choose_reveals, certificate=certificate, **given)
        flash(_("Kept. Public verification shows this from now on."), "success")
        return _back(certificate)

    return submitted(RevealsSchema(), done, lambda values, errors: _sheet(certificate, values, errors))


@pages.get("/certificates/<key:certificate>")
def sheet(certificate: Key) -> str:
    """A certificate as it is printed; before the issue, what was asked for."""
    return _sheet(certificate, {}, {})


def told(is_new: bool) -> None:
    """Say what became of a request."""
    if is_new:
        flash(_("You have asked. The unit compares the records and issues the certificate."), "success")
    else:
        flash(_("This was asked for already and waits for the unit."), "info")


def unit_choices(actor_units: list[Any]) -> list[tuple[str, str, str]]:
    """The units with the confirmed hours, as a form offers them."""
    return [
        (
            str(each.organization),
            each.name,
            _(
                "%(hours)s confirmed, %(first)s to %(last)s",
                hours=in_hours(each.minutes),
                first=on(each.first_on),
                last=on(each.last_on),
            ),
        )
        for each in actor_units
    ]


def _whose(volunteer: Key | None) -> Key:
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    whose = ward(volunteer) if volunteer else actor.volunteer
    if whose is None:
        raise NotFound()
    return whose


def _mine(volunteer: Key | None, values: Values, errors: Errors) -> str:
    actor, whose = current_actor(), _whose(volunteer)
    found = unit_choices(units(actor, whose))
    only = {"organization": found[0][0]} if len(found) == 1 else {}
    return render_template(
        "certificates/mine.html",
        person=person(actor, whose),
        ward=volunteer,
        cards=certificates(actor, whose),
        units=found,
        reveals=choices("reveal"),
        today=today(),
        values={**only, **values},
        errors=errors,
    )


def _back(key: Key) -> Response:
    """To the list in which the certificate stands: one's own or a ward's."""
    actor, card = current_actor(), certificate(current_actor(), key).card
    if card.volunteer in actor.wards:
        return redirect(url_for("certificates.mine", volunteer=card.volunteer))
    return redirect(url_for("certificates.mine", volunteer=None))


def _sheet(key: Key, values: Values, errors: Errors) -> str:
    found = certificate(current_actor(), key)
    number = found.card.certificate_no
    address = f"{runtime().config.base_url}/verify/{number}"
    return render_template(
        "certificates/sheet.html",
        sheet=found,
        card=found.card,
        number=spaced(number) if number else "",
        address=address if number else "",
        code_svg=qr.svg(address, _("Address of public verification")) if number else "",
        reveals=choices("reveal"),
        values={"reveals": found.card.reveals, **values},
        errors=errors,
    )
