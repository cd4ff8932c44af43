"""Projects in the states that the programme leaves out, a template, and a make-up project that waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import enter_personal_code
from timebank.demo import town as towns
from timebank.demo.accounts import (
    ASSOCIATION_ORGANIZER,
    AUTHORITY,
    CITY_AUTHORITY,
    NORTH_WORKER,
    VETERAN,
)
from timebank.demo.cast import signed_in
from timebank.demo.offices import ASSOCIATION
from timebank.demo.paper import certificate
from timebank.demo.programme import right_answers
from timebank.demo.scene import Scene
from timebank.hours.usecases import close_shift, confirm_records, submit_records, void_project
from timebank.kernel.errors import InvariantBroken
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.projects.rules import Action, Facts
from timebank.projects.usecases import (
    add_evidence,
    add_shift,
    answer_self_check,
    approve_project,
    create_make_up_project,
    create_project,
    move_project,
    reject_project,
    save_template,
    sign_up,
    submit_project,
)

MAINTENANCE = "活动室电路检修，修好后恢复。"
COMPLAINT = "接到居民反映，活动内容与发布不一致，核实期间停用。"
DUTY = "属于本单位轮流值班，不是志愿服务。"
UNTRUE = "经核实，该活动并未获得场地方同意，发布内容不实。"
FLOOD = "凌晨河水上涨，居委会临时召集，来不及提前发布。"


def schedule(scene: Scene) -> None:
    """What each project has behind it, and the template."""
    ahead = {"scheduled": 10, "recruited": 3, "paused": 6, "stopped": 8, "voided": 12}
    for name, days in ahead.items():
        _announced(scene, name, -days)
    _then(scene, 3, partial(_move, scene, "recruited", ASSOCIATION_ORGANIZER.phone, Action.END_RECRUITING))
    _then(scene, 3, partial(_move, scene, "paused", ASSOCIATION_ORGANIZER.phone, Action.PAUSE, MAINTENANCE))
    _then(scene, 2, partial(_move, scene, "stopped", AUTHORITY.phone, Action.STOP, COMPLAINT))
    _then(scene, 2, partial(_void, scene))
    for name, days in (("running", 5), ("closed", 24), ("archived", 200)):
        _announced(scene, name, days)
        _attended(scene, name, days)
    _then(scene, 198, partial(_move, scene, "archived", ASSOCIATION_ORGANIZER.phone, Action.CLOSE))
    _then(scene, 6, partial(_reject, scene))
    _then(scene, 4, partial(_keep_template, scene))
    _then(scene, 1, partial(_make_up, scene))


def _then(scene: Scene, days_ago: int, act: Callable[[], object]) -> None:
    scene.timeline.at(scene.at_hour(days_ago, 15), act)


def _organizer() -> Actor:
    return signed_in(ASSOCIATION_ORGANIZER.phone)


def _evening(scene: Scene, days_ago: int, hour: int, minute: int = 0) -> datetime:
    return scene.timeline.moment(scene.timeline.day(days_ago), hour, minute)


def _announced(scene: Scene, name: str, days_ago: int) -> None:
    """A project with one evening's shift, written a fortnight before it and at the latest last week."""
    written = max(days_ago + 14, 8)
    scene.timeline.at(scene.at_hour(written, 10), partial(_write, scene, name, days_ago))
    approve = partial(_approve, scene, name)
    scene.timeline.at(scene.at_hour(written - 1, 10), approve)


def _write(scene: Scene, name: str, days_ago: int) -> None:
    facts = towns.evening_class(scene.town, name)
    if name == "scheduled":
        facts["recruits_from"] = scene.timeline.moment(scene.timeline.day(-4), 0)
    by = _organizer()
    key = perform(by, create_project, organization=scene.organizations[ASSOCIATION], **facts)
    scene.projects[name] = key
    shift = perform(
        by,
        add_shift,
        project=key,
        title="晚间课堂",
        starts_at=_evening(scene, days_ago, 18, 30),
        ends_at=_evening(scene, days_ago, 20),
        capacity=12,
    )
    scene.projects[f"{name} shift"] = shift
    perform(by, submit_project, project=key, answers=right_answers())


def _approve(scene: Scene, name: str) -> None:
    perform(signed_in(NORTH_WORKER.phone), approve_project, project=scene.projects[name])


def _move(scene: Scene, name: str, phone: str, action: Action, reason: str | None = None) -> None:
    perform(signed_in(phone), move_project, project=scene.projects[name], action=action, reason=reason)


def _void(scene: Scene) -> None:
    perform(signed_in(CITY_AUTHORITY.phone), void_project, project=scene.projects["voided"], reason=UNTRUE)


def _attended(scene: Scene, name: str, days_ago: int) -> None:
    """One volunteer comes, goes, and has the hours."""
    at = scene.timeline.at
    at(_evening(scene, days_ago, 12), lambda: perform(_veteran(scene), sign_up, shift=_shift(scene, name)))
    at(_evening(scene, days_ago, 18, 25), partial(_pass, scene, name, Direction.IN))
    at(_evening(scene, days_ago, 20, 2), partial(_pass, scene, name, Direction.OUT))
    at(_evening(scene, days_ago, 20, 20), partial(_settle, scene, name))


def _veteran(scene: Scene) -> Actor:
    return scene.person(VETERAN).actor


def _shift(scene: Scene, name: str) -> Key:
    return scene.projects[f"{name} shift"]


def _pass(scene: Scene, name: str, direction: Direction) -> None:
    result = perform(
        _organizer(),
        enter_personal_code,
        shift=_shift(scene, name),
        personal_code=scene.person(VETERAN).code,
        direction=direction,
        client_id=f"{name}-{direction}",
    )
    if result.verdict is not Verdict.ACCEPTED:
        raise InvariantBroken(f"a scan of the demonstration was refused: {result.code}")


def _settle(scene: Scene, name: str) -> None:
    shift = _shift(scene, name)
    perform(_organizer(), close_shift, shift=shift)
    perform(_organizer(), submit_records, shift=shift)
    perform(signed_in(NORTH_WORKER.phone), confirm_records, shift=shift)


def _reject(scene: Scene) -> None:
    facts: Facts = {**towns.evening_class(scene.town, "rejected"), "content": "节假日在本单位大厅轮流值守。"}
    by = _organizer()
    key = perform(by, create_project, organization=scene.organizations[ASSOCIATION], **facts)
    perform(by, submit_project, project=key, answers=right_answers())
    perform(signed_in(NORTH_WORKER.phone), reject_project, project=key, reason=DUTY)


def _keep_template(scene: Scene) -> None:
    perform(_organizer(), save_template, project=scene.projects["recruited"], name="晚间课堂（单次）")


def _make_up(scene: Scene) -> None:
    """Sandbags in the night before last week's end; the authority has not decided yet."""
    by, facts = _organizer(), towns.flood(scene.town)
    owner = scene.organizations[ASSOCIATION]
    key = perform(by, create_make_up_project, organization=owner, reason=FLOOD, **facts)
    starts_at = _evening(scene, 4, 5)
    perform(
        by,
        add_shift,
        project=key,
        title="搬运沙袋",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        capacity=15,
    )
    perform(by, add_evidence, project=key, content=certificate("2026-FX-01"))
    perform(by, answer_self_check, project=key, answers=right_answers())
    perform(by, submit_project, project=key)
