"""A kiosk: a device at the door that takes codes, knows nobody's full name and decides nothing."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from timebank.attendance import queries
from timebank.attendance import usecases as attendance
from timebank.attendance.models import Scan, Visit
from timebank.attendance.queries import DeviceHolder
from timebank.attendance.rules import DeviceKind, Direction, Method, Verdict, code_mark
from timebank.attendance.usecases import ScanInput, ScanResult
from timebank.hours.rules import entry_mode
from timebank.kernel.db import session
from timebank.kernel.errors import Forbidden, NotFound, Unauthenticated
from timebank.kernel.policy import Actor, Permission
from timebank.kernel.work import perform
from timebank.volunteers.queries import personal_code

IN, OUT = Direction.IN, Direction.OUT


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event() -> make.Event:
    return make.event()


@pytest.fixture
def person(event: make.Event) -> Actor:
    return make.signed_up(event.shift, name="周小川")


@pytest.fixture
def kiosk(event: make.Event) -> DeviceHolder:
    token = perform(
        event.organizer,
        attendance.register_device,
        shift=event.shift,
        name="门口平板",
        kind=DeviceKind.KIOSK,
    )
    holder = queries.holder_of_device(token)
    assert holder is not None
    return holder


def scanned(kiosk: DeviceHolder, event: make.Event, *scans: ScanInput) -> list[ScanResult]:
    return perform(
        kiosk.actor,
        attendance.scan_batch,
        shift=event.shift,
        scans=list(scans),
        device=kiosk.device.id,
        kind=kiosk.kind,
    )


def test_people_pass_by_their_code_and_the_rows_say_how(
    event: make.Event, person: Actor, kiosk: DeviceHolder
) -> None:
    code = personal_code(person)
    (came, left) = scanned(kiosk, event, ScanInput("1", IN, code=code), ScanInput("2", OUT, code=code))
    assert (came.verdict, left.verdict) == (Verdict.ACCEPTED, Verdict.ACCEPTED)
    assert [(row.method, row.device_id) for row in session().query(Scan)] == [
        ("kiosk", kiosk.device.id),
        ("kiosk", kiosk.device.id),
    ]
    visit = session().query(Visit).one()
    assert (visit.in_method, visit.out_method) == ("kiosk", "kiosk")


def test_what_nobody_saw_is_the_weaker_evidence() -> None:
    assert entry_mode(Method.PERSONAL_CODE, Method.KIOSK) is Method.KIOSK
    assert entry_mode(Method.KIOSK, Method.VENUE_CODE) is Method.KIOSK
    assert entry_mode(Method.KIOSK, Method.ORGANIZER) is Method.ORGANIZER


def test_a_kiosk_may_scan_and_no_more(event: make.Event, person: Actor, kiosk: DeviceHolder) -> None:
    assert kiosk.actor.scopes == {Permission.GATE_SCAN}
    with pytest.raises(Forbidden):
        scanned(kiosk, event, ScanInput("1", IN, volunteer=person.volunteer))
    (came,) = scanned(kiosk, event, ScanInput("2", IN, code=personal_code(person)))
    with pytest.raises(Forbidden):
        perform(kiosk.actor, attendance.undo_scan, shift=event.shift, scan=came.scan, reason="点错了")
    with pytest.raises(Forbidden):
        perform(kiosk.actor, attendance.decide_scan, shift=event.shift, scan=came.scan, counts=False)
    with pytest.raises(Forbidden):
        perform(kiosk.actor, attendance.register_device, shift=event.shift, name="第二台")
    with pytest.raises(Forbidden):
        queries.roster(kiosk.actor, event.shift)
    with pytest.raises(Forbidden):
        queries.scan_log(kiosk.actor, event.shift)
    with pytest.raises(Forbidden):
        queries.devices(kiosk.actor, event.organization)
    with pytest.raises(Forbidden):
        queries.venue_code(kiosk.actor, event.shift)
    assert session().query(Scan).count() == 1


def test_a_kiosk_knows_nobody_by_name(event: make.Event, person: Actor, kiosk: DeviceHolder) -> None:
    package = queries.gate_package(kiosk.actor, event.shift)
    (packed,) = package.people
    assert (packed.name, packed.last_signs, packed.initials) == ("周*川", "", "")
    assert packed.mark == code_mark(package.salt, personal_code(person)), "its code is known all the same"
    assert person.volunteer is not None
    faces = queries.faces(kiosk.actor, event.shift, [person.volunteer])
    assert faces[person.volunteer].name == "周*川"
    (whole,) = queries.gate_package(event.organizer, event.shift).people
    assert (whole.name, bool(whole.last_signs)) == ("周小川", True)


def test_a_kiosk_serves_its_own_team_until_it_is_stopped(event: make.Event, kiosk: DeviceHolder) -> None:
    other = make.event(despite_overlap=True)
    with pytest.raises(NotFound):
        queries.gate_package(kiosk.actor, other.shift)
    perform(kiosk.actor, attendance.note_device, device=kiosk.device)
    (card,) = queries.devices(event.organizer, event.organization)
    assert (card.kind, card.name) == (DeviceKind.KIOSK, "门口平板")


def test_a_kiosk_that_is_stopped_hears_it(event: make.Event) -> None:
    given = {"shift": event.shift, "name": "门口平板", "kind": DeviceKind.KIOSK}
    token = perform(event.organizer, attendance.register_device, **given)
    (card,) = queries.devices(event.organizer, event.organization)
    perform(event.organizer, attendance.revoke_device, organization=event.organization, device=card.key)
    with pytest.raises(Unauthenticated, match="device-revoked"):
        queries.holder_of_device(token)
