"""Teams for everybody: the list, one team, and what a join code opens."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.ids import Key
from timebank.memberships import queries, usecases
from timebank.memberships.rules import Status
from timebank.organizations.queries import above, public_children, team, teams
from timebank.projects.queries import recruiting
from timebank.regions.queries import full_name, names
from timebank.web.kit.actor import current_actor
from timebank.web.kit.operation import act
from timebank.web.kit.words import sentence
from timebank.web.memberships.door import pages
from timebank.web.projects.pages import chosen_region, own_obstacle
from timebank.web.projects.places import filter_choices

SHOWN = 24
PROJECTS_SHOWN = 5
LONGEST_TEXT = 60
FAULT_STATUS = {"unknown-code": 404, "code-over": 410}


@pages.get("/teams")
def listing() -> str:
    """Active teams; region and beginning of the name stand in the address."""
    region, text = chosen_region(), request.args.get("text", "").strip()[:LONGEST_TEXT]
    found = teams(region=region, text=text, limit=SHOWN, cursor=request.args.get("cursor"))
    return render_template(
        "teams/listing.html",
        teams=found.items,
        names=names(row.region_code for row in found.items),
        region=region,
        text=text,
        choices=filter_choices(region),
        next=found.next,
    )


@pages.get("/teams/<key:key>")
def detail(key: Key) -> str:
    """One team as it presents itself, and the way into it."""
    card = team(key)
    return render_template(
        "teams/detail.html",
        team=card,
        region_name=full_name(card.region_code),
        above=above(key),
        children=public_children(key),
        member_count=queries.count_members(key),
        projects=recruiting(organization=key, limit=PROJECTS_SHOWN).items,
        own=queries.my_membership(current_actor(), key),
        obstacle=own_obstacle(),
    )


@pages.post("/teams/<key:key>/ask")
def ask(key: Key) -> Response:
    """Ask to join."""
    act(usecases.request_membership, organization=key)
    flash(_("You have asked to join. The team answers on this page and under “My teams”."), "success")
    return redirect(url_for("teams.detail", key=key))


@pages.get("/join")
def join_by_hand() -> Response:
    """A code typed by hand."""
    code = request.args.get("code", "").strip()[:LONGEST_TEXT].replace("/", "")
    return redirect(url_for("teams.join_form", code=code) if code else url_for("teams.own"))


@pages.get("/join/<code>")
def join_form(code: str) -> Response:
    """The team of a code, with one button."""
    opened = queries.open_code(code)
    status = FAULT_STATUS.get(opened.fault or "", 200)
    own = queries.my_membership(current_actor(), opened.organization.key) if opened.organization else None
    page = render_template(
        "teams/join.html",
        code=code,
        team=opened.organization,
        fault=sentence(opened.fault) if opened.fault else None,
        is_member=own is not None and own.status is Status.ACTIVE,
        obstacle=own_obstacle(),
    )
    return make_response(page, status)


@pages.post("/join/<code>")
def join(code: str) -> Response:
    """Join at once."""
    act(usecases.count_code_attempt)
    act(usecases.join_by_code, code=code)
    flash(_("You are a member of the team now."), "success")
    return redirect(url_for("teams.own"))
