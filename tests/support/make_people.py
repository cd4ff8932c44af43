"""Builders of people, organisations and a small tree of regions; all through the use-cases, all nobody.

Call them with an application context pushed. The cast: north is 市中区 511102, south is 沙湾区 511111.
"""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from timebank.identity.queries import actor_for
from timebank.identity.usecases import enrol_officer
from timebank.kernel.db import session as current_session
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.organizations.rules import credit_check_sign
from timebank.organizations.usecases import register_organization
from timebank.regions.models import Region
from timebank.volunteers import usecases as volunteers
from timebank.volunteers.models import Volunteer
from timebank.volunteers.rules import Application, IdentityMethod, check_sign

PROVINCE = 510000000000
CITY = 511100000000
NORTH = 511102000000
NORTH_TOWN = 511102001000
NORTH_COMMUNITY = 511102001001
NORTH_SECOND = 511102001002
SOUTH = 511111000000
SOUTH_TOWN = 511111100000
SOUTH_COMMUNITY = 511111100001
SOUTH_SECOND = 511111100201

TREE = (
    (PROVINCE, "四川省", "province", None, None),
    (CITY, "乐山市", "city", PROVINCE, None),
    (NORTH, "市中区", "county", CITY, None),
    (NORTH_TOWN, "泊水街道", "township", NORTH, None),
    (NORTH_COMMUNITY, "高墩子社区", "village", NORTH_TOWN, "urban"),
    (NORTH_SECOND, "铁牛门社区", "village", NORTH_TOWN, "urban"),
    (SOUTH, "沙湾区", "county", CITY, None),
    (SOUTH_TOWN, "沙湾镇", "township", SOUTH, None),
    (SOUTH_COMMUNITY, "沫溪社区", "village", SOUTH_TOWN, "urban"),
    (SOUTH_SECOND, "三峨山村", "village", SOUTH_TOWN, "rural"),
)

PASSWORD = "correct horse"
_serials = count(1)


def region_tree(session: Session | None = None) -> None:
    """One province, one city, two counties with one township and two communities each; committed."""
    session = session or current_session()
    for code, name, level, parent, setting in TREE:
        session.add(Region(code=code, name=name, level=level, parent_code=parent, setting=setting))
        session.flush()
    session.commit()


def document_number(serial: int | None = None, born_on: date = date(1990, 3, 7)) -> str:
    """A valid number of nobody; an even serial makes a woman of it."""
    first = f"990101{born_on:%Y%m%d}{(next(_serials) if serial is None else serial) % 1000:03}"
    return first + check_sign(first)


def phone(serial: int | None = None) -> str:
    """A number never issued."""
    return f"12{next(_serials) if serial is None else serial:09}"


def credit_code(serial: int | None = None) -> str:
    """A valid unified social credit code of an organisation that does not exist."""
    first = f"51990101MJ{next(_serials) if serial is None else serial:07}"
    return first + credit_check_sign(first)


def application(**changes: Any) -> dict[str, Any]:
    """What somebody fills in to register; valid, and different from all others."""
    serial = next(_serials)
    born_on = date(1960 + serial // 1000 % 40, 1 + serial % 12, 1 + serial % 28)
    return {
        "name": "张小山",
        "document_type": "resident_id",
        "document_number": document_number(serial, born_on),
        "phone": phone(serial),
        "region_code": NORTH_COMMUNITY,
        "political_status": "13",
        "skills": ["first_aid"],
        "categories": ["elder_care", "culture_sports"],
        "consents": ["privacy", "sensitive"],
        **changes,
    }


def applicant(**changes: Any) -> Key:
    """A volunteer who registered online and waits for the identity check."""
    return perform(ANONYMOUS, volunteers.register, application=Application(**application(**changes)))


def volunteer(*, party_member: bool = False, **changes: Any) -> Key:
    """A registered volunteer; `party_member=True` for one whose membership is verified."""
    if party_member:
        changes.setdefault("political_status", "01")
    key = applicant(**changes)
    perform(SYSTEM, volunteers.approve, volunteer=key, method=IdentityMethod.IN_PERSON)
    if party_member:
        perform(SYSTEM, volunteers.verify_party_member, volunteer=key)
    return key


def actor_of_volunteer(key: Key) -> Actor:
    """The volunteer, signed in, with whatever roles they have by now."""
    row = current_session().get_one(Volunteer, (key.shard, key.id))
    return actor_of_user(Key(row.shard_code, row.user_id))


def actor_of_user(user: Key) -> Actor:
    """A user, signed in."""
    actor = actor_for(user)
    assert actor is not None
    return actor


def officer(
    role: Role = Role.COMMUNITY_WORKER,
    region: int | None = NORTH,
    *,
    organization: Key | None = None,
    name: str = "李工",
    phone_number: str | None = None,
) -> Actor:
    """Somebody with a role in a region, or for an organisation; signs in with PASSWORD."""
    user = perform(
        SYSTEM,
        enrol_officer,
        name=name,
        phone=phone_number or phone(),
        password=PASSWORD,
        role=role,
        region=None if organization else region,
        organization=organization,
    )
    return actor_of_user(user)


def organization(name: str = "嘉州志愿服务队", region: int = NORTH, **changes: Any) -> Key:
    """A registered organisation."""
    given = {"kind": "organization", "credit_code": credit_code(), **changes}
    return perform(SYSTEM, register_organization, name=name, region_code=region, **given)


def organizer(of: Key, name: str = "王队长") -> Actor:
    """Somebody who runs projects of an organisation."""
    return officer(Role.ORGANIZER, organization=of, name=name)


def recorder(of: Key, name: str = "赵记录") -> Actor:
    """Somebody who confirms hours of an organisation."""
    return officer(Role.RECORDER, organization=of, name=name)
