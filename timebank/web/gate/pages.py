"""The phone that scanned the venue's code: one button, then a verdict over the whole screen."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.attendance import queries, usecases
from timebank.attendance.queries import gate_policy
from timebank.attendance.rules import Direction, Presence, Verdict
from timebank.kernel.errors import KeyReused
from timebank.kernel.ids import new_token
from timebank.projects.rules import PrintedCode
from timebank.web.gate import app, desk, device_pages, kiosk, log, screen
from timebank.web.gate.answers import answer, refusal
from timebank.web.gate.schemas import TapSchema
from timebank.web.gate.sealing import device, seal, sealed_instant, unseal
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.headers import may_ask_place
from timebank.web.kit.operation import act

pages = desk.pages
PARTS = (app, desk, device_pages, kiosk, log, screen)
"""Whose pages these are too."""
FAULT_STATUS = {"unknown": 404, "expired-code": 410}
REUSED_STATUS = 422
"""As the API answers it."""


@pages.get("/c/<code>")
def venue(code: str) -> Response | str:
    """What a scanned code opens; the instant of opening is sealed before anybody has to sign in."""
    opened = queries.venue(current_actor(), code, seal(code))
    if opened.fault:
        return make_response(
            render_template("gate/verdict.html", told=refusal(opened.fault)), FAULT_STATUS[opened.fault]
        )
    if current_actor().is_anonymous:
        return _to_sign_in()
    return _button(code, {}, {})


@pages.post("/c/<code>")
def check_in(code: str) -> Response:
    """The tap. The answer comes at once; the same tap sent again gets the same answer."""
    if current_actor().is_anonymous:
        return _to_sign_in()

    def done(tap: Values) -> Response:
        try:
            result = act(
                usecases.check_in_self, code=code, scanned_at=sealed_instant(code), device=device(), **tap
            )
        except KeyReused:
            page = render_template("gate/verdict.html", told=refusal(usecases.REUSED))
            return make_response(page, REUSED_STATUS)
        if result.verdict is Verdict.ACCEPTED:
            unseal()
        return make_response(render_template("gate/verdict.html", told=answer(current_actor(), result)))

    return submitted(TapSchema(), done, lambda values, errors: _button(code, values, errors))


def _button(code: str, _values: Values, errors: Errors) -> str:
    """The shift with one big button: in, or out for whoever is inside."""
    actor = current_actor()
    opened = queries.venue(actor, code, seal(code))
    moment = opened.moment
    if opened.offers_place or opened.asks is PrintedCode.PLACE:
        may_ask_place()
    is_inside = moment is not None and moment.presence is Presence.INSIDE
    return render_template(
        "gate/venue.html",
        code=code,
        moment=moment,
        asks=opened.asks,
        offers_place=opened.offers_place,
        point_days=gate_policy().point_days,
        direction=Direction.OUT if is_inside else Direction.IN,
        is_volunteer=actor.volunteer is not None,
        client_id=new_token(),
        errors=errors,
    )


def _to_sign_in() -> Response:
    flash(_("Your scan is kept for five minutes. Sign in to finish."), "info")
    return redirect(url_for("auth.sign_in", next=request.path))
