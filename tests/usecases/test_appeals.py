"""Objections to ends by policy: said by the volunteer, answered by the organizer, measured again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_hours as hours
from tests.support import make_lives as lives
from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.make_hours import Attended, records
from tests.support.threads import in_threads
from timebank.attendance import queries
from timebank.attendance.usecases import close_gates, set_out_time
from timebank.hours import usecases
from timebank.hours.appeals import my_forgotten_visits, shift_appeals
from timebank.hours.models import VisitAppeal
from timebank.hours.proof import reconcile
from timebank.hours.rules import AppealStatus
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.events import Happening
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Grant, Role
from timebank.kernel.work import perform
from timebank.projects.queries import gate_of
from timebank.projects.rules import ClosingPolicy

pytestmark = pytest.mark.usefixtures("app_context", "tree")
NOTE = "活动结束后我留下来收拾桌椅，王队长看见的。"


@pytest.fixture
def tree(app_context: Flask) -> None:
    people.region_tree()


def forgotten(clock: FakeClock, people_count: int = 1, **shift: Any) -> Attended:
    """People who came, forgot to check out, and whose visits the job has ended."""
    made = hours.attended(
        clock, [people.NORTH_COMMUNITY] * people_count, forgot=range(people_count), asks=shift
    )
    gate = gate_of(made.shift)
    assert gate
    clock.set(gate.closes_at + timedelta(minutes=1))
    assert perform(SYSTEM, close_gates, on=clock.now().date())["visits"] == people_count
    return made


def ends_at(made: Attended) -> datetime:
    gate = gate_of(made.shift)
    assert gate
    return gate.ends_at


def says(actor: Actor, made: Attended, **changes: Any) -> Key:
    (visit,) = my_forgotten_visits(actor)
    given = {"visit": visit.visit, "stayed_until": ends_at(made), "note": NOTE, **changes}
    return perform(actor, usecases.appeal, **given)


def answers(made: Attended, appeal: Key, accept: bool = True, **given: Any) -> None:
    perform(made.organizer, usecases.decide_appeal, appeal=appeal, accept=accept, answer="情况属实", **given)


def test_the_volunteer_says_and_the_organizer_accepts(clock: FakeClock) -> None:
    made = forgotten(clock)
    (actor,) = made.volunteers
    (visit,) = my_forgotten_visits(actor)
    assert (visit.policy, visit.can_appeal, visit.out_at) == (ClosingPolicy.ZERO, True, visit.in_at)
    appeal = says(actor, made)
    (card,) = shift_appeals(made.organizer, made.shift)
    assert (card.note, card.status, card.stayed_until) == (NOTE, AppealStatus.WAITING, ends_at(made))
    answers(made, appeal)
    session().rollback()
    (visit,) = my_forgotten_visits(actor)
    assert visit.appeal
    assert (visit.can_appeal, visit.policy, visit.out_at) == (False, None, ends_at(made))
    assert (visit.appeal.status, visit.appeal.answer) == (AppealStatus.ACCEPTED, "情况属实")
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    (record,) = records(made)
    assert (record.minutes, record.entry_mode, record.attendance_policy) == (
        180,
        "organizer",
        "in_and_out 2026-1",
    )


def test_what_is_said_is_kept_encrypted(clock: FakeClock) -> None:
    made = forgotten(clock)
    says(made.volunteers[0], made)
    assert NOTE not in session().scalars(select(VisitAppeal.note_sealed)).one()


def test_another_time_may_be_accepted(clock: FakeClock) -> None:
    made = forgotten(clock)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    (record,) = records(made)
    assert (record.minutes, record.attention) == (0, ["closed_by_policy"])
    assert (record.entry_mode, record.attendance_policy) == ("policy", "zero 2026-1")
    appeal = says(made.volunteers[0], made)
    answers(made, appeal, out_at=ends_at(made) - timedelta(minutes=60))
    (record,) = records(made)
    assert (record.minutes, record.attention) == (120, ["entered_by_organizer"])


def test_a_refusal_leaves_everything_and_is_read(clock: FakeClock) -> None:
    made = forgotten(clock)
    (actor,) = made.volunteers
    appeal = says(actor, made)
    with pytest.raises(Invalid, match="reason-needed"):
        perform(made.organizer, usecases.decide_appeal, appeal=appeal, accept=False, answer=" ")
    answers(made, appeal, accept=False)
    (visit,) = my_forgotten_visits(actor)
    assert visit.appeal
    assert (visit.appeal.status, visit.out_at) == (AppealStatus.REFUSED, visit.in_at)
    with pytest.raises(Conflict, match="appealed-already"):
        perform(actor, usecases.appeal, visit=visit.visit, stayed_until=ends_at(made), note=NOTE)
    with pytest.raises(Conflict, match="already-decided"):
        answers(made, appeal)


def test_hours_wait_for_the_answer(clock: FakeClock) -> None:
    made = forgotten(clock, 2)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    first = says(made.volunteers[0], made)
    with pytest.raises(Conflict, match="appeal-waiting"):
        perform(made.organizer, usecases.submit_records, shift=made.shift)
    answers(made, first, accept=False)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    second = says(made.volunteers[1], made)  # after the submission
    outcomes = perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    assert sorted(each.outcome for each in outcomes) == ["appeal-waiting", "confirmed"]
    left = next(each.record for each in outcomes if each.outcome == "appeal-waiting")
    with pytest.raises(Conflict, match="appeal-waiting"):
        perform(made.reviewer, usecases.approve_record, record=left)
    answers(made, second)  # takes the record back from the reviewer and measures it
    minutes = {record.status: record.minutes for record in records(made)}
    assert minutes == {"confirmed": 0, "to_submit": 180}
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    session().rollback()
    assert reconcile().faults == []


def test_an_accepted_objection_counts_after_a_shortening(clock: FakeClock) -> None:
    """The reviewer returned what the policy gave, the organizer made it shorter; then the person objected."""
    made = forgotten(clock, closing_policy=ClosingPolicy.SHIFT_END)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    (record,) = records(made)
    assert record.minutes == 180
    perform(made.reviewer, usecases.return_records, records=[record.key], reason="早退的吧")
    earlier = ends_at(made) - timedelta(minutes=120)
    perform(made.organizer, usecases.end_visit, record=record.key, out_at=earlier, reason="估计早退")
    assert [each.minutes for each in records(made)] == [60]
    until = ends_at(made) - timedelta(minutes=30)
    answers(made, says(made.volunteers[0], made, stayed_until=until))
    assert [each.minutes for each in records(made)] == [150]


@pytest.mark.parametrize("decided", [False, True])
def test_a_time_set_at_the_gate_after_the_submission(clock: FakeClock, decided: bool) -> None:
    """The record comes back to the organizer; what is confirmed goes by a correction."""
    made = forgotten(clock)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    if decided:
        perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    volunteer = made.volunteers[0].volunteer
    assert volunteer
    given = {"volunteer": volunteer, "out_at": ends_at(made), "reason": "队长证明"}
    perform(made.organizer, set_out_time, shift=made.shift, **given)
    lives.relayed()
    (record,) = records(made)
    now = ("confirmed", 0) if decided else ("to_submit", 180)
    assert (record.status, record.minutes) == now
    assert reconcile().faults == []


def test_who_has_decided_hours_goes_by_a_correction(clock: FakeClock) -> None:
    made = forgotten(clock)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    perform(made.reviewer, usecases.confirm_records, shift=made.shift)
    with pytest.raises(Conflict, match="hours-decided"):
        says(made.volunteers[0], made)


def test_only_so_many_days(clock: FakeClock) -> None:
    made = forgotten(clock)
    (actor,) = made.volunteers
    (visit,) = my_forgotten_visits(actor)
    clock.set(visit.until)
    assert my_forgotten_visits(actor) == [visit]
    clock.advance(seconds=1)
    assert my_forgotten_visits(actor) == []
    with pytest.raises(Conflict, match="appeal-too-late"):
        perform(actor, usecases.appeal, visit=visit.visit, stayed_until=ends_at(made), note=NOTE)


@pytest.mark.parametrize(
    ("changes", "refusal", "told"),
    [
        ({"stayed_until": datetime.fromisoformat("2026-11-01T00:00+08:00")}, Invalid, "stay-outside"),
        ({"stayed_until": datetime.fromisoformat("2027-11-01T00:00+08:00")}, Invalid, "stay-outside"),
        ({"note": "。"}, Invalid, "note-needed"),
        ({"note": "长" * 501}, Invalid, "note-needed"),
        ({"visit": Key(people.NORTH // 1_000_000, UUID(int=7))}, NotFound, "not-found"),
    ],
)
def test_what_cannot_be_said(
    clock: FakeClock, changes: dict[str, Any], refusal: type[Exception], told: str
) -> None:
    made = forgotten(clock)
    with pytest.raises(refusal, match=told):
        says(made.volunteers[0], made, **changes)


def test_who_checked_out_has_nothing_to_object_to(clock: FakeClock) -> None:
    event = projects.event()
    actor = projects.checked_in(event)
    clock.advance(hours=1)
    result = projects.scan(actor, event, projects.Direction.OUT)
    assert my_forgotten_visits(actor) == []
    with pytest.raises(Conflict, match="not-forgotten"):
        perform(actor, usecases.appeal, visit=result.visit, stayed_until=clock.now(), note=NOTE)


def test_nobody_else_objects_or_answers(clock: FakeClock) -> None:
    made = forgotten(clock)
    (visit,) = my_forgotten_visits(made.volunteers[0])
    other = people.actor_of_volunteer(people.volunteer())
    given = {"visit": visit.visit, "stayed_until": ends_at(made), "note": NOTE}
    for who, refusal in ((other, NotFound), (made.organizer, Forbidden), (ANONYMOUS, Unauthenticated)):
        with pytest.raises(refusal):
            perform(who, usecases.appeal, **given)
    appeal = says(made.volunteers[0], made)
    stranger = people.organizer(people.organization("别处的队伍"))
    for who, refusal in (
        (made.volunteers[0], Forbidden),
        (stranger, NotFound),
        (ANONYMOUS, Unauthenticated),
    ):
        with pytest.raises(refusal):
            perform(who, usecases.decide_appeal, appeal=appeal, accept=True, answer="情况属实")
    with pytest.raises((NotFound, Forbidden)):
        shift_appeals(stranger, made.shift)


def test_an_organizer_who_forgot_does_not_answer_to_themselves(clock: FakeClock) -> None:
    made = forgotten(clock)
    (actor,) = made.volunteers
    appeal = says(actor, made)
    both = replace(actor, grants=(Grant(Role.ORGANIZER, organization=made.event.organization),))
    with pytest.raises(Forbidden, match="own-record"):
        perform(both, usecases.decide_appeal, appeal=appeal, accept=True, answer="情况属实")


def test_said_twice_at_once_is_said_once(app: Flask, clock: FakeClock) -> None:
    made = forgotten(clock)
    (actor,) = made.volunteers
    (visit,) = my_forgotten_visits(actor)
    until = ends_at(made)
    session().rollback()

    def one() -> str:
        try:
            perform(actor, usecases.appeal, visit=visit.visit, stayed_until=until, note=NOTE)
        except Conflict as conflict:
            return conflict.code
        return "said"

    assert sorted(in_threads(app, 4, one)) == ["appealed-already"] * 3 + ["said"]


def test_answered_twice_at_once_is_answered_once(app: Flask, clock: FakeClock) -> None:
    made = forgotten(clock)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    appeal = says(made.volunteers[0], made)
    choices = [True, False, True, False]
    session().rollback()

    def one() -> str:
        try:
            answers(made, appeal, accept=choices.pop())
        except Conflict as conflict:
            return conflict.code
        return "answered"

    assert sorted(in_threads(app, 4, one)) == ["already-decided"] * 3 + ["answered"]
    (record,) = records(made)
    session().rollback()
    (card,) = shift_appeals(made.organizer, made.shift)
    assert record.minutes == (180 if card.status is AppealStatus.ACCEPTED else 0)


def test_said_and_confirmed_at_once_is_one_of_both(app: Flask, clock: FakeClock) -> None:
    """Either the hours are decided and it comes too late, or it is there and the hours wait."""
    made = forgotten(clock, 2)
    actor = made.volunteers[0]
    (visit,) = my_forgotten_visits(actor)
    until = ends_at(made)
    perform(made.organizer, usecases.close_shift, shift=made.shift)
    perform(made.organizer, usecases.submit_records, shift=made.shift)
    (one,) = [record for record in records(made) if record.volunteer == actor.volunteer]
    session().rollback()
    todo = ["appeal", "confirm", "confirm"]

    def attempt() -> str:
        what = todo.pop()
        try:
            if what == "appeal":
                perform(actor, usecases.appeal, visit=visit.visit, stayed_until=until, note=NOTE)
                return "said"
            return perform(made.reviewer, usecases.approve_record, record=one.key, reason="核对过").outcome
        except Conflict as conflict:
            return conflict.code

    found = sorted(set(in_threads(app, 3, attempt)) - {"already-confirmed"})
    assert found in (["confirmed", "hours-decided"], ["appeal-waiting", "said"])
    (one,) = [record for record in records(made) if record.volunteer == actor.volunteer]
    assert one.status == ("confirmed" if "confirmed" in found else "submitted")


def test_what_was_said_goes_with_the_account(clock: FakeClock) -> None:
    made = forgotten(clock)
    (actor,) = made.volunteers
    appeal = says(actor, made)
    answers(made, appeal)
    assert actor.volunteer
    happening = Happening("volunteer.closed", clock.now(), actor.volunteer, {})
    for _ in range(2):
        perform(SYSTEM, usecases.forget_appeals, happening=happening)
    session().rollback()
    assert session().scalars(select(VisitAppeal)).all() == []
    (visit,) = queries.visits(made.shift)
    assert visit.out_at == ends_at(made)
