"""An organizer's projects: write, correct, hand in, add shifts, cancel."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.errors import Forbidden
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.organizations.queries import mine as own_organizations
from timebank.projects import queries, usecases
from timebank.projects.queries import ProjectCard
from timebank.projects.rules import MOST_CATEGORIES, AttendanceMode, ClosingPolicy, Facts, PrintedCode
from timebank.projects.usecases.shifts import CLOSES_MINUTES, OPENS_MINUTES
from timebank.web.kit.actor import current_actor, require_person
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.headers import may_ask_place
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, word
from timebank.web.projects.attendance import attendance_choices
from timebank.web.projects.places import COUNTY, county_choices, place_choices
from timebank.web.projects.schemas import FactsSchema, NewProjectSchema, ProjectReasonSchema, ShiftFormSchema

pages = pages_door("organize")


@pages.get("/organize")
def index() -> str:
    """One's projects with their state and what comes next."""
    found = queries.organized(current_actor(), cursor=request.args.get("cursor"))
    next_url = url_for("organize.index", cursor=found.next) if found.next else None
    return render_template("organize/index.html", projects=found.items, next_url=next_url)


@pages.get("/organize/projects/new")
def new() -> str:
    """The empty form."""
    return _new_form({}, {})


@pages.post("/organize/projects/new")
def create() -> Response:
    """Write a new project as a draft."""

    def done(given: Values) -> Response:
        key = act(usecases.create_project, **given)
        flash(_("The draft is kept. Now add a shift, then hand it in."), "success")
        return redirect(url_for("organize.project", key=key))

    return submitted(NewProjectSchema(), done, _new_form)


@pages.get("/organize/projects/<key:key>")
def project(key: Key) -> str:
    """Facts, shifts, and what can be done now."""
    return render_template("organize/project.html", project=_own(key))


@pages.get("/organize/projects/<key:key>/edit")
def edit_form(key: Key) -> str:
    """The form with what the project says now."""
    card = _own(key)
    values = {name: getattr(card, name) for name in Facts.__annotations__}
    values["region_code"] = f"{card.region_code:012d}"
    values["earns_credit"] = str(card.earns_credit).lower()
    return _edit_form(card, values, {})


@pages.post("/organize/projects/<key:key>/edit")
def edit(key: Key) -> Response:
    """Change a draft or a returned project."""
    card = _own(key)

    def done(given: Values) -> Response:
        act(usecases.edit_project, project=key, **given)
        flash(_("Your changes are kept."), "success")
        return redirect(url_for("organize.project", key=key))

    return submitted(FactsSchema(), done, lambda values, errors: _edit_form(card, values, errors))


@pages.post("/organize/projects/<key:key>/submit")
def submit(key: Key) -> Response:
    """Hand it in."""
    act(usecases.submit_project, project=key)
    flash(word("submit", "project_done"), "success")
    return redirect(url_for("organize.project", key=key))


@pages.get("/organize/projects/<key:key>/cancel")
def cancel_form(key: Key) -> str:
    """Ask for the reason before cancelling."""
    return render_template("organize/cancel.html", project=_own(key), values={}, errors={})


@pages.post("/organize/projects/<key:key>/cancel")
def cancel(key: Key) -> Response:
    """Cancel the project and its coming shifts."""
    card = _own(key)

    def done(given: Values) -> Response:
        act(usecases.cancel_project, project=key, **given)
        flash(word("cancel", "project_done"), "success")
        return redirect(url_for("organize.project", key=key))

    def again(values: Values, errors: Errors) -> str:
        return render_template("organize/cancel.html", project=card, values=values, errors=errors)

    return submitted(ProjectReasonSchema(), done, again)


@pages.get("/organize/projects/<key:key>/shifts/new")
def new_shift(key: Key) -> Response:
    """The form of a shift."""
    return may_ask_place(_shift_form(_own(key), {}, {}))


@pages.post("/organize/projects/<key:key>/shifts/new")
def add_shift(key: Key) -> Response:
    """Add a shift."""
    card = _own(key)

    def done(given: Values) -> Response:
        act(usecases.add_shift, project=key, **given)
        flash(_("The shift is added."), "success")
        return redirect(url_for("organize.project", key=key))

    return submitted(ShiftFormSchema(), done, lambda values, errors: _shift_form(card, values, errors))


def _own(key: Key) -> ProjectCard:
    """A project of one's own organisations; NotFound for all others."""
    card = queries.project(require_person(), key)
    require(current_actor(), Permission.PROJECT_WRITE, organization=card.organization)
    return card


def _new_form(values: Values, errors: Errors) -> str:
    organizations = own_organizations(current_actor())
    if not organizations:
        require(current_actor(), Permission.PROJECT_WRITE)
        raise Forbidden()
    asked = values.get("organization") or request.args.get("organization")
    chosen = next((each for each in organizations if str(each.key) == asked), organizations[0])
    counties = county_choices(chosen.region_code)
    county = _county(values, counties)
    return render_template(
        "organize/new.html",
        organizations=[(str(each.key), each.name) for each in organizations],
        organization=chosen,
        counties=counties,
        county=county,
        values={"leader_name": current_actor().name, "earns_credit": "true", **values},
        errors=errors,
        **_offered(int(county)),
    )


def _county(values: Values, counties: list[tuple[str, str]]) -> str:
    """The county asked for, where it is offered; else the first."""
    region = str(values.get("region_code") or request.args.get("county") or "")
    county = f"{int(region) // COUNTY * COUNTY:012d}" if region.isdigit() else ""
    return county if county in dict(counties) else counties[0][0]


def _edit_form(card: ProjectCard, values: Values, errors: Errors) -> str:
    county = card.key.shard * COUNTY
    offered = _offered(county)
    return render_template("organize/edit.html", project=card, values=values, errors=errors, **offered)


def _offered(county: int) -> dict[str, object]:
    return {
        "places": place_choices(county),
        "categories": choices("service_category"),
        "most_categories": MOST_CATEGORIES,
        "recipients": choices("recipient"),
        "safeguards": choices("safeguard"),
    }


def _shift_form(card: ProjectCard, values: Values, errors: Errors) -> str:
    today = local_date(runtime().clock.now(), runtime().config.time_zone)
    given = {
        "opens_minutes": OPENS_MINUTES,
        "closes_minutes": CLOSES_MINUTES,
        "attendance_mode": AttendanceMode.IN_AND_OUT,
        "closing_policy": ClosingPolicy.ZERO,
        "printed_code": PrintedCode.OFF,
        **values,
    }
    return render_template(
        "organize/shift.html",
        project=card,
        today=today,
        values=given,
        errors=errors,
        attendance=attendance_choices(),
    )
