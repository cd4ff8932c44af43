"""Objections to the ends that policies gave, on one's own pages; the page of the hours has the answers."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.hours import usecases
from timebank.hours.appeals import ForgottenVisit, my_forgotten_visits
from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.web.hours.schemas import AppealFormSchema
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.text import clock_time

pages = pages_door("hours")


@pages.get("/my/visits/<key:visit>/appeal")
def appeal_form(visit: Key) -> str:
    """Ask until when one stayed."""
    return _form(_own(visit), {}, {})


@pages.post("/my/visits/<key:visit>/appeal")
def appeal(visit: Key) -> Response:
    """Say until when one stayed."""
    found = _own(visit)

    def done(given: Values) -> Response:
        until = at_shift(found.in_at, given["stayed_until"])
        act(usecases.appeal, visit=visit, stayed_until=until, note=given["note"])
        flash(_("The organizer will answer. You will read it on this page."), "success")
        return redirect(url_for("my.index"))

    return submitted(AppealFormSchema(), done, lambda values, errors: _form(found, values, errors))


def at_shift(begin: datetime, clock: time) -> datetime:
    """The first instant from `begin` on at which the clocks on the wall show this time."""
    zone = runtime().config.time_zone
    day = begin.astimezone(zone).date()
    found = datetime.combine(day, clock, zone)
    is_before = found < begin.astimezone(zone).replace(second=0, microsecond=0)
    return datetime.combine(day + timedelta(days=1), clock, zone) if is_before else found


def _own(visit: Key) -> ForgottenVisit:
    """A visit of one's own that may be objected to. Raises Unauthenticated, NotFound."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    found = next((each for each in my_forgotten_visits(actor) if each.visit == visit), None)
    if found is None or not found.can_appeal:
        raise NotFound()
    return found


def _form(visit: ForgottenVisit, values: Values, errors: Errors) -> str:
    usual = {"stayed_until": clock_time(visit.ends_at)}
    return render_template("hours/appeal.html", visit=visit, values=usual | values, errors=errors)
