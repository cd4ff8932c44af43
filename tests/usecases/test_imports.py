"""Imports: staged, judged, taken in; refused, repeated, stopped; and what a stranger sees of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from tests.support import make_files as files
from tests.support import make_people as make
from tests.support.clock import FakeClock
from timebank.identity.models import RoleGrant, User
from timebank.kernel import claims
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.relay import deliver
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import Consent, Guardian, ImportProblem, ImportRow, Volunteer, VolunteerImport
from timebank.volunteers.queries import ImportCard
from timebank.volunteers.usecases import imports as flow
from timebank.wiring import SUBSCRIPTIONS

pytestmark = pytest.mark.usefixtures("doors", "app_context", "tree")

Cells = tuple[str, ...]


@pytest.fixture
def tree(app_context: Flask) -> None:
    make.region_tree()


@pytest.fixture
def clerk(tree: None) -> Actor:
    return make.officer()


def card(key: Key, actor: Actor = SYSTEM) -> ImportCard:
    session().rollback()
    return queries.volunteer_import(actor, key)


def counts(key: Key) -> dict[str, int]:
    found = card(key)
    names = "rows ready faulty known entered late".split()
    return {name: getattr(found, name) for name in names if getattr(found, name)}


def problems(key: Key) -> list[tuple[int, str, str]]:
    session().rollback()
    return [(each.line, each.field, each.code) for each in queries.every_problem(SYSTEM, key)]


def move(actor: Actor, key: Key, name: str) -> None:
    perform(actor, usecases.move_import, volunteer_import=key, move=name)


def rows_of(table: type[Any]) -> list[Any]:
    session().rollback()
    session().expire_all()
    return list(session().scalars(select(table)))


def count(table: type[Any]) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(table)) or 0


def events(name: str) -> list[dict[str, Any]]:
    session().rollback()
    return list(session().scalars(select(Event.data).where(Event.name == name)))


def changed(number: int, **cells: str) -> Cells:
    """A sound row in which some cells are otherwise."""
    place = dict(
        zip("name document phone region political skills categories address".split(), range(8), strict=True)
    )
    row = list(files.person(number))
    for name, value in cells.items():
        row[place[name]] = value
    return tuple(row)


def csv(rows: Iterable[Cells]) -> bytes:
    return files.csv_bytes(rows)


# --- the way of a file ------------------------------------------------------------------------------


def test_a_file_is_judged_first_and_registers_nobody(clerk: Actor) -> None:
    key = files.stage(clerk, csv(files.people(5)))
    assert (card(key).status, counts(key)) == ("checking", {"rows": 5})
    files.work_on(key)
    assert (card(key).status, counts(key)) == ("checked", {"rows": 5, "ready": 5})
    assert (count(Volunteer), count(ImportRow), problems(key)) == (0, 5, [])


def test_who_is_imported_waits_with_open_consents(clerk: Actor) -> None:
    key = files.imported(clerk, csv(files.people(3)))
    assert (card(key).status, counts(key)) == ("done", {"rows": 3, "ready": 3, "entered": 3})
    people = rows_of(Volunteer)
    assert {(p.status, p.channel, p.entered_by, p.identity_verified_at) for p in people} == {
        ("verifying", "import", clerk.label, None)
    }
    assert count(Consent) == 0
    assert {user.volunteer_id for user in rows_of(User)} >= {person.id for person in people}
    assert [each["status"] for each in events("volunteer.submitted")] == ["verifying"] * 3
    person = queries.person(clerk, people[0].key)
    assert person.open_consents == ["privacy", "sensitive", "publication"]


def test_who_is_imported_signs_in_by_phone(clerk: Actor) -> None:
    files.imported(clerk, csv(files.people(1)))
    user = claims.holder("phone", files.person(0)[2])
    assert user
    actor = make.actor_of_user(user)
    assert actor.volunteer == rows_of(Volunteer)[0].key
    assert actor.grants == ()


def test_the_worker_does_all_of_it(clerk: Actor) -> None:
    key = files.stage(clerk, csv(files.people(3)))
    while deliver(SUBSCRIPTIONS).done:
        pass
    assert card(key).status == "checked"
    move(clerk, key, "start")
    while deliver(SUBSCRIPTIONS).done:
        pass
    assert (card(key).status, counts(key)["entered"]) == ("done", 3)


def test_batches_follow_one_another(clerk: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "BATCH", 2)
    monkeypatch.setattr(flow, "STAGING", 2)
    key = files.stage(clerk, csv(files.people(5)))
    steps = []
    while perform(SYSTEM, usecases.advance_import, volunteer_import=key):
        steps.append(card(key).handled)
    assert steps == [2, 4]
    move(clerk, key, "start")
    files.work_on(key)
    assert (card(key).status, counts(key)) == ("done", {"rows": 5, "ready": 5, "entered": 5})
    while deliver(SUBSCRIPTIONS).done:
        pass
    assert count(Volunteer) == 5


def test_the_same_file_again_doubles_nobody(clerk: Actor) -> None:
    files.imported(clerk, csv(files.people(3)))
    again = files.checked(clerk, csv(files.people(4)))
    assert counts(again) == {"rows": 4, "ready": 1, "known": 3}
    assert problems(again) == [(line, "document_number", "document-registered") for line in (2, 3, 4)]
    move(clerk, again, "start")
    files.work_on(again)
    assert count(Volunteer) == 4


def test_a_file_without_a_sound_row_cannot_be_started(clerk: Actor) -> None:
    key = files.checked(clerk, csv([changed(1, name="1")]))
    assert counts(key) == {"rows": 1, "faulty": 1}
    with pytest.raises(Conflict, match="nothing-to-import"):
        move(clerk, key, "start")


# --- what is wrong with rows ------------------------------------------------------------------------


GOOD = files.person(1)
FAULTS: list[tuple[dict[str, str], tuple[str, str]]] = [
    ({"name": "7号"}, ("name", "not-a-name")),
    ({"name": ""}, ("name", "required")),
    ({"document": ""}, ("document_number", "required")),
    ({"document": "12345"}, ("document_number", "document-form")),
    (
        {"document": GOOD[1][:17] + ("4" if GOOD[1][17] != "4" else "5")},
        ("document_number", "document-check"),
    ),
    ({"document": GOOD[1][:15] + "000"}, ("document_number", "number-damaged")),
    ({"document": "1.1010519E+17"}, ("document_number", "number-damaged")),
    ({"document": make.document_number(1, date(2012, 1, 1))}, ("guardian_name", "guardian-required")),
    ({"phone": "110"}, ("phone", "not-a-mobile-number")),
    ({"region": "无此社区"}, ("region_code", "unknown-community")),
    ({"region": "511102001999"}, ("region_code", "unknown-community")),
    ({"region": f"{make.SOUTH_COMMUNITY}"}, ("region_code", "community-outside")),
    ({"region": ""}, ("region_code", "required")),
    ({"political": "无"}, ("political_status", "not-a-choice")),
    ({"political": ""}, ("political_status", "required")),
    ({"skills": "急救、飞行"}, ("skills", "not-a-choice")),
    ({"categories": "扶老，legal, schooling; relief_help、environment"}, ("categories", "too-many-chosen 4")),
    ({"address": "长" * 121}, ("address", "too-long 120")),
]


@pytest.mark.parametrize(("cells", "problem"), FAULTS, ids=str)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_faulty_row_is_reported_with_line_and_column(
    clerk: Actor, cells: dict[str, str], problem: tuple[str, str]
) -> None:
    key = files.checked(clerk, csv([files.person(0), changed(1, **cells), files.person(2)]))
    assert problems(key) == [(3, *problem)]
    assert counts(key) == {"rows": 3, "ready": 2, "faulty": 1}


def test_every_fault_of_a_row_is_named_and_the_others_go_in(clerk: Actor) -> None:
    rows = [files.person(0), changed(1, name="1", phone="110", region="无此社区"), files.person(2)]
    key = files.imported(clerk, csv(rows))
    assert {(field, code) for _, field, code in problems(key)} == {
        ("name", "not-a-name"),
        ("phone", "not-a-mobile-number"),
        ("region_code", "unknown-community"),
    }
    assert counts(key) == {"rows": 3, "ready": 2, "faulty": 1, "entered": 2}


def test_what_stands_twice_in_a_file_counts_once(clerk: Actor) -> None:
    first = files.person(0)
    rows = [
        first,
        changed(1, document=first[1].lower()),
        changed(2, phone=f"+86 {first[2]}"),
        changed(3, phone=""),
    ]
    key = files.imported(clerk, csv(rows))
    assert problems(key) == [(3, "document_number", "document-repeated 2"), (4, "phone", "phone-repeated 2")]
    assert counts(key) == {"rows": 4, "ready": 2, "known": 1, "faulty": 1, "entered": 2}


def test_a_phone_of_somebody_else_is_seen(clerk: Actor) -> None:
    make.applicant(phone=files.person(0)[2])
    key = files.checked(clerk, csv(files.people(1)))
    assert problems(key) == [(2, "phone", "phone-taken")]


@pytest.mark.parametrize(
    "written",
    [
        "高墩子社区",
        "高墩子社区居委会",
        str(make.NORTH_COMMUNITY),
        f"高墩子社区 {make.NORTH_COMMUNITY}",
        "泊水街道高墩子社区",
        "四川省乐山市市中区泊水街道高墩子社区",
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_community_is_known_by_what_people_write(clerk: Actor, written: str) -> None:
    if written.endswith("居委会"):
        session().execute(text(f"UPDATE regions SET name = '{written}' WHERE code = {make.NORTH_COMMUNITY}"))  # noqa: S608
        session().commit()
        written = written.removesuffix("居委会")
    key = files.imported(clerk, csv([changed(1, region=written)]))
    assert problems(key) == []
    assert rows_of(Volunteer)[0].region_code == make.NORTH_COMMUNITY


def test_a_name_that_two_communities_have_is_asked_for(clerk: Actor) -> None:
    session().execute(text(f"UPDATE regions SET name = '高墩子社区' WHERE code = {make.NORTH_SECOND}"))  # noqa: S608
    session().commit()
    key = files.checked(clerk, csv([changed(1, region="高墩子社区")]))
    assert problems(key) == [(2, "region_code", "ambiguous-community")]


GUARDED = (
    "Name",
    "Document number",
    "Community or village",
    "Political status",
    "Mobile number",
    "Name of the guardian",
    "Relation of the guardian",
    "Document number of the guardian",
    "Mobile number of the guardian",
)


def child(number: int, born_on: date, **changes: str) -> Cells:
    cells = {
        "name": "张小山",
        "document": make.document_number(number, born_on),
        "region": "高墩子社区",
        "political": "13",
        "phone": make.phone(500_000 + number),
        "guardian": "张大山",
        "relation": "父亲",
        "guardian_document": make.document_number(1, date(1980, 1, 1)),
        "guardian_phone": make.phone(600_000),
    }
    return tuple((cells | changes).values())


def test_children_come_with_their_guardian(clerk: Actor) -> None:
    young, older = child(1, date(2018, 1, 1)), child(2, date(2010, 1, 1))
    key = files.imported(clerk, files.csv_bytes([young, older], GUARDED))
    assert (problems(key), counts(key)["entered"]) == ([], 2)
    assert count(Guardian) == 2
    people = sorted(rows_of(Volunteer), key=lambda each: each.born_on)
    assert [p.user_id is None for p in people] == [False, True]
    assert {p.name for p in people} == {"张*山"}
    assert {p.status for p in people} == {"verifying"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"guardian_phone": ""}, ("guardian_phone", "not-a-mobile-number")),
        ({"relation": "邻居"}, ("guardian_relation", "not-a-choice")),
        ({"guardian_document": "9.9E+17"}, ("guardian_document_number", "number-damaged")),
        (
            {"guardian_document": make.document_number(1, date(2012, 1, 1))},
            ("guardian_document_number", "guardian-is-minor"),
        ),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_guardian_is_judged_too(clerk: Actor, changes: dict[str, str], problem: tuple[str, str]) -> None:
    key = files.checked(clerk, files.csv_bytes([child(1, date(2015, 1, 1), **changes)], GUARDED))
    assert problems(key) == [(2, *problem)]


def test_a_guardians_phone_that_is_the_childs_own_is_found_while_registering(clerk: Actor) -> None:
    row = child(1, date(2010, 1, 1), guardian_phone=make.phone(500_001))
    key = files.imported(clerk, files.csv_bytes([row, child(2, date(2010, 1, 1))], GUARDED))
    assert problems(key) == [(2, "guardian_phone", "guardian-phone-is-own")]
    assert counts(key) == {"rows": 2, "ready": 2, "late": 1, "entered": 1}
    assert count(Volunteer) == 1


def test_an_officer_in_the_own_file_volunteers_by_the_own_account() -> None:
    officer = make.officer(phone_number=files.person(0)[2])
    key = files.imported(officer, csv(files.people(2)))
    assert counts(key)["entered"] == 2
    assert officer.user
    assert make.actor_of_user(officer.user).volunteer is not None


# --- what happens meanwhile -------------------------------------------------------------------------


def test_who_registers_between_dry_run_and_start_is_not_doubled(clerk: Actor) -> None:
    key = files.checked(clerk, csv(files.people(3)))
    make.applicant(document_number=files.person(0)[1], phone=make.phone())
    make.applicant(phone=files.person(1)[2])
    move(clerk, key, "start")
    files.work_on(key)
    assert problems(key) == [(2, "document_number", "document-registered"), (3, "phone", "phone-taken")]
    assert counts(key) == {"rows": 3, "ready": 3, "entered": 1, "late": 2}
    assert claims.holder("document", files.person(1)[1]) is None


def test_pausing_and_going_on(clerk: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "BATCH", 2)
    key = files.checked(clerk, csv(files.people(5)))
    move(clerk, key, "start")
    perform(SYSTEM, usecases.advance_import, volunteer_import=key)
    move(clerk, key, "pause")
    assert not perform(SYSTEM, usecases.advance_import, volunteer_import=key)
    assert (card(key).status, count(Volunteer)) == ("paused", 2)
    move(clerk, key, "resume")
    files.work_on(key)
    assert (card(key).status, count(Volunteer)) == ("done", 5)


def test_giving_up_deletes_the_rows_and_keeps_who_is_in(
    clerk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "BATCH", 2)
    key = files.checked(clerk, csv([*files.people(4), changed(9, name="1")]))
    move(clerk, key, "start")
    perform(SYSTEM, usecases.advance_import, volunteer_import=key)
    move(clerk, key, "cancel")
    assert (card(key).status, count(ImportRow), count(Volunteer)) == ("cancelled", 0, 2)
    assert len(problems(key)) == 1
    for name in ("start", "pause", "resume", "cancel"):
        with pytest.raises(Conflict, match="wrong-status"):
            move(clerk, key, name)


def test_who_loses_the_right_registers_nobody_any_more(clerk: Actor) -> None:
    key = files.checked(clerk, csv(files.people(3)))
    move(clerk, key, "start")
    for grant in rows_of(RoleGrant):
        grant.revoked_at = runtime().clock.now()
    session().commit()
    assert not perform(SYSTEM, usecases.advance_import, volunteer_import=key)
    assert (card(key).status, card(key).note) == ("cancelled", "right-lost")
    assert (count(Volunteer), count(ImportRow)) == (0, 0)


def test_rows_are_deleted_some_time_after_the_end(clerk: Actor, clock: FakeClock) -> None:
    done = files.imported(clerk, csv(files.people(2)))
    forgotten = files.checked(clerk, csv([*files.people(1, start=10), changed(12, name="1")]))
    clock.advance(days=29)
    assert perform(SYSTEM, usecases.sweep_imports, on=date(2026, 12, 20)) == {"imports": 0, "import_rows": 0}
    clock.advance(days=2)
    assert perform(SYSTEM, usecases.sweep_imports, on=date(2026, 12, 22)) == {"imports": 2, "import_rows": 4}
    assert count(ImportRow) == 0
    assert (card(done).status, card(forgotten).status) == ("done", "cancelled")
    assert (card(forgotten).note, len(problems(forgotten))) == ("too-old", 1)
    assert perform(SYSTEM, usecases.sweep_imports, on=date(2026, 12, 22)) == {"imports": 0, "import_rows": 0}


def test_a_file_that_nobody_finished_is_found_again(clerk: Actor) -> None:
    content = csv(files.people(2))
    key = files.checked(clerk, content)
    digest = rows_of(VolunteerImport)[0].file_hash

    def unfinished(actor: Actor, region: int = make.NORTH) -> Key | None:
        return perform(actor, usecases.unfinished_import, region=region, digest=digest)

    assert unfinished(clerk) == key
    assert unfinished(clerk, make.NORTH_TOWN) is None
    assert unfinished(make.officer()) is None
    move(clerk, key, "cancel")
    assert unfinished(clerk) is None


# --- who may ----------------------------------------------------------------------------------------


def test_an_import_stays_inside_the_officers_region(clerk: Actor) -> None:
    for region, refusal in ((make.SOUTH, NotFound), (make.CITY, NotFound)):
        with pytest.raises(refusal):
            files.stage(clerk, csv(files.people(1)), region=region)
    with pytest.raises(Unauthenticated):
        files.stage(ANONYMOUS, csv(files.people(1)))
    with pytest.raises(Forbidden):
        files.stage(make.officer(Role.AUDITOR), csv(files.people(1)))
    assert count(VolunteerImport) == 0


def test_a_region_must_exist() -> None:
    with pytest.raises(Invalid) as refused:
        files.stage(SYSTEM, csv(files.people(1)), region=511199000000)
    assert refused.value.fields == {"region_code": ["no-such-region"]}


def test_a_stranger_of_another_county_sees_nothing(clerk: Actor) -> None:
    key = files.checked(clerk, csv([changed(1, name="1")]))
    stranger = make.officer(Role.COMMUNITY_WORKER, make.SOUTH)
    assert queries.import_cards(stranger).items == []
    for ask in (queries.volunteer_import, queries.import_problems, queries.every_problem):
        with pytest.raises(NotFound):
            ask(stranger, key)  # type: ignore[operator]
    for name in ("start", "pause", "resume", "cancel"):
        with pytest.raises(NotFound):
            move(stranger, key, name)
    with pytest.raises(Forbidden):
        perform(clerk, usecases.advance_import, volunteer_import=key)
    above = make.officer(Role.AUTHORITY, make.CITY)
    assert [each.key for each in queries.import_cards(above).items] == [key]
    assert queries.volunteer_import(above, key).uploaded_by == "李工"


def test_lists_come_page_by_page(clerk: Actor, clock: FakeClock) -> None:
    keys = []
    for number in range(3):
        clock.advance(seconds=1)
        keys.append(files.checked(clerk, csv([changed(number, name="1"), changed(number + 10, name="1")])))
    first = queries.import_cards(clerk, limit=2)
    rest = queries.import_cards(clerk, limit=2, cursor=first.next)
    assert [each.key for each in (*first.items, *rest.items)] == keys[::-1]
    assert rest.next is None
    one = queries.import_problems(clerk, keys[0], limit=1)
    two = queries.import_problems(clerk, keys[0], limit=1, cursor=one.next)
    assert [each.line for each in (*one.items, *two.items)] == [2, 3]
    assert two.next is None
    with pytest.raises(Invalid, match="invalid-cursor"):
        queries.import_problems(clerk, keys[0], cursor="bm9uc2Vuc2U")


def test_nothing_personal_stands_in_clear_in_what_an_import_keeps(clerk: Actor) -> None:
    key = files.checked(clerk, csv([changed(1, document=GOOD[1][:17] + "9", name="诸葛不亮")]))
    kept = [row.content_sealed for row in rows_of(ImportRow)]
    told = [f"{each.line} {each.field} {each.code}" for each in rows_of(ImportProblem)]
    for secret in ("诸葛不亮", GOOD[1][:17], GOOD[2], GOOD[7]):
        assert not [line for line in (*kept, *told) if secret in line]
    assert [event for event in events("volunteer_import.uploaded")] == [{"region": make.NORTH, "rows": 1}]
    assert card(key).file_name == "名单.csv"
