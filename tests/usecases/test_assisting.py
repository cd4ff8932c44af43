"""A clerk acts for somebody at the window or by telephone, and what was done stays on record."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.attendance import usecases as attendance
from timebank.attendance.rules import Direction
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TimebankError, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import SignUp
from timebank.volunteers import queries as volunteers
from timebank.volunteers import usecases
from timebank.volunteers.models import Volunteer


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def clerk() -> Actor:
    return people.officer(Role.COMMUNITY_WORKER, people.NORTH, name="李工")


@pytest.fixture
def stranger() -> Actor:
    return people.officer(Role.COMMUNITY_WORKER, people.SOUTH)


@pytest.fixture
def elder() -> Key:
    """Somebody without a phone, and so without an account."""
    application = people.application(phone=None, channel="window", identity_method="in_person")
    worker = people.officer(Role.COMMUNITY_WORKER, people.NORTH)
    key = perform(worker, usecases.register, application=people.Application(**application))
    perform(SYSTEM, usecases.approve, volunteer=key)
    assert session().get_one(Volunteer, (key.shard, key.id)).user_id is None
    return key


@pytest.fixture
def event() -> make.Event:
    return make.event(capacity=2)


def told(volunteer: Key) -> list[tuple[str, str | None, str | None]]:
    """What clerks did, as the person and the office read it in the history."""
    history = volunteers.history(SYSTEM, volunteer)
    return [(line.name, line.by, line.channel) for line in history if line.channel not in (None, "web")]


@pytest.mark.parametrize("channel", ["window", "telephone"])
def test_a_place_is_taken_and_given_back_for_somebody(
    clerk: Actor, elder: Key, event: make.Event, channel: str
) -> None:
    key = perform(clerk, projects.sign_up, shift=event.shift, volunteer=elder, channel=channel)
    assert queries.accepted(event.shift) == [elder]
    (place,) = queries.places_of(clerk, elder)
    assert (place.sign_up, place.channel, place.by) == (key, channel, "李工")
    row = session().get_one(SignUp, (key.shard, key.id))
    assert (row.channel, row.changed_by) == (channel, clerk.label)
    perform(clerk, projects.cancel_sign_up, sign_up=key, channel=channel, reason="家中有事")
    assert queries.places_of(clerk, elder) == []
    for name in ("volunteer.signed_up", "volunteer.place_given_back"):
        assert (name, "李工", channel) in told(elder)
    names = {"sign_up.accepted", "sign_up.cancelled"}
    events = session().query(Event).where(Event.shard_code == key.shard, Event.name.in_(names)).all()
    assert {(each.actor, each.data["volunteer"], each.data["channel"]) for each in events} == {
        (clerk.label, str(elder), channel)
    }


def test_what_people_do_themselves_is_theirs(event: make.Event) -> None:
    key = people.volunteer()
    person = people.actor_of_volunteer(key)
    sign_up = perform(person, projects.sign_up, shift=event.shift, channel="telephone")
    (place,) = queries.places_of(person, key)
    assert (place.sign_up, place.channel, place.by) == (sign_up, "web", None)
    assert told(key) == []
    perform(person, projects.cancel_sign_up, sign_up=sign_up, reason="家中有事")
    row = session().get_one(SignUp, (sign_up.shard, sign_up.id), populate_existing=True)
    assert (row.channel, row.changed_by) == ("web", person.label)


def test_the_last_change_says_who_acts(clerk: Actor, event: make.Event) -> None:
    key = people.volunteer()
    person = people.actor_of_volunteer(key)
    sign_up = perform(person, projects.sign_up, shift=event.shift)
    perform(clerk, projects.cancel_sign_up, sign_up=sign_up, channel="telephone", reason="家中有事")
    perform(clerk, projects.sign_up, shift=event.shift, volunteer=key, channel="window")
    own = queries.shift_card(person, event.shift).own
    assert own is not None
    assert (own.key, own.channel, own.clerk) == (sign_up, "window", clerk.user)
    perform(person, projects.cancel_sign_up, sign_up=sign_up, reason="家中有事")
    assert queries.places_of(person, key) == []


REFUSALS = {
    "stranger": (NotFound, "not-found"),
    "anonymous": (Unauthenticated, "sign-in-required"),
    "volunteer": (NotFound, "not-found"),
    "organizer": (NotFound, "not-found"),
    "auditor": (NotFound, "not-found"),
}


@pytest.mark.parametrize("who", REFUSALS)
def test_nobody_else_acts_for_a_person(stranger: Actor, elder: Key, event: make.Event, who: str) -> None:
    actors = {
        "stranger": stranger,
        "anonymous": ANONYMOUS,
        "volunteer": people.actor_of_volunteer(people.volunteer()),
        "organizer": event.organizer,
        "auditor": people.officer(Role.AUDITOR, people.NORTH),
    }
    sign_up = perform(SYSTEM, projects.sign_up, shift=event.shift, volunteer=elder)
    for refused in (
        lambda: perform(actors[who], projects.sign_up, shift=event.shift, volunteer=elder),
        lambda: perform(actors[who], projects.cancel_sign_up, sign_up=sign_up, reason="家中有事"),
    ):
        with pytest.raises(REFUSALS[who][0]):
            refused()
    for reading in (queries.places_of, queries.shifts_for):
        with pytest.raises((NotFound, Unauthenticated, Forbidden)):
            reading(actors[who], elder)


def test_a_clerk_is_refused_as_the_person_would_be(clerk: Actor, elder: Key, clock: FakeClock) -> None:
    full = make.event(capacity=1)
    make.signed_up(full.shift)
    waiting = people.applicant()
    tired = people.volunteer()
    perform(clerk, usecases.suspend, volunteer=tired, reason="休息一段时间")
    open_event = make.event()
    perform(clerk, projects.sign_up, shift=open_event.shift, volunteer=elder)
    cases = {
        "shift-full": (full.shift, elder),
        "volunteer-not-registered": (open_event.shift, waiting),
        "volunteer-suspended": (open_event.shift, tired),
        "already-signed-up": (open_event.shift, elder),
    }
    for code, (shift, person) in cases.items():
        with pytest.raises(Conflict, match=code):
            perform(clerk, projects.sign_up, shift=shift, volunteer=person, despite_overlap=True)
    with pytest.raises(Invalid, match="not-a-choice"):
        perform(clerk, projects.sign_up, shift=full.shift, volunteer=elder, channel="web")
    with pytest.raises(NotFound):
        perform(clerk, projects.sign_up, shift=full.shift, volunteer=Key(511102, full.shift.id))
    clock.advance(hours=1)
    with pytest.raises(Conflict, match="shift-started"):
        perform(clerk, projects.cancel_sign_up, sign_up=queries.places_of(clerk, elder)[0].sign_up)


def test_window_and_phone_at_once_take_one_place(app_context: Flask, clerk: Actor) -> None:
    event = make.event(capacity=5)
    key = people.volunteer()
    person = people.actor_of_volunteer(key)

    turns = count()

    def take() -> str:
        try:
            if next(turns) % 2:
                perform(clerk, projects.sign_up, shift=event.shift, volunteer=key)
            else:
                perform(person, projects.sign_up, shift=event.shift)
        except TimebankError as error:
            return error.code
        return "taken"

    answers = in_threads(app_context, 4, take)
    session().rollback()  # see what the threads committed
    assert sorted(answers) == ["already-signed-up"] * 3 + ["taken"]
    assert queries.shift_card(person, event.shift).taken == 1


def test_shifts_to_offer_are_ahead_and_inside_the_region(clerk: Actor, elder: Key, clock: FakeClock) -> None:
    soon = make.event(starts_at=clock.now() + timedelta(hours=2))
    later = make.event(starts_at=clock.now() + timedelta(days=2), project={"name": "河边清洁"})
    running = make.event()
    clock.advance(hours=1)
    perform(clerk, projects.sign_up, shift=later.shift, volunteer=elder)
    found = queries.shifts_for(clerk, elder).items
    assert [shift.key for shift in found] == [soon.shift, later.shift]
    assert [shift.is_own for shift in found] == [False, True]
    assert running.shift not in [shift.key for shift in found]
    assert [each.key for each in queries.shifts_for(clerk, elder, text="清洁").items] == [later.shift]
    assert queries.shifts_for(clerk, elder, region=people.SOUTH).items == []
    first = queries.shifts_for(clerk, elder, limit=1)
    assert [each.key for each in queries.shifts_for(clerk, elder, limit=1, cursor=first.next).items] == [
        later.shift
    ]


# --- cards ------------------------------------------------------------------------------------------


def entered(event: make.Event, code: str, client_id: str) -> str:
    result = perform(
        event.organizer,
        attendance.enter_personal_code,
        shift=event.shift,
        personal_code=code,
        direction=Direction.IN,
        client_id=client_id,
    )
    return result.code or str(result.verdict)


def test_a_lost_card_opens_no_gate_any_more(clerk: Actor, elder: Key, event: make.Event) -> None:
    perform(clerk, projects.sign_up, shift=event.shift, volunteer=elder)
    lost = volunteers.personal_code(clerk, elder)
    perform(clerk, usecases.reissue_personal_code, volunteer=elder)
    fresh = volunteers.personal_code(clerk, elder)
    assert fresh != lost
    assert volunteers.by_personal_code(lost) is None
    assert volunteers.by_personal_code(fresh) == elder
    assert entered(event, lost, "desk-1") == "unknown"
    assert entered(event, fresh, "desk-2") == "accepted"
    assert ("volunteer.code_reissued", "李工", "window") in told(elder)


def test_two_clerks_replace_a_card_one_after_the_other(app_context: Flask, clerk: Actor, elder: Key) -> None:
    codes = {volunteers.personal_code(clerk, elder)}
    in_threads(app_context, 3, lambda: perform(clerk, usecases.reissue_personal_code, volunteer=elder))
    session().rollback()  # see what the threads committed
    current = volunteers.personal_code(clerk, elder)
    assert current not in codes
    assert volunteers.by_personal_code(current) == elder


def test_cards_of_several_people_are_on_record(clerk: Actor, stranger: Actor, elder: Key) -> None:
    other, southern = people.volunteer(name="王秀"), people.volunteer(region_code=people.SOUTH_COMMUNITY)
    perform(clerk, usecases.note_cards, volunteers=[other, elder, other], channel="telephone")
    for key in (other, elder):
        assert told(key).count(("volunteer.card_printed", "李工", "telephone")) == 1
    faces = volunteers.card_faces(clerk, [other, elder])
    assert [(face.key, face.name) for face in faces] == [(other, "王秀"), (elder, "张小山")]
    assert [face.code for face in faces] == [volunteers.personal_code(clerk, key) for key in (other, elder)]
    for chosen in ([elder, southern], [Key(511102, southern.id)]):
        with pytest.raises(NotFound):
            perform(clerk, usecases.note_cards, volunteers=chosen)
        with pytest.raises(NotFound):
            volunteers.card_faces(clerk, chosen)
    with pytest.raises(Invalid, match="nobody-chosen"):
        perform(clerk, usecases.note_cards, volunteers=[])
    with pytest.raises(Invalid, match="too-many-chosen 200"):
        perform(clerk, usecases.note_cards, volunteers=[Key(511102, UUID(int=n)) for n in range(201)])


@pytest.mark.parametrize("usecase", [usecases.reissue_personal_code, usecases.note_statement])
def test_only_a_clerk_of_the_region_prints_and_replaces(stranger: Actor, elder: Key, usecase: object) -> None:
    for actor, refusal in (
        (stranger, NotFound),
        (ANONYMOUS, Unauthenticated),
        (people.actor_of_volunteer(people.volunteer()), Forbidden),
        (people.officer(Role.AUDITOR, people.NORTH), Forbidden),
    ):
        with pytest.raises(refusal):
            perform(actor, usecase, volunteer=elder)  # type: ignore[arg-type]


def test_a_statement_is_on_record(clerk: Actor, elder: Key) -> None:
    perform(clerk, usecases.note_statement, volunteer=elder, channel="telephone")
    assert ("volunteer.statement_printed", "李工", "telephone") in told(elder)
    with pytest.raises(Invalid, match="not-a-choice"):
        perform(clerk, usecases.note_statement, volunteer=elder, channel="import")
