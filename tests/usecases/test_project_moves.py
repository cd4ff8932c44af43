"""An approved project until its end: by hand, by the authority, and by time alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support import make_hours
from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.hours.usecases import close_shift, refuse_records, submit_records, void_project
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Project, ProjectStep
from timebank.projects.rules import Action, ProjectStatus, ShiftStatus

START, END = Action.START_RECRUITING, Action.END_RECRUITING


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def authority() -> Actor:
    return people.officer(Role.AUTHORITY, people.NORTH)


def status(project: Key) -> str:
    session().rollback()
    return session().get_one(Project, (project.shard, project.id)).status


def move(actor: Actor, project: Key, action: Action, reason: str | None = None) -> str:
    perform(actor, projects.move_project, project=project, action=action, reason=reason)
    return status(project)


def run(clock: FakeClock) -> dict[str, int]:
    """The scheduled job, now; a second run at once must find nothing to do."""
    done = perform(SYSTEM, projects.move_projects, on=clock.now().date())
    assert perform(SYSTEM, projects.move_projects, on=clock.now().date()) == {}
    return done


def test_time_alone_takes_a_project_to_the_archive(clock: FakeClock) -> None:
    begins = clock.now() + timedelta(days=2)
    team = people.organization()
    organizer = people.organizer(team)
    key = make.draft(organizer, team, recruits_from=begins)
    perform(organizer, projects.submit_project, project=key)
    perform(SYSTEM, projects.approve_project, project=key)
    assert status(key) == "scheduled"
    shift = make.shift(organizer, key, starts_at=begins + timedelta(days=1))
    with pytest.raises(Conflict, match="not-recruiting"):
        make.signed_up(shift)
    assert run(clock) == {}
    clock.advance(days=2)
    assert (run(clock), status(key)) == ({"start_recruiting": 1}, "recruiting")
    make.signed_up(shift)
    clock.advance(days=1)
    assert (run(clock), status(key)) == ({"end_recruiting": 1, "run": 1}, "running")
    clock.advance(days=14, hours=3)
    assert run(clock) == {}
    clock.advance(hours=4)
    assert (run(clock), status(key)) == ({"close": 1}, "closed")
    clock.advance(days=180)
    assert (run(clock), status(key)) == ({"archive": 1}, "archived")
    story = session().query(ProjectStep).filter_by(project_id=key.id).order_by(ProjectStep.position)
    assert [step.status for step in story] == (
        "submitted scheduled recruiting recruited running closed archived".split()
    )
    assert {step.by for step in story} == {organizer.label, "system"}


def test_a_late_run_does_everything_at_once(clock: FakeClock) -> None:
    event = make.event()
    clock.advance(days=400)
    assert run(clock) == {"end_recruiting": 1, "run": 1, "close": 1}
    assert status(event.project) == "closed"
    clock.advance(days=180)
    assert run(clock) == {"archive": 1}


def test_recruiting_goes_on_while_a_shift_is_ahead_and_again_with_a_new_one(clock: FakeClock) -> None:
    event = make.event()
    make.shift(event.organizer, event.project, starts_at=clock.now() + timedelta(days=7))
    clock.advance(days=3)
    assert run(clock) == {}
    clock.advance(days=5)
    assert (run(clock), status(event.project)) == ({"end_recruiting": 1, "run": 1}, "running")
    again = make.shift(event.organizer, event.project)
    assert status(event.project) == "recruiting"
    make.signed_up(again)


def test_recruiting_is_ended_and_begun_by_hand(clock: FakeClock) -> None:
    event = make.event(starts_at=clock.now() + timedelta(days=1))
    assert move(event.organizer, event.project, END) == "recruited"
    assert run(clock) == {}
    with pytest.raises(Conflict, match="not-recruiting"):
        make.signed_up(event.shift)
    assert move(event.organizer, event.project, START) == "recruiting"
    assert run(clock) == {}
    make.signed_up(event.shift)
    move(event.organizer, event.project, END)
    clock.advance(days=2)
    with pytest.raises(Conflict, match="no-shift-ahead"):
        move(event.organizer, event.project, START)


def test_a_pause_is_explained_and_ends(clock: FakeClock) -> None:
    event = make.event(starts_at=clock.now() + timedelta(days=1))
    with pytest.raises(Invalid, match="reason-needed"):
        move(event.organizer, event.project, Action.PAUSE)
    assert move(event.organizer, event.project, Action.PAUSE, "场地维修") == "paused"
    assert queries.project(ANONYMOUS, event.project).review_note == "场地维修"
    with pytest.raises(Conflict, match="not-recruiting"):
        make.signed_up(event.shift)
    assert move(event.organizer, event.project, Action.RESUME) == "recruiting"
    assert queries.project(ANONYMOUS, event.project).review_note is None
    clock.advance(days=1, hours=1)
    with pytest.raises(Conflict, match="shift-running"):
        move(event.organizer, event.project, Action.PAUSE, "场地维修")


def test_recruiting_that_was_ended_stays_ended_over_a_pause(clock: FakeClock) -> None:
    event = make.event(starts_at=clock.now() + timedelta(days=1))
    move(event.organizer, event.project, END)
    move(event.organizer, event.project, Action.PAUSE, "场地维修")
    assert move(event.organizer, event.project, Action.RESUME) == "recruited"


def test_closing_by_hand_waits_for_the_last_shift(clock: FakeClock) -> None:
    event = make.event()
    with pytest.raises(Conflict, match="shift-ahead"):
        move(event.organizer, event.project, Action.CLOSE)
    clock.advance(hours=4)
    assert move(event.organizer, event.project, Action.CLOSE) == "closed"


def test_the_authority_stops_and_lifts(authority: Actor, clock: FakeClock) -> None:
    event = make.event()
    person = make.signed_up(event.shift)
    for actor, error in ((event.organizer, Forbidden), (make.reviewer(), Forbidden)):
        with pytest.raises(error):
            move(actor, event.project, Action.STOP, "收到投诉，先行停用")
    south = people.officer(Role.AUTHORITY, people.SOUTH)
    with pytest.raises(NotFound):
        move(south, event.project, Action.STOP, "收到投诉，先行停用")
    assert move(authority, event.project, Action.STOP, "收到投诉，先行停用") == "stopped"
    assert make.scan(person, event).code == "cancelled"
    assert queries.project(event.organizer, event.project).actions == ()
    assert queries.project(authority, event.project).actions == (Action.LIFT, Action.VOID)
    with pytest.raises(Forbidden):
        move(event.organizer, event.project, Action.LIFT)
    assert move(authority, event.project, Action.LIFT) == "recruiting"
    assert make.scan(person, event).verdict == "accepted"


def test_a_project_is_declared_void_before_anybody_has_hours(authority: Actor, clock: FakeClock) -> None:
    event = make.event(starts_at=clock.now() + timedelta(days=1))
    with pytest.raises(Forbidden):
        perform(event.organizer, void_project, project=event.project, reason="虚假活动")
    perform(authority, void_project, project=event.project, reason="虚假活动")
    card = queries.project(ANONYMOUS, event.project)
    assert (card.status, card.review_note) == (ProjectStatus.VOIDED, "虚假活动")
    assert [shift.status for shift in card.shifts] == [ShiftStatus.CANCELLED]


def test_a_project_with_hours_is_not_declared_void(authority: Actor, clock: FakeClock) -> None:
    """Also before the organizer has made the hours of whoever was there."""
    done = make_hours.attended(clock)
    project = done.event.project
    clock.advance(days=1)

    def refused(code: str) -> None:
        with pytest.raises(Conflict, match=code):
            perform(authority, void_project, project=project, reason="虚假活动")
        assert status(project) == "recruiting"

    refused("hours-undecided")
    perform(done.organizer, close_shift, shift=done.shift)
    refused("hours-undecided")
    perform(done.organizer, submit_records, shift=done.shift)
    refused("hours-undecided")
    perform(done.reviewer, make_hours.usecases.confirm_records, shift=done.shift)
    refused("hours-confirmed")


def test_refused_hours_do_not_hold_a_project(authority: Actor, clock: FakeClock) -> None:
    done = make_hours.attended(clock)
    perform(done.organizer, close_shift, shift=done.shift)
    perform(done.organizer, submit_records, shift=done.shift)
    records = [card.key for card in make_hours.queries.shift_records(done.organizer, done.shift)]
    perform(done.reviewer, refuse_records, records=records, reason="活动不实")
    perform(authority, void_project, project=done.event.project, reason="虚假活动")
    assert status(done.event.project) == "voided"


def test_somebody_inside_holds_a_project(authority: Actor, clock: FakeClock) -> None:
    event = make.event()
    make.checked_in(event)
    clock.advance(hours=1)
    with pytest.raises(Conflict, match="shift-running"):
        perform(authority, void_project, project=event.project, reason="虚假活动")
    clock.advance(days=1)
    with pytest.raises(Conflict, match="visit-open"):
        perform(authority, void_project, project=event.project, reason="虚假活动")


def test_a_rejected_project_is_at_its_end() -> None:
    team = people.organization()
    organizer = people.organizer(team)
    key = make.draft(organizer, team)
    perform(organizer, projects.submit_project, project=key)
    with pytest.raises(Invalid, match="reason-needed"):
        perform(make.reviewer(), projects.reject_project, project=key, reason="")
    perform(make.reviewer(), projects.reject_project, project=key, reason="属于单位值班，不是志愿服务")
    card = queries.project(organizer, key)
    assert (card.status, card.actions) == (ProjectStatus.REJECTED, ())
    with pytest.raises(NotFound):
        queries.project(ANONYMOUS, key)


def test_only_the_steps_named_are_taken() -> None:
    event = make.event()
    for action in (Action.APPROVE, Action.VOID, Action.RUN, Action.ARCHIVE, Action.EDIT):
        with pytest.raises(Invalid, match="not-a-choice"):
            move(event.organizer, event.project, action)
    stranger = people.organizer(people.organization("沙湾志愿服务队", people.SOUTH))
    for action in (END, Action.PAUSE, Action.CLOSE):
        with pytest.raises(NotFound):
            move(stranger, event.project, action, "无权操作")


def test_the_dossier_tells_who_did_what_and_why(authority: Actor) -> None:
    event = make.event()
    move(authority, event.project, Action.STOP, "收到投诉，先行停用")
    told = queries.dossier(event.organizer, event.project)
    assert {each.answer for each in told.answers} == {"yes", "no"}
    assert told.self_check_version == queries.self_check().version
    assert [(step.action, step.status, step.by, step.reason) for step in told.history] == [
        ("submit", "submitted", event.organizer.name, None),
        ("approve", "scheduled", None, None),
        ("start_recruiting", "recruiting", None, None),
        ("stop", "stopped", authority.name, "收到投诉，先行停用"),
    ]
    assert queries.dossier(make.reviewer(), event.project) == told
    with pytest.raises(Unauthenticated):
        queries.dossier(ANONYMOUS, event.project)
    for actor in (people.actor_of_volunteer(people.volunteer()), make.reviewer(people.SOUTH)):
        with pytest.raises(NotFound):
            queries.dossier(actor, event.project)


def test_the_history_is_never_changed() -> None:
    make.event()
    for statement in ("UPDATE project_steps SET reason = NULL", "DELETE FROM project_steps"):
        with pytest.raises(Exception, match="never changed"):
            session().connection().exec_driver_sql(statement)
        session().rollback()


def test_the_self_check_comes_before_handing_in() -> None:
    team = people.organization()
    organizer = people.organizer(team)
    key = perform(organizer, projects.create_project, organization=team, **make.facts())
    with pytest.raises(Conflict, match="self-check-needed"):
        perform(organizer, projects.submit_project, project=key)
    wrong = {**make.right_answers(), "dinner_or_outing": "yes"}
    with pytest.raises(Invalid) as told:
        perform(organizer, projects.submit_project, project=key, answers=wrong)
    assert told.value.fields == {"dinner_or_outing": ["not-volunteering"]}
    assert status(key) == "draft"
    perform(organizer, projects.submit_project, project=key, answers=make.right_answers())
    assert status(key) == "submitted"


def test_the_phone_of_the_contact_person_is_sealed_and_shown_as_chosen() -> None:
    seen: list[str | None] = []
    for is_public in (True, False):
        event = make.event(
            project={
                "contact_name": "王队长",
                "contact_phone": "0833-2440123",
                "contact_phone_public": is_public,
            }
        )
        seen += [queries.project(who, event.project).contact_phone for who in (ANONYMOUS, event.organizer)]
    assert seen == ["0833-2440123", "0833-2440123", None, "0833-2440123"]
    stored = (
        session().connection().exec_driver_sql("SELECT contact_phone_sealed FROM projects").scalars().all()
    )
    assert not any("2440123" in text for text in stored)


def test_every_step_is_an_event() -> None:
    event = make.event()
    steps: list[Callable[[], Any]] = [
        lambda: move(event.organizer, event.project, END),
        lambda: move(event.organizer, event.project, Action.PAUSE, "场地维修"),
        lambda: perform(event.organizer, projects.cancel_project, project=event.project, reason="不办了"),
    ]
    for step in steps:
        step()
    names = [each.name for each in session().query(Event).filter_by(subject_id=event.project.id)]
    assert {"project.recruiting_ended", "project.paused", "project.cancelled"} <= set(names)
