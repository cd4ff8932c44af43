"""Whose hours they are: guardians and makers in a second role, and people with two registrations."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from tests.support import make_families as families
from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.make_hours import records
from tests.support.threads import in_threads
from timebank.attendance.rules import Direction
from timebank.attendance.usecases import set_out_time, undo_scan
from timebank.hours import queries, usecases
from timebank.hours.proof import reconcile
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Grant, Role
from timebank.kernel.work import perform
from timebank.ledger.proof import verify
from timebank.ledger.queries import balances
from timebank.projects.queries import gate_of
from timebank.recognition.models import StarStanding
from timebank.volunteers import usecases as volunteers

pytestmark = pytest.mark.usefixtures("app_context", "tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


def merge(keep: Key, fold: Key) -> None:
    """Two officers find that these are one person."""
    one, two = (people.officer(Role.COMMUNITY_WORKER, people.CITY) for _ in range(2))
    proposal = perform(one, volunteers.propose_merge, keep=keep, fold=fold, note="同一人重复注册")
    perform(two, usecases.confirm_proposal, proposal=proposal)


def settled(made: hours.Attended) -> None:
    """Its hours go their whole way."""
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    session().rollback()


def also(actor: Actor, *grants: Grant) -> Actor:
    return replace(actor, grants=(*actor.grants, *grants))


# --- who decides ------------------------------------------------------------------------------------


def test_a_guardian_does_not_decide_about_a_ward(clock: FakeClock) -> None:
    family = families.registered_family()
    made = hours.submitted(clock, known=[family.child])
    guardian = also(family.guardian, Grant(Role.COMMUNITY_WORKER, region=people.NORTH))
    (own,) = [each.key for each in records(made) if each.volunteer == family.child]
    with pytest.raises(Forbidden, match="own-record"):
        perform(guardian, usecases.approve_record, record=own)
    for usecase in (usecases.return_records, usecases.refuse_records):
        with pytest.raises(Forbidden, match="own-record"):
            perform(guardian, usecase, records=[own], reason="自家孩子")
    decisions = perform(guardian, usecases.confirm_records, shift=made.shift)
    assert sorted(each.outcome for each in decisions) == ["confirmed", "own-record"]
    assert balances(family.child).service_minutes == 0


def test_who_set_a_time_by_hand_does_not_confirm_it(clock: FakeClock) -> None:
    made = hours.attended(clock, [people.NORTH_COMMUNITY] * 2, forgot=[0])
    team = made.event.organization
    colleague = people.organizer(team, "李队副")
    both = also(colleague, Grant(Role.RECORDER, organization=team))
    forgot = made.volunteers[0].volunteer
    gate = gate_of(made.shift)
    assert forgot
    assert gate
    perform(both, set_out_time, shift=made.shift, volunteer=forgot, out_at=gate.ends_at, reason="看着走的")
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    by_hand = next(each.key for each in records(made) if each.volunteer == forgot)
    scanned = next(each.key for each in records(made) if each.volunteer != forgot)
    for given in ({"records": [by_hand]}, {}):
        with pytest.raises(Forbidden, match="maker-is-checker"):
            perform(both, usecases.confirm_records, shift=made.shift, **given)
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(both, usecases.return_records, records=[by_hand], reason="自己录的")
    perform(both, usecases.confirm_records, shift=made.shift, records=[scanned])
    perform(people.recorder(team), usecases.confirm_records, shift=made.shift, records=[by_hand])


# --- two registrations of one person ----------------------------------------------------------------


def test_hours_that_come_after_a_merge_reach_the_one_that_goes_on(clock: FakeClock) -> None:
    fold, keep = people.volunteer(region_code=people.SOUTH_COMMUNITY), people.volunteer()
    made = hours.attended(clock, known=[fold], homes=())
    merge(keep, fold)
    settled(made)
    assert (balances(keep).service_minutes, balances(keep).credit_minutes) == (150, 150)
    assert balances(fold).service_minutes == 0
    assert verify().faults == reconcile().faults == []
    lives.relayed()
    session().rollback()
    star = session().get_one(StarStanding, (keep.shard, keep.id), populate_existing=True)
    assert star.minutes == 150
    perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    assert balances(keep).service_minutes == 150


def test_records_of_an_earlier_registration_are_ones_own(clock: FakeClock) -> None:
    fold, (keep, person) = people.volunteer(), lives.person()
    made = hours.attended(clock, [people.NORTH_COMMUNITY], known=[fold])
    merge(keep, fold)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    (own,) = [each for each in records(made) if each.volunteer == fold]
    read = queries.record(person, own.key)
    assert (read.is_own, read.figures) == (True, {})
    assert [each.is_own for each in queries.service_records(person, keep).items] == [True]
    reviewer = also(person, Grant(Role.COMMUNITY_WORKER, region=people.NORTH))
    with pytest.raises(Forbidden, match="own-record"):
        perform(reviewer, usecases.approve_record, record=own.key)
    decisions = perform(reviewer, usecases.confirm_records, shift=made.shift)
    assert sorted(each.outcome for each in decisions) == ["confirmed", "own-record"]
    with pytest.raises(NotFound):
        queries.record(lives.person()[1], own.key)


def test_one_person_under_two_registrations_has_an_hour_once(clock: FakeClock) -> None:
    """Both were at the same shift, and both were at another one of the same time in another county."""
    fold, keep = people.volunteer(region_code=people.SOUTH_COMMUNITY), people.volunteer()
    made = hours.attended(clock, [people.NORTH_COMMUNITY], known=[fold, keep])
    merge(keep, fold)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    found = {each.volunteer: each for each in records(made)}
    assert [found[key].figures.get("overlap") for key in (fold, keep)] == [{"minutes": 150}] * 2
    given = {"reason": "核对过"}
    perform(made.reviewer, usecases.approve_record, record=found[fold].key, **given)
    with pytest.raises(Conflict, match="overlaps-confirmed"):
        perform(made.reviewer, usecases.approve_record, record=found[keep].key, **given)
    assert balances(keep).service_minutes == 150


def test_confirmed_time_of_an_earlier_registration_is_known(clock: FakeClock) -> None:
    """In a shift of another team at the same time; the first registration's hours count already."""
    fold, keep = people.volunteer(), people.volunteer(region_code=people.SOUTH_COMMUNITY)
    first, other = projects.event(), projects.event()
    for event, key in ((first, fold), (other, keep)):
        projects.signed_up(event.shift, key)
    clock.advance(minutes=30)
    for direction in (Direction.IN, Direction.OUT):
        for event, key in ((first, fold), (other, keep)):
            assert projects.scan(people.actor_of_volunteer(key), event, direction).verdict == "accepted"
        clock.advance(minutes=60)
    clock.advance(hours=3)
    settled(hours.Attended(first, [], people.officer()))
    merge(keep, fold)
    perform(other.organizer, usecases.close_shift, shift=other.shift)
    perform(other.organizer, usecases.submit_records, shift=other.shift)
    session().rollback()
    (record,) = queries.shift_records(other.organizer, other.shift)
    assert record.figures["overlap"] == {"minutes": 60}
    with pytest.raises(Conflict, match="overlaps-confirmed"):
        perform(people.officer(), usecases.approve_record, record=record.key, reason="核对过")


@pytest.mark.parametrize("leaves", ["closed", "deceased", "suspended"])
def test_hours_of_who_left_meanwhile_still_go_their_way(clock: FakeClock, leaves: str) -> None:
    key, actor = lives.person()
    made = hours.attended(clock, [people.NORTH_COMMUNITY], known=[key])
    if leaves == "deceased":
        one, two = people.officer(), people.officer()
        proposal = perform(one, volunteers.propose_death, volunteer=key, note="死亡证明")
        perform(two, usecases.confirm_proposal, proposal=proposal)
    elif leaves == "suspended":
        perform(actor, volunteers.suspend, volunteer=key, reason="出差")
    else:
        perform(actor, usecases.ask_to_close, volunteer=key, password=people.PASSWORD)
        day = clock.advance(days=9).date()
        assert perform(SYSTEM, volunteers.close_accounts, on=day) == {"closed": 1}
    assert lives.row(key).status == leaves
    settled(made)
    lives.relayed()
    assert balances(key).service_minutes == 150
    assert verify().faults == reconcile().faults == []


# --- at the same moment -----------------------------------------------------------------------------


def test_confirmed_returned_and_refused_at_once_is_one_of_them(app: Flask, clock: FakeClock) -> None:
    made = hours.submitted(clock)
    (one,) = records(made)
    session().rollback()
    ways = [usecases.approve_record, usecases.return_records, usecases.refuse_records] * 2
    todo = [(people.officer(), way) for way in ways]
    session().rollback()

    def attempt() -> str:
        reviewer, way = todo.pop()
        try:
            if way is usecases.approve_record:
                return perform(reviewer, way, record=one.key).outcome
            perform(reviewer, way, records=[one.key], reason="请改")
        except Conflict as conflict:
            return conflict.code
        return way.__name__

    found = in_threads(app, len(ways), attempt)
    (now,) = records(made)
    minutes = 150 if now.status == "confirmed" else 0
    assert now.volunteer
    assert balances(now.volunteer).service_minutes == minutes
    done = [each for each in found if each not in ("not-submitted", "already-confirmed")]
    assert len(done) == 1, found
    assert reconcile().faults == []


@pytest.mark.parametrize("last", range(4))
def test_taken_back_and_closed_at_once(app: Flask, clock: FakeClock, last: int) -> None:
    """A record is made of each visit that is left, whoever is first."""
    event = projects.event()
    clock.advance(minutes=29)
    scans = [projects.scan(projects.signed_up(event.shift), event).scan for _ in range(4)]
    clock.advance(minutes=2)
    todo: list[Key | None] = [*scans[:last], None, *scans[last:]]
    session().rollback()

    def attempt() -> str:
        scan = todo.pop()
        try:
            if scan is None:
                perform(event.organizer, usecases.close_shift, shift=event.shift)
                return "closed"
            perform(event.organizer, undo_scan, shift=event.shift, scan=scan, reason="扫错人")
        except Conflict as conflict:
            return conflict.code
        return "taken back"

    found = in_threads(app, 5, attempt)
    session().rollback()
    left = len(queries.shift_records(event.organizer, event.shift))
    assert sorted(found) == sorted(["closed"] + ["gate-closed"] * left + ["taken back"] * (4 - left))
