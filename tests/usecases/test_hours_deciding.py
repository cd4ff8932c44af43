"""Somebody else decides: confirmed minutes are booked once, in the same transaction."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support import make_hours as make
from tests.support import make_people as people
from tests.support.clock import FakeClock
from tests.support.make_hours import records
from tests.support.threads import in_threads
from timebank.hours import queries, usecases
from timebank.hours.proof import reconcile
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.events import Delivery, Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Grant, Role
from timebank.kernel.relay import deliver
from timebank.kernel.work import perform
from timebank.ledger import proof
from timebank.ledger.models import Transfer
from timebank.ledger.queries import Balances, balances
from timebank.recognition.queries import star_progress
from timebank.wiring import SUBSCRIPTIONS

pytestmark = pytest.mark.usefixtures("app_context", "tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


def volunteer_of(actor: Actor) -> Key:
    assert actor.volunteer is not None
    return actor.volunteer


def transfers() -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(Transfer)) or 0


def assert_sound(records: int) -> None:
    session().rollback()
    assert proof.verify().faults == []
    found = reconcile()
    assert (found.faults, found.checked) == ([], records)


def test_minutes_become_service_time_and_credit_of_each_county(clock: FakeClock) -> None:
    homes = [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY, people.SOUTH_SECOND]
    made = make.submitted(clock, homes, minutes=90)
    decisions = perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    assert [(each.outcome, each.minutes) for each in decisions] == [("confirmed", 90)] * 3
    for volunteer in made.volunteers:
        assert balances(volunteer_of(volunteer)) == Balances(90, 90, 0)
    assert transfers() == 6
    assert queries.shift_sheet(made.reviewer, made.shift).status == "settled"
    assert_sound(3)


def test_without_credit_only_service_time_is_booked(clock: FakeClock) -> None:
    made = make.confirmed(clock, earns_credit=False)
    assert balances(volunteer_of(made.volunteers[0])) == Balances(150, 0, 0)
    assert_sound(1)


def test_a_record_of_no_minutes_books_nothing(clock: FakeClock) -> None:
    make.confirmed(clock, minutes=0)
    assert transfers() == 0
    assert_sound(1)


def test_confirming_again_books_nothing_more(clock: FakeClock) -> None:
    made = make.confirmed(clock, [people.NORTH_COMMUNITY] * 2)
    again = perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    assert [each.outcome for each in again] == ["already-confirmed"] * 2
    one = perform(made.reviewer, usecases.approve_record, record=records(made)[0].key)
    assert one.outcome == "already-confirmed"
    assert transfers() == 4


def test_eight_who_confirm_at_once_book_once(app: Flask, clock: FakeClock) -> None:
    made = make.submitted(clock, [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY, people.NORTH_SECOND])
    reviewers = [people.officer(Role.COMMUNITY_WORKER) for _ in range(8)]

    def confirm() -> list[str]:
        decisions = perform(reviewers.pop(), usecases.confirm_records, shift=made.shift)
        return [each.outcome for each in decisions]

    answers = in_threads(app, 8, confirm)
    assert sorted(answers) == [["already-confirmed"] * 3] * 7 + [["confirmed"] * 3]
    assert transfers() == 6
    assert_sound(3)


def test_racing_shifts_of_the_same_people(app: Flask, clock: FakeClock) -> None:
    """Two settlements touch the same accounts in their own order and neither waits for ever."""
    homes = [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY] * 4
    made = [make.submitted(clock, homes) for _ in range(4)]
    todo = list(made)

    def confirm() -> int:
        one = todo.pop()
        return len(perform(one.reviewer, usecases.confirm_records, shift=one.shift))

    assert in_threads(app, 4, confirm) == [8] * 4
    assert_sound(32)


def test_some_may_be_confirmed_and_others_returned_and_refused(clock: FakeClock) -> None:
    made = make.submitted(clock, [people.NORTH_COMMUNITY] * 3)
    first, second, third = (each.key for each in records(made))
    perform(made.reviewer, usecases.confirm_records, shift=made.shift, records=[first])
    perform(made.reviewer, usecases.return_records, records=[second], reason="请核对时间")
    perform(made.reviewer, usecases.refuse_records, records=[third], reason="不属于志愿服务")
    found = {each.key: each.status for each in records(made)}
    assert found == {first: "confirmed", second: "returned", third: "not_recognised"}
    with pytest.raises(Conflict, match="not-submitted"):
        perform(made.reviewer, usecases.approve_record, record=second)
    with pytest.raises(Conflict, match="not-submitted"):
        perform(made.reviewer, usecases.return_records, records=[first], reason="晚了")
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    assert transfers() == 4
    assert_sound(2)


@pytest.mark.parametrize("change", [usecases.return_records, usecases.refuse_records])
def test_a_decision_against_needs_records_and_a_reason(clock: FakeClock, change: object) -> None:
    made = make.submitted(clock)
    (one,) = records(made)
    for given in ({"records": [one.key], "reason": " "}, {"records": [], "reason": "有理由"}):
        with pytest.raises(Invalid):
            perform(made.reviewer, change, **given)  # type: ignore[arg-type]
    assert [each.status for each in records(made)] == ["submitted"]


def test_the_maker_is_never_the_checker(clock: FakeClock) -> None:
    made = make.submitted(clock)
    both = Actor(
        user=made.organizer.user,
        name=made.organizer.name,
        grants=(*made.organizer.grants, Grant(Role.RECORDER, organization=made.event.organization)),
    )
    (one,) = records(made)
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(both, usecases.confirm_records, shift=made.shift)
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(both, usecases.return_records, records=[one.key], reason="自己的")
    assert not queries.shift_sheet(both, made.shift).can_decide
    assert transfers() == 0


def test_nobody_decides_on_their_own_record(clock: FakeClock) -> None:
    made = make.submitted(clock, [people.NORTH_COMMUNITY] * 2)
    herself = made.volunteers[0]
    reviewer = Actor(
        user=herself.user,
        volunteer=herself.volunteer,
        grants=(Grant(Role.COMMUNITY_WORKER, region=people.NORTH),),
    )
    (own,) = [each.key for each in records(made) if each.volunteer == herself.volunteer]
    with pytest.raises(Forbidden, match="own-record"):
        perform(reviewer, usecases.approve_record, record=own)
    with pytest.raises(Forbidden, match="own-record"):
        perform(reviewer, usecases.refuse_records, records=[own], reason="自己")
    decisions = perform(reviewer, usecases.confirm_records, shift=made.shift)
    assert sorted(each.outcome for each in decisions) == ["confirmed", "own-record"]
    assert balances(volunteer_of(herself)).service_minutes == 0


def test_the_organizations_recorder_may_confirm(clock: FakeClock) -> None:
    made = make.submitted(clock)
    recorder = people.recorder(made.event.organization)
    (one,) = queries.shifts_to_confirm(recorder).items
    assert one.key == made.shift
    assert one.can_decide
    perform(recorder, usecases.confirm_records, shift=made.shift)
    assert queries.shifts_to_confirm(recorder).items == []


def test_who_is_not_responsible_cannot_decide(clock: FakeClock) -> None:
    made = make.submitted(clock)
    (one,) = records(made)
    south = people.officer(Role.COMMUNITY_WORKER, people.SOUTH)
    assert queries.shifts_to_confirm(south).items == []
    with pytest.raises(NotFound):
        perform(south, usecases.confirm_records, shift=made.shift)
    with pytest.raises(NotFound):
        perform(south, usecases.approve_record, record=one.key)
    with pytest.raises(Forbidden):
        perform(made.organizer, usecases.confirm_records, shift=made.shift)
    with pytest.raises(NotFound):
        perform(made.reviewer, usecases.approve_record, record=made.shift)
    elsewhere = make.submitted(clock)
    with pytest.raises(NotFound):
        perform(made.reviewer, usecases.confirm_records, shift=elsewhere.shift, records=[one.key])


def test_the_queue_is_paged_by_the_oldest_submission(clock: FakeClock) -> None:
    made = [make.submitted(clock) for _ in range(3)]
    first = queries.shifts_to_confirm(made[0].reviewer, limit=2)
    second = queries.shifts_to_confirm(made[0].reviewer, limit=2, cursor=first.next)
    assert [each.key for each in first.items + second.items] == [each.shift for each in made]
    assert second.next is None


def test_each_volunteer_hears_of_it_and_stars_follow(clock: FakeClock) -> None:
    made = make.confirmed(clock, [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY])
    told = list(session().scalars(select(Event).where(Event.name == "hours.confirmed")))
    assert {each.subject_id for each in told} == {volunteer_of(each).id for each in made.volunteers}
    assert {tuple(sorted(each.data)) for each in told} == {("minutes", "record", "year")}
    assert deliver(SUBSCRIPTIONS).done == 2
    assert (
        session().scalar(select(func.count()).select_from(Delivery).where(Delivery.state == "waiting")) == 0
    )
    herself = made.volunteers[0]
    progress = star_progress(herself, volunteer_of(herself))
    assert (progress.stars, progress.minutes, progress.next_stars, progress.missing_minutes) == (
        0,
        150,
        1,
        5850,
    )


def test_a_persons_records_and_summary(clock: FakeClock) -> None:
    made = make.confirmed(clock)
    herself = made.volunteers[0]
    mine = volunteer_of(herself)
    assert [each.status for each in queries.service_records(herself, mine).items] == ["confirmed"]
    found = queries.summary(herself, mine, year=2026)
    assert (found.year_minutes, found.balances.service_minutes, found.pending) == (150, 150, [])
    whole = queries.statement(herself, mine, start=date(2026, 1, 1), end=date(2026, 12, 31))
    assert whole.closing == found.balances.service_minutes
    named = queries.records_booked(herself, mine, whole)
    assert [named[line.booking_key].activity_name for line in whole.lines] == ["社区长者午餐陪伴"]
    worker = people.officer(Role.COMMUNITY_WORKER, people.NORTH_COMMUNITY)
    assert queries.statement(worker, mine, start=date(2026, 1, 1), end=date(2026, 12, 31)).closing == 150
    south = people.officer(Role.COMMUNITY_WORKER, people.SOUTH)
    for ask in (queries.service_records, star_progress):
        with pytest.raises(NotFound):
            ask(south, mine)
    with pytest.raises(NotFound):
        queries.summary(south, mine, year=2026)
    with pytest.raises(NotFound):
        queries.statement(south, mine, start=date(2026, 1, 1), end=date(2026, 12, 31))
