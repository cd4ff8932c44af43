"""What volunteers can show: a proof accepted and one that waits, a training of a dozen, an award."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from timebank.demo.accounts import ASSOCIATION_ORGANIZER, AUTHORITY, MOTHER, NORTH_WORKER, RECORDER, VETERAN
from timebank.demo.cast import Person, signed_in
from timebank.demo.offices import ASSOCIATION
from timebank.demo.paper import certificate
from timebank.demo.scene import Scene
from timebank.kernel.ids import Key
from timebank.kernel.work import perform
from timebank.qualifications.rules import Kind, Said
from timebank.qualifications.usecases import accept, accept_each, enter, record_trainings

TRAINED = (*range(1001, 1007), *range(1009, 1013), 1014, 1022)
"""Members of the association who were trained, by serial."""
RESUSCITATION = "成人心肺复苏和除颤器的使用、海姆立克急救法、止血包扎，每人实操并考核。"


def schedule(scene: Scene) -> None:
    """In the order in which it happened."""
    at, hour = scene.timeline.at, scene.at_hour
    at(hour(200, 19), partial(_prove, scene, scene.person(VETERAN)))
    at(hour(18, 17), partial(_train, scene))
    at(hour(10, 15), partial(_award, scene, scene.person(VETERAN)))
    at(hour(2, 21), partial(_ask, scene, scene.person(MOTHER)))


def _enter(person: Person, said: Said) -> Key:
    file = certificate(said.number or "")
    return perform(person.actor, enter, volunteer=person.volunteer, kind=Kind.SKILL, said=said, file=file)


def _prove(scene: Scene, person: Person) -> None:
    """A certificate that runs out soon, so that its holder is told."""
    day = scene.timeline.day
    said = Said(
        title="红十字救护员证",
        issuer=f"{scene.town.city.name}红十字会",
        held_on=day(-24) - timedelta(days=3 * 365),
        valid_until=day(-24),
        number="DEMO-FA-0417",
        skill="first_aid",
    )
    perform(signed_in(NORTH_WORKER.phone), accept, qualification=_enter(person, said))


def _ask(scene: Scene, person: Person) -> None:
    issuer = f"{scene.town.city.name}人力资源和社会保障局"
    held_on = scene.timeline.day(500)
    _enter(person, Said("养老护理员职业技能等级证书（四级）", issuer, held_on, "DEMO-EC-1126", "elder_care"))


def _train(scene: Scene) -> None:
    """The association records its first-aid training; its recorder confirms it."""
    day, organization = scene.timeline.day(18), scene.organizations[ASSOCIATION]
    said = Said(
        title="应急救护培训",
        issuer=f"{scene.town.north.county.name}红十字会",
        held_on=day,
        content=RESUSCITATION,
        minutes=240,
        result="passed",
    )
    numbers = [scene.person(serial).document for serial in TRAINED]
    by = signed_in(ASSOCIATION_ORGANIZER.phone)
    lines = perform(by, record_trainings, numbers=numbers, said=said, organization=organization)
    made = [line.qualification for line in lines if line.qualification]
    perform(signed_in(RECORDER.phone), accept_each, qualifications=made)


def _award(scene: Scene, person: Person) -> None:
    said = Said(
        title="优秀志愿者",
        issuer=f"{scene.town.north.county.name}志愿服务工作协调小组",
        held_on=scene.timeline.day(12),
        level="county",
    )
    key = perform(signed_in(AUTHORITY.phone), enter, volunteer=person.volunteer, kind=Kind.AWARD, said=said)
    perform(signed_in(NORTH_WORKER.phone), accept, qualification=key)
