"""Nobody is approved without the needed consents; the office records those that were signed."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.support import make_files as files
from tests.support import make_people as make
from tests.support.threads import in_threads
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Role
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Consent, Volunteer

pytestmark = pytest.mark.usefixtures("doors", "app_context")
NEEDED = ["privacy", "sensitive"]


@pytest.fixture
def clerk(app_context: Flask) -> Actor:
    make.region_tree()
    return make.officer()


@pytest.fixture
def imported(clerk: Actor) -> Key:
    """Somebody from a file of another officer, who waits."""
    files.imported(make.officer(), files.csv_bytes(files.people(1)))
    return session().scalars(select(Volunteer)).one().key


def record(actor: Actor, volunteer: Key, purposes: list[str]) -> None:
    perform(actor, usecases.record_consents, volunteer=volunteer, purposes=purposes)


def approve(actor: Actor, volunteer: Key) -> None:
    perform(actor, usecases.approve, volunteer=volunteer, method="in_person")


def status(volunteer: Key) -> str:
    session().rollback()
    return queries.status_of(volunteer).value


def test_approval_waits_for_the_needed_consents(clerk: Actor, imported: Key) -> None:
    for given in ([], ["publication"], ["privacy"]):
        if given:
            record(clerk, imported, given)
        with pytest.raises(Conflict, match="consent-missing"):
            approve(clerk, imported)
        assert status(imported) == "verifying"
    record(clerk, imported, NEEDED)
    approve(clerk, imported)
    assert status(imported) == "registered"


def test_a_consent_that_was_taken_back_does_not_count(clerk: Actor) -> None:
    person = make.applicant()
    session().execute(
        update(Consent)
        .where(Consent.shard_code == person.shard, Consent.purpose == "sensitive")
        .values(withdrawn_at=runtime().clock.now(), withdrawn_by="somebody")
    )
    session().commit()
    with pytest.raises(Conflict, match="consent-missing"):
        approve(clerk, person)
    assert queries.person(clerk, person).open_consents == ["sensitive", "publication"]


def test_what_was_signed_is_kept_with_channel_and_officer(clerk: Actor, imported: Key) -> None:
    record(clerk, imported, NEEDED)
    found = list(session().scalars(select(Consent)))
    assert {(c.purpose, c.channel, c.given_by) for c in found} == {(p, "window", clerk.label) for p in NEEDED}
    told = session().scalars(select(Event).where(Event.name == "volunteer.consents_recorded")).one()
    assert told.data == {"purposes": NEEDED}


def test_twice_changes_nothing(clerk: Actor, imported: Key) -> None:
    record(clerk, imported, NEEDED)
    record(clerk, imported, [*NEEDED, "publication"])
    record(clerk, imported, NEEDED)
    assert len(list(session().scalars(select(Consent)))) == 3


def test_two_officers_at_once_keep_one_of_each(app: Flask, clerk: Actor, imported: Key) -> None:
    in_threads(app, 4, lambda: record(clerk, imported, NEEDED))
    session().rollback()
    assert len(list(session().scalars(select(Consent)))) == 2


@pytest.mark.parametrize("purposes", [[], ["guardian"], ["everything"]])
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_only_what_is_offered_is_recorded(clerk: Actor, imported: Key, purposes: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        record(clerk, imported, purposes)
    assert list(refused.value.fields) == ["purposes"]


def test_strangers_and_supervisors_record_nothing(clerk: Actor, imported: Key) -> None:
    with pytest.raises(NotFound):
        record(make.officer(Role.COMMUNITY_WORKER, make.SOUTH), imported, NEEDED)
    with pytest.raises(Forbidden):
        record(make.officer(Role.AUTHORITY), imported, NEEDED)
    assert list(session().scalars(select(Consent))) == []


def test_for_who_is_gone_nothing_is_recorded(clerk: Actor, imported: Key) -> None:
    session().execute(
        update(Volunteer).where(Volunteer.shard_code == imported.shard).values(status="deceased")
    )
    session().commit()
    with pytest.raises(Conflict, match="wrong-status"):
        record(SYSTEM, imported, NEEDED)
