"""The audit trail and the access log: everything is there, newest first, within one's own counties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.event import listen

from tests.support import make_people as people
from tests.support import make_projects as projects
from tests.support.clock import FakeClock
from tests.support.statements import StatementGuard
from timebank.kernel.audit import Asked, Entry, note_export, trail, whole_trail
from timebank.kernel.db import db, session
from timebank.kernel.errors import Forbidden, Invalid, Unauthenticated
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers.access_log import Access, AccessAsked, access_log
from timebank.volunteers.usecases import unmask


@pytest.fixture
def world(app_context: Flask) -> Flask:
    people.region_tree()
    return app_context


def _auditor(region: int = people.NORTH) -> Actor:
    return people.officer(Role.AUDITOR, region)


def _names(actor: Actor, **asked: Any) -> list[str]:
    found = trail(actor, Asked(**asked), limit=200).items
    return [entry.name for entry in found]


def _every_page(actor: Actor, asked: Asked, limit: int) -> list[Entry]:
    found, cursor = [], None
    while True:
        page = trail(actor, asked, limit=limit, cursor=cursor)
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            return found
        cursor = page.next


def test_it_is_read_newest_first_page_by_page(world: Flask, clock: FakeClock) -> None:
    for _ in range(5):
        clock.set(clock.now() + timedelta(minutes=1))
        people.volunteer()
    auditor = _auditor()
    whole = trail(auditor, Asked(), limit=200).items
    assert [entry.at for entry in whole] == sorted((entry.at for entry in whole), reverse=True)
    assert [entry.id for entry in _every_page(auditor, Asked(), 3)] == [entry.id for entry in whole]
    assert [entry.id for entry in whole_trail(auditor, Asked())] == [entry.id for entry in whole]


def test_everybody_sees_their_own_counties(world: Flask) -> None:
    people.volunteer()
    people.volunteer(region_code=people.SOUTH_COMMUNITY)
    north, south = _auditor(), _auditor(people.SOUTH)
    city, nation = _auditor(people.CITY), _auditor(0)
    seen = {
        actor: {entry.subject.shard for entry in trail(actor, Asked(), limit=200).items}
        for actor in (north, south, city, nation)
    }
    assert seen[north] == {511102}
    assert seen[south] == {511111}
    assert {511102, 511111} <= seen[city]
    assert seen[nation] >= seen[city]
    assert _names(north, region=people.SOUTH) == []
    assert set(_names(city, region=people.SOUTH, name="volunteer.submitted")) == {"volunteer.submitted"}


@pytest.mark.parametrize("region", [people.NORTH_TOWN, people.NORTH_COMMUNITY])
def test_less_than_a_county_sees_nothing(world: Flask, region: int) -> None:
    people.volunteer()
    assert _names(_auditor(region)) == []
    assert _names(SYSTEM, region=region) == []


def test_the_filters(world: Flask, clock: FakeClock) -> None:
    key = people.volunteer()
    clock.set(clock.now() + timedelta(days=3))
    clerk, later = people.officer(), people.applicant()
    perform(clerk, unmask, volunteer=key, fields=["phone"], purpose="核对联系电话")
    auditor = _auditor()
    assert sorted(_names(auditor, subject=key)) == [
        "volunteer.identity_verified",
        "volunteer.registered",
        "volunteer.submitted",
        "volunteer.unmasked",
    ]
    assert _names(auditor, by=str(clerk.user)) == ["volunteer.unmasked"]
    assert set(_names(auditor, by="anonymous")) == {"user.created", "volunteer.submitted"}
    assert _names(auditor, name="volunteer.registered") == ["volunteer.registered"]
    assert _names(
        auditor, name="volunteer.submitted", since=date(2026, 11, 24), until=date(2026, 11, 24)
    ) == ["volunteer.submitted"]
    assert _names(auditor, until=date(2026, 11, 20)) == []
    assert sorted(_names(auditor, since=date(2026, 11, 21), until=date(2026, 11, 23), subject=later)) == []


@pytest.mark.parametrize(("moment", "days"), [("15:59:59.999", 20), ("16:00:00", 21)])
def test_days_are_local_ones(world: Flask, clock: FakeClock, moment: str, days: int) -> None:
    """Midnight in Shanghai is four in the afternoon in Greenwich."""
    clock.set(datetime.fromisoformat(f"2026-11-20T{moment}").replace(tzinfo=UTC))
    key, day = people.applicant(), date(2026, 11, days)
    assert _names(SYSTEM, subject=key, since=day, until=day) == ["volunteer.submitted"]
    before = day - timedelta(days=1)
    assert _names(SYSTEM, subject=key, until=before) == []


@pytest.mark.parametrize("cursor", ["x", "WzFd", "e30"])
def test_a_foreign_cursor_is_refused(world: Flask, cursor: str) -> None:
    with pytest.raises(Invalid):
        trail(SYSTEM, Asked(), cursor=cursor)
    with pytest.raises(Invalid):
        access_log(SYSTEM, AccessAsked(), cursor=cursor)


def test_only_auditors_read(world: Flask) -> None:
    for actor, refusal in ((ANONYMOUS, Unauthenticated), (people.officer(), Forbidden)):
        for read in (lambda who: trail(who, Asked()), lambda who: access_log(who, AccessAsked())):
            with pytest.raises(refusal):
                read(actor)
        with pytest.raises(refusal):
            list(whole_trail(actor, Asked()))
        with pytest.raises(refusal):
            perform(actor, note_export, asked=Asked())


def test_taking_it_away_is_an_entry_too(world: Flask) -> None:
    auditor = _auditor()
    perform(auditor, note_export, asked=Asked(name="role.granted", since=date(2026, 11, 1)))
    entry = trail(auditor, Asked(name="audit.exported")).items[0]
    assert (entry.user, entry.subject.shard) == (auditor.user, 511102)
    assert entry.data == {
        "region": people.NORTH,
        "event": "role.granted",
        "since": "2026-11-01",
        "until": None,
    }


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(
    "asked",
    [Asked(), Asked(name="x"), Asked(by="system"), Asked(region=people.NORTH), Asked(region=people.CITY)],
    ids=["all", "name", "actor", "county", "city"],
)
def test_an_index_gives_the_order(world: Flask, asked: Asked, statement_guard: StatementGuard) -> None:
    """Nothing is sorted, so the newest fifty of millions cost what the newest fifty of sixty do."""
    executed: list[tuple[str, Any]] = []
    listen(db.engine, "before_cursor_execute", lambda *given: executed.append((given[2], given[3])))
    trail(SYSTEM, asked)
    statement, values = executed[-1]
    with statement_guard.off():
        plan = session().connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    steps = [row[3] for row in plan]
    assert any("USING INDEX" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


# --- the access log ---------------------------------------------------------------------------------


def _accesses(actor: Actor, **asked: Any) -> list[Access]:
    return access_log(actor, AccessAsked(**asked)).items


def test_the_access_log_tells_who_saw_what_of_whom(world: Flask, clock: FakeClock) -> None:
    north, south = people.volunteer(), people.volunteer(region_code=people.SOUTH_COMMUNITY)
    clerk, other = people.officer(), people.officer(region=people.SOUTH)
    perform(clerk, unmask, volunteer=north, fields=["phone", "document_number"], purpose="办理保险")
    clock.set(clock.now() + timedelta(days=1))
    perform(other, unmask, volunteer=south, fields=["phone"], purpose="电话回访")
    entry = _accesses(_auditor())[0]
    assert (entry.user, entry.volunteer, entry.purpose) == (clerk.user, north, "办理保险")
    assert set(entry.fields) == {"document_number", "phone"}
    city = _auditor(people.CITY)
    assert [each.volunteer for each in _accesses(city)] == [south, north]
    assert [each.volunteer for each in _accesses(city, by=str(clerk.user))] == [north]
    assert [each.volunteer for each in _accesses(city, region=people.SOUTH)] == [south]
    assert [each.volunteer for each in _accesses(city, volunteer_no=entry.volunteer_no)] == [north]
    assert [each.volunteer for each in _accesses(city, until=date(2026, 11, 21))] == [north]
    assert _accesses(city, volunteer_no="nobody") == []
    assert [each.volunteer for each in _accesses(_auditor(people.SOUTH_TOWN))] == [south]
    first = access_log(city, AccessAsked(), limit=1)
    second = access_log(city, AccessAsked(), limit=1, cursor=first.next)
    assert [each.volunteer for each in first.items + second.items] == [south, north]
    assert second.next is None


def test_projects_are_in_the_trail(world: Flask) -> None:
    event = projects.event()
    projects.signed_up(event.shift)
    names = set(_names(_auditor()))
    assert {"project.approved", "shift.added", "sign_up.accepted", "organization.registered"} <= names
