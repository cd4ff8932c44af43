"""Make-up projects: past days, evidence, a reason, a quota, the authority, and attendance entered by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.attendance.models import Scan, Visit
from timebank.attendance.rules import Method
from timebank.attendance.usecases import AttendanceLine, Attended, enter_attendance
from timebank.hours import queries as hours
from timebank.hours.usecases import approve_record, close_shift, confirm_records, submit_records
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, Actor, Role
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import EvidenceFile, Project
from timebank.projects.rules import Action, ProjectStatus
from timebank.volunteers.models import Volunteer
from timebank.volunteers.usecases import suspend


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def team() -> Key:
    return people.organization()


@pytest.fixture
def organizer(team: Key) -> Actor:
    return people.organizer(team)


@pytest.fixture
def authority() -> Actor:
    return people.officer(Role.AUTHORITY, people.NORTH)


def submit(organizer: Actor, project: Key) -> Key:
    perform(organizer, projects.submit_project, project=project)
    return project


# --- what a make-up project needs -------------------------------------------------------------------


def test_the_authority_decides_and_a_community_worker_does_not(
    organizer: Actor, team: Key, authority: Actor
) -> None:
    key = submit(organizer, make.made_up(organizer, team))
    worker = make.reviewer()
    assert queries.project(worker, key).actions == ()
    assert queries.to_review(worker).items == []
    for decide, given in (
        (projects.approve_project, {}),
        (projects.return_project, {"reason": "材料不足"}),
        (projects.reject_project, {"reason": "材料不足"}),
    ):
        with pytest.raises(Forbidden):
            perform(worker, decide, project=key, **given)
    assert [row.key for row in queries.to_review(authority).items] == [key]
    assert queries.project(authority, key).actions == (Action.APPROVE, Action.RETURN, Action.REJECT)
    perform(authority, projects.approve_project, project=key)
    card = queries.project(ANONYMOUS, key)
    assert (card.status, card.is_make_up) == (ProjectStatus.RUNNING, True)


def test_the_author_with_the_higher_right_does_not_decide(team: Key, authority: Actor) -> None:
    both = people.officer(Role.ORGANIZER, organization=team)
    both = Actor(both.user, both.name, None, (*both.grants, *authority.grants))
    key = submit(both, make.made_up(both, team))
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(both, projects.approve_project, project=key)


def test_a_shift_and_evidence_come_before_handing_in(organizer: Actor, team: Key) -> None:
    given: dict[str, Any] = {"organization": team, "reason": "当晚紧急集结", **make.facts()}
    key = perform(organizer, projects.create_make_up_project, **given)
    perform(organizer, projects.answer_self_check, project=key, answers=make.right_answers())
    with pytest.raises(Conflict, match="shift-needed"):
        submit(organizer, key)
    make.past_shift(organizer, key)
    with pytest.raises(Conflict, match="evidence-needed"):
        submit(organizer, key)
    perform(organizer, projects.add_evidence, project=key, content=make.PICTURE)
    submit(organizer, key)


@pytest.mark.parametrize("reason", ["", "来不及", "长" * 501])
def test_the_reason_is_told(organizer: Actor, team: Key, reason: str) -> None:
    with pytest.raises(Invalid) as told:
        perform(
            organizer,
            projects.create_make_up_project,
            organization=team,
            reason=reason,
            **make.facts(),
        )
    assert list(told.value.fields) == ["make_up_reason"]
    key = make.made_up(organizer, team)
    with pytest.raises(Invalid):
        perform(organizer, projects.explain_make_up, project=key, reason=reason)
    perform(organizer, projects.explain_make_up, project=key, reason="网络中断，未能提前发布")
    assert queries.dossier(organizer, key).make_up_reason == "网络中断，未能提前发布"


def test_its_shifts_lie_in_the_past_and_not_too_far_back(organizer: Actor, team: Key) -> None:
    key = make.made_up(organizer, team)
    for act, field, code in (
        (lambda: make.shift(organizer, key), "ends_at", "not-in-the-past"),
        (lambda: make.past_shift(organizer, key, days_ago=31), "starts_at", "too-far-back 30"),
    ):
        with pytest.raises(Invalid) as told:
            act()
        assert told.value.fields == {field: [code]}
    make.past_shift(organizer, key, days_ago=30)


def test_a_draft_that_waited_too_long_is_refused(organizer: Actor, team: Key, clock: FakeClock) -> None:
    key = make.made_up(organizer, team, days_ago=20)
    clock.advance(days=11)
    with pytest.raises(Invalid, match="too-far-back"):
        submit(organizer, key)


def test_nothing_is_added_after_it_was_handed_in(organizer: Actor, team: Key, authority: Actor) -> None:
    key = submit(organizer, make.made_up(organizer, team))
    perform(authority, projects.approve_project, project=key)
    for act in (
        lambda: make.past_shift(organizer, key),
        lambda: perform(organizer, projects.add_evidence, project=key, content=make.PICTURE),
        lambda: perform(
            organizer, projects.move_project, project=key, action=Action.START_RECRUITING, reason=None
        ),
    ):
        with pytest.raises(Conflict, match="wrong-project-status"):
            act()
    with pytest.raises(Conflict, match="not-recruiting"):
        make.signed_up(queries.shift_keys(key)[0])


# --- evidence ---------------------------------------------------------------------------------------


def test_evidence_is_sealed_and_every_look_by_an_officer_is_recorded(
    organizer: Actor, team: Key, authority: Actor
) -> None:
    key = submit(organizer, make.made_up(organizer, team))
    (card,) = queries.dossier(authority, key).evidence
    assert (card.media_type, card.size) == ("image/png", len(make.PICTURE))
    for actor in (organizer, authority):
        opened = perform(actor, projects.open_evidence, project=key, evidence=card.key)
        assert opened.content == make.PICTURE
    looks = session().query(Event).filter_by(name="project.evidence_opened").all()
    assert [each.actor for each in looks] == [authority.label]
    stored = session().get_one(EvidenceFile, (card.key.shard, card.key.id)).content_sealed
    assert "picture" not in stored
    stranger = people.organizer(people.organization("沙湾志愿服务队", people.SOUTH))
    with pytest.raises(NotFound):
        perform(stranger, projects.open_evidence, project=key, evidence=card.key)


def test_evidence_has_bounds_and_can_be_taken_back(organizer: Actor, team: Key) -> None:
    key = make.made_up(organizer, team)
    with pytest.raises(Invalid) as told:
        perform(organizer, projects.add_evidence, project=key, content=b"MZ a programme")
    assert told.value.fields == {"file": ["not-a-proof-file"]}
    for _more in range(5):
        perform(organizer, projects.add_evidence, project=key, content=make.PICTURE)
    with pytest.raises(Conflict, match="too-much-evidence"):
        perform(organizer, projects.add_evidence, project=key, content=make.PICTURE)
    first, *others = queries.dossier(organizer, key).evidence
    perform(organizer, projects.remove_evidence, project=key, evidence=first.key)
    assert queries.dossier(organizer, key).evidence == others
    with pytest.raises(NotFound):
        perform(organizer, projects.remove_evidence, project=key, evidence=first.key)
    with pytest.raises(Conflict, match="not-a-make-up"):
        perform(organizer, projects.add_evidence, project=make.draft(organizer, team), content=make.PICTURE)


# --- the quota --------------------------------------------------------------------------------------


def test_the_quota_of_a_month(organizer: Actor, team: Key, authority: Actor, clock: FakeClock) -> None:
    first = submit(organizer, make.made_up(organizer, team))
    perform(authority, projects.return_project, project=first, reason="请补充签到表")
    submit(organizer, first)
    assert queries.dossier(authority, first).made_up == 1
    submit(organizer, make.made_up(organizer, team))
    third = make.made_up(organizer, team)
    with pytest.raises(Conflict) as told:
        submit(organizer, third)
    assert (told.value.code, told.value.params) == ("make-up-quota", {"most": 2})
    other = people.organization("沙湾志愿服务队")
    submit(people.organizer(other), make.made_up(people.organizer(other), other))
    clock.advance(days=10)
    submit(organizer, third)
    assert queries.dossier(organizer, third).made_up == 1


def test_the_month_of_the_quota_is_the_local_one(organizer: Actor, team: Key, clock: FakeClock) -> None:
    """Local midnight begins a month, eight hours before it does in UTC."""
    drafts = [make.made_up(organizer, team) for _ in range(4)]
    last = datetime(2026, 11, 30, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
    clock.set(last)
    for key in drafts[:2]:
        submit(organizer, key)
    with pytest.raises(Conflict, match="make-up-quota"):
        submit(organizer, drafts[2])
    clock.advance(seconds=1)
    for key in drafts[2:]:
        submit(organizer, key)
    counted = [session().get_one(Project, (key.shard, key.id)).counted_in for key in drafts]
    assert counted == [date(2026, 11, 1)] * 2 + [date(2026, 12, 1)] * 2


# --- attendance -------------------------------------------------------------------------------------


@pytest.fixture
def shift(organizer: Actor, team: Key, authority: Actor) -> Key:
    key = submit(organizer, make.made_up(organizer, team))
    perform(authority, projects.approve_project, project=key)
    return queries.shift_keys(key)[0]


def number_of(actor: Actor) -> str:
    assert actor.volunteer
    found = session().get_one(Volunteer, (actor.volunteer.shard, actor.volunteer.id))
    return str(found.volunteer_no)


def line(shift: Key, who: str, begins: int = 0, ends: int = 180) -> Attended:
    """Somebody's line, in minutes after the shift's start."""
    gate = queries.gate_of(shift)
    assert gate
    return Attended(who, gate.starts_at + timedelta(minutes=begins), gate.starts_at + timedelta(minutes=ends))


def enter(organizer: Actor, shift: Key, *lines: Attended) -> list[AttendanceLine]:
    return perform(organizer, enter_attendance, shift=shift, people=list(lines))


def test_attendance_becomes_hours_the_usual_way(organizer: Actor, shift: Key) -> None:
    person = people.actor_of_volunteer(people.volunteer())
    (answer,) = enter(organizer, shift, line(shift, number_of(person), 10, 130))
    assert answer.outcome == "entered"
    visit = session().query(Visit).one()
    assert (visit.in_method, visit.out_method) == (Method.ORGANIZER, Method.ORGANIZER)
    scans = session().query(Scan).filter_by(visit_id=visit.id).order_by(Scan.happened_at).all()
    assert [(each.direction, each.verdict, each.operator) for each in scans] == [
        ("in", "accepted", organizer.label),
        ("out", "accepted", organizer.label),
    ]
    perform(organizer, close_shift, shift=shift)
    perform(organizer, submit_records, shift=shift)
    perform(make.reviewer(), confirm_records, shift=shift)
    (held,) = hours.shift_records(organizer, shift)
    assert held.status == "submitted", "entered long after and by hand, it is decided by itself"
    perform(make.reviewer(), approve_record, record=held.key, reason="佐证齐全")
    (record,) = hours.shift_records(organizer, shift)
    assert (record.minutes, record.entry_mode, record.status) == (120, "organizer", "confirmed")
    with pytest.raises(Conflict, match="gate-closed"):
        enter(organizer, shift, line(shift, number_of(person)))


def test_every_line_is_answered(organizer: Actor, team: Key, shift: Key, clock: FakeClock) -> None:
    good, again, busy, gone = (people.actor_of_volunteer(people.volunteer()) for _ in range(4))
    assert gone.volunteer
    perform(people.officer(), suspend, volunteer=gone.volunteer, reason="核实中")
    applicant = people.actor_of_volunteer(people.applicant())
    own = Actor(organizer.user, organizer.name, again.volunteer, organizer.grants)
    first = enter(organizer, shift, line(shift, number_of(busy), 0, 60))
    assert [each.outcome for each in first] == ["entered"]
    answers = enter(
        organizer,
        shift,
        line(shift, number_of(good)),
        line(shift, number_of(good)),
        line(shift, "V-999"),
        line(shift, number_of(gone)),
        line(shift, number_of(applicant)),
        line(shift, number_of(again), 60, 60),
        line(shift, number_of(again), -1, 60),
        line(shift, number_of(again), 60, 181),
        line(shift, number_of(busy), 60, 120),
    )
    assert [each.outcome for each in answers] == [
        "entered",
        "repeated",
        "not-found",
        "not-registered",
        "not-registered",
        "outside-shift",
        "outside-shift",
        "outside-shift",
        "repeated",
    ]
    assert [each.number for each in answers] == list(range(1, 10))
    (answer,) = enter(own, shift, line(shift, number_of(again)))
    assert answer.outcome == "own-registration"


def test_nobody_was_at_two_places(organizer: Actor, team: Key, authority: Actor, shift: Key) -> None:
    person = people.actor_of_volunteer(people.volunteer())
    second = submit(organizer, make.made_up(organizer, team))
    perform(authority, projects.approve_project, project=second)
    (elsewhere,) = queries.shift_keys(second)
    enter(organizer, shift, line(shift, number_of(person), 30, 90))
    for begins, ends, outcome in (
        (0, 31, "overlaps-other"),
        (89, 120, "overlaps-other"),
        (90, 150, "entered"),
    ):
        (answer,) = enter(organizer, elsewhere, line(elsewhere, number_of(person), begins, ends))
        assert answer.outcome == outcome


def test_attendance_is_entered_for_make_up_projects_alone(organizer: Actor, team: Key, shift: Key) -> None:
    event = make.event(organization=team, organizer=organizer)
    with pytest.raises(Conflict, match="not-a-make-up"):
        enter(organizer, event.shift, line(event.shift, "V-1"))
    with pytest.raises(Invalid, match="batch-size"):
        enter(organizer, shift)
    stranger = people.organizer(people.organization("沙湾志愿服务队", people.SOUTH))
    with pytest.raises(NotFound):
        enter(stranger, shift, line(shift, "V-1"))
    waiting = queries.shift_keys(make.made_up(organizer, team))[0]
    with pytest.raises(Conflict, match="wrong-project-status"):
        enter(organizer, waiting, line(waiting, "V-1"))
