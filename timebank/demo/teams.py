"""Who belongs to the teams, and the teams that volunteers found themselves."""

from __future__ import annotations

from functools import partial

from timebank.demo.accounts import (
    ASSOCIATION_ORGANIZER,
    COMMITTEE_ORGANIZER,
    MOTHER,
    NEWCOMER,
    NORTH_WORKER,
    TEAM_ORGANIZER,
    VETERAN,
    Officer,
)
from timebank.demo.cast import Person, phone_of, signed_in
from timebank.demo.offices import ASSOCIATION, COMMITTEE, NEIGHBOURS
from timebank.demo.scene import BEGINNING, Scene
from timebank.demo.town import applications
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.memberships.queries import join_code
from timebank.memberships.usecases import (
    accept_invitation,
    approve_membership,
    found_team,
    invite,
    join_by_code,
    make_join_code,
    request_membership,
)
from timebank.organizations.rules import Facts
from timebank.organizations.usecases import accept_child, approve_organization, ask_parent

SILVER = "silver"
FOUNDER, APPLICANT = 1002, 1021
"""Who founded the association's team for the old, and who asks for a team now."""
INVITED = 1014
EARLY = range(1001, 1007)
BY_CODE = {ASSOCIATION: (1009, 1010, 1011), NEIGHBOURS: (1045, 1046)}
BY_REQUEST = {
    ASSOCIATION: (1012, 1022),
    NEIGHBOURS: (1047, 1048, 1054, 1060),
    SILVER: (VETERAN, 1003, 1004),
}
HEADS = {ASSOCIATION: ASSOCIATION_ORGANIZER, COMMITTEE: COMMITTEE_ORGANIZER, NEIGHBOURS: TEAM_ORGANIZER}


def schedule(scene: Scene) -> None:
    """The eager join at the beginning, the others in the last month; something of each kind waits."""
    at, hour = scene.timeline.at, scene.at_hour
    at(hour(BEGINNING - 10, 10), partial(_let_in_by_code, scene, ASSOCIATION, EARLY, 30))
    at(hour(160, 10), partial(_found_silver, scene))
    at(hour(157, 15), partial(_let_in_who_asks, scene, SILVER))
    for team, serials in BY_CODE.items():
        at(hour(24, 11), partial(_let_in_by_code, scene, team, serials, 60))
        at(hour(22, 16), partial(_let_in_who_asks, scene, team))
    at(hour(20, 9), partial(_invite, scene, ASSOCIATION, INVITED, is_accepted=True))
    at(hour(3, 9), partial(_invite, scene, COMMITTEE, MOTHER, is_accepted=False))
    at(hour(2, 18), partial(_apply, scene))
    at(hour(1, 20), partial(_ask, scene, scene.person(NEWCOMER), ASSOCIATION))


def _head(team: str) -> Actor:
    officer: Officer | None = HEADS.get(team)
    return signed_in(officer.phone if officer else phone_of(FOUNDER))


def _let_in_by_code(scene: Scene, team: str, serials: tuple[int, ...] | range, days: int) -> None:
    head, organization = _head(team), scene.organizations[team]
    perform(head, make_join_code, organization=organization, days=days, uses=50)
    card = join_code(head, organization)
    for serial in serials:
        perform(scene.person(serial).actor, join_by_code, code=card.code if card else "")


def _ask(scene: Scene, person: Person, team: str) -> Key:
    return perform(person.actor, request_membership, organization=scene.organizations[team])


def _let_in_who_asks(scene: Scene, team: str) -> None:
    for serial in BY_REQUEST[team]:
        asked = _ask(scene, scene.person(serial), team)
        perform(_head(team), approve_membership, membership=asked)


def _invite(scene: Scene, team: str, serial: int, *, is_accepted: bool) -> None:
    person = scene.person(serial)
    sent = perform(_head(team), invite, organization=scene.organizations[team], to=person.phone)
    if is_accepted:
        perform(person.actor, accept_invitation, invitation=sent)


# --- teams of volunteers ----------------------------------------------------------------------------


def _found_silver(scene: Scene) -> None:
    """A volunteer founds a team, the community accepts it, and it joins the association."""
    silver, _clothes = applications(scene.town)
    scene.organizations[SILVER] = key = _found(scene.person(FOUNDER), silver)
    perform(signed_in(NORTH_WORKER.phone), approve_organization, organization=key)
    perform(_head(SILVER), ask_parent, organization=key, parent=scene.organizations[ASSOCIATION])
    perform(_head(ASSOCIATION), accept_child, organization=key)


def _apply(scene: Scene) -> None:
    _silver, clothes = applications(scene.town)
    _found(scene.person(APPLICANT), clothes)


def _found(person: Person, said: Facts) -> Key:
    facts: Facts = {**said, "head_name": person.name, "head_phone": person.phone}
    return perform(person.actor, found_team, hand_in=True, **facts)
