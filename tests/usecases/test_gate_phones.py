"""Phones of the gate: what they take along, in whose name they scan, how they end; decisions and the log."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.attendance import queries
from timebank.attendance import usecases as attendance
from timebank.attendance.models import GateDevice, Scan
from timebank.attendance.rules import Direction, Verdict, code_mark, read_token
from timebank.attendance.usecases import ScanInput, ScanResult
from timebank.identity.models import RoleGrant
from timebank.identity.usecases import revoke_grant
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Permission
from timebank.kernel.work import perform
from timebank.projects.models import SignUp
from timebank.projects.rules import PrintedCode
from timebank.projects.usecases import cancel_sign_up
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


def registered(event: make.Event, name: str = "负责人手机") -> str:
    return perform(event.organizer, attendance.register_device, shift=event.shift, name=name)


def upload(
    event: make.Event,
    *scans: ScanInput,
    sent_at: datetime,
    by: Actor | None = None,
    device: Key | None = None,
) -> list[ScanResult]:
    return perform(
        event.organizer,
        attendance.scan_batch,
        shift=event.shift,
        scans=list(scans),
        sent_at=sent_at,
        device=device.id if device else None,
    )


def offline(
    client_id: str, code: str, at: datetime, told: Verdict = Verdict.ACCEPTED, direction: Direction = IN
) -> ScanInput:
    return ScanInput(client_id, direction, code=code, scanned_at=at, told=told)


# --- in whose name ----------------------------------------------------------------------------------


def test_a_phone_works_as_who_registered_it_at_that_teams_gates(event: make.Event, person: Actor) -> None:
    token = registered(event)
    holder = queries.holder_of_device(token)
    assert holder is not None
    assert (holder.actor.user, holder.actor.volunteer) == (event.organizer.user, None)
    assert holder.actor.scopes == {Permission.GATE_OPERATE, Permission.GATE_SCAN}
    row = session().get_one(GateDevice, (holder.device.shard, holder.device.id))
    assert token.rpartition(".")[2] not in row.token_hash
    (result,) = perform(
        holder.actor,
        attendance.scan_batch,
        shift=event.shift,
        scans=[ScanInput("1", IN, code=personal_code(person))],
        device=holder.device.id,
    )
    kept = session().query(Scan).filter_by(client_id="1").one()
    assert (result.verdict, kept.device_id, kept.operator) == (
        "accepted",
        holder.device.id,
        str(event.organizer.user),
    )
    with pytest.raises(NotFound):
        queries.gate_package(holder.actor, make.event().shift)
    with pytest.raises(Forbidden, match="scope-missing"):
        queries.roster(holder.actor, event.shift)


def test_tokens_that_are_none(event: make.Event) -> None:
    token = registered(event)
    assert queries.holder_of_device("a person's token") is None
    with pytest.raises(Unauthenticated, match="device-unknown"):
        queries.holder_of_device(f"{token}x")
    unknown = token.replace(str(read_token(token)), str(event.shift))
    with pytest.raises(Unauthenticated, match="device-unknown"):
        queries.holder_of_device(unknown)


def test_a_phone_runs_out_days_after_its_last_use(event: make.Event, clock: FakeClock) -> None:
    token, device = (found := registered(event)), read_token(found)
    assert device
    clock.advance(days=13)
    holder = queries.holder_of_device(token)
    assert holder
    perform(holder.actor, attendance.note_device, device=device, app_version="abc")
    clock.advance(days=13)
    assert queries.holder_of_device(token)
    clock.advance(days=1)
    with pytest.raises(Unauthenticated, match="device-expired"):
        queries.holder_of_device(token)
    (card,) = queries.devices(event.organizer, event.organization)
    assert (card.app_version, card.name) == ("abc", "负责人手机")
    assert card.expires_at == clock.now()


def test_a_revoked_phone_says_that_it_is_empty(event: make.Event, clock: FakeClock) -> None:
    token = registered(event)
    (card,) = queries.devices(event.organizer, event.organization)
    for _again in range(2):
        perform(event.organizer, attendance.revoke_device, organization=event.organization, device=card.key)
    with pytest.raises(Unauthenticated, match="device-revoked"):
        queries.holder_of_device(token)
    revoked_at = clock.now()
    clock.advance(hours=1)
    for _again in range(2):
        perform(SYSTEM, attendance.report_wiped, token=token)
        clock.advance(hours=1)
    (card,) = queries.devices(event.organizer, event.organization)
    assert (card.revoked_at, card.wiped_at) == (revoked_at, revoked_at + timedelta(hours=1))


def test_a_phone_that_empties_itself_is_over(event: make.Event) -> None:
    token = registered(event)
    perform(SYSTEM, attendance.report_wiped, token=token)
    with pytest.raises(Unauthenticated, match="device-revoked"):
        queries.holder_of_device(token)
    with pytest.raises(Unauthenticated, match="device-unknown"):
        perform(SYSTEM, attendance.report_wiped, token="gate.nothing")


def test_who_loses_the_role_takes_the_phone_along(event: make.Event) -> None:
    token = registered(event)
    _take_role(event.organizer)
    with pytest.raises(Unauthenticated, match="device-revoked"):
        queries.holder_of_device(token)


def _take_role(actor: Actor) -> None:
    assert actor.user
    grant = session().query(RoleGrant).filter_by(user_id=actor.user.id).one()
    perform(SYSTEM, revoke_grant, grant=grant.key)


def test_strangers_reach_no_phone(event: make.Event, person: Actor) -> None:
    token = registered(event)
    device = read_token(token)
    assert device
    other = make.event()
    for actor, error in ((other.organizer, NotFound), (person, Forbidden)):
        with pytest.raises(error):
            queries.devices(actor, event.organization)
        with pytest.raises(error):
            perform(actor, attendance.register_device, shift=event.shift, name="x")
        with pytest.raises(error):
            perform(actor, attendance.revoke_device, organization=event.organization, device=device)
        with pytest.raises(error):
            perform(actor, attendance.note_device, device=device)
    with pytest.raises(NotFound):
        perform(other.organizer, attendance.revoke_device, organization=other.organization, device=device)


# --- what it takes along ----------------------------------------------------------------------------


def test_a_package_holds_what_the_gate_needs_and_nothing_more(event: make.Event, person: Actor) -> None:
    inside = make.checked_in(event, name="郑在场")
    package = queries.gate_package(event.organizer, event.shift)
    assert [field.name for field in fields(queries.PackedPerson)] == [
        *("volunteer", "name", "last_signs", "initials", "mark", "person"),
        *("has_place", "presence", "in_at", "out_at"),
    ]
    rows = {each.name: each for each in package.people}
    assert (rows["周小川"].presence, rows["郑在场"].presence) == ("never_in", "inside")
    assert (rows["周小川"].initials, len(rows["周小川"].last_signs)) == ("zxc", 4)
    assert rows["周小川"].mark == code_mark(package.salt, personal_code(person))
    text = repr(package.people)
    assert personal_code(person) not in text
    assert personal_code(inside) not in text
    assert (package.counts.expected, package.counts.inside, package.waiting) == (2, 1, 0)


def test_packages_of_one_team_tell_no_more_than_one(event: make.Event) -> None:
    again = make.event(organization=event.organization, organizer=event.organizer)
    other = make.event()
    salts = [queries.gate_package(each.organizer, each.shift).salt for each in (event, again, other)]
    assert salts[0] == salts[1] != salts[2]


def test_somebody_inside_without_a_place_is_in_the_package(
    event: make.Event, person: Actor, clock: FakeClock
) -> None:
    (result,) = upload(event, ScanInput("1", IN, volunteer=person.volunteer), sent_at=clock.now())
    assert result.verdict == "accepted"
    _cancel(person)
    (row,) = queries.gate_package(event.organizer, event.shift).people
    assert (row.has_place, row.presence) == (False, "inside")


def _cancel(person: Actor) -> None:
    assert person.volunteer
    mine = session().query(SignUp).filter_by(volunteer_id=person.volunteer.id).one()
    perform(person, cancel_sign_up, sign_up=mine.key, reason="临时有事")


# --- the same scan twice ----------------------------------------------------------------------------


def test_a_scan_whose_answer_was_lost_gets_the_first_answer(
    event: make.Event, person: Actor, clock: FakeClock
) -> None:
    code = personal_code(person)
    first = upload(event, ScanInput("1", IN, code=code), sent_at=clock.now())
    scanned_at = clock.now()
    clock.advance(minutes=20)
    again = upload(event, offline("1", code, scanned_at), sent_at=clock.now())
    assert again == first
    row = session().query(Scan).one()
    assert (row.told, row.verdict, row.received_at) == (None, "accepted", scanned_at)


def test_a_refusal_whose_answer_was_lost_stays_one(event: make.Event, clock: FakeClock) -> None:
    first = upload(event, ScanInput("1", IN, code="2222222222"), sent_at=clock.now())
    again = upload(event, offline("1", "2222222222", clock.now(), Verdict.PROVISIONAL), sent_at=clock.now())
    assert again == first
    assert [(row.verdict, row.code) for row in session().query(Scan)] == [("refused", "unknown")]


# --- decisions and the log --------------------------------------------------------------------------


def waits(event: make.Event, person: Actor, clock: FakeClock) -> Key:
    """A scan that the phone accepted and the server would not have."""
    _cancel(person)
    (result,) = upload(event, offline("w", personal_code(person), clock.now()), sent_at=clock.now())
    assert result.verdict == "provisional"
    return result.scan


@pytest.mark.parametrize(("counts", "verdict"), [(True, "accepted"), (False, "refused")])
def test_a_decision_is_one_more_row(
    event: make.Event, person: Actor, clock: FakeClock, counts: bool, verdict: str
) -> None:
    scan = waits(event, person, clock)
    (line,) = queries.waiting_lines(event.organizer, event.shift)
    assert (line.name, line.scan.code, line.scan.told) == ("周小川", "not-registered", "accepted")
    given = {"shift": event.shift, "scan": scan}
    first = perform(event.organizer, attendance.decide_scan, **given, counts=counts)
    assert first.verdict == verdict
    assert perform(event.organizer, attendance.decide_scan, **given, counts=counts) == first
    with pytest.raises(Conflict, match="already-decided"):
        perform(event.organizer, attendance.decide_scan, **given, counts=not counts)
    assert queries.waiting_lines(event.organizer, event.shift) == []
    assert len(queries.visits(event.shift)) == int(counts)
    lines = queries.scan_log(event.organizer, event.shift).items
    assert {line.scan.settled for line in lines} == {None, verdict}


def test_who_made_a_scan_cannot_settle_it(clock: FakeClock) -> None:
    """The ids of rows that the service writes by itself cannot be taken beforehand."""
    event = make.event(printed_code=PrintedCode.ORGANIZER)
    person = make.signed_up(event.shift)
    code = queries.paper_code(event.organizer, event.shift).rpartition("/")[2]
    first = make.scan(person, event, code=code)
    assert first.verdict == "provisional"
    for act in ("decides", "reconsiders"):
        make.scan(person, event, code=code, client_id=f"{act}-{first.scan.id}")
    given = {"shift": event.shift, "scan": first.scan}
    decided = perform(event.organizer, attendance.decide_scan, **given, counts=True)
    assert (decided.verdict, len(queries.visits(event.shift))) == ("accepted", 1)
    clock.advance(minutes=1)
    make.scan(person, event, client_id=f"undoes-{decided.scan.id}")
    given = {"shift": event.shift, "scan": decided.scan, "reason": "扫错了人"}
    assert perform(event.organizer, attendance.undo_scan, **given).verdict is Verdict.UNDONE
    assert queries.visits(event.shift) == []


def test_what_counted_by_itself_meanwhile_is_decided(
    event: make.Event, person: Actor, clock: FakeClock
) -> None:
    """Somebody still sees a check-out waiting for which the check-in has arrived."""
    code = personal_code(person)
    (out,) = upload(event, offline("o", code, clock.now(), direction=OUT), sent_at=clock.now())
    assert (out.verdict, out.code) == ("provisional", "not-in")
    upload(event, offline("i", code, clock.now() - timedelta(minutes=5)), sent_at=clock.now())
    given = {"shift": event.shift, "scan": out.scan}
    assert perform(event.organizer, attendance.decide_scan, **given, counts=True).verdict == "accepted"
    with pytest.raises(Conflict, match="already-decided"):
        perform(event.organizer, attendance.decide_scan, **given, counts=False)
    (visit,) = queries.visits(event.shift)
    assert visit.out_at == clock.now()


@pytest.mark.parametrize("code", ["clock-skew", "late-upload"])
def test_a_doubtful_scan_makes_no_visit_longer_by_itself(clock: FakeClock, code: str) -> None:
    event = make.event()
    person = make.checked_in(event)
    came, earlier = clock.now(), clock.now() - timedelta(minutes=10)
    ahead = timedelta(hours=3 if code == "clock-skew" else 0)
    if code == "late-upload":
        clock.advance(hours=queries.gate_policy().late_upload_hours + 1)
    scan = offline("i", personal_code(person), earlier + ahead)
    (result,) = upload(event, scan, sent_at=clock.now() + ahead)
    assert (result.verdict, result.code) == ("provisional", code)
    assert [visit.in_at for visit in queries.visits(event.shift)] == [came]
    later = offline("later", personal_code(person), came + ahead)
    assert upload(event, later, sent_at=clock.now() + ahead)[0].code == "already-in"
    perform(event.organizer, attendance.decide_scan, shift=event.shift, scan=result.scan, counts=True)
    assert [visit.in_at for visit in queries.visits(event.shift)] == [earlier]


def test_a_doubtful_check_out_waits_also_when_it_comes_before_its_check_in(
    event: make.Event, person: Actor, clock: FakeClock
) -> None:
    code, ahead = personal_code(person), timedelta(hours=2)
    out = offline("o", code, clock.now() + ahead, direction=OUT)
    upload(event, out, sent_at=clock.now() + ahead)
    upload(event, offline("i", code, clock.now() - timedelta(minutes=5)), sent_at=clock.now())
    assert [line.scan.client_id for line in queries.waiting_lines(event.organizer, event.shift)] == ["o"]
    (visit,) = queries.visits(event.shift)
    assert visit.out_at is None


def test_undo_within_the_minutes_of_the_policy(event: make.Event, person: Actor, clock: FakeClock) -> None:
    (result,) = upload(event, ScanInput("1", IN, code=personal_code(person)), sent_at=clock.now())
    clock.advance(minutes=10)
    assert queries.scan_line(event.organizer, event.shift, result.scan).can_undo
    clock.advance(seconds=1)
    assert not queries.scan_line(event.organizer, event.shift, result.scan).can_undo
    given = {"shift": event.shift, "scan": result.scan, "reason": "扫错了人"}
    with pytest.raises(Conflict, match="undo-too-late"):
        perform(event.organizer, attendance.undo_scan, **given)
    clock.advance(seconds=-1)
    undone = perform(event.organizer, attendance.undo_scan, **given)
    assert undone.verdict is Verdict.UNDONE
    assert perform(event.organizer, attendance.undo_scan, **given) == undone
    assert queries.visits(event.shift) == []
    (line,) = queries.scan_log(event.organizer, event.shift, verdict=Verdict.UNDONE).items
    assert (line.scan.reason, line.operator) == ("扫错了人", "王队长")


def test_the_log_has_every_attempt_page_by_page(event: make.Event, clock: FakeClock) -> None:
    device = read_token(registered(event))
    crowd = [make.signed_up(event.shift) for _ in range(3)]
    sent = clock.now()
    for number, actor in enumerate(crowd):
        clock.advance(seconds=1)
        scan = offline(f"s{number}", personal_code(actor), sent - timedelta(minutes=5))
        upload(event, scan, sent_at=sent - timedelta(minutes=1), device=device)
    clock.advance(seconds=1)
    upload(event, ScanInput("s3", IN, code="2222222222"), sent_at=sent)
    first = queries.scan_log(event.organizer, event.shift, limit=3)
    rest = queries.scan_log(event.organizer, event.shift, limit=3, cursor=first.next)
    assert [line.scan.client_id for line in [*first.items, *rest.items]] == ["s3", "s2", "s1", "s0"]
    assert (len(first.items), rest.next) == (3, None)
    line = rest.items[0]
    assert (line.device, line.operator) == ("负责人手机", "王队长")
    assert line.scan.scanned_at == sent - timedelta(minutes=5)
    assert line.scan.happened_at == sent + timedelta(seconds=1) - timedelta(minutes=4)
    assert first.items[0].name is None
    own = queries.scan_log(event.organizer, event.shift, volunteer=crowd[1].volunteer)
    assert [line.scan.client_id for line in own.items] == ["s1"]
    refused = queries.scan_log(make.reviewer(), event.shift, verdict=Verdict.REFUSED)
    assert [line.scan.client_id for line in refused.items] == ["s3"]
    assert not any(line.can_undo for line in refused.items)
    with pytest.raises(NotFound):
        queries.scan_log(make.event().organizer, event.shift)


def test_what_another_phone_had_scanned_is_shown_as_a_conflict(
    event: make.Event, person: Actor, clock: FakeClock
) -> None:
    code = personal_code(person)
    upload(event, offline("a", code, clock.now()), sent_at=clock.now())
    upload(event, offline("b", code, clock.now()), sent_at=clock.now())
    upload(event, offline("c", "2222222222", clock.now(), Verdict.PROVISIONAL), sent_at=clock.now())
    found = queries.conflicts(event.organizer, event.shift)
    assert {(line.scan.client_id, line.scan.code) for line in found} == {
        ("b", "already-in"),
        ("c", "unknown"),
    }
    assert queries.waiting_lines(event.organizer, event.shift) == []
