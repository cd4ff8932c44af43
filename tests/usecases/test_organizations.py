"""Recording organisations and appointing their people."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.support import make_people as make
from tests.support.threads import in_threads
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Permission, Role
from timebank.kernel.work import perform
from timebank.organizations import queries, usecases

pytestmark = pytest.mark.usefixtures("app_context", "tree")


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def clerk(tree: None) -> Actor:
    return make.officer(Role.COMMUNITY_WORKER, make.NORTH)


def record(actor: Actor, **changes: Any) -> Key:
    given = {
        "name": "嘉州志愿者协会",
        "kind": "organization",
        "region_code": make.NORTH_TOWN,
        "credit_code": make.credit_code(),
        **changes,
    }
    return perform(actor, usecases.register_organization, **given)


def test_an_organisation_is_recorded_with_its_code(clerk: Actor) -> None:
    code = make.credit_code()
    key = record(clerk, credit_code=code.lower())
    found = queries.organization_detail(clerk, key)
    assert (found.name, found.credit_code, found.status, key.shard) == (
        "嘉州志愿者协会",
        code,
        "submitted",
        511102,
    )
    assert found.may_appoint
    assert queries.organization(key) == queries.OrganizationCard(
        key, "嘉州志愿者协会", "organization", make.NORTH_TOWN, "submitted"
    )


def test_what_the_system_enters_needs_no_second_person() -> None:
    found = queries.organization(record(SYSTEM))
    assert found is not None
    assert found.status == "active"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"credit_code": None}, "credit_code"),
        ({"credit_code": "91350100M000100Y42"}, "credit_code"),
        ({"kind": "team", "credit_code": None}, "filing_no"),
        ({"kind": "company"}, "kind"),
        ({"name": " "}, "name"),
        ({"region_code": 511102009000}, "region_code"),
    ],
)
def test_what_is_missing_is_named(clerk: Actor, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        record(clerk, **changes)
    assert set(refused.value.fields) == {field}


def test_a_team_needs_a_filing_number_only(clerk: Actor) -> None:
    assert record(clerk, kind="team", credit_code=None, filing_no="泊水备2026-01")


def test_one_code_is_one_organisation_in_the_whole_country(clerk: Actor, app: Flask) -> None:
    code = make.credit_code()

    def attempt() -> str:
        try:
            return str(record(SYSTEM, credit_code=code, region_code=make.SOUTH))
        except Conflict as conflict:
            return conflict.code

    assert sorted(in_threads(app, 4, attempt))[1:] == ["organization-registered"] * 3
    with pytest.raises(Conflict, match="organization-registered"):
        record(clerk, credit_code=code)


def test_only_officers_of_the_region_record(clerk: Actor) -> None:
    with pytest.raises(NotFound):
        record(clerk, region_code=make.SOUTH)
    with pytest.raises(Forbidden):
        record(make.officer(Role.AUDITOR, make.NORTH))
    with pytest.raises(Unauthenticated):
        record(ANONYMOUS)


def test_an_organizer_is_appointed_and_may_act_for_this_organisation_only(clerk: Actor) -> None:
    ours, theirs, phone = record(SYSTEM), record(SYSTEM), make.phone()
    volunteer = make.volunteer(phone=phone, name="陈大海")
    for _ in range(2):
        perform(clerk, usecases.appoint, organization=ours, phone=phone, role=Role.ORGANIZER)
    actor = make.actor_of_volunteer(volunteer)
    assert actor.can(Permission.PROJECT_WRITE, organization=ours)
    assert not actor.can(Permission.PROJECT_WRITE, organization=theirs)
    assert [card.key for card in queries.mine(actor)] == [ours]
    assert [(m.name, m.role) for m in queries.members(clerk, ours)] == [("陈大海", Role.ORGANIZER)]
    assert queries.members(actor, ours) == queries.members(clerk, ours)
    assert [card.key for card in queries.organizations(actor).items] == [ours]
    with pytest.raises(NotFound):
        queries.organization_detail(actor, theirs)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ORGANIZER, Role.RECORDER}))
def test_other_roles_are_not_given_by_organisations(clerk: Actor, role: Role) -> None:
    with pytest.raises(Invalid, match="not-a-choice"):
        perform(clerk, usecases.appoint, organization=record(clerk), phone=make.phone(), role=role)


def test_only_known_people_are_appointed_by_officers_of_the_region(clerk: Actor) -> None:
    key, phone = record(clerk), make.phone()
    with pytest.raises(Invalid, match="unknown-phone"):
        perform(clerk, usecases.appoint, organization=key, phone=phone, role=Role.RECORDER)
    stranger = make.officer(Role.COMMUNITY_WORKER, make.SOUTH, phone_number=phone)
    for organization in (key, Key(511102, stranger.user.id if stranger.user else key.id)):
        with pytest.raises(NotFound):
            perform(stranger, usecases.appoint, organization=organization, phone=phone, role=Role.ORGANIZER)


def test_strangers_do_not_see_it_in_the_office(clerk: Actor) -> None:
    key = record(clerk)
    stranger = make.officer(Role.COMMUNITY_WORKER, make.SOUTH)
    assert queries.organizations(stranger).items == []
    for read in (queries.organization_detail, queries.members):
        with pytest.raises(NotFound):
            read(stranger, key)
    with pytest.raises(Unauthenticated):
        queries.organizations(ANONYMOUS)


def test_the_list_is_filtered_and_paged(clerk: Actor) -> None:
    keys = sorted(record(clerk, name=f"第{n}志愿队") for n in range(5))
    other = record(clerk, name="嘉州义工", region_code=make.NORTH)
    assert [c.key for c in queries.organizations(clerk, text="嘉").items] == [other]
    assert {c.key for c in queries.organizations(clerk, region=make.NORTH_TOWN).items} == set(keys)
    first = queries.organizations(clerk, text="第", limit=3)
    second = queries.organizations(clerk, text="第", limit=3, cursor=first.next)
    assert [c.key for c in (*first.items, *second.items)] == keys
    assert second.next is None
