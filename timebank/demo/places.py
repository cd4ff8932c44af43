"""Around the places of shifts: a series, a wait-list, an invitation, a leave, no-shows and appeals."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from timebank.attendance.usecases import note_no_shows
from timebank.demo.cast import Person, signed_in
from timebank.demo.programme import CREWS, OPENED
from timebank.demo.scene import SHOWN_PHONES, Scene
from timebank.hours.usecases import close_shift
from timebank.kernel.errors import InvariantBroken
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.projects.queries import shift_card
from timebank.projects.rules import PostSaid, Prerequisites, ShiftSaid
from timebank.projects.usecases import (
    add_series,
    add_shift,
    appeal_no_show,
    cancel_sign_up,
    decide_appeal,
    invite_volunteers,
    sign_up,
)
from timebank.volunteers.queries import standing

POSTS = ShiftSaid(
    posts=(
        PostSaid("现场引导", 3, "引导居民排队、就座，照看行动不便的老人。"),
        PostSaid("健康登记", 1, "登记血压、血糖数值，转交医护人员。", Prerequisites(skills=("first_aid",))),
    ),
    prerequisites=Prerequisites(age_from=18),
    bring="口罩、水杯；穿便于走动的鞋。",
)


def schedule(scene: Scene) -> None:
    """What happened in the last days, and what is open now."""
    now, day = scene.timeline.now, scene.timeline.day
    scene.timeline.at(now - timedelta(days=3), partial(_series, scene))
    scene.timeline.at(now - timedelta(days=2, hours=1), partial(_line, scene))
    begins = scene.timeline.moment(day(3), 9)
    scene.timeline.at(begins - timedelta(days=4), partial(_absence, scene, begins))


def _series(scene: Scene) -> None:
    """Every week for a month, with posts; the shown volunteer is invited to the first."""
    begins = scene.timeline.moment(scene.timeline.day(-8), 14)
    first, *_ = perform(
        _organizer(scene, "clinic"),
        add_series,
        project=scene.projects["clinic"],
        title="每周义诊",
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        rule="FREQ=WEEKLY;COUNT=4",
        said=POSTS,
    )
    numbers = [_number(person) for person in scene.people if person.phone in SHOWN_PHONES]
    perform(_organizer(scene, "clinic"), invite_volunteers, shift=first, numbers=numbers)


def _line(scene: Scene) -> None:
    """Two places, two more who wait, and one who gives the place back a little ago."""
    begins = scene.timeline.moment(scene.timeline.day(-6), 10)
    shift = _shift(scene, "meals", "节前加送", begins, 2)
    holders, line = scene.occasional[:2], scene.occasional[2:4]
    for person in holders:
        perform(person.actor, sign_up, shift=shift, despite_overlap=True)
    for person in line:
        perform(person.actor, sign_up, shift=shift, waits=True, despite_overlap=True)
    key = _own(holders[0], shift)
    at = scene.timeline.now - timedelta(hours=2)
    scene.timeline.at(at, lambda: perform(holders[0].actor, cancel_sign_up, sign_up=key))


def _absence(scene: Scene, begins: datetime) -> None:
    """One asks for leave, two do not come; both object, and one of them has the answer."""
    at, ends = scene.timeline.at, begins + timedelta(hours=2)
    shift = _shift(scene, "rivers", "河岸巡护", begins, 6)
    on_leave, first, second = scene.occasional[4:7]
    for person in (on_leave, first, second):
        perform(person.actor, sign_up, shift=shift, despite_overlap=True)
    at(begins - timedelta(hours=3), partial(_leave, on_leave, shift))
    at(ends + timedelta(minutes=30), lambda: perform(_organizer(scene, "rivers"), close_shift, shift=shift))
    noted = ends + timedelta(hours=1)
    at(noted, lambda: perform(SYSTEM, note_no_shows, on=begins.date()))
    at(noted + timedelta(hours=3), partial(_appeal, first, shift, "手机没电，没能签到，当天一直在河边。"))
    at(noted + timedelta(hours=4), partial(_refused, scene, second, shift))


def _leave(person: Person, shift: Key) -> None:
    reason = "老人临时住院，需陪护"
    perform(person.actor, cancel_sign_up, sign_up=_own(person, shift), reason=reason)


def _appeal(person: Person, shift: Key, note: str) -> Key:
    return perform(person.actor, appeal_no_show, sign_up=_own(person, shift), note=note)


def _refused(scene: Scene, person: Person, shift: Key) -> None:
    appeal = _appeal(person, shift, "记错了日期。")
    reply = "记错日期不属于不可抗力，请下次提前请假。"
    perform(_organizer(scene, "rivers"), decide_appeal, appeal=appeal, granted=False, reply=reply)


def _shift(scene: Scene, project: str, title: str, begins: datetime, capacity: int) -> Key:
    return perform(
        _organizer(scene, project),
        add_shift,
        project=scene.projects[project],
        title=title,
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        capacity=capacity,
    )


def _organizer(scene: Scene, project: str) -> Actor:
    return signed_in(CREWS[OPENED[project][1]].organizer.phone)


def _own(person: Person, shift: Key) -> Key:
    own = shift_card(person.actor, shift).own
    if own is None:
        raise InvariantBroken("somebody of the demonstration is not signed up")
    return own.key


def _number(person: Person) -> str:
    volunteer = person.actor.volunteer
    found = standing(volunteer) if volunteer else None
    if found is None:
        raise InvariantBroken("somebody of the demonstration is not registered")
    return found.volunteer_no
