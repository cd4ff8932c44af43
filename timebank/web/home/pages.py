"""`/`: what this is, for a visitor; for everybody else their own first page."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from timebank.kernel.policy import Actor
from timebank.kernel.policy import Permission as P
from timebank.projects.queries import recruiting
from timebank.volunteers.queries import ward_requests
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door

pages = pages_door("home")
SHOWN = 3


@pages.get("/")
def index() -> Response | str:
    actor = current_actor()
    if not actor.is_anonymous:
        return redirect(url_for(first_page(actor)))
    return render_template("home/index.html", projects=recruiting(limit=SHOWN).items)


def first_page(actor: Actor) -> str:
    """Where a person begins: officers at tasks, organizers at projects, people at their hours."""
    if any(actor.can(right) for right in (P.VOLUNTEER_REVIEW, P.HOURS_CONFIRM, P.JOB_READ, P.PARTY_VERIFY)):
        return "office.index"
    if actor.can(P.PROJECT_WRITE):
        return "organize.index"
    if actor.volunteer:
        return "my.index"
    return "my.wards" if actor.wards or ward_requests(actor) else "projects.listing"
