"""The officers of the town, and the sign-ins that are shown to whoever tries the demonstration."""

from __future__ import annotations

from dataclasses import dataclass

from timebank.demo.cast import PASSWORD, phone_of
from timebank.identity.queries import user_by_phone, user_names
from timebank.kernel.policy import Role

VETERAN = 1001
"""The volunteer with most hours, by serial."""
NEWCOMER = 1034
"""A volunteer of the second community who registered a few days ago."""
MOTHER = 1015
"""A volunteer of the first community whose children volunteer too."""
CLAIMANTS = (1007, 1008)
"""Volunteers of the first community who say that they are party members, and were not verified yet."""
PUPIL = 2001
"""Her son of sixteen."""


@dataclass(frozen=True)
class Officer:
    """Somebody with a role, by the serial of their phone."""

    serial: int
    name: str
    role: Role

    @property
    def phone(self) -> str:
        return phone_of(self.serial)


OPERATOR = Officer(1, "陈晓舟", Role.OPERATOR)
AUTHORITY = Officer(2, "刘静", Role.AUTHORITY)
NORTH_WORKER = Officer(3, "王芳", Role.COMMUNITY_WORKER)
SOUTH_WORKER = Officer(4, "彭涛", Role.COMMUNITY_WORKER)
ASSOCIATION_ORGANIZER = Officer(5, "周敏", Role.ORGANIZER)
COMMITTEE_ORGANIZER = Officer(6, "何丽", Role.ORGANIZER)
TEAM_ORGANIZER = Officer(7, "彭勇", Role.ORGANIZER)
RECORDER = Officer(8, "蒋琳", Role.RECORDER)
PARTY_ADMINISTRATOR = Officer(9, "唐建平", Role.PARTY_ADMINISTRATOR)
TOWNSHIP_WORKER = Officer(12, "谢红", Role.COMMUNITY_WORKER)
CITY_AUTHORITY = Officer(11, "赵文博", Role.AUTHORITY)
AUDITOR = Officer(10, "罗文", Role.AUDITOR)
"""Enrolled last of all: who finds the auditor finds a town that is complete."""

SHOWN: tuple[tuple[int, str, str], ...] = (
    (VETERAN, "volunteer", "志愿者（三星）"),
    (NEWCOMER, "volunteer", "志愿者（新注册）"),
    (MOTHER, "guardian", "志愿者、监护人"),
    (PUPIL, "volunteer", "志愿者（16岁）"),
    (ASSOCIATION_ORGANIZER.serial, "organizer", "活动负责人（协会）"),
    (COMMITTEE_ORGANIZER.serial, "organizer", "活动负责人（居委会）"),
    (TEAM_ORGANIZER.serial, "organizer", "活动负责人（互助队）"),
    (RECORDER.serial, "recorder", "记录专员（协会）"),
    (NORTH_WORKER.serial, "community_worker", "社区工作者（第一个区县）"),
    (TOWNSHIP_WORKER.serial, "community_worker", "社区工作者（街道）"),
    (SOUTH_WORKER.serial, "community_worker", "社区工作者（第二个区县）"),
    (AUTHORITY.serial, "authority", "区县主管部门"),
    (CITY_AUTHORITY.serial, "authority", "市主管部门"),
    (PARTY_ADMINISTRATOR.serial, "party_administrator", "党组织管理员"),
    (AUDITOR.serial, "auditor", "审计员"),
    (OPERATOR.serial, "operator", "系统管理员"),
)


def is_loaded() -> bool:
    """Whether the whole town is there."""
    return user_by_phone(AUDITOR.phone) is not None


def is_begun() -> bool:
    """Whether a load has begun, perhaps one that did not end."""
    return user_by_phone(OPERATOR.phone) is not None


def accounts() -> list[dict[str, str]]:
    """Role, role in Chinese, name, phone and password of everybody who is shown; empty before the load."""
    if not is_loaded():
        return []
    users = {serial: user_by_phone(phone_of(serial)) for serial, _role, _word in SHOWN}
    names = user_names(key for key in users.values() if key)
    return [
        {
            "role": role,
            "role_zh": word,
            "name": names[key],
            "phone": phone_of(serial),
            "password": PASSWORD,
        }
        for serial, role, word in SHOWN
        if (key := users[serial])
    ]
