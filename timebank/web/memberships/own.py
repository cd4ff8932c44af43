"""`/my/teams`: one's own teams, invitations to answer, a new team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from timebank.kernel.errors import Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.region_code import county_of
from timebank.memberships import queries, usecases
from timebank.memberships.rules import Status
from timebank.organizations.queries import administered
from timebank.volunteers.queries import standing
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.sections import MY_PAGES, Section
from timebank.web.kit.words import word
from timebank.web.memberships.door import pages
from timebank.web.organizations.form import offered
from timebank.web.organizations.schemas import NewOrganizationSchema
from timebank.web.projects.pages import own_obstacle
from timebank.web.projects.places import COUNTY, place_choices

MY_PAGES.append(Section("teams.own", _l("My teams"), lambda actor: not actor.is_anonymous, "flag", 30))
ANSWERS: dict[str, Callable[..., Any]] = {
    "accept": usecases.accept_invitation,
    "decline": usecases.decline_invitation,
}


@pages.get("/my/teams")
def own() -> str:
    """Invitations first, then one's teams, then what one administers."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    memberships = queries.my_memberships(actor)
    return render_template(
        "teams/own.html",
        invitations=queries.my_invitations(actor),
        memberships=[each for each in memberships if each.status is Status.ACTIVE],
        requests=[each for each in memberships if each.status is Status.REQUESTED],
        ended=[each for each in memberships if each.status in (Status.REFUSED, Status.REMOVED)],
        administered=administered(actor),
        obstacle=own_obstacle(),
    )


@pages.get("/my/teams/new")
def found_form() -> str:
    """The application for a new team."""
    if current_actor().is_anonymous:
        raise Unauthenticated()
    return _found({}, {})


@pages.post("/my/teams/new")
def found() -> Response:
    """Keep a draft, or hand it in at once."""

    def done(given: Values) -> Response:
        key = act(usecases.found_team, **given)
        if given["hand_in"]:
            flash(word("submit", "organization_done"), "success")
        else:
            flash(_("The draft is kept. Nobody but you sees it until you hand it in."), "success")
        return redirect(url_for("teams.manage", key=key))

    return submitted(NewOrganizationSchema(), done, _found)


@pages.post("/my/teams/invitations/<key:invitation>/<answer>")
def answer(invitation: Key, answer: str) -> Response:
    """Accept or decline."""
    if answer not in ANSWERS:
        abort(404)
    act(ANSWERS[answer], invitation=invitation)
    flash(word(answer, "membership_done"), "success")
    return redirect(url_for("teams.own"))


@pages.post("/my/teams/memberships/<key:membership>/leave")
def leave(membership: Key) -> Response:
    """Leave, or take the request back."""
    if act(usecases.leave_team, membership=membership):
        flash(_("You have left. Your hours stay yours."), "success")
    else:
        flash(
            _(
                "You are no longer a member. You stay the team's administrator until another one is "
                "appointed: appoint one, or ask at your community."
            ),
            "caution",
        )
    return redirect(url_for("teams.own"))


def _found(values: Values, errors: Errors) -> str:
    actor = current_actor()
    person = standing(actor.volunteer) if actor.volunteer else None
    home = person.region_code if person else None
    return render_template(
        "teams/new.html",
        values={"kind": "team", **({"region_code": f"{home:012d}"} if home else {}), **values},
        errors=errors,
        regions=place_choices(county_of(home) * COUNTY) if home else [],
        obstacle=own_obstacle(),
        **offered(),
    )
