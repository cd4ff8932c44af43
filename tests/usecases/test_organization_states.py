"""An organisation from application to its end: who decides, who may not, and what its history tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support import make_teams as make
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.memberships.usecases import found_team
from timebank.organizations import queries, usecases
from timebank.organizations.models import Organization
from timebank.projects.usecases import approve_project, submit_project


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def founder() -> Actor:
    return make.person(name="周小川")


@pytest.fixture
def reviewer() -> Actor:
    return make.reviewer()


def status(key: Key) -> str:
    card = queries.organization(key)
    assert card is not None
    return card.status


def refused(actor: Actor, usecase: Callable[..., Any], **given: Any) -> str:
    with pytest.raises(TimebankError) as told:
        perform(actor, usecase, **given)
    return told.value.code


def test_a_volunteer_founds_a_team_and_an_officer_approves_it(founder: Actor, reviewer: Actor) -> None:
    key, administrator = make.draft(founder)
    assert status(key) == "draft"
    perform(administrator, usecases.submit_organization, organization=key)
    assert [row.key for row in queries.to_review(reviewer).items] == [key]
    perform(reviewer, usecases.approve_organization, organization=key)
    assert queries.to_review(reviewer).items == []
    assert [card.key for card in queries.mine(administrator)] == [key]
    assert queries.team(key).introduction == "每周三陪伴社区独居老人。"
    lines = queries.history(administrator, key)
    assert [(line.name, line.by) for line in lines] == [
        ("organization.founded", "周小川"),
        ("organization.appointed", "周小川"),
        ("organization.submitted", "周小川"),
        ("organization.approved", "李审核"),
    ]
    assert lines[1].concerns == "周小川"


def test_the_head_is_sealed_and_masked(founder: Actor) -> None:
    phone = people.phone()
    key, administrator = make.draft(founder, head_phone=phone)
    row = session().get_one(Organization, (key.shard, key.id))
    assert row.head_phone_sealed is not None
    assert phone not in row.head_phone_sealed
    detail = queries.organization_detail(administrator, key)
    assert detail.head_phone == f"{phone[:3]}****{phone[-4:]}"
    perform(administrator, usecases.edit_organization, organization=key, introduction="新的简介")
    assert queries.organization_detail(administrator, key).head_phone == detail.head_phone


def test_a_returned_application_is_corrected_and_handed_in_again(founder: Actor, reviewer: Actor) -> None:
    key, administrator = make.draft(founder)
    perform(administrator, usecases.submit_organization, organization=key)
    perform(reviewer, usecases.return_organization, organization=key, reason="备案号有误，请核对")
    detail = queries.organization_detail(administrator, key)
    assert (detail.status, detail.status_reason) == ("returned", "备案号有误，请核对")
    perform(administrator, usecases.edit_organization, organization=key, filing_no="泊水备2026-900")
    perform(administrator, usecases.submit_organization, organization=key)
    assert queries.organization_detail(reviewer, key).filing_no == "泊水备2026-900"
    assert queries.organization_detail(reviewer, key).status_reason is None
    lines = queries.history(reviewer, key)
    assert [line.reason for line in lines if line.reason] == ["备案号有误，请核对"]


def test_what_is_under_review_stays_as_it_is(founder: Actor) -> None:
    key, administrator = make.draft(founder)
    perform(administrator, usecases.submit_organization, organization=key)
    assert (
        refused(administrator, usecases.edit_organization, organization=key, name="别的名字")
        == "wrong-status"
    )
    assert refused(administrator, usecases.submit_organization, organization=key) == "wrong-status"


def test_maker_is_not_checker(reviewer: Actor) -> None:
    clerk = make.reviewer()
    key = perform(clerk, usecases.register_organization, **make.facts())
    for usecase, given in (
        (usecases.approve_organization, {}),
        (usecases.return_organization, {"reason": "不对"}),
        (usecases.reject_organization, {"reason": "不对"}),
    ):
        assert refused(clerk, usecase, organization=key, **given) == "maker-is-checker"
    assert "approve" not in queries.organization_detail(clerk, key).actions
    assert "approve" in queries.organization_detail(reviewer, key).actions
    perform(reviewer, usecases.approve_organization, organization=key)
    assert status(key) == "active"


def test_an_officer_who_works_in_it_decides_nothing(reviewer: Actor) -> None:
    phone = people.phone()
    officer = people.officer(Role.COMMUNITY_WORKER, people.NORTH, phone_number=phone)
    key = people.organization()
    perform(reviewer, usecases.appoint, organization=key, phone=phone, role=Role.RECORDER)
    officer = make.again(officer)
    assert (
        refused(officer, usecases.suspend_organization, organization=key, reason="核实") == "own-organization"
    )
    assert queries.organization_detail(officer, key).actions == ("edit",)


def test_suspended_and_reinstated(reviewer: Actor) -> None:
    key, administrator = make.founded()
    perform(reviewer, usecases.suspend_organization, organization=key, reason="信息核实中")
    assert queries.mine(administrator) == []
    with pytest.raises(NotFound):
        queries.team(key)
    with pytest.raises(Conflict, match="organization-not-active"):
        projects.draft(administrator, key)
    perform(reviewer, usecases.reinstate_organization, organization=key)
    assert status(key) == "active"
    assert projects.draft(administrator, key)


def test_closed_ends_everything_that_has_not_begun(reviewer: Actor) -> None:
    key, administrator = make.founded()
    written = projects.draft(administrator, key)
    handed_in = projects.draft(administrator, key)
    perform(administrator, submit_project, project=handed_in)
    perform(reviewer, usecases.close_organization, organization=key, reason="队伍解散")
    assert status(key) == "closed"
    assert refused(administrator, submit_project, project=written) == "organization-closed"
    assert refused(projects.reviewer(), approve_project, project=handed_in) == "organization-closed"
    assert refused(reviewer, usecases.reinstate_organization, organization=key) == "wrong-status"
    assert queries.history(reviewer, key)[-1].reason == "队伍解散"


def test_a_code_is_held_from_the_hand_in_to_the_end(founder: Actor, reviewer: Actor) -> None:
    code = people.credit_code()
    given = {"kind": "organization", "credit_code": code, "filing_no": None}
    first, one = make.draft(founder, **given)
    second, two = make.draft(make.person(), **given)
    perform(one, usecases.submit_organization, organization=first)
    assert refused(two, usecases.submit_organization, organization=second) == "organization-registered"
    perform(reviewer, usecases.reject_organization, organization=first, reason="并非登记组织")
    perform(two, usecases.submit_organization, organization=second)
    perform(reviewer, usecases.approve_organization, organization=second)
    other = people.credit_code()
    perform(reviewer, usecases.edit_organization, organization=second, credit_code=other)
    third = perform(SYSTEM, usecases.register_organization, **make.facts(**given))
    assert status(third) == "active"
    assert (
        refused(reviewer, usecases.edit_organization, organization=second, credit_code=code)
        == "organization-registered"
    )
    perform(reviewer, usecases.close_organization, organization=second, reason="已注销登记")
    perform(SYSTEM, usecases.register_organization, **make.facts(**{**given, "credit_code": other}))


def test_an_application_is_withdrawn(founder: Actor) -> None:
    code = people.credit_code()
    key, administrator = make.draft(founder, kind="organization", credit_code=code)
    perform(administrator, usecases.submit_organization, organization=key)
    perform(administrator, usecases.withdraw_organization, organization=key)
    assert status(key) == "closed"
    assert refused(administrator, usecases.withdraw_organization, organization=key) == "wrong-status"
    perform(SYSTEM, usecases.register_organization, **make.facts(kind="organization", credit_code=code))


def test_administrators_change_only_what_no_officer_looked_at(reviewer: Actor) -> None:
    key, administrator = make.founded()
    perform(
        administrator,
        usecases.edit_organization,
        organization=key,
        introduction="每月两次环境清洁。",
        categories=["environment"],
    )
    with pytest.raises(Conflict, match="officer-changes-this") as told:
        perform(administrator, usecases.edit_organization, organization=key, name="更大的名字")
    assert told.value.params["field"] == "name"
    perform(reviewer, usecases.edit_organization, organization=key, name="更大的名字")
    detail = queries.organization_detail(administrator, key)
    assert (detail.name, detail.categories) == ("更大的名字", ["environment"])
    assert [line.name for line in queries.history(administrator, key)][-2:] == ["organization.changed"] * 2


def test_an_edit_without_a_change_leaves_no_line(reviewer: Actor) -> None:
    key, administrator = make.founded()
    before = len(queries.history(administrator, key))
    perform(
        administrator, usecases.edit_organization, organization=key, introduction="每周三陪伴社区独居老人。"
    )
    assert len(queries.history(administrator, key)) == before


def test_an_officer_moves_it_only_within_the_own_regions(reviewer: Actor) -> None:
    key = people.organization(region=people.NORTH_TOWN)
    perform(reviewer, usecases.edit_organization, organization=key, region_code=people.NORTH_COMMUNITY)
    with pytest.raises(NotFound):
        perform(reviewer, usecases.edit_organization, organization=key, region_code=people.SOUTH)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"supervisor": None}, "supervisor"),
        ({"region_code": people.CITY}, "region_code"),
        ({"region_code": 511102009000}, "region_code"),
        ({"head_phone": "555"}, "head_phone"),
    ],
)
def test_what_is_wrong_in_an_application_is_named(
    founder: Actor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        perform(founder, found_team, **make.facts(**changes))
    assert set(told.value.fields) == {field}


def test_only_registered_volunteers_found_teams() -> None:
    waiting = people.actor_of_volunteer(people.applicant())
    assert refused(waiting, found_team, **make.facts()) == "registration-not-approved"
    assert refused(people.officer(), found_team, **make.facts()) == "not-a-volunteer"
    with pytest.raises(Unauthenticated):
        perform(ANONYMOUS, found_team, **make.facts())


def test_a_draft_is_nobody_elses_business(founder: Actor, reviewer: Actor) -> None:
    key, administrator = make.draft(founder)
    assert queries.organizations(reviewer).items == []
    assert [card.key for card in queries.organizations(administrator).items] == [key]
    for read in (queries.organization_detail, queries.history, queries.members, queries.tree):
        with pytest.raises(NotFound):
            read(reviewer, key)
    with pytest.raises(NotFound):
        perform(reviewer, usecases.edit_organization, organization=key, name="别人的名字")
    phone = people.phone()
    people.volunteer(phone=phone)
    with pytest.raises(NotFound):
        perform(reviewer, usecases.appoint, organization=key, phone=phone, role=Role.RECORDER)


def test_strangers_decide_nothing() -> None:
    key, administrator = make.founded()
    stranger, volunteer = make.reviewer(people.SOUTH), make.person()
    other = make.founded()[1]
    for actor, error in (
        (stranger, NotFound),
        (volunteer, Forbidden),
        (other, Forbidden),
        (ANONYMOUS, Unauthenticated),
    ):
        with pytest.raises(error):
            perform(actor, usecases.suspend_organization, organization=key, reason="核实中")
    for actor, error in (
        (stranger, NotFound),
        (volunteer, Forbidden),
        (other, NotFound),
        (ANONYMOUS, Unauthenticated),
    ):
        with pytest.raises(error):
            perform(actor, usecases.edit_organization, organization=key, introduction="改掉")
        with pytest.raises(error):
            queries.organization_detail(actor, key)
    assert queries.organizations(stranger).items == []
    assert status(key) == "active"
    assert administrator.user is not None


def test_two_reviewers_decide_once(founder: Actor, app: Flask) -> None:
    key, administrator = make.draft(founder)
    perform(administrator, usecases.submit_organization, organization=key)
    reviewer = make.reviewer()
    session().rollback()

    def decide() -> str:
        try:
            perform(reviewer, usecases.approve_organization, organization=key)
        except Conflict as conflict:
            return conflict.code
        return "approved"

    assert sorted(in_threads(app, 4, decide)) == ["approved"] + ["wrong-status"] * 3
    approved = [line for line in queries.history(reviewer, key) if line.name == "organization.approved"]
    assert len(approved) == 1


def test_events_hold_no_words(founder: Actor, reviewer: Actor) -> None:
    key, administrator = make.draft(founder)
    perform(administrator, usecases.submit_organization, organization=key)
    perform(reviewer, usecases.return_organization, organization=key, reason="备案号有误，请核对")
    rows = list(
        session().scalars(select(Event).where(Event.shard_code == key.shard, Event.subject_id == key.id))
    )
    assert [row.name for row in rows][-1] == "organization.returned"
    assert not any("备案" in str(row.data) or "周" in str(row.data) for row in rows)
