"""Copies and templates: the same project on other days, with nothing of the old one's life."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.kernel.clock import start_of_day
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Project, ProjectStep, Shift, SignUp
from timebank.projects.rules import (
    Action,
    AttendanceMode,
    ClosingPolicy,
    PostSaid,
    ProjectStatus,
    ShiftSaid,
    ShiftStatus,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def team(_regions: None) -> Key:
    return people.organization()


@pytest.fixture
def organizer(team: Key) -> Actor:
    return people.organizer(team)


def shifts_of(project: Key) -> list[Shift]:
    session().rollback()
    return session().query(Shift).filter_by(project_id=project.id).order_by(Shift.starts_at, Shift.id).all()


def walls(project: Key, zone: ZoneInfo = SHANGHAI) -> list[str]:
    return [
        f"{each.starts_at.astimezone(zone):%m-%d %H:%M}–{each.ends_at.astimezone(zone):%H:%M}"
        for each in shifts_of(project)
    ]


def copied(actor: Actor, project: Key, first_day: date) -> Key:
    return perform(actor, projects.copy_project, project=project, first_day=first_day)


def at(day: str, hour: int, zone: ZoneInfo = SHANGHAI) -> datetime:
    return start_of_day(date.fromisoformat(day), zone).astimezone(zone).replace(hour=hour).astimezone(UTC)


# --- nothing of the old life ------------------------------------------------------------------------


def _values(row: Any) -> dict[str, Any]:
    return {column.name: getattr(row, column.key) for column in row.__mapper__.columns}


LIFE = {
    "project_no", "id", "created_at", "status_since", "submitted_by", "submitted_at", "approved_at",
    "reviewed_by", "reviewed_at", "review_note", "recruits_from", "recruits_until", "self_check_version",
    "self_check_answers", "contact_phone_sealed", "counted_in", "make_up_reason",
}  # fmt: skip


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(
    offsets=st.lists(st.integers(60, 60 * 24 * 40), min_size=1, max_size=3, unique=True),
    first=st.integers(50, 400),
    steps=st.lists(
        st.sampled_from([Action.END_RECRUITING, Action.PAUSE, Action.STOP, Action.RESUME, Action.LIFT]),
        max_size=3,
    ),
)
def test_no_instant_secret_state_or_approval_survives(
    organizer: Actor, team: Key, clock: FakeClock, offsets: list[int], first: int, steps: list[Action]
) -> None:
    source = _lived(organizer, team, clock, offsets, steps)
    old, old_shifts = session().get_one(Project, (source.shard, source.id)), shifts_of(source)
    clock.advance(minutes=1)
    key = copied(organizer, source, (clock.now() + timedelta(days=first)).date())
    new, new_shifts = session().get_one(Project, (key.shard, key.id)), shifts_of(key)
    before, after = _values(old), _values(new)
    assert (new.status, new.kind) == (ProjectStatus.DRAFT, "ordinary")
    for name in LIFE:
        assert after[name] is None or after[name] != before[name], name
    assert after.keys() - LIFE >= {"name", "risk", "insurance", "supervision", "skills", "earns_credit"}
    changed = {name for name in before.keys() - LIFE if before[name] != after[name]}
    assert changed <= {"status"}
    instants = {value for row in (old, *old_shifts) for value in _values(row).values() if _is_instant(value)}
    assert not instants & {v for row in (new, *new_shifts) for v in _values(row).values() if _is_instant(v)}
    assert len(new_shifts) == len(old_shifts) == len(offsets)
    assert {each.status for each in new_shifts} == {ShiftStatus.OPEN}
    assert {each.taken for each in new_shifts} == {0}
    gates = [queries.gate_of(each.key) for each in (*old_shifts, *new_shifts)]
    assert len({gate.secret for gate in gates if gate}) == len(gates)
    assert session().query(SignUp).filter(SignUp.shift_id.in_([each.id for each in new_shifts])).count() == 0
    assert session().query(ProjectStep).filter_by(project_id=key.id).count() == 0


def _is_instant(value: Any) -> bool:
    return isinstance(value, datetime)


def _lived(organizer: Actor, team: Key, clock: FakeClock, offsets: list[int], steps: list[Action]) -> Key:
    """A project that has been returned, approved, signed up for and moved about."""
    now = clock.now()
    source = make.draft(
        organizer,
        team,
        recruits_from=now - timedelta(minutes=3),
        contact_phone="0833-2440123",
        with_minors=True,
        supervision="两名成人始终在场",
        skills=["first_aid"],
    )
    for offset in offsets:
        make.shift(organizer, source, starts_at=_same_day(now + timedelta(minutes=offset)))
    perform(organizer, projects.submit_project, project=source)
    perform(SYSTEM, projects.return_project, project=source, reason="请补充")
    clock.advance(minutes=1)
    make.approved(organizer, source)
    make.signed_up(shifts_of(source)[0].key)
    for action in steps:
        with suppress(Conflict):  # not every step is possible after every other one
            perform(SYSTEM, projects.move_project, project=source, action=action, reason="情况有变")
    return source


def _same_day(instant: datetime) -> datetime:
    """At most at 20:00 in Shanghai, so that three hours stay within the day."""
    wall = instant.astimezone(SHANGHAI)
    return wall.replace(hour=min(wall.hour, 20)).astimezone(UTC) if wall.hour > 20 else instant


# --- days -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "first", "expected"),
    [
        ("2027-01-31", "2027-02-28", ["02-28 09:00–12:00", "03-01 09:00–12:00"]),
        ("2027-02-28", "2028-02-29", ["02-29 09:00–12:00", "03-01 09:00–12:00"]),
        ("2028-02-29", "2028-12-31", ["12-31 09:00–12:00", "01-01 09:00–12:00"]),
        ("2027-12-31", "2028-01-31", ["01-31 09:00–12:00", "02-01 09:00–12:00"]),
    ],
)
def test_at_the_ends_of_months_and_years(
    organizer: Actor, team: Key, source: str, first: str, expected: list[str]
) -> None:
    key = make.draft(organizer, team)
    for days in (0, 1):
        make.shift(organizer, key, starts_at=at(source, 9) + timedelta(days=days))
    assert walls(copied(organizer, key, date.fromisoformat(first))) == expected


@pytest.mark.parametrize(("source", "first"), [("2027-03-27", "2027-03-28"), ("2027-10-30", "2027-10-31")])
def test_where_the_clock_is_changed(
    make_app: Callable[..., Flask], database_url: str, source: str, first: str
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    with make_app(database_url, doors=False, TIME_ZONE="Europe/Berlin").app_context():
        people.region_tree()
        team = people.organization()
        organizer = people.organizer(team)
        key = make.draft(organizer, team, recruits_from=at(source, 8, berlin) - timedelta(days=7))
        for days in (0, 1, 7):
            day = (date.fromisoformat(source) + timedelta(days=days)).isoformat()
            make.shift(organizer, key, starts_at=at(day, 9, berlin), ends_at=at(day, 12, berlin))
        made = copied(organizer, key, date.fromisoformat(first))
        assert [each.split()[1] for each in walls(made, berlin)] == ["09:00–12:00"] * 3
        gaps = [each.starts_at - shifts_of(key)[0].starts_at for each in shifts_of(made)]
        assert [gap.seconds != 0 for gap in gaps] == [True, True, True]
        begins = session().get_one(Project, (made.shard, made.id)).recruits_from
        assert begins
        assert f"{begins.astimezone(berlin):%H:%M}" == "08:00"


def test_a_first_day_that_is_over_is_refused(organizer: Actor, team: Key) -> None:
    key = make.draft(organizer, team)
    make.shift(organizer, key)
    for day in (date(2026, 11, 20), date(1999, 1, 1)):
        with pytest.raises(Invalid) as told:
            copied(organizer, key, day)
        assert told.value.fields == {"first_day": ["in-the-past"]}


def test_more_shifts_than_a_recurrence_may_make_are_refused(organizer: Actor, team: Key) -> None:
    key = make.draft(organizer, team)
    for number in range(61):
        make.shift(organizer, key, title=f"第{number}场")
    with pytest.raises(Invalid) as told:
        copied(organizer, key, date(2027, 1, 1))
    assert told.value.fields == {"first_day": ["too-many-shifts 60"]}


def test_cancelled_shifts_stay_behind(organizer: Actor, team: Key) -> None:
    event = make.event(organization=team, organizer=organizer)
    perform(organizer, projects.cancel_project, project=event.project, reason="暴雨停办")
    assert shifts_of(copied(organizer, event.project, date(2027, 1, 1))) == []


# --- templates --------------------------------------------------------------------------------------


def test_a_template_is_kept_used_and_removed(organizer: Actor, team: Key) -> None:
    source = make.draft(organizer, team, contact_phone="0833-2440123", contact_phone_public=True)
    make.shift(organizer, source, starts_at=at("2027-01-31", 9))
    make.shift(organizer, source, starts_at=at("2027-02-02", 14), title="下午场", capacity=7)
    key = perform(organizer, projects.save_template, project=source, name="每月探访")
    perform(organizer, projects.edit_project, project=source, name="改过的名字")
    (card,) = queries.templates(organizer).items
    assert (card.key, card.name, card.project_name) == (key, "每月探访", "社区长者午餐陪伴")
    assert (card.shifts, card.days, card.organization) == (2, 3, team)
    made = perform(organizer, projects.create_from_template, template=key, first_day=date(2028, 2, 28))
    assert walls(made) == ["02-28 09:00–12:00", "03-01 14:00–17:00"]
    assert [(each.title, each.capacity) for each in shifts_of(made)] == [("上午场", 30), ("下午场", 7)]
    written = queries.project(organizer, made)
    assert (written.name, written.status) == ("社区长者午餐陪伴", ProjectStatus.DRAFT)
    assert (written.contact_phone, written.contact_phone_public) == (None, False)
    perform(organizer, projects.remove_template, template=key)
    assert queries.templates(organizer).items == []
    assert queries.project(organizer, made).name == "社区长者午餐陪伴"


def test_what_a_shift_asks_comes_along(organizer: Actor, team: Key, clock: FakeClock) -> None:
    source = make.draft(organizer, team)
    said = ShiftSaid(
        posts=(PostSaid("登记台", 2), PostSaid("引导", 3, duty="带路")), needs_approval=True, bring="水"
    )
    make.shift(
        organizer,
        source,
        said=said,
        capacity=None,
        attendance_mode=AttendanceMode.PRESENCE,
        closing_policy=ClosingPolicy.SHIFT_END,
    )
    template = perform(organizer, projects.save_template, project=source, name="每月集市")
    day = (clock.now() + timedelta(days=40)).date()
    again = perform(organizer, projects.create_from_template, template=template, first_day=day)
    for key in (copied(organizer, source, day), again):
        (card,) = queries.project(organizer, key).shifts
        assert [(post.name, post.capacity, post.duty, post.taken) for post in card.posts] == [
            ("登记台", 2, None, 0),
            ("引导", 3, "带路", 0),
        ]
        assert (card.capacity, card.needs_approval, card.bring) == (5, True, "水")
        assert (card.terms.mode, card.terms.closing) == (AttendanceMode.PRESENCE, ClosingPolicy.SHIFT_END)


def test_templates_belong_to_their_organisation(organizer: Actor, team: Key) -> None:
    key = perform(organizer, projects.save_template, project=make.draft(organizer, team), name="每月探访")
    stranger = people.organizer(people.organization("沙湾志愿服务队", people.SOUTH))
    assert queries.templates(stranger).items == []
    for act in (
        lambda: queries.template(stranger, key),
        lambda: perform(stranger, projects.remove_template, template=key),
        lambda: perform(stranger, projects.create_from_template, template=key, first_day=date(2027, 1, 1)),
        lambda: copied(stranger, make.draft(organizer, team), date(2027, 1, 1)),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Invalid) as told:
        perform(organizer, projects.save_template, project=make.draft(organizer, team), name=" ")
    assert told.value.fields == {"name": ["required"]}
