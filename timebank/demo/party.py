"""The party organisations of the first county, their members, and who reports to the own community."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from timebank.demo.accounts import CLAIMANTS, NORTH_WORKER, PARTY_ADMINISTRATOR
from timebank.demo.cast import Person, phone_of, signed_in
from timebank.demo.scene import BEGINNING, Scene
from timebank.demo.town import Town, short
from timebank.kernel.work import perform
from timebank.party.queries import reports_of
from timebank.party.rules import Belongs, Kind
from timebank.party.usecases import claim_membership, confirm_report, record_report, verify_member
from timebank.party.usecases import record_organization as record
from timebank.regions.queries import RegionCard

SCHOOL = "启明小学"
FIRST, COMMITTEE, ONE, TWO, UNIT, VILLAGE = "first", "committee", "one", "two", "unit", "village"
MEMBERS = {
    FIRST: range(1001, 1007),
    ONE: range(1020, 1023),
    TWO: range(1023, 1026),
    UNIT: range(1026, 1031),
    VILLAGE: range(1036, 1038),
}
"""Whose membership is kept where, by serial."""
BRANCH_OF = {phone_of(serial): name for name, serials in MEMBERS.items() for serial in serials}
LATEST = 2
REPORTING = ((1026, 20), (1027, 18), (1028, 17), (1029, LATEST))
"""In-service members who report to the community where they live, and how many days ago; the last one's
report waits."""


@dataclass(frozen=True)
class Body:
    """A party organisation before it is recorded."""

    name: str
    kind: Kind
    belongs: Belongs
    place: RegionCard
    parent: str | None = None


def bodies(town: Town) -> dict[str, Body]:
    """A community's committee with two branches, branches of a community, a village and a school."""
    north, community, branch = town.north, Belongs.COMMUNITY, Kind.BRANCH
    first, second, village = (short(each) for each in north.communities)
    return {
        COMMITTEE: Body(f"{second}党委", Kind.COMMITTEE, community, north.second),
        ONE: Body(f"{second}第一党支部", branch, community, north.second, COMMITTEE),
        TWO: Body(f"{second}第二党支部", branch, community, north.second, COMMITTEE),
        FIRST: Body(f"{first}党支部", branch, community, north.first),
        VILLAGE: Body(f"{village}党支部", branch, community, north.village),
        UNIT: Body(f"{SCHOOL}党支部", branch, Belongs.UNIT, north.county),
    }


def schedule(scene: Scene) -> None:
    """Organisations in the first days; reports and open claims in the last months."""
    at, hour = scene.timeline.at, scene.at_hour
    at(hour(BEGINNING - 2, 14), partial(_record, scene))
    for serial, days_ago in REPORTING:
        at(hour(days_ago, 12) + timedelta(minutes=serial % 60), partial(_report, scene, serial))
        if days_ago > LATEST:
            at(hour(days_ago - 1, 15), partial(_confirm, scene, serial))
    at(hour(5, 20), partial(_claim, scene, CLAIMANTS[0]))


def await_verification(scene: Scene, person: Person, approved_at: datetime) -> None:
    """Three days after the registration the party administrator verifies whom the branches know."""
    name = BRANCH_OF.get(person.phone)
    if name is not None:
        scene.timeline.at(approved_at + timedelta(days=3), partial(_verify, scene, person, name))


def _record(scene: Scene) -> None:
    by = signed_in(PARTY_ADMINISTRATOR.phone)
    for name, body in bodies(scene.town).items():
        scene.branches[name] = perform(
            by,
            record,
            name=body.name,
            kind=body.kind,
            belongs=body.belongs,
            region_code=body.place.code,
            parent=scene.branches[body.parent] if body.parent else None,
        )


def _verify(scene: Scene, person: Person, branch: str) -> None:
    by = signed_in(PARTY_ADMINISTRATOR.phone)
    perform(by, verify_member, volunteer=person.volunteer, organization=scene.branches[branch])


def _claim(scene: Scene, serial: int) -> None:
    """One of those who wait says where the membership is kept."""
    person = scene.person(serial)
    perform(person.actor, claim_membership, volunteer=person.volunteer, organization=scene.branches[FIRST])


def _report(scene: Scene, serial: int) -> None:
    person = scene.person(serial)
    perform(
        person.actor,
        record_report,
        community_code=person.community,
        volunteer=person.volunteer,
        unit=SCHOOL,
    )


def _confirm(scene: Scene, serial: int) -> None:
    person = scene.person(serial)
    for card in reports_of(person.actor, person.volunteer):
        perform(signed_in(NORTH_WORKER.phone), confirm_report, report=card.key)
