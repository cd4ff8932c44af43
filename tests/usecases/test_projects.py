"""A project from draft to recruiting and its end: happy, refused, and seen by strangers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Permission, Role
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import Project
from timebank.projects.rules import Action, ProjectStatus, ShiftStatus


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
def stranger() -> Actor:
    """Runs projects of another organisation."""
    return people.organizer(people.organization("沙湾志愿服务队", people.SOUTH), name="孙队长")


def test_from_draft_to_recruiting(organizer: Actor, team: Key, clock: FakeClock) -> None:
    key = make.draft(organizer, team)
    assert key.shard == 511102
    card = queries.project(organizer, key)
    assert card.status is ProjectStatus.DRAFT
    assert card.project_no.startswith("5111022026")
    assert card.organization_name == "嘉州志愿服务队"
    perform(organizer, projects.submit_project, project=key)
    reviewer = make.reviewer()
    assert queries.project(reviewer, key).actions == (Action.APPROVE, Action.RETURN, Action.REJECT)
    clock.advance(hours=1)
    perform(reviewer, projects.approve_project, project=key)
    card = queries.project(ANONYMOUS, key)
    assert (card.status, card.reviewed_at, card.actions) == (ProjectStatus.RECRUITING, clock.now(), ())


def test_events_tell_the_story_without_names(organizer: Actor, team: Key) -> None:
    key = make.approved(organizer, make.draft(organizer, team))
    make.shift(organizer, key)
    names = {event.name for event in session().query(Event) if event.subject_id == key.id}
    assert names == {
        "project.created",
        "project.submitted",
        "project.approved",
        "project.recruiting_started",
    }
    told = str([event.data for event in session().query(Event)])
    assert "午餐" not in told


def test_returned_with_a_reason_and_handed_in_again(organizer: Actor, team: Key) -> None:
    key = make.draft(organizer, team)
    perform(organizer, projects.submit_project, project=key)
    perform(make.reviewer(), projects.return_project, project=key, reason="请写明保险")
    card = queries.project(organizer, key)
    assert (card.status, card.review_note) == (ProjectStatus.RETURNED, "请写明保险")
    perform(organizer, projects.edit_project, project=key, name="午餐陪伴（修订）")
    perform(organizer, projects.submit_project, project=key)
    card = queries.project(organizer, key)
    assert (card.name, card.status, card.review_note) == ("午餐陪伴（修订）", ProjectStatus.SUBMITTED, None)


def test_the_author_is_not_the_reviewer(team: Key) -> None:
    both = people.officer(Role.ORGANIZER, organization=team)
    both = Actor(both.user, both.name, None, (*both.grants, *make.reviewer().grants))
    key = make.draft(both, team)
    perform(both, projects.submit_project, project=key)
    assert Action.APPROVE not in queries.project(both, key).actions
    for decide, given in ((projects.approve_project, {}), (projects.return_project, {"reason": "不合适"})):
        with pytest.raises(Forbidden) as told:
            perform(both, decide, project=key, **given)
        assert told.value.code == "maker-is-checker"


def test_who_had_a_hand_in_it_is_not_the_reviewer(organizer: Actor, team: Key) -> None:
    """Neither the colleague who rewrote it, nor with a token that can only review."""
    key = make.draft(organizer, team)
    colleague = people.organizer(team, name="副队长")
    both = replace(colleague, grants=(*colleague.grants, *make.reviewer().grants))
    perform(both, projects.edit_project, project=key, risk="无")
    perform(organizer, projects.submit_project, project=key)
    narrow = replace(both, scopes=frozenset({Permission.PROJECT_REVIEW}))
    for who in (both, narrow):
        assert Action.APPROVE not in queries.project(who, key).actions
        with pytest.raises(Forbidden, match="maker-is-checker"):
            perform(who, projects.approve_project, project=key)
    elsewhere = people.organizer(people.organization("别队"))
    other = replace(elsewhere, grants=(*elsewhere.grants, *make.reviewer().grants))
    perform(other, projects.approve_project, project=key)


def test_who_hands_in_is_not_the_reviewer_either(organizer: Actor, team: Key) -> None:
    key = make.draft(organizer, team)
    other = people.organizer(team, name="副队长")
    other = Actor(other.user, other.name, None, (*other.grants, *make.reviewer().grants))
    perform(other, projects.submit_project, project=key)
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(other, projects.approve_project, project=key)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"risk": ""}, {"risk": ["required"]}),
        ({"region_code": 511102001099}, {"region_code": ["unknown-region"]}),
        ({"region_code": people.CITY}, {"region_code": ["region-too-wide"]}),
    ],
)
def test_a_draft_must_be_complete(
    organizer: Actor, team: Key, changes: dict[str, object], fields: dict[str, list[str]]
) -> None:
    with pytest.raises(Invalid) as told:
        make.draft(organizer, team, **changes)
    assert told.value.fields == fields


def test_a_project_stays_in_its_county(organizer: Actor, team: Key) -> None:
    key = make.draft(organizer, team)
    perform(organizer, projects.edit_project, project=key, region_code=people.NORTH_SECOND)
    with pytest.raises(Invalid) as told:
        perform(organizer, projects.edit_project, project=key, region_code=people.SOUTH_COMMUNITY)
    assert told.value.fields == {"region_code": ["other-county"]}


def test_numbers_that_collide_are_made_again(
    organizer: Actor, team: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(["511102202600000001", "511102202600000001", "511102202600000002"])
    monkeypatch.setattr(projects.lifecycle, "new_project_no", lambda *_: next(numbers))
    keys = [make.draft(organizer, team) for _ in range(2)]
    assert [session().get_one(Project, (key.shard, key.id)).project_no for key in keys] == [
        "511102202600000001",
        "511102202600000002",
    ]


def test_strangers_see_and_change_nothing_before_approval(
    organizer: Actor, team: Key, stranger: Actor
) -> None:
    key = make.draft(organizer, team)
    south = make.reviewer(people.SOUTH)
    for actor in (stranger, south, ANONYMOUS):
        with pytest.raises(NotFound):
            queries.project(actor, key)
    for act, given in (
        (projects.submit_project, {}),
        (projects.cancel_project, {"reason": "不办了"}),
        (projects.edit_project, {"name": "换名"}),
    ):
        with pytest.raises(NotFound):
            perform(stranger, act, project=key, **given)
    with pytest.raises(NotFound):
        make.shift(stranger, key)
    with pytest.raises(NotFound):
        make.draft(stranger, team)
    perform(organizer, projects.submit_project, project=key)
    with pytest.raises(NotFound):
        perform(south, projects.approve_project, project=key)
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, projects.approve_project, project=key)
    with pytest.raises(Forbidden):
        perform(people.actor_of_volunteer(people.volunteer()), projects.approve_project, project=key)


def test_shifts_before_and_after_approval(organizer: Actor, team: Key) -> None:
    key = make.draft(organizer, team)
    first = make.shift(organizer, key)
    perform(organizer, projects.submit_project, project=key)
    with pytest.raises(Conflict, match="wrong-project-status"):
        make.shift(organizer, key)
    perform(SYSTEM, projects.approve_project, project=key)
    second = make.shift(organizer, key, title="下午场", capacity=5)
    assert {card.key for card in queries.project(ANONYMOUS, key).shifts} == {first, second}
    with pytest.raises(Invalid) as told:
        make.shift(organizer, key, title="")
    assert told.value.fields == {"title": ["required"]}


def test_secrets_are_random_encrypted_and_bound_to_their_shift(organizer: Actor, team: Key) -> None:
    key = make.approved(organizer, make.draft(organizer, team))
    gates = [queries.gate_of(make.shift(organizer, key)) for _ in range(2)]
    secrets = {gate.secret for gate in gates if gate}
    assert len(secrets) == 2
    assert all(len(secret) >= 43 for secret in secrets)
    stored = session().connection().exec_driver_sql("SELECT secret_sealed FROM shifts").scalars().all()
    assert not secrets & set(stored)
    assert not any(secret in repr(gate) for gate in gates for secret in secrets)


def test_cancelling_a_project_cancels_its_shifts(clock: FakeClock) -> None:
    event = make.event()
    perform(event.organizer, projects.cancel_project, project=event.project, reason="暴雨红色预警")
    card = queries.project(ANONYMOUS, event.project)
    assert card.status is ProjectStatus.CANCELLED
    assert [shift.status for shift in card.shifts] == [ShiftStatus.CANCELLED]
    with pytest.raises(Conflict, match="wrong-project-status"):
        perform(event.organizer, projects.submit_project, project=event.project)


def test_a_project_is_not_cancelled_under_way(clock: FakeClock) -> None:
    event = make.event()
    clock.advance(minutes=31)
    with pytest.raises(Conflict, match="shift-running"):
        perform(event.organizer, projects.cancel_project, project=event.project, reason="太晚了")


def test_a_cancelled_draft_stays_unseen(organizer: Actor, team: Key) -> None:
    key = make.draft(organizer, team)
    perform(organizer, projects.cancel_project, project=key, reason="不办了")
    with pytest.raises(NotFound):
        queries.project(ANONYMOUS, key)


def test_lists(organizer: Actor, team: Key, stranger: Actor, clock: FakeClock) -> None:
    late = make.event(organization=team, organizer=organizer, starts_at=clock.now() + timedelta(hours=9))
    soon = make.event(organization=team, organizer=organizer)
    south = make.event(project={"region_code": people.SOUTH_COMMUNITY})
    waiting = make.draft(organizer, team)
    perform(organizer, projects.submit_project, project=waiting)
    listed = queries.recruiting().items
    assert {row.key for row in listed[:2]} == {soon.project, south.project}
    assert listed[2].key == late.project
    assert listed[2].left == 30
    assert [row.key for row in queries.recruiting(region=people.NORTH).items] == [soon.project, late.project]
    assert [row.key for row in queries.recruiting(region=people.NORTH_SECOND).items] == []
    assert [row.key for row in queries.to_review(make.reviewer()).items] == [waiting]
    assert queries.to_review(make.reviewer(people.SOUTH)).items == []
    assert {row.key for row in queries.organized(organizer).items} == {waiting, soon.project, late.project}
    assert queries.organized(stranger).items == []
    clock.advance(hours=4)
    assert [row.key for row in queries.recruiting().items] == [late.project]
    with pytest.raises(Forbidden):
        queries.organized(make.reviewer())
    with pytest.raises(Unauthenticated):
        queries.to_review(ANONYMOUS)


def test_lists_are_paged_without_gaps(organizer: Actor, team: Key) -> None:
    made = [make.event(organization=team, organizer=organizer) for _ in range(5)]
    for ask in (
        lambda cursor: queries.recruiting(limit=2, cursor=cursor),
        lambda cursor: queries.organized(organizer, limit=2, cursor=cursor),
        lambda cursor: queries.shifts(ANONYMOUS, limit=2, cursor=cursor),
    ):
        seen: list[Key] = []
        cursor = None
        while True:
            page = ask(cursor)
            seen += [row.key for row in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == len(made)
    with pytest.raises(Invalid):
        queries.recruiting(cursor="nonsense")


def test_the_facts_of_a_shift_are_what_a_record_copies() -> None:
    event = make.event()
    facts = queries.facts_of(event.shift)
    assert facts is not None
    assert facts.activity_name == "社区长者午餐陪伴"
    assert facts.organization == event.organization
    assert facts.leader_name == "王队长"
    assert facts.occurs_on.isoformat() == "2026-11-21"
    assert queries.facts_of(Key(511102, event.project.id)) is None
