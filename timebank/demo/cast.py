"""The people: names, ages and numbers of nobody, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import count
from random import Random

from timebank.identity.queries import actor_for, user_by_phone
from timebank.kernel.errors import InvariantBroken
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.volunteers.queries import personal_code
from timebank.volunteers.rules import PARTY_MEMBER, SKILLS, check_sign

PASSWORD = "timebank-demo"  # noqa: S105 - printed for everybody who tries the demonstration
MASSES = "13"

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
GIVEN: dict[str, dict[str, tuple[str, ...]]] = {
    "1": {
        "old": ("建国", "国强", "德明", "永福", "光荣", "志华", "正清", "树林"),
        "middle": ("勇", "志刚", "晓东", "海波", "建军", "明辉", "永康", "立新", "文斌"),
        "young": ("浩然", "子轩", "俊杰", "宇航", "思远", "嘉诚", "一鸣"),
    },
    "2": {
        "old": ("秀英", "桂兰", "淑芬", "玉珍", "素华", "碧玉", "光秀", "明芳"),
        "middle": ("丽华", "晓燕", "敏", "红梅", "雪莲", "春燕", "琼", "玉蓉", "小琴"),
        "young": ("雨桐", "欣怡", "梦洁", "思琪", "婷婷", "佳怡", "诗涵"),
    },
}
AGES = ((19, 28, "young"), (29, 54, "middle"), (55, 76, "old"))
GENERATION = (2, 5, 6)
"""How many of each: it is the retired who carry a community."""
WISHES = (
    ["elder_help", "neighbour_help"],
    ["civility_guidance", "large_events"],
    ["environment", "rural_civility"],
    ["schooling", "culture_sports"],
    ["health_care", "elder_care"],
    ["legal", "public_security"],
    ["housekeeping", "elder_help", "neighbour_help"],
)


@dataclass
class Person:
    """Somebody of the town, and their key once they have registered."""

    name: str
    phone: str
    document: str
    community: int
    political_status: str
    skills: list[str]
    wishes: list[str]
    key: Key | None = None

    @property
    def volunteer(self) -> Key:
        """The registered volunteer. Raises InvariantBroken before registration."""
        if self.key is None:
            raise InvariantBroken("a demonstration step came before registration")
        return self.key

    @cached_property
    def actor(self) -> Actor:
        """The person, signed in."""
        return signed_in(self.phone)

    @cached_property
    def code(self) -> str:
        """The personal code on the person's phone."""
        return personal_code(self.actor)


def signed_in(phone: str) -> Actor:
    """Whoever has this phone, with all grants held now. Raises InvariantBroken for nobody."""
    user = user_by_phone(phone)
    actor = actor_for(user) if user else None
    if actor is None:
        raise InvariantBroken("nobody in the demonstration has this phone")
    return actor


def people(homes: list[tuple[int, int, int]], today: date, seed: int) -> list[Person]:
    """The volunteers of the town. `homes` are communities with how many live there, and how many of them
    say that they are party members."""
    chance, serials, names = Random(seed), count(1), set[str]()
    found = []
    for community, many, members in homes:
        for number in range(many):
            status = PARTY_MEMBER if number < members else MASSES
            found.append(_person(chance, next(serials), names, community, status, today))
    return found


def _person(
    chance: Random, serial: int, names: set[str], community: int, political_status: str, today: date
) -> Person:
    sex = chance.choice("12")
    youngest, eldest, generation = chance.choices(AGES, GENERATION)[0]
    born_on = today - timedelta(days=chance.randint(youngest * 366, eldest * 365))
    return Person(
        name=_name(chance, names, sex, generation),
        phone=phone_of(1000 + serial),
        document=document_of(serial * 2 + int(sex) % 2, born_on),
        community=community,
        political_status=political_status,
        skills=chance.sample(SKILLS, chance.randint(1, 3)),
        wishes=chance.choice(WISHES),
    )


def _name(chance: Random, names: set[str], sex: str, generation: str) -> str:
    while True:
        name = chance.choice(SURNAMES) + chance.choice(GIVEN[sex][generation])
        if name not in names:
            names.add(name)
            return name


def phone_of(serial: int) -> str:
    """A number of nobody."""
    return f"1288{serial:07}"


def document_of(serial: int, born_on: date) -> str:
    """A sound identity number of nobody; an odd serial is a man's."""
    first = f"995111{born_on:%Y%m%d}{serial:03}"
    return first + check_sign(first)
