"""What volunteers ask the office for: a move, a correction, a pause; and somebody who registered twice."""

from __future__ import annotations

from datetime import date
from functools import partial

from timebank.demo.accounts import MOTHER, NORTH_WORKER, VETERAN
from timebank.demo.cast import MASSES, Person, signed_in
from timebank.demo.scene import Scene
from timebank.hours.queries import service_records
from timebank.kernel.ids import Key
from timebank.kernel.work import perform
from timebank.volunteers.rules import Application, DocumentType, IdentityMethod, Wanted
from timebank.volunteers.usecases import ask_for_correction, ask_for_move, register, suspend, unmask

MOVER, RESTING, TWICE = 1062, 1038, 1014
"""Who moves from the village to the other county, who takes a rest, who registered twice; by serial."""
MOVING = "女儿在那边上班，搬去和她同住，方便照看外孙。"
REST = "家里老人住院，需要陪护，暂停一段时间。"
WRONG = "那天比登记的时间晚走了半小时，帮忙收拾了场地。"
RIGHT = "请把那天的签退时间改为活动结束后半小时，负责人可以作证。"
CALLED = "电话联系本人，通知领取星级证书。"
COMPARED = "与护照登记的信息核对，确认是否同一人。"
PASSPORT = "EX9900417"


def schedule(scene: Scene) -> None:
    """Nobody has decided about these yet."""
    at, hour = scene.timeline.at, scene.at_hour
    at(hour(9, 10), partial(_look, scene.person(VETERAN), ["phone"], CALLED))
    at(hour(4, 9), partial(_look, scene.person(TWICE), ["document_number", "phone"], COMPARED))
    at(hour(40, 8), partial(_plan_no_more, scene, scene.person(RESTING)))
    at(hour(12, 20), partial(_rest, scene.person(RESTING)))
    at(hour(4, 10), partial(_register_again, scene.person(TWICE)))
    at(hour(2, 19), partial(_move, scene, scene.person(MOVER)))
    at(hour(1, 13), partial(_correct, scene.person(MOTHER)))


def _plan_no_more(scene: Scene, person: Person) -> None:
    """Shifts are announced up to two weeks ahead: from now on this person takes no place in one."""
    scene.registered.remove(person)


def _look(person: Person, fields: list[str], purpose: str) -> None:
    """The worker reads something in clear; the person sees who did, and what for."""
    perform(signed_in(NORTH_WORKER.phone), unmask, volunteer=person.volunteer, fields=fields, purpose=purpose)


def _rest(person: Person) -> None:
    perform(person.actor, suspend, volunteer=person.volunteer, reason=REST)


def _move(scene: Scene, person: Person) -> None:
    community = scene.town.north.second.code
    perform(person.actor, ask_for_move, volunteer=person.volunteer, region_code=community, reason=MOVING)


def _correct(person: Person) -> None:
    latest = service_records(person.actor, person.volunteer, limit=1).items
    record: Key | None = latest[0].key if latest else None
    perform(
        person.actor,
        ask_for_correction,
        volunteer=person.volunteer,
        field="service_record",
        wrong=WRONG,
        wanted=Wanted(RIGHT),
        record=record,
    )


def _register_again(person: Person) -> None:
    """At the window, by the passport this time; nothing but name and birth date tells that it is the same."""
    born, sex = person.document[6:14], "1" if int(person.document[16]) % 2 else "2"
    application = Application(
        name=person.name,
        document_type=DocumentType.PASSPORT,
        document_number=PASSPORT,
        nationality="CHN",
        born_on=date.fromisoformat(f"{born[:4]}-{born[4:6]}-{born[6:]}"),
        sex=sex,
        region_code=person.community,
        political_status=MASSES,
        skills=person.skills,
        categories=person.wishes,
        consents=["privacy", "sensitive"],
        channel="window",
        identity_method=IdentityMethod.IN_PERSON,
    )
    perform(signed_in(NORTH_WORKER.phone), register, application=application)
