"""Guardians: named, asked, acting for a ward, and gone when the ward is of age."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_families as make_families
from tests.support import make_people as make
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.make_families import TWELVE, family, guardian_said, registered_family
from tests.support.threads import in_threads
from timebank.identity.models import RoleGrant
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.projects import queries as project_queries
from timebank.projects.usecases import cancel_sign_up, sign_up
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Guardian, Volunteer
from timebank.volunteers.rules import PersonSaid

pytestmark = pytest.mark.usefixtures("app_context")
BIRTHDAY = datetime(2028, 6, 1, 2, tzinfo=UTC)
"""When those born on 1 June 2010 are of age."""


@pytest.fixture(autouse=True)
def _tree(app_context: Flask) -> None:
    make.region_tree()


def row(key: Key) -> Volunteer:
    session().rollback()
    return session().get_one(Volunteer, (key.shard, key.id), populate_existing=True)


def events(key: Key) -> list[str]:
    session().rollback()
    return [line.name for line in queries.history(SYSTEM, key)]


# --- named and asked --------------------------------------------------------------------------------


def test_who_is_named_reads_a_masked_request_and_nothing_else() -> None:
    found = family(name="张小山峰")
    (request,) = queries.ward_requests(found.guardian)
    assert (request.key, request.name, request.relation) == (found.child, "张**峰", "father")
    assert request.reply_due_on == date(2026, 12, 1)
    assert queries.wards(found.guardian) == []
    assert queries.ward_request(found.guardian, found.child) == request
    for actor in (family().guardian, make.officer(), make.actor_of_volunteer(found.child)):
        with pytest.raises(NotFound):
            queries.ward_request(actor, found.child)
    with pytest.raises(Forbidden):
        queries.person(found.guardian, found.child)
    with pytest.raises(Unauthenticated):
        queries.ward_requests(ANONYMOUS)


def test_after_consent_the_ward_is_seen_in_clear() -> None:
    found = family(name="张小山峰")
    found.consent()
    assert queries.ward_requests(found.guardian) == []
    (ward,) = queries.wards(found.guardian)
    assert (ward.key, ward.name, ward.status) == (found.child, "张小山峰", "verifying")
    assert queries.person(found.guardian, found.child).name == "张小山峰"


def test_a_refusal_rejects_and_takes_the_request_away() -> None:
    found = family()
    perform(found.guardian, usecases.refuse_as_guardian, volunteer=found.child)
    assert row(found.child).status == "rejected"
    assert queries.ward_requests(found.guardian) == queries.wards(found.guardian) == []
    with pytest.raises(NotFound):
        found.consent()


def resubmitted(key: Key) -> None:
    said = PersonSaid(name="张小山", region_code=make.NORTH_COMMUNITY, political_status="13")
    perform(make.actor_of_volunteer(key), usecases.resubmit, volunteer=key, said=said)


def test_who_was_refused_names_another_guardian() -> None:
    found = family()
    perform(found.guardian, usecases.refuse_as_guardian, volunteer=found.child)
    resubmitted(found.child)
    child = make.actor_of_volunteer(found.child)
    other = guardian_said(name="张大江", relation="mother")
    perform(child, usecases.name_guardian, volunteer=found.child, guardian=other)
    again = make_families.Family(found.child, other.phone, other.document_number)
    assert queries.ward_requests(found.guardian) == []
    again.consent()
    perform(SYSTEM, usecases.approve, volunteer=found.child, method="in_person")
    assert row(found.child).status == "registered"
    assert "volunteer.guardian_named" in events(found.child)


def test_a_guardian_who_does_not_answer_is_replaced() -> None:
    found = family()
    child = make.actor_of_volunteer(found.child)
    perform(child, usecases.name_guardian, volunteer=found.child, guardian=guardian_said())
    assert queries.ward_requests(found.guardian) == []
    with pytest.raises(NotFound):
        found.consent()


def test_whom_nobody_can_name() -> None:
    consented, grown = registered_family(), make.volunteer()

    def name(actor: Actor, key: Key, **changes: str) -> None:
        perform(actor, usecases.name_guardian, volunteer=key, guardian=guardian_said(**changes))

    with pytest.raises(Conflict, match="guardian-consented"):
        name(make.actor_of_volunteer(consented.child), consented.child)
    with pytest.raises(Conflict, match="guardian-not-needed"):
        name(make.actor_of_volunteer(grown), grown)
    waiting = family()
    with pytest.raises(NotFound):
        name(make.officer(Role.COMMUNITY_WORKER, make.SOUTH), waiting.child)
    with pytest.raises(Invalid) as refused:
        name(make.actor_of_volunteer(waiting.child), waiting.child, relation="friend", phone="1")
    assert set(refused.value.fields) == {"guardian_relation", "guardian_phone"}
    name(make.officer(Role.COMMUNITY_WORKER, make.NORTH), waiting.child)
    session().rollback()
    channels = session().scalars(select(Guardian.channel).where(Guardian.ended_at.is_(None)))
    assert "window" in list(channels)


def test_two_named_at_once_are_one(app: Flask) -> None:
    found = family()
    child = make.actor_of_volunteer(found.child)
    others = [guardian_said() for _ in range(4)]

    def attempt() -> str:
        try:
            perform(child, usecases.name_guardian, volunteer=found.child, guardian=others.pop())
        except TimebankError as refused:
            return refused.code
        return "named"

    in_threads(app, 4, attempt)
    session().rollback()
    present = session().scalars(select(Guardian).where(Guardian.ended_at.is_(None)))
    assert len(list(present)) == 1


# --- acting for a ward ------------------------------------------------------------------------------


def test_a_guardian_signs_a_ward_up_and_gives_the_place_back() -> None:
    found, event = registered_family(born_on=TWELVE), projects.event()
    guardian = found.guardian
    place = perform(guardian, sign_up, shift=event.shift, volunteer=found.child)
    (card,) = project_queries.my_sign_ups(guardian, volunteer=found.child)
    assert (card.key, card.is_own) == (event.shift, True)
    assert project_queries.my_sign_ups(guardian) == []
    listed = project_queries.shifts(guardian, volunteer=found.child).items
    assert [each.is_own for each in listed] == [True]
    perform(guardian, cancel_sign_up, sign_up=place, reason="孩子发烧")
    assert project_queries.my_sign_ups(guardian, volunteer=found.child) == []


def test_nobody_else_signs_a_ward_up() -> None:
    found, event = registered_family(), projects.event()
    others = (
        family().guardian,
        make.actor_of_volunteer(make.volunteer()),
        make.officer(Role.COMMUNITY_WORKER, make.SOUTH),
    )
    for actor in others:
        with pytest.raises(NotFound):
            perform(actor, sign_up, shift=event.shift, volunteer=found.child)
        with pytest.raises(NotFound):
            project_queries.my_sign_ups(actor, volunteer=found.child)
        with pytest.raises(NotFound):
            project_queries.shifts(actor, volunteer=found.child)


def test_a_guardian_corrects_and_changes_for_a_ward_but_decides_nothing() -> None:
    found = registered_family(born_on=TWELVE)
    guardian = found.guardian
    perform(guardian, usecases.update_profile, volunteer=found.child, changes={"skills": ["arts"]})
    perform(guardian, usecases.give_consent, volunteer=found.child, purposes=["publication"])
    assert queries.personal_code(guardian, found.child)
    perform(SYSTEM, usecases.suspend, volunteer=found.child, reason="核查中")
    with pytest.raises(Forbidden):
        perform(guardian, usecases.reinstate, volunteer=found.child)


# --- of age -----------------------------------------------------------------------------------------


def come_of_age(day: date) -> Any:
    return perform(SYSTEM, usecases.come_of_age, on=day)


def test_at_eighteen_the_guardians_part_ends(clock: FakeClock) -> None:
    found, younger = registered_family(name="诸葛不亮"), registered_family(born_on=TWELVE)
    child, guardian = make.actor_of_volunteer(found.child), found.guardian
    assert child.name == "诸**亮"
    assert come_of_age(date(2028, 5, 31)) == {"people": 0}
    clock.set(BIRTHDAY)
    assert come_of_age(date(2028, 6, 1)) == {"people": 1}
    grown = row(found.child)
    assert (grown.name, grown.name_sealed, grown.status) == ("诸葛不亮", None, "registered")
    assert grown.initials
    assert make.actor_of_volunteer(found.child).name == "诸葛不亮"
    assert found.guardian.wards == ()
    assert younger.guardian.wards == (younger.child,)
    with pytest.raises(Forbidden):
        queries.person(found.guardian, found.child)
    assert queries.person(make.actor_of_volunteer(found.child), found.child).guardian is None
    assert events(found.child)[-1] == "volunteer.came_of_age"
    session().rollback()
    revoked = session().scalars(select(RoleGrant).where(RoleGrant.revoked_at.is_not(None)))
    assert [Key(each.shard_code, each.user_id) for each in revoked] == [guardian.user]


def test_coming_of_age_twice_changes_nothing(clock: FakeClock) -> None:
    found = registered_family()
    clock.set(BIRTHDAY)
    assert [come_of_age(date(2028, 6, 1)) for _ in range(2)] == [{"people": 1}, {"people": 0}]
    assert events(found.child).count("volunteer.came_of_age") == 1


def test_who_waited_for_a_guardian_waits_no_more(clock: FakeClock) -> None:
    found = family()
    perform(SYSTEM, usecases.verify_identity, volunteer=found.child, method="in_person")
    assert row(found.child).status == "awaiting_guardian"
    clock.set(BIRTHDAY)
    come_of_age(date(2028, 6, 1))
    assert row(found.child).status == "submitted"
    assert queries.ward_requests(found.guardian) == []
    perform(SYSTEM, usecases.approve, volunteer=found.child)


def test_many_come_of_age_in_batches(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        registered_family()
    monkeypatch.setattr("timebank.volunteers.usecases.guardians.BATCH", 2)
    clock.set(BIRTHDAY)
    assert come_of_age(date(2028, 6, 1)) == {"people": 5}
    session().rollback()
    live = select(RoleGrant).where(RoleGrant.role == Role.GUARDIAN, RoleGrant.revoked_at.is_(None))
    assert list(session().scalars(live)) == []
    assert len(list(session().scalars(select(Event).where(Event.name == "role.revoked")))) == 5


def test_only_the_system_makes_people_come_of_age() -> None:
    with pytest.raises(Forbidden):
        perform(make.officer(), usecases.come_of_age, on=date(2028, 6, 1))
