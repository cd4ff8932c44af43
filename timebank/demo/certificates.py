"""Certificates: one that the association issued, one that its volunteer waits for."""

from __future__ import annotations

from functools import partial

from timebank.demo.accounts import MOTHER, RECORDER, VETERAN
from timebank.demo.cast import Person, signed_in
from timebank.demo.scene import Scene
from timebank.kernel.ids import Key
from timebank.kernel.work import perform
from timebank.recognition.queries import units
from timebank.recognition.rules import Reveal
from timebank.recognition.usecases import issue_certificate, request_certificate

TELEPHONE = "0833-2100066"
"""Of the association; answered by nobody."""
SHOWN = (Reveal.NAME, Reveal.HOURS)


def schedule(scene: Scene) -> None:
    """The veteran needs one for the son's school; the mother asked yesterday."""
    at, hour = scene.timeline.at, scene.at_hour
    at(hour(6, 20), partial(_issued, scene.person(VETERAN)))
    at(hour(1, 18), partial(_ask, scene.person(MOTHER)))


def _ask(person: Person) -> Key:
    (unit, *_others) = units(person.actor, person.volunteer)
    asked = perform(
        person.actor,
        request_certificate,
        organization=unit.organization,
        reveals=[each.value for each in SHOWN],
    )
    return asked.certificate


def _issued(person: Person) -> None:
    """By the association's recorder, who reads the request the same evening."""
    by = signed_in(RECORDER.phone)
    given = {"head": "周敏", "handler": RECORDER.name, "phone": TELEPHONE}
    perform(by, issue_certificate, certificate=_ask(person), **given)
