"""Who belongs to the teams, and the teams that volunteers found themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
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
from timebank.memberships.queries import join_code, my_invitations, my_membership
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
PACE = timedelta(hours=1, minutes=47)
"""How long after one another people come."""
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
    _let_in_by_code(scene, ASSOCIATION, EARLY, hour(BEGINNING - 10, 10))
    _found_silver(scene)
    _let_in_who_ask(scene, SILVER, hour(153, 19))
    for team, serials in BY_CODE.items():
        _let_in_by_code(scene, team, serials, hour(24, 11))
        _let_in_who_ask(scene, team, hour(23, 12))
    at(hour(20, 9), partial(_invite, scene, ASSOCIATION, INVITED))
    at(hour(19, 20), partial(_accept, scene, INVITED))
    at(hour(3, 9), partial(_invite, scene, COMMITTEE, MOTHER))
    at(hour(2, 18), partial(_apply, scene))
    at(hour(1, 20), partial(_ask, scene, NEWCOMER, ASSOCIATION))


def _head(team: str) -> Actor:
    officer: Officer | None = HEADS.get(team)
    return signed_in(officer.phone if officer else phone_of(FOUNDER))


def _let_in_by_code(scene: Scene, team: str, serials: Sequence[int], since: datetime) -> None:
    scene.timeline.at(since, partial(_make_code, scene, team))
    for place, serial in enumerate(serials, start=1):
        scene.timeline.at(since + place * PACE, partial(_join, scene, serial, team))


def _make_code(scene: Scene, team: str) -> None:
    perform(_head(team), make_join_code, organization=scene.organizations[team], days=60, uses=50)


def _join(scene: Scene, serial: int, team: str) -> None:
    card = join_code(_head(team), scene.organizations[team])
    perform(scene.person(serial).actor, join_by_code, code=card.code if card else "")


def _let_in_who_ask(scene: Scene, team: str, since: datetime) -> None:
    for place, serial in enumerate(BY_REQUEST[team]):
        asked_at = since + place * PACE
        scene.timeline.at(asked_at, partial(_ask, scene, serial, team))
        scene.timeline.at(asked_at + timedelta(days=1), partial(_let_in, scene, serial, team))


def _ask(scene: Scene, serial: int, team: str) -> None:
    perform(scene.person(serial).actor, request_membership, organization=scene.organizations[team])


def _let_in(scene: Scene, serial: int, team: str) -> None:
    asked = my_membership(scene.person(serial).actor, scene.organizations[team])
    if asked is not None:
        perform(_head(team), approve_membership, membership=asked.key)


def _invite(scene: Scene, team: str, serial: int) -> None:
    to = scene.person(serial).phone
    perform(_head(team), invite, organization=scene.organizations[team], to=to)


def _accept(scene: Scene, serial: int) -> None:
    actor = scene.person(serial).actor
    for sent in my_invitations(actor):
        perform(actor, accept_invitation, invitation=sent.key)


# --- teams of volunteers ----------------------------------------------------------------------------


def _found_silver(scene: Scene) -> None:
    """A volunteer founds a team, the community accepts it, and it joins the association."""
    at, hour = scene.timeline.at, scene.at_hour
    at(hour(160, 20), partial(_hand_in_silver, scene))
    at(hour(158, 10), partial(_review_silver, scene))
    at(hour(157, 19), partial(_ask_above, scene))
    at(hour(156, 9), partial(_take_under, scene))


def _hand_in_silver(scene: Scene) -> None:
    silver, _clothes = applications(scene.town)
    scene.organizations[SILVER] = _found(scene.person(FOUNDER), silver)


def _review_silver(scene: Scene) -> None:
    perform(signed_in(NORTH_WORKER.phone), approve_organization, organization=scene.organizations[SILVER])


def _ask_above(scene: Scene) -> None:
    silver, association = scene.organizations[SILVER], scene.organizations[ASSOCIATION]
    perform(_head(SILVER), ask_parent, organization=silver, parent=association)


def _take_under(scene: Scene) -> None:
    perform(_head(ASSOCIATION), accept_child, organization=scene.organizations[SILVER])


def _apply(scene: Scene) -> None:
    _silver, clothes = applications(scene.town)
    _found(scene.person(APPLICANT), clothes)


def _found(person: Person, said: Facts) -> Key:
    facts: Facts = {**said, "head_name": person.name, "head_phone": person.phone}
    return perform(person.actor, found_team, hand_in=True, **facts)
