"""Who had a place, gave no notice and was not there; what they say to it, and who decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support.clock import FakeClock
from timebank.attendance.queries import gate_policy
from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import ScanInput, note_no_shows, scan_batch
from timebank.hours.usecases import close_shift
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.events import Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects import queries
from timebank.projects import usecases as projects
from timebank.projects.models import NoShowAppeal, SignUp
from timebank.projects.queries import project_policy
from timebank.projects.rules import AppealStatus, SignUpStatus
from timebank.volunteers.queries import personal_code


@pytest.fixture(autouse=True)
def _regions(app_context: Flask) -> None:
    people.region_tree()


@pytest.fixture
def event() -> make.Event:
    return make.event()


def note(clock: FakeClock) -> dict[str, int]:
    return perform(SYSTEM, note_no_shows, on=clock.now().date())


def own(actor: Actor, event: make.Event) -> Key:
    card = queries.shift_card(actor, event.shift).own
    assert card
    return card.key


def state(actor: Actor, event: make.Event) -> SignUpStatus | None:
    return queries.sign_up_status(event.shift, actor.volunteer or event.shift)


def absent(event: make.Event, clock: FakeClock) -> Actor:
    """Somebody who did not come; the gate is closed by itself, and the job has noted it."""
    actor = make.signed_up(event.shift)
    clock.advance(hours=8)
    note(clock)
    return actor


def test_who_has_a_place_and_no_visit_is_noted_once(event: make.Event, clock: FakeClock) -> None:
    came, missed, left = make.checked_in(event), make.signed_up(event.shift), make.signed_up(event.shift)
    perform(left, projects.cancel_sign_up, sign_up=own(left, event), reason="发烧")
    clock.advance(hours=4)
    assert note(clock) == {"shifts": 0, "no_shows": 0}  # the gate is open still
    perform(event.organizer, close_shift, shift=event.shift)
    assert note(clock) == {"shifts": 1, "no_shows": 1}
    assert note(clock)["no_shows"] == 0
    assert [state(each, event) for each in (came, missed, left)] == ["accepted", "no_show", "on_leave"]
    assert [queries.no_shows(each, each.volunteer or event.shift) for each in (came, missed)] == [0, 1]
    with pytest.raises(NotFound):
        queries.no_shows(came, missed.volunteer or event.shift)


def test_a_gate_that_nobody_closes_is_over_by_itself(event: make.Event, clock: FakeClock) -> None:
    missed = make.signed_up(event.shift)
    clock.advance(hours=7, minutes=30)
    assert note(clock)["no_shows"] == 0
    clock.advance(minutes=1)
    assert note(clock)["no_shows"] == 1
    assert state(missed, event) is SignUpStatus.NO_SHOW


def test_a_scan_that_is_sent_late_takes_it_back(event: make.Event, clock: FakeClock) -> None:
    actor = make.signed_up(event.shift)
    code, scanned_at = personal_code(actor), clock.now() + timedelta(minutes=5)
    clock.advance(hours=8)
    note(clock)
    assert state(actor, event) is SignUpStatus.NO_SHOW
    late = ScanInput("late", Direction.IN, code, scanned_at=scanned_at, told=Verdict.ACCEPTED)
    (result,) = perform(event.organizer, scan_batch, shift=event.shift, scans=[late], sent_at=clock.now())
    assert result.verdict == "accepted"
    assert note(clock) == {"shifts": 1, "no_shows": 0}
    assert state(actor, event) is SignUpStatus.ACCEPTED
    clock.advance(hours=gate_policy().late_upload_hours + 1)
    assert note(clock)["shifts"] == 0


def test_a_cancelled_shift_has_no_no_show(event: make.Event, clock: FakeClock) -> None:
    actor = make.signed_up(event.shift)
    perform(event.organizer, projects.cancel_shift, shift=event.shift, reason="暴雨")
    clock.advance(days=1)
    assert note(clock) == {"shifts": 0, "no_shows": 0}
    assert state(actor, event) is SignUpStatus.ACCEPTED


def test_an_appeal_is_decided_by_somebody_else(event: make.Event, clock: FakeClock) -> None:
    actor = absent(event, clock)
    appeal = perform(actor, projects.appeal_no_show, sign_up=own(actor, event), note="我在现场，手机没电了")
    row = session().get_one(NoShowAppeal, (appeal.shard, appeal.id))
    assert "手机" not in (row.note_sealed or "手机")
    (card,) = queries.appeals_to_decide(event.organizer).items
    assert (card.key, card.note, card.may_decide) == (appeal, "我在现场，手机没电了", True)
    assert [each.key for each in queries.appeals_to_decide(make.reviewer()).items] == [appeal]
    assert queries.appeals_to_decide(make.reviewer(people.SOUTH)).items == []
    stranger = make.event().organizer
    assert queries.appeals_to_decide(stranger).items == []
    with pytest.raises(Forbidden):
        queries.appeals_to_decide(actor)
    with pytest.raises(NotFound):
        perform(stranger, projects.decide_appeal, appeal=appeal, granted=True, reply="已核实")
    with pytest.raises(Invalid, match="reason-needed"):
        perform(event.organizer, projects.decide_appeal, appeal=appeal, granted=True, reply="")
    perform(event.organizer, projects.decide_appeal, appeal=appeal, granted=True, reply="现场照片可证")
    assert state(actor, event) is SignUpStatus.EXCUSED
    assert queries.no_shows(actor, actor.volunteer or event.shift) == 0
    with pytest.raises(Conflict, match="decided-already"):
        perform(make.reviewer(), projects.decide_appeal, appeal=appeal, granted=False, reply="再看看")
    told = queries.shift_card(actor, event.shift).own
    assert told
    assert told.appeal
    assert (told.appeal.status, told.appeal.reply) == (AppealStatus.GRANTED, "现场照片可证")


def test_a_refused_appeal_leaves_it_and_there_is_one(event: make.Event, clock: FakeClock) -> None:
    actor = absent(event, clock)
    sign_up = own(actor, event)
    appeal = perform(actor, projects.appeal_no_show, sign_up=sign_up, note="记错了时间")
    with pytest.raises(Conflict, match="appealed-already"):
        perform(actor, projects.appeal_no_show, sign_up=sign_up, note="再说一次")
    perform(make.reviewer(), projects.decide_appeal, appeal=appeal, granted=False, reply="未提前请假")
    assert state(actor, event) is SignUpStatus.NO_SHOW


def test_whoever_noted_it_does_not_decide(event: make.Event, clock: FakeClock) -> None:
    actor = absent(event, clock)
    sign_up = own(actor, event)
    session().get_one(SignUp, (sign_up.shard, sign_up.id)).changed_by = event.organizer.label
    session().commit()
    appeal = perform(actor, projects.appeal_no_show, sign_up=sign_up, note="我到场了")
    (card,) = queries.appeals_to_decide(event.organizer).items
    assert not card.may_decide
    with pytest.raises(Forbidden, match="maker-is-checker"):
        perform(event.organizer, projects.decide_appeal, appeal=appeal, granted=True, reply="已核实")


def test_an_appeal_has_its_time_and_its_state(event: make.Event, clock: FakeClock) -> None:
    came = make.checked_in(event)
    with pytest.raises(Conflict, match="not-a-no-show"):
        perform(came, projects.appeal_no_show, sign_up=own(came, event), note="我到场了")
    actor = absent(event, clock)
    with pytest.raises(Invalid) as told:
        perform(actor, projects.appeal_no_show, sign_up=own(actor, event), note=" ")
    assert told.value.fields == {"note": ["reason-needed"]}
    with pytest.raises(NotFound):
        perform(came, projects.appeal_no_show, sign_up=own(actor, event), note="替人说")
    clock.advance(days=project_policy().appeal_days, minutes=1)
    with pytest.raises(Conflict, match="appeal-too-late"):
        perform(actor, projects.appeal_no_show, sign_up=own(actor, event), note="我到场了")


def test_the_last_instant_to_object(event: make.Event, clock: FakeClock) -> None:
    first, second = make.signed_up(event.shift), make.signed_up(event.shift)
    clock.advance(hours=8)
    note(clock)
    clock.advance(days=project_policy().appeal_days)
    perform(first, projects.appeal_no_show, sign_up=own(first, event), note="我到场了")
    clock.advance(seconds=1)
    with pytest.raises(Conflict, match="appeal-too-late"):
        perform(second, projects.appeal_no_show, sign_up=own(second, event), note="我到场了")


def test_what_was_said_goes_with_the_person(event: make.Event, clock: FakeClock) -> None:
    actor = absent(event, clock)
    appeal = perform(actor, projects.appeal_no_show, sign_up=own(actor, event), note="家人住院")
    assert actor.volunteer
    happening = Happening("volunteer.closed", clock.now(), actor.volunteer, {})
    perform(SYSTEM, projects.forget_reasons, happening)
    row = session().get_one(NoShowAppeal, (appeal.shard, appeal.id), populate_existing=True)
    assert row.note_sealed is None
