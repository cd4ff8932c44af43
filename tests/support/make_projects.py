"""Builders of projects, shifts, sign-ups and visits; all through the use-cases.

Call them with an application context pushed. Times follow the clock of the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any, cast

from tests.support import make_people as people
from timebank.attendance.queries import venue_code
from timebank.attendance.rules import Direction
from timebank.attendance.usecases import ScanResult, check_in_self
from timebank.kernel.db import runtime, session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.projects import usecases as projects
from timebank.projects.models import Shift
from timebank.projects.queries import self_check
from timebank.projects.rules import Facts

_numbers = count(1)


@dataclass(frozen=True)
class Event:
    """A project with one shift, and who runs it."""

    organization: Key
    organizer: Actor
    project: Key
    shift: Key


def facts(**changes: Any) -> Facts:
    """What a project says of itself; valid."""
    given: dict[str, Any] = {
        "name": "社区长者午餐陪伴",
        "region_code": people.NORTH_COMMUNITY,
        "place": "高墩子社区党群服务中心一楼",
        "content": "陪伴社区独居老人用午餐，协助送餐到户，饭后聊天读报。",
        "categories": ["elder_help", "neighbour_help"],
        "recipients": ["living_alone", "empty_nest"],
        "risk": "厨房地面湿滑，注意烫伤；送餐上下楼注意安全。",
        "safeguards": ["insurance", "meal", "training"],
        "leader_name": "王队长",
        "earns_credit": True,
        **changes,
    }
    return cast(Facts, given)


def draft(organizer: Actor, organization: Key, **changes: Any) -> Key:
    """A project that its organizer has just written, with its self-check: it can be handed in."""
    key = perform(organizer, projects.create_project, organization=organization, **facts(**changes))
    perform(organizer, projects.answer_self_check, project=key, answers=right_answers())
    return key


def right_answers() -> dict[str, str]:
    """The self-check of what is volunteering."""
    check = self_check()
    return {question: check.expects(question) for question in check.questions}


def made_up(organizer: Actor, organization: Key, *, days_ago: int = 3, **changes: Any) -> Key:
    """A make-up project with a shift on a past morning, evidence and its self-check: it can be handed in."""
    given = facts(name="暴雨夜转移群众", **changes)
    key = perform(
        organizer,
        projects.create_make_up_project,
        organization=organization,
        reason="当晚紧急集结，来不及提前发布。",
        **given,
    )
    past_shift(organizer, key, days_ago=days_ago)
    perform(organizer, projects.add_evidence, project=key, content=PICTURE)
    perform(organizer, projects.answer_self_check, project=key, answers=right_answers())
    return key


def past_shift(organizer: Actor, project: Key, *, days_ago: int = 3, hours: int = 3) -> Key:
    """A shift of a make-up project: three hours up to this time of day, some days ago."""
    ends_at = runtime().clock.now() - timedelta(days=days_ago)
    return shift(organizer, project, starts_at=ends_at - timedelta(hours=hours), ends_at=ends_at)


PICTURE = b"\x89PNG\r\n\x1a\n a picture of the evening"


def shift(organizer: Actor, project: Key, **changes: Any) -> Key:
    """A shift of three hours that starts in half an hour, so that its gate is open already."""
    starts_at: datetime = changes.pop("starts_at", runtime().clock.now() + timedelta(minutes=30))
    given = {
        "title": "上午场",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=3),
        "capacity": 30,
        **changes,
    }
    return perform(organizer, projects.add_shift, project=project, **given)


def wall_times(key: Key) -> tuple[time, time]:
    """Begin and end of a shift by the local clock, as forms state them."""
    row = session().get_one(Shift, (key.shard, key.id))
    zone = runtime().config.time_zone
    return row.starts_at.astimezone(zone).time(), row.ends_at.astimezone(zone).time()


def approved(organizer: Actor, project: Key) -> Key:
    """Submit a draft and let somebody else approve it."""
    perform(organizer, projects.submit_project, project=project)
    perform(SYSTEM, projects.approve_project, project=project)
    return project


def event(
    *,
    organization: Key | None = None,
    organizer: Actor | None = None,
    project: dict[str, Any] | None = None,
    **shift_changes: Any,
) -> Event:
    """An approved project with one shift; `project=` changes its facts, anything else its shift."""
    owner = organization or people.organization(f"嘉州志愿服务队{next(_numbers)}")
    runs = organizer or people.organizer(owner)
    key = approved(runs, draft(runs, owner, **(project or {})))
    return Event(owner, runs, key, shift(runs, key, **shift_changes))


def reviewer(region: int = people.NORTH) -> Actor:
    """Somebody who reviews the projects of a region."""
    return people.officer(Role.COMMUNITY_WORKER, region)


def signed_up(shift: Key, volunteer: Key | None = None, **person: Any) -> Actor:
    """A registered volunteer with a place in the shift, whatever else they do at that time."""
    actor = people.actor_of_volunteer(volunteer or people.volunteer(**person))
    perform(actor, projects.sign_up, shift=shift, despite_overlap=True)
    return actor


def code_of(at: Event) -> str:
    """The code on the screen of a shift at this moment."""
    return venue_code(at.organizer, at.shift).code


def scan(
    actor: Actor, at: Event, direction: Direction = Direction.IN, *, client_id: str = "", **given: Any
) -> ScanResult:
    """The volunteer scans the venue's code; `code=` for another one than that on the screen."""
    return perform(
        actor,
        check_in_self,
        code=given.pop("code", None) or code_of(at),
        direction=direction,
        client_id=client_id or f"tap-{next(_numbers)}",
        **given,
    )


def checked_in(at: Event, volunteer: Key | None = None, **person: Any) -> Actor:
    """A volunteer who signed up and is inside now. The gate must be open."""
    actor = signed_up(at.shift, volunteer, **person)
    result = scan(actor, at)
    assert result.verdict == "accepted", result
    return actor
