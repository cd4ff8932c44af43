"""Series of shifts, and changing and cancelling what lies ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Shift, ShiftSeries
from timebank.projects.rules import AttendanceMode, PostSaid, PrintedCode, ShiftSaid

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event() -> make.Event:
    return make.event()


def series(event: make.Event, rule: str = "FREQ=WEEKLY;COUNT=4", **changes: Any) -> list[Key]:
    """Shifts on Thursdays from 24 December 2026, nine to half past eleven."""
    given: dict[str, Any] = {
        "project": event.project,
        "title": "每周午餐",
        "starts_at": datetime(2026, 12, 24, 9, tzinfo=SHANGHAI),
        "ends_at": datetime(2026, 12, 24, 11, 30, tzinfo=SHANGHAI),
        "capacity": 5,
        "rule": rule,
        **changes,
    }
    return perform(event.organizer, projects.add_series, **given)


def row(key: Key) -> Shift:
    return session().get_one(Shift, (key.shard, key.id), populate_existing=True)


def local(key: Key) -> str:
    return f"{row(key).starts_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def test_a_rule_makes_shifts_over_the_end_of_the_year(event: make.Event) -> None:
    keys = series(event, left_out=(date(2026, 12, 31),), said=ShiftSaid(posts=(PostSaid("送餐", 2),)))
    assert [local(key) for key in keys] == ["2026-12-24 09:00", "2027-01-07 09:00", "2027-01-14 09:00"]
    kept = session().query(ShiftSeries).one()
    assert kept.rule == "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;VALUE=DATE:20261231"
    assert [row(key).capacity for key in keys] == [2, 2, 2]
    assert len({row(key).secret_sealed for key in keys}) == 3


def test_the_thirty_first_is_left_out_where_there_is_none(event: make.Event) -> None:
    keys = series(
        event,
        "FREQ=MONTHLY;COUNT=3",
        starts_at=datetime(2026, 12, 31, 9, tzinfo=SHANGHAI),
        ends_at=datetime(2026, 12, 31, 11, tzinfo=SHANGHAI),
    )
    assert [local(key)[:10] for key in keys] == ["2026-12-31", "2027-01-31", "2027-03-31"]


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=61", "FREQ=DAILY", "FREQ=SECONDLY;COUNT=3"])
def test_a_wrong_rule_adds_nothing(event: make.Event, rule: str) -> None:
    before = session().query(Shift).count()
    with pytest.raises(Invalid) as told:
        series(event, rule)
    assert list(told.value.fields) == ["rule"]
    session().rollback()
    assert (session().query(Shift).count(), session().query(ShiftSeries).count()) == (before, 0)


def changes(**given: Any) -> projects.Changes:
    usual: dict[str, Any] = {
        "title": "每周晚餐",
        "begins": time(17),
        "ends": time(19),
        "opens_minutes": 30,
        "closes_minutes": 60,
        "capacity": 8,
    }
    return projects.Changes(**{**usual, **given})


def test_this_and_following_keep_the_times_of_those_with_people(event: make.Event) -> None:
    first, second, third, fourth = series(event)
    make.signed_up(third)
    done = perform(event.organizer, projects.edit_following, shift=second, changes=changes())
    assert (done.changed, done.kept) == ([second, fourth], [third])
    assert [local(key)[11:] for key in (first, second, third, fourth)] == ["09:00", "17:00", "09:00", "17:00"]
    assert [row(key).title for key in (first, second, third)] == ["每周午餐", "每周晚餐", "每周晚餐"]
    assert [row(key).revision for key in (first, second, third, fourth)] == [0, 1, 1, 1]


def test_this_and_following_are_cancelled_with_the_reason(event: make.Event) -> None:
    first, second, third, fourth = series(event)
    actor = make.signed_up(third)
    given = {"shift": second, "reason": "场地装修", "following": True}
    assert perform(event.organizer, projects.cancel_shift, **given) == 3
    assert [row(key).status for key in (first, second, fourth)] == ["open", "cancelled", "cancelled"]
    card = queries.shift_card(actor, third)
    assert (card.status, card.status_reason, card.is_own) == ("cancelled", "场地装修", True)
    assert [each.key for each in queries.my_sign_ups(actor)] == [third]


def test_one_shift_moves_with_a_reason_where_somebody_signed_up(event: make.Event) -> None:
    moved = changes(occurs_on=date(2026, 11, 23))
    perform(event.organizer, projects.edit_shift, shift=event.shift, changes=moved)
    assert local(event.shift) == "2026-11-23 17:00"
    make.signed_up(event.shift)
    later = changes(occurs_on=date(2026, 11, 24))
    with pytest.raises(Invalid, match="reason-needed"):
        perform(event.organizer, projects.edit_shift, shift=event.shift, changes=later)
    perform(event.organizer, projects.edit_shift, shift=event.shift, changes=later, reason="场地冲突")
    assert (local(event.shift)[:10], row(event.shift).status_reason) == ("2026-11-24", "场地冲突")


def test_how_attendance_counts_can_change_before_the_start(event: make.Event) -> None:
    first, second = series(event, "FREQ=WEEKLY;COUNT=2")
    changes = projects.Changes("每周午餐", time(9), time(11, 30), 60, 240, capacity=5)
    in_only = replace(changes, attendance={"attendance_mode": AttendanceMode.IN_ONLY})
    perform(event.organizer, projects.edit_shift, shift=first, changes=in_only)
    assert [row(key).attendance_mode for key in (first, second)] == ["in_only", "in_and_out"]
    perform(event.organizer, projects.edit_shift, shift=first, changes=changes)
    assert row(first).attendance_mode == "in_only"
    lacking = replace(changes, attendance={"printed_code": PrintedCode.PLACE})
    with pytest.raises(Invalid) as told:
        perform(event.organizer, projects.edit_shift, shift=first, changes=lacking)
    assert told.value.fields == {"latitude": ["place-needed"]}


def test_deadlines_follow_the_start(event: make.Event, clock: FakeClock) -> None:
    key = make.shift(event.organizer, event.project, capacity=1, starts_at=clock.now() + timedelta(days=3))
    make.signed_up(key)
    waits = people.actor_of_volunteer(people.volunteer())
    perform(waits, projects.sign_up, shift=key, waits=True)
    sooner = changes(occurs_on=date(2026, 11, 22), capacity=1)
    perform(event.organizer, projects.edit_shift, shift=key, changes=sooner, reason="场地冲突")
    own = queries.shift_card(waits, key).own
    assert own
    assert own.answer_by == row(key).starts_at


def test_never_fewer_places_than_are_taken(event: make.Event) -> None:
    make.signed_up(event.shift)
    make.signed_up(event.shift)
    begins, ends = make.wall_times(event.shift)
    few = changes(begins=begins, ends=ends, capacity=1)
    with pytest.raises(Invalid) as told:
        perform(event.organizer, projects.edit_shift, shift=event.shift, changes=few)
    assert told.value.fields == {"capacity": ["below-taken"]}


def test_a_post_gets_more_places_and_who_waits_for_it_moves_up(event: make.Event, clock: FakeClock) -> None:
    said = ShiftSaid(posts=(PostSaid("登记台", 1), PostSaid("送餐", 1)))
    key = make.shift(event.organizer, event.project, said=said, starts_at=clock.now() + timedelta(days=3))
    desk, meals = (post.key for post in queries.shift_card(event.organizer, key).posts)
    crowd = [people.actor_of_volunteer(people.volunteer()) for _ in range(3)]
    for actor in crowd:
        perform(actor, projects.sign_up, shift=key, post=desk, waits=True, takes_at_once=True)
    begins, ends = make.wall_times(key)
    more = changes(begins=begins, ends=ends, posts=((desk, 2),))
    perform(event.organizer, projects.edit_shift, shift=key, changes=more)
    assert set(queries.accepted(key)) == {each.volunteer for each in crowd[:2]}
    assert row(key).capacity == 3
    faults = (((desk, 1), "below-taken"), ((meals, 0), "out-of-range 1 5000"), ((key, 1), "not-a-choice"))
    for wrong, code in faults:
        given = changes(begins=begins, ends=ends, posts=(wrong,))
        with pytest.raises(Invalid) as told:
            perform(event.organizer, projects.edit_shift, shift=key, changes=given)
        assert told.value.fields == {"posts": [code]}


def test_what_has_begun_or_is_under_review_stays(event: make.Event, clock: FakeClock) -> None:
    with pytest.raises(Conflict, match="no-series"):
        perform(event.organizer, projects.edit_following, shift=event.shift, changes=changes())
    with pytest.raises(NotFound):
        perform(make.event().organizer, projects.cancel_shift, shift=event.shift, reason="不办了")
    draft = make.draft(event.organizer, event.organization)
    shift = make.shift(event.organizer, draft)
    perform(event.organizer, projects.submit_project, project=draft)
    with pytest.raises(Conflict, match="wrong-project-status"):
        perform(event.organizer, projects.cancel_shift, shift=shift, reason="不办了")
    clock.advance(minutes=30)
    with pytest.raises(Conflict, match="shift-started"):
        perform(event.organizer, projects.edit_shift, shift=event.shift, changes=changes())
