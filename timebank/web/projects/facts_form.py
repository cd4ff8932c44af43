"""The form of a project's facts, for new ones and for editing."""

from __future__ import annotations

from flask import render_template, request

from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.errors import Forbidden
from timebank.kernel.policy import Permission, require
from timebank.organizations.queries import mine as own_organizations
from timebank.projects.queries import ProjectCard, project_policy
from timebank.projects.rules import LONGEST_EXPLANATION, MOST_CATEGORIES, Facts
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values
from timebank.web.kit.words import choices
from timebank.web.projects.places import COUNTY, county_choices, place_choices


def new_project_form(values: Values, errors: Errors, *, is_make_up: bool = False) -> str:
    """A form for a new project of one of the actor's organisations. Raises Forbidden without any."""
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
        policy=project_policy() if is_make_up else None,
        longest_reason=LONGEST_EXPLANATION,
        organizations=[(str(each.key), each.name) for each in organizations],
        organization=chosen,
        counties=counties,
        county=county,
        values={
            "leader_name": current_actor().name,
            "earns_credit": "true",
            "fund_source": "own",
            **values,
        },
        errors=errors,
        **offered(int(county)),
    )


def values_of(card: ProjectCard) -> Values:
    """What the form shows of a project."""
    values: Values = {name: getattr(card, name) for name in Facts.__annotations__}
    values["region_code"] = f"{card.region_code:012d}"
    values["earns_credit"] = str(card.earns_credit).lower()
    values["contact_phone"] = card.contact_phone or ""
    if card.recruits_from:
        values["recruits_from"] = local_date(card.recruits_from, runtime().config.time_zone).isoformat()
    return values


def offered(county: int) -> dict[str, object]:
    """What the form offers in a county."""
    return {
        "places": place_choices(county),
        "categories": choices("service_category"),
        "most_categories": MOST_CATEGORIES,
        "recipients": choices("recipient"),
        "safeguards": choices("safeguard"),
        "skills": choices("skill"),
        "fund_sources": choices("fund_source"),
    }


def _county(values: Values, counties: list[tuple[str, str]]) -> str:
    """The county asked for, where it is offered; else the first."""
    region = str(values.get("region_code") or request.args.get("county") or "")
    county = f"{int(region) // COUNTY * COUNTY:012d}" if region.isdigit() else ""
    return county if county in dict(counties) else counties[0][0]
