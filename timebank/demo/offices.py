"""The first days: officers get their roles, figures are loaded, organisations registered."""

from __future__ import annotations

from functools import partial

from timebank.demo import town as towns
from timebank.demo.accounts import (
    ASSOCIATION_ORGANIZER,
    AUDITOR,
    AUTHORITY,
    CITY_AUTHORITY,
    COMMITTEE_ORGANIZER,
    NORTH_WORKER,
    OPERATOR,
    PARTY_ADMINISTRATOR,
    RECORDER,
    SOUTH_WORKER,
    TEAM_ORGANIZER,
    Officer,
)
from timebank.demo.cast import PASSWORD, signed_in
from timebank.demo.scene import BEGINNING, Scene
from timebank.demo.town import Quarter
from timebank.identity.usecases import enrol_officer, grant_role
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.region_code import NATION
from timebank.kernel.work import perform
from timebank.organizations.rules import Facts
from timebank.organizations.usecases import approve_organization, register_organization
from timebank.regions.usecases import import_figures

ASSOCIATION, COMMITTEE, NEIGHBOURS = "association", "committee", "neighbours"


def schedule(scene: Scene) -> None:
    """Officers and figures on the first day, organisations two days later."""
    first_day = scene.at_hour(BEGINNING, 9)
    north, south = scene.town.north, scene.town.south
    for step in (
        partial(enrol, SYSTEM, OPERATOR, NATION),
        lambda: enrol(operator(), AUTHORITY, north.county.code),
        lambda: enrol(operator(), CITY_AUTHORITY, scene.town.city.code),
        lambda: enrol(operator(), PARTY_ADMINISTRATOR, north.county.code),
        partial(_enrol_worker, NORTH_WORKER, north),
        partial(_enrol_worker, SOUTH_WORKER, south),
        partial(_load_figures, scene),
    ):
        scene.timeline.at(first_day, step)
    scene.timeline.at(scene.at_hour(BEGINNING - 2, 10), partial(_register_teams, scene))


def enrol_auditor(scene: Scene) -> None:
    """The last step of all."""
    enrol(operator(), AUDITOR, scene.town.city.code)


def operator() -> Actor:
    return signed_in(OPERATOR.phone)


def enrol(by: Actor, officer: Officer, region: int | None, organization: Key | None = None) -> None:
    """Open an officer's account and give the role."""
    perform(
        by,
        enrol_officer,
        name=officer.name,
        phone=officer.phone,
        password=PASSWORD,
        role=officer.role,
        region=region,
        organization=organization,
    )


def _enrol_worker(worker: Officer, quarter: Quarter) -> None:
    first, *others = quarter.communities
    enrol(operator(), worker, first.code)
    for community in others:
        perform(operator(), grant_role, phone=worker.phone, role=worker.role, region=community.code)


def _load_figures(scene: Scene) -> None:
    rows = list(enumerate(towns.figures(scene.town), start=2))
    year = scene.timeline.day(0).year - 1
    perform(operator(), import_figures, lines=lambda: rows, year=year, source=towns.FIGURE_SOURCE)


def _register_teams(scene: Scene) -> None:
    association, committee, neighbours = towns.teams(scene.town)
    staff = (ASSOCIATION_ORGANIZER, RECORDER)
    scene.organizations[ASSOCIATION] = _register(AUTHORITY, association, staff)
    scene.organizations[COMMITTEE] = _register(NORTH_WORKER, committee, (COMMITTEE_ORGANIZER,))
    scene.organizations[NEIGHBOURS] = _register(SOUTH_WORKER, neighbours, (TEAM_ORGANIZER,))


def _register(by: Officer, team: Facts, staff: tuple[Officer, ...]) -> Key:
    facts: Facts = {**team, "head_phone": staff[0].phone}
    key = perform(signed_in(by.phone), register_organization, **facts)
    perform(signed_in(CITY_AUTHORITY.phone), approve_organization, organization=key)
    for officer in staff:
        enrol(operator(), officer, None, key)
    return key
