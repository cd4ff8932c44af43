"""The copy on which a gate is rehearsed, made through the use-cases: people of nobody, places, an open gate.

Nothing personal is copied, no secret, no key: from the real shift come its title, its places and its hours of
the gate. `flask gate stage` makes it in a process whose database is the copy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from timebank.demo.cast import document_of, phone_of
from timebank.identity.queries import actor_for, user_by_phone
from timebank.identity.usecases import enrol_officer
from timebank.identity.usecases.tokens import open_token
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.errors import InvariantBroken
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Permission, Role
from timebank.kernel.work import Work, perform
from timebank.organizations.rules import credit_check_sign
from timebank.organizations.usecases import register_organization
from timebank.projects import usecases as projects
from timebank.projects.queries import gate_of, self_check
from timebank.projects.rules import Facts
from timebank.regions.usecases import import_regions
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.queries import personal_code
from timebank.volunteers.rules import Application, IdentityMethod

PLACE = (
    ("510000000000", "四川省", "province", ""),
    ("511100000000", "乐山市", "city", "510000000000"),
    ("511102000000", "市中区", "county", "511100000000"),
    ("511102001000", "排练街道", "township", "511102000000"),
    ("511102001001", "排练社区", "village", "511102001000"),
)
COUNTY, COMMUNITY = 511102000000, 511102001001
CODE = "51511102MJ0000001"
OPENS_MINUTES = 180
SHIFT_MINUTES = 60
BORN_FROM = date(1960, 1, 1)
DOCUMENTS_A_DAY = 900


@dataclass(frozen=True)
class Wanted:
    """What the copy is to have."""

    title: str
    people: int
    strangers: int


@dataclass(frozen=True)
class Somebody:
    """A made-up volunteer: a token to ask with, and the code on the card."""

    token: str
    card: str


@dataclass(frozen=True)
class Stage:
    """The copy, as the phones need to know it."""

    shift: str
    secret: str
    other_shift: str
    other_secret: str
    organizer: str
    people: list[Somebody]
    """Those with a place first, then the strangers."""

    def dump(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


def staged(wanted: Wanted, tell: Callable[[], None]) -> Stage:
    """Make the copy in the database of this process; `tell` is called after each person."""
    rows = [dict(zip(("code", "name", "level", "parent_code"), row, strict=True)) for row in PLACE]
    perform(SYSTEM, import_regions, lines=lambda: list(enumerate(rows, start=2)), report=None, check=False)
    owner = _organization()
    organizer = _organizer(owner)
    project = _project(organizer, owner)
    shift, other = (_shift(organizer, project, wanted) for _ in range(2))
    found = []
    for number in range(wanted.people + wanted.strangers):
        actor = _volunteer(number)
        if number < wanted.people:
            perform(actor, projects.sign_up, shift=shift)
        found.append(Somebody(_token(actor), personal_code(actor)))
        tell()
    return Stage(str(shift), _secret(shift), str(other), _secret(other), _token(organizer), found)


def _organization() -> Key:
    return perform(
        SYSTEM,
        register_organization,
        name="排练志愿服务队",
        region_code=COUNTY,
        kind="organization",
        credit_code=CODE + credit_check_sign(CODE),
    )


def _organizer(owner: Key) -> Actor:
    phone = phone_of(1)
    given = {"name": "排练", "phone": phone, "password": None, "role": Role.ORGANIZER}
    perform(SYSTEM, enrol_officer, **given, organization=owner)  # type: ignore[arg-type]
    return _signed_in(phone)


def _project(organizer: Actor, owner: Key) -> Key:
    facts: Facts = {
        "name": "签到排练",
        "region_code": COMMUNITY,
        "place": "排练场地",
        "content": "签到排练，不是真实的志愿服务活动。",
        "categories": ["elder_help"],
        "recipients": ["living_alone"],
        "risk": "排练，没有风险。",
        "safeguards": ["insurance"],
        "leader_name": "排练员",
        "earns_credit": False,
    }
    key = perform(organizer, projects.create_project, organization=owner, **facts)
    check = self_check()
    answers = {question: check.expects(question) for question in check.questions}
    perform(organizer, projects.submit_project, project=key, answers=answers)
    perform(SYSTEM, projects.approve_project, project=key)
    return key


def _shift(organizer: Actor, project: Key, wanted: Wanted) -> Key:
    """A shift that begins soon, so that its gate is open already."""
    starts_at = _begins(runtime().clock.now())
    return perform(
        organizer,
        projects.add_shift,
        project=project,
        title=wanted.title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=SHIFT_MINUTES),
        capacity=wanted.people,
        opens_minutes=OPENS_MINUTES,
    )


def _begins(now: datetime) -> datetime:
    """In half an hour; an hour later where the shift would not lie on one day."""
    begins, zone = now + timedelta(minutes=30), runtime().config.time_zone
    is_one_day = local_date(begins, zone) == local_date(begins + timedelta(minutes=SHIFT_MINUTES), zone)
    return begins if is_one_day else begins + timedelta(minutes=SHIFT_MINUTES)


def _volunteer(number: int) -> Actor:
    phone = phone_of(100 + number)
    born_on = BORN_FROM + timedelta(days=number // DOCUMENTS_A_DAY)
    said = Application(
        name="排练",
        document_type="resident_id",
        document_number=document_of(number % DOCUMENTS_A_DAY, born_on),
        phone=phone,
        region_code=COMMUNITY,
        political_status="13",
        skills=[],
        categories=["large_events"],
        consents=["privacy", "sensitive"],
    )
    key = perform(ANONYMOUS, volunteers.register, application=said)
    perform(SYSTEM, volunteers.approve, volunteer=key, method=IdentityMethod.IN_PERSON)
    return _signed_in(phone)


def _signed_in(phone: str) -> Actor:
    user = user_by_phone(phone)
    actor = actor_for(user) if user else None
    if actor is None:
        raise InvariantBroken("a rehearsal step came before registration")
    return actor


def _token(actor: Actor) -> str:
    def opened(work: Work) -> str:
        work.allow(Permission.USER_SIGN_IN)
        if actor.user is None:
            raise InvariantBroken("nobody signs in")
        return open_token(work, actor.user, "bearer", is_strong=True).token

    return perform(SYSTEM, opened)


def _secret(shift: Key) -> str:
    gate = gate_of(shift)
    if gate is None:
        raise InvariantBroken("the rehearsal has no gate")
    return gate.secret
