"""Registering many at once leaves exactly what registering one after the other leaves, column by column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_people as make
from tests.support.clock import FakeClock
from tests.support.databases import Databases
from timebank.identity.models import User
from timebank.kernel.claims import Claim
from timebank.kernel.db import Base, runtime, session
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission
from timebank.kernel.work import Work, perform
from timebank.volunteers import usecases
from timebank.volunteers.models import Consent, Guardian, Volunteer
from timebank.volunteers.queries import registration_policy
from timebank.volunteers.rules import Application
from timebank.volunteers.rules.importing import application_of
from timebank.volunteers.usecases.bulk import Entry, register_many
from timebank.volunteers.usecases.registration import checked

ADULT = date(1985, 6, 15)
ROWS: list[dict[str, str]] = [
    {"phone": make.phone(700_001), "skills": "first_aid,arts", "categories": "elder_care,schooling"},
    {"phone": "", "address": "泊水街道某路1号"},
    {
        "phone": f"+86 {make.phone(700_003)}",
        "education": "20",
        "occupation": "2",
        "employer": "某某厂",
        "availability": "mon-morning,sat-evening",
        "emergency_name": "李四",
        "emergency_phone": make.phone(700_099),
        "national_no": "51110200000001",
        "political_status": "01",
    },
    {
        "document_type": "passport",
        "document_number": "m1234567",
        "nationality": "kor",
        "born_on": "1990-03-07",
        "sex": "2",
        "name": "金  某某",
        "phone": make.phone(700_004),
    },
    {"document_type": "taiwan_permit", "document_number": "01234567", "born_on": "1970-01-01", "sex": "1"},
    {"name": "单小乐", "phone": make.phone(700_006)},
    {"name": "Maria del Carmen", "phone": ""},
    {
        "document_number": make.document_number(8, date(2010, 1, 1)),
        "phone": make.phone(700_008),
        "guardian_name": "张大山",
        "guardian_relation": "father",
        "guardian_document_number": make.document_number(9, date(1980, 1, 1)),
        "guardian_phone": make.phone(700_098),
    },
]
RANDOM = set(
    "id user_id volunteer_id subject_id value_index volunteer_no personal_code_sealed password_hash".split()
)


def applications() -> list[Application]:
    found = []
    for number, row in enumerate(ROWS):
        said = {
            "name": "张小山",
            "document_number": make.document_number(number, ADULT),
            "political_status": "13",
        }
        values = {name: text for name, text in (said | row).items() if text}
        found.append(application_of(values, make.NORTH_SECOND if number % 2 else make.NORTH_COMMUNITY))
    return found


def one_by_one(clerk: Actor) -> None:
    for application in applications():
        perform(clerk, usecases.register, application=application)


def all_at_once(clerk: Actor) -> None:
    def many(work: Work) -> None:
        work.allow(Permission.VOLUNTEER_IMPORT, region=make.NORTH)
        policy = registration_policy(work.today)
        entries = [Entry(n, each, checked(work, each, policy)) for n, each in enumerate(applications())]
        assert register_many(work, entries, policy) == {}

    perform(clerk, many)


@pytest.fixture
def two_apps(
    make_app: Callable[..., Flask], databases: Databases, database_kind: str
) -> Iterator[list[Flask]]:
    with databases.fresh(database_kind) as first, databases.fresh(database_kind) as second:
        yield [make_app(first), make_app(second)]


def left_by(app: Flask, act: Callable[[Actor], None]) -> dict[str, Any]:
    with app.app_context():
        make.region_tree()
        clerk = make.officer(phone_number=make.phone(700_000))
        act(clerk)
        session().rollback()
        tables: list[type[Any]] = [User, Volunteer, Guardian, Consent]
        label = str(clerk.label)
        found: dict[str, Any] = {
            table.__tablename__: Counter(_plain(row, label) for row in session().scalars(select(table)))
            for table in tables
        }
        found["claims"] = Counter(
            (row.kind, row.shard_code, row.claimed_at) for row in session().scalars(select(Claim))
        )
        found["events"] = Counter(_event(row, label) for row in session().scalars(select(Event)))
        found["leads"] = _leads()
        return found


def _plain(row: Any, clerk: str) -> tuple[tuple[str, str], ...]:
    """A row in clear, without what is drawn or made anew each time, but with whether it is there."""
    cells = {}
    for column in Base.metadata.tables[row.__tablename__].columns:
        value = getattr(row, column.name)
        if column.name in RANDOM:
            value = None if value is None else len(str(value)) if column.name == "volunteer_no" else "drawn"
        elif column.name.endswith("_sealed") and value:
            place = f"{row.__tablename__}.{column.name.removesuffix('_sealed')}"
            value = runtime().vault.decrypt(value, f"{place}:{Key(row.shard_code, row.id)}")
        cells[column.name] = str(value).replace(clerk, "the clerk")
    return tuple(sorted(cells.items()))


def _event(row: Event, clerk: str) -> tuple[str, ...]:
    data = {name: value for name, value in row.data.items() if name != "ward"}
    return row.name, str(row.at), row.actor.replace(clerk, "the clerk"), str(sorted(data.items()))


def _leads() -> list[bool]:
    """Whether each claim leads to the row whose value it is, and each account to its volunteer."""
    vault, found = runtime().vault, []
    holders = {row.value_index: row.subject_id for row in session().scalars(select(Claim))}
    users = {row.id: row for row in session().scalars(select(User))}
    for row in session().scalars(select(Volunteer)):
        code = vault.decrypt(row.personal_code_sealed or "", f"volunteers.personal_code:{row.key}")
        found.append(holders[vault.blind_index("personal-code", code)] == row.id)
        if row.user_id is not None:
            phone = vault.decrypt(row.phone_sealed or "", f"volunteers.phone:{row.key}")
            found.append(holders[vault.blind_index("phone", phone)] == row.user_id)
            found.append(users[row.user_id].volunteer_id == row.id)
    return sorted(found)


def test_both_ways_leave_the_same(two_apps: list[Flask], clock: FakeClock) -> None:
    first, second = (left_by(app, act) for app, act in zip(two_apps, (one_by_one, all_at_once), strict=True))
    assert set(first) == set(second)
    for name in first:
        assert first[name] == second[name], name
    assert sum(first["volunteers"].values()) == len(ROWS)
    assert all(first["leads"])
