"""The volunteers register over the months; a few still wait, one was asked to correct something."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from timebank.demo import party
from timebank.demo.accounts import CLAIMANTS, NEWCOMER
from timebank.demo.cast import PASSWORD, Person, phone_of
from timebank.demo.scene import BEGINNING, SHOWN_PHONES, Scene
from timebank.demo.town import homes
from timebank.kernel.policy import ANONYMOUS
from timebank.kernel.work import perform
from timebank.volunteers.rules import Application, IdentityMethod
from timebank.volunteers.usecases import approve, register, return_for_correction

EARLIEST, LATEST = BEGINNING - 4, 30
RECENT = {phone_of(NEWCOMER): 4, phone_of(CLAIMANTS[0]): 9, phone_of(CLAIMANTS[1]): 7}
"""Whose registration is younger than that: how many days ago."""
WRONG = "居住社区填写有误，请改为现在居住的社区后重新提交。"


def schedule(scene: Scene) -> None:
    """The last person of each community has not been approved yet; one of these was asked to correct."""
    ends, after = set[int](), 0
    for _community, many, _members in homes(scene.town):
        after += many
        ends.add(after - 1)
    applicants = [scene.people[place] for place in sorted(ends)]
    for person in scene.people:
        if person not in applicants:
            _let_join(scene, person)
    returned, *waiting = applicants
    _let_return(scene, returned)
    for number, person in enumerate(waiting, start=1):
        scene.timeline.at(scene.timeline.now - timedelta(hours=number * 7), partial(_apply, person))


def _let_join(scene: Scene, person: Person) -> None:
    days_ago = _joins(scene, person)
    scene.timeline.at(scene.office_hour(days_ago), partial(_apply, person))
    approved_at = scene.office_hour(days_ago - 1)
    scene.timeline.at(approved_at, partial(_approve, scene, person))
    party.await_verification(scene, person, approved_at)


def _joins(scene: Scene, person: Person) -> int:
    if person.phone in RECENT:
        return RECENT[person.phone]
    return EARLIEST if person in scene.eager else scene.chance.randint(LATEST, EARLIEST)


def _apply(person: Person) -> None:
    person.key = perform(
        ANONYMOUS,
        register,
        application=Application(
            name=person.name,
            document_number=person.document,
            phone=person.phone,
            region_code=person.community,
            political_status=person.political_status,
            skills=person.skills,
            categories=person.wishes,
            consents=["privacy", "sensitive"],
            password=PASSWORD if person.phone in SHOWN_PHONES else None,
        ),
    )


def _approve(scene: Scene, person: Person) -> None:
    perform(scene.worker_of(person), approve, volunteer=person.volunteer, method=IdentityMethod.IN_PERSON)
    scene.registered.append(person)


def _let_return(scene: Scene, person: Person) -> None:
    scene.timeline.at(scene.office_hour(5), partial(_apply, person))
    scene.timeline.at(scene.office_hour(4), partial(_return, scene, person))


def _return(scene: Scene, person: Person) -> None:
    perform(scene.worker_of(person), return_for_correction, volunteer=person.volunteer, reason=WRONG)
