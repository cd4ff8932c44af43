"""Projects in every state, and their shifts: months of past ones, one open now, some ahead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from timebank.demo import town as towns
from timebank.demo.accounts import (
    ASSOCIATION_ORGANIZER,
    COMMITTEE_ORGANIZER,
    NORTH_WORKER,
    RECORDER,
    SOUTH_WORKER,
    TEAM_ORGANIZER,
    Officer,
)
from timebank.demo.cast import Person, signed_in
from timebank.demo.offices import ASSOCIATION, COMMITTEE, NEIGHBOURS
from timebank.demo.scene import BEGINNING, SHOWN_PHONES, Scene
from timebank.demo.shifts import Crew, Plan, ShiftStory
from timebank.kernel.work import perform
from timebank.projects.queries import self_check
from timebank.projects.rules import Facts
from timebank.projects.usecases import (
    approve_project,
    cancel_project,
    create_project,
    return_project,
    submit_project,
)

CREWS = {
    ASSOCIATION: Crew(ASSOCIATION_ORGANIZER, RECORDER),
    COMMITTEE: Crew(COMMITTEE_ORGANIZER, NORTH_WORKER),
    NEIGHBOURS: Crew(TEAM_ORGANIZER, SOUTH_WORKER),
}
OPENED: dict[str, tuple[Callable[[towns.Town], Facts], str]] = {
    "guidance": (towns.guidance, ASSOCIATION),
    "meals": (towns.meals, COMMITTEE),
    "rivers": (towns.rivers, NEIGHBOURS),
    "lessons": (towns.lessons, NEIGHBOURS),
    "clinic": (towns.clinic, ASSOCIATION),
    "desk": (towns.help_desk, COMMITTEE),
}
"""Projects that recruit, and whose they are."""
LIKELY = (0.97, 0.56, 0.3, 0.24, 0.2, 0.12)
"""How likely each of the eager comes to one day of guidance."""
GUIDANCE_DAYS = (1, 3, 6)
SATURDAY, SUNDAY = 5, 6
WEEKS = 20
"""For how many weeks the weekly projects have run."""
UNSAFE = "请写明夜间值守的安全措施和带队人员，补充后重新提交。"
RAIN = "连日暴雨，河道水位上涨，为安全起见取消。"

Goers = Callable[[], list[Person]]


def schedule(scene: Scene) -> None:
    """Everything that is organised."""
    for name, (facts, owner) in OPENED.items():
        _let_open(scene, name, facts(scene.town), owner)
    _let_wait(scene)
    for days_ago in range(BEGINNING - 25, 2, -1):
        _regular(scene, scene.timeline.day(days_ago), days_ago // 7)
    _recent(scene)
    _ahead(scene)


# --- projects ---------------------------------------------------------------------------------------


def _let_open(scene: Scene, name: str, facts: Facts, owner: str) -> None:
    reviewer = SOUTH_WORKER if owner == NEIGHBOURS else NORTH_WORKER
    scene.timeline.at(scene.office_hour(BEGINNING - 9), partial(_submit, scene, name, facts, owner))
    scene.timeline.at(scene.office_hour(BEGINNING - 10), partial(_approve, scene, name, reviewer))


def _let_wait(scene: Scene) -> None:
    """One project waits for review, one was returned, one is being written, one was cancelled."""
    waiting, returned, draft = towns.unfinished(scene.town)
    rainy: Facts = {**towns.rivers(scene.town), "name": "河道清洁专场（因暴雨取消）"}
    now = scene.timeline.now
    for hours_ago, step in (
        (28, partial(_submit, scene, "waiting", waiting, ASSOCIATION)),
        (27, partial(_submit, scene, "returned", returned, ASSOCIATION)),
        (22, partial(_return, scene, "returned")),
        (5, partial(_write, scene, "draft", draft, ASSOCIATION)),
        (1500, partial(_submit, scene, "cancelled", rainy, NEIGHBOURS)),
        (1440, partial(_cancel, scene, "cancelled")),
    ):
        scene.timeline.at(now - timedelta(hours=hours_ago), step)


def _write(scene: Scene, name: str, facts: Facts, owner: str) -> None:
    by = signed_in(CREWS[owner].organizer.phone)
    scene.projects[name] = perform(by, create_project, organization=scene.organizations[owner], **facts)


def _submit(scene: Scene, name: str, facts: Facts, owner: str) -> None:
    _write(scene, name, facts, owner)
    by = signed_in(CREWS[owner].organizer.phone)
    perform(by, submit_project, project=scene.projects[name], answers=right_answers())


def right_answers() -> dict[str, str]:
    """The self-check of what is volunteering."""
    check = self_check()
    return {question: check.expects(question) for question in check.questions}


def _approve(scene: Scene, name: str, reviewer: Officer) -> None:
    perform(signed_in(reviewer.phone), approve_project, project=scene.projects[name])


def _return(scene: Scene, name: str) -> None:
    perform(signed_in(NORTH_WORKER.phone), return_project, project=scene.projects[name], reason=UNSAFE)


def _cancel(scene: Scene, name: str) -> None:
    perform(signed_in(TEAM_ORGANIZER.phone), cancel_project, project=scene.projects[name], reason=RAIN)


# --- shifts -----------------------------------------------------------------------------------------


def _regular(scene: Scene, day: date, week: int) -> None:
    """What recurs on this day of the week."""
    if day.weekday() in GUIDANCE_DAYS:
        _shift(scene, "guidance", Plan("全天岗", day, (9, 0), (16, 30), 8, partial(_eager, scene)))
    if day.weekday() == SATURDAY and week < WEEKS:
        _shift(scene, "meals", Plan("午餐配送", day, (10, 0), (12, 30), 12, _some(scene, True, 7)))
    if day.weekday() == SUNDAY and week < WEEKS and week % 2:
        _shift(scene, "lessons", Plan("下午课堂", day, (14, 0), (16, 30), 8, _some(scene, False, 5)))
    if day.weekday() == SATURDAY and week % 4 == 2:
        _shift(scene, "rivers", Plan("月度清洁", day, (14, 30), (17, 0), 30, _some(scene, None, 10)))


def _recent(scene: Scene) -> None:
    """One shift whose hours wait to be submitted, and one whose hours wait to be confirmed."""
    two_days_ago, yesterday = scene.timeline.day(2), scene.timeline.day(1)
    goers = _some(scene, False, 7)
    to_submit = Plan("河岸清理专场", two_days_ago, (14, 0), (17, 0), 20, goers, "closed", forgetful=True)
    _shift(scene, "rivers", to_submit)
    goers = _some(scene, True, 8)
    to_confirm = Plan("加送一餐", yesterday, (9, 30), (12, 0), 12, goers, "submitted", forgetful=True)
    _shift(scene, "meals", to_confirm)


def _ahead(scene: Scene) -> None:
    """Shifts of the coming days, and one whose gate is open now."""
    day = scene.timeline.day
    for project, plan in (
        ("clinic", Plan("上午义诊", day(-1), (9, 0), (11, 30), 10, _some(scene, True, 6))),
        ("guidance", Plan("全天岗", day(-2), (9, 0), (16, 30), 6, partial(_eager, scene))),
        ("meals", Plan("午餐配送", day(-3), (10, 0), (12, 30), 6, _some(scene, True, 6))),
        ("lessons", Plan("下午课堂", day(-4), (14, 0), (16, 30), 8, _some(scene, False, 4))),
        ("rivers", Plan("月度清洁", day(-5), (14, 30), (17, 0), 30, _some(scene, None, 6))),
    ):
        _shift(scene, project, replace(plan, announced=timedelta(days=14)))
    _shift(scene, "desk", _open_now(scene))


def _open_now(scene: Scene) -> Plan:
    """A shift that begins within the hour, so that its gate can be tried.

    Late in the evening and at night it is one of the next morning.
    """
    timeline = scene.timeline
    soon = (timeline.now + timedelta(minutes=50)).astimezone(timeline.zone)
    if 7 <= soon.hour <= 21:
        begins = soon.replace(minute=soon.minute // 30 * 30, second=0, microsecond=0)
    else:
        this_morning = timeline.moment(timeline.day(0), 9)
        begins = this_morning if this_morning > timeline.now else timeline.moment(timeline.day(-1), 9)
    ahead = begins - timeline.now
    shown = [person for person in scene.people if person.phone in SHOWN_PHONES]
    others = _some(scene, True, 2)
    strangers = [person for person in scene.eager if person not in shown]
    return Plan(
        "值班",
        begins.date(),
        (begins.hour, begins.minute),
        (begins.hour + 2, begins.minute),
        6,
        lambda: shown + others(),
        announced=ahead + timedelta(hours=3),
        sign_ups_end=ahead + timedelta(minutes=5),
        phone=(timeline.now - timedelta(minutes=1), strangers[0]) if strangers else None,
    )


def _shift(scene: Scene, project: str, plan: Plan) -> None:
    crew = CREWS[OPENED[project][1]]
    ShiftStory(scene.timeline, scene.chance, crew, plan).schedule(lambda: scene.projects[project])


def _eager(scene: Scene) -> list[Person]:
    """Some of the eager; the first of them when chance would have nobody: no day of guidance goes without."""
    likely = zip(scene.eager, LIKELY, strict=True)
    coming = [person for person, share in likely if scene.chance.random() < share]
    return coming or scene.eager[:1]


def _some(scene: Scene, northern: bool | None, many: int) -> Goers:
    """About so many of those registered by then; all counties with None."""

    def pick() -> list[Person]:
        able = [p for p in scene.occasional if northern in (None, scene.is_northern(p))]
        return scene.chance.sample(able, min(len(able), many + scene.chance.randint(-1, 1)))

    return pick
