"""Those who register otherwise: two children of a volunteer, and an elder without a phone at the window."""

from __future__ import annotations

from datetime import date
from functools import partial

from timebank.demo.accounts import MOTHER, NORTH_WORKER, PUPIL, TOWNSHIP_WORKER
from timebank.demo.cast import MASSES, PASSWORD, Person, document_of, phone_of, signed_in
from timebank.demo.offices import enrol, operator
from timebank.demo.scene import BEGINNING, Scene
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS
from timebank.kernel.region_code import ancestors
from timebank.kernel.work import perform
from timebank.volunteers.rules import Application, GuardianSaid, IdentityMethod
from timebank.volunteers.usecases import approve, consent_as_guardian, register

CONSENTS = ["privacy", "sensitive"]
SON, DAUGHTER, ELDER = "许嘉树", "许乐遥", "易桂英"


def schedule(scene: Scene) -> None:
    """The township's worker starts with the others; the family and the elder come in autumn."""
    township = ancestors(scene.town.north.first.code)[-1]
    scene.timeline.at(scene.at_hour(BEGINNING, 10), lambda: enrol(operator(), TOWNSHIP_WORKER, township))
    scene.timeline.at(scene.at_hour(26, 19), partial(_register_child, scene, SON, 16, phone_of(PUPIL)))
    scene.timeline.at(scene.at_hour(6, 19), partial(_register_child, scene, DAUGHTER, 11, None))
    scene.timeline.at(scene.at_hour(12, 10), partial(_register_elder, scene))


def _register_child(scene: Scene, name: str, years: int, phone: str | None) -> None:
    mother = scene.person(MOTHER)
    application = Application(
        name=name,
        document_number=_document(scene, years, serial=901),
        phone=phone,
        password=PASSWORD if phone else None,
        region_code=mother.community,
        political_status=MASSES,
        skills=["arts"],
        categories=["environment", "neighbour_help"],
        consents=CONSENTS,
        guardian=GuardianSaid(mother.name, "mother", mother.phone, mother.document),
    )
    key = perform(ANONYMOUS, register, application=application)
    if phone:
        scene.timeline.at(scene.at_hour(25, 20), partial(_consent, mother, key))
        scene.timeline.at(scene.at_hour(24, 11), partial(_approve, NORTH_WORKER.phone, key))


def _consent(mother: Person, child: Key) -> None:
    perform(mother.actor, consent_as_guardian, volunteer=child, document_number=mother.document)


def _register_elder(scene: Scene) -> None:
    application = Application(
        name=ELDER,
        document_number=_document(scene, 79, serial=902),
        region_code=scene.town.north.first.code,
        political_status=MASSES,
        skills=["cooking"],
        categories=["elder_help"],
        consents=CONSENTS,
        channel="window",
        identity_method=IdentityMethod.IN_PERSON,
    )
    key = perform(signed_in(NORTH_WORKER.phone), register, application=application)
    scene.timeline.at(scene.at_hour(11, 15), partial(_approve, TOWNSHIP_WORKER.phone, key))


def _approve(phone: str, volunteer: Key) -> None:
    perform(signed_in(phone), approve, volunteer=volunteer, method=IdentityMethod.IN_PERSON)


def _document(scene: Scene, years: int, serial: int) -> str:
    today = scene.timeline.day(0)
    return document_of(serial, date(today.year - years, 6, 1))
