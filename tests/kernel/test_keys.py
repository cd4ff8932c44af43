"""Rotation of field and index keys: all is carried over, nobody's change is lost, nothing doubles."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, event, select, update

from tests.support import keys, make_projects
from tests.support import make_people as people
from tests.support.threads import together
from timebank.kernel import claims
from timebank.kernel.claims import Claim
from timebank.kernel.db import db, runtime, session
from timebank.kernel.errors import Conflict, Forbidden, NotFound, Unauthenticated
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.keys import (
    Rotation,
    carry_claims,
    claims_in_use,
    fields_in_use,
    place,
    reseal,
    rotate,
    sealed_columns,
)
from timebank.kernel.policy import ANONYMOUS, SYSTEM, Actor, Role
from timebank.kernel.work import Work, perform
from timebank.volunteers.models import Volunteer
from timebank.volunteers.rules import Application
from timebank.volunteers.usecases import register

Services = Callable[..., Flask]


@pytest.fixture
def stages(make_app: Services, database_url: str) -> dict[str, Flask]:
    """The service before, during and after a change of keys, on one database with a few people."""
    made = {
        "old": make_app(database_url, **keys.OLD),
        "both": make_app(database_url, **keys.BOTH),
        "new": make_app(database_url, **keys.NEW),
    }
    with made["old"].app_context():
        people.region_tree()
    return made


def _everything() -> dict[str, str]:
    """Every sealed field in clear, by its place."""
    found = {}
    for table, columns in sealed_columns().items():
        for row in session().execute(select(table)):
            for column in columns:
                if stored := getattr(row, column.name):
                    where = place(column, Key(row.shard_code, row.id))
                    found[where] = runtime().vault.decrypt(stored, where)
    session().rollback()
    return found


def _claimed() -> list[tuple[str, str, bool]]:
    rows = session().execute(select(Claim.kind, Claim.index_mark, Claim.is_copy))
    found = sorted((kind, mark or "", copy) for kind, mark, copy in rows)
    session().rollback()
    return found


# --- the whole way ----------------------------------------------------------------------------------


def test_everything_is_carried_over_and_the_old_keys_can_go(stages: dict[str, Flask]) -> None:
    with stages["old"].app_context():
        numbers = {people.volunteer(**_numbers(serial)): _numbers(serial) for serial in range(7000, 7012)}
        make_projects.event()
        before = _everything()
    with stages["both"].app_context():
        told: list[tuple[str, int]] = []
        done = rotate(5, lambda table, count: told.append((table, count)))
        assert done.faults == []
        assert done.fields >= 2 * len(numbers) + 1
        assert done.claims >= 3 * len(numbers) + 1
        assert {table for table, _ in told} >= {"volunteers", "users", "shifts", "claims"}
        assert rotate() == Rotation()
    with stages["new"].app_context():
        assert _everything() == before
        assert {use.key_id for use in fields_in_use(SYSTEM)} == {"t2"}
        mark = runtime().vault.index_marks[0]
        assert {(use.mark, use.is_copy) for use in claims_in_use(SYSTEM)} == {(mark, False)}
        for key, given in numbers.items():
            assert claims.holder("document", given["document_number"]) == key
        noted = session().scalars(select(Event).where(Event.name == "key.rotated")).one()
        assert noted.data == {"fields": done.fields, "claims": done.claims}


def _numbers(serial: int) -> dict[str, Any]:
    return {"document_number": people.document_number(serial), "phone": people.phone(serial)}


def test_what_a_stop_left_is_done_the_next_time(stages: dict[str, Flask]) -> None:
    with stages["old"].app_context():
        for _ in range(6):
            people.volunteer()
    with stages["both"].app_context():
        first = perform(SYSTEM, reseal, table="volunteers", limit=2)
        assert (first.changed, first.last is None) == (2, False)
        second = perform(SYSTEM, reseal, table="volunteers", after=first.last, limit=50)
        assert (second.changed, second.last) == (4, None)
        assert perform(SYSTEM, reseal, table="volunteers").changed == 0
        perform(SYSTEM, carry_claims, limit=3)
        assert {is_copy for _, _, is_copy in _claimed()} == {False}
        rotate()
    with stages["new"].app_context():
        assert len(_everything()) == 6 * 4


def test_aes_gives_way_to_sm4(make_app: Services, database_url: str) -> None:
    old = make_app(database_url)
    both = make_app(database_url, field_keys=f"{keys.OLD_FIELD},{keys.SM4_FIELD}")
    with old.app_context():
        people.region_tree()
        people.volunteer()
        before = _everything()
    with both.app_context():
        rotate()
    with make_app(database_url, field_keys=keys.SM4_FIELD).app_context():
        assert _everything() == before


# --- beside the running service ---------------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_change_made_meanwhile_survives(stages: dict[str, Flask], database_url: str) -> None:
    """Another connection writes between the reading of a batch and its writing; SQLite has one writer."""
    with stages["old"].app_context():
        key = people.volunteer()
    other = create_engine(database_url)
    statement = update(Volunteer).where(Volunteer.shard_code == key.shard, Volunteer.id == key.id)

    def write_first(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if text.startswith("UPDATE volunteers") and changed:
            with other.begin() as connection:
                connection.execute(statement.values(document_sealed=changed.pop()))

    with stages["both"].app_context():
        changed = [runtime().vault.encrypt("meanwhile", f"volunteers.document:{key}")]
        event.listen(db.engine, "before_cursor_execute", write_first)
        step = perform(SYSTEM, reseal, table="volunteers")
        assert (step.changed, step.passed_over, changed) == (0, 1, [])
        assert rotate().faults == [f"claims.document:{key}"]
        assert _everything()[f"volunteers.document:{key}"] == "meanwhile"
    other.dispose()


def test_two_keys_claim_under_both_so_that_older_processes_meet_the_claim(stages: dict[str, Flask]) -> None:
    with stages["both"].app_context():
        people.volunteer(**_numbers(7100))
        assert sorted({copy for _, _, copy in _claimed()}) == [False, True]
    for stage in ("old", "new"):
        with stages[stage].app_context():
            assert claims.holder("phone", people.phone(7100)) is not None
            with pytest.raises(Conflict, match="document-registered"):
                perform(
                    ANONYMOUS,
                    register,
                    application=Application(
                        **people.application(document_number=people.document_number(7100))
                    ),
                )


@pytest.mark.parametrize("carried", [False, True])
def test_nobody_registers_twice_across_the_change(stages: dict[str, Flask], carried: bool) -> None:
    with stages["old"].app_context():
        people.volunteer(**_numbers(7200))
    with stages["both"].app_context():
        if carried:
            rotate()
        before = _claimed()
        for field in ("document_number", "phone"):
            with pytest.raises(Conflict):
                perform(
                    ANONYMOUS,
                    register,
                    application=Application(**people.application(**{field: _numbers(7200)[field]})),
                )
        assert _claimed() == before


def test_a_released_value_is_free_under_every_key(stages: dict[str, Flask]) -> None:
    def release(work: Work) -> None:
        work.decided = True
        claims.release(work, "phone", people.phone(7300))

    with stages["old"].app_context():
        people.volunteer(**_numbers(7300))
    with stages["both"].app_context():
        perform(SYSTEM, release)
        assert claims.holder("phone", people.phone(7300)) is None
        people.volunteer(**_numbers(7301) | {"phone": people.phone(7300)})
    with stages["new"].app_context():
        assert claims.holder("phone", people.phone(7300)) is not None


def test_processes_with_old_and_with_both_keys_race_for_one_number(stages: dict[str, Flask]) -> None:
    given = [people.application(document_number=people.document_number(7400)) for _ in range(8)]

    def enter(number: int, start: Callable[[], object]) -> str:
        with stages["old" if number % 2 else "both"].app_context():
            start()
            try:
                perform(ANONYMOUS, register, application=Application(**given[number]))
            except Conflict as refused:
                return refused.code
            return "registered"

    answers = together(8, enter)
    assert sorted(answers) == ["document-registered"] * 7 + ["registered"]


# --- what cannot be carried over --------------------------------------------------------------------


def test_what_cannot_be_read_is_named_and_left_alone(stages: dict[str, Flask]) -> None:
    with stages["old"].app_context():
        key = people.volunteer()
        session().execute(
            update(Volunteer)
            .where(Volunteer.shard_code == key.shard, Volunteer.id == key.id)
            .values(document_sealed="t1.AAAA", phone_sealed="k9.AAAA")
        )
        session().commit()
    with stages["both"].app_context():
        done = rotate()
        assert done.faults == [
            f"volunteers.document:{key}",
            f"volunteers.phone:{key}",
            f"claims.document:{key}",
        ]
        stored = session().get_one(Volunteer, (key.shard, key.id))
        assert (stored.document_sealed, stored.phone_sealed) == ("t1.AAAA", "k9.AAAA")
        assert stored.personal_code_sealed.startswith("t2.")


def test_claims_older_than_the_record_of_keys_are_recorded(stages: dict[str, Flask]) -> None:
    with stages["old"].app_context():
        people.volunteer()
        session().execute(update(Claim).where(Claim.kind != "").values(index_mark=None))
        session().commit()
        done = rotate()
        assert (done.fields, done.claims, done.faults) == (0, 3, [])
        assert {mark for _, mark, _ in _claimed()} == {runtime().vault.index_marks[0]}


# --- who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_only_whoever_operates_the_whole_country_rotates(stages: dict[str, Flask]) -> None:
    with stages["both"].app_context():
        refusals: list[tuple[Actor, type[Exception]]] = [
            (ANONYMOUS, Unauthenticated),
            (people.officer(), Forbidden),
            (people.officer(Role.OPERATOR, people.NORTH), NotFound),
        ]
        for actor, refusal in refusals:
            with pytest.raises(refusal):
                perform(actor, reseal, table="volunteers")
            with pytest.raises(refusal):
                perform(actor, carry_claims)
            with pytest.raises(refusal):
                fields_in_use(actor)
        operator = people.officer(Role.OPERATOR, 0)
        assert perform(operator, reseal, table="volunteers").changed == 0


# --- the commands -----------------------------------------------------------------------------------


def _run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["keys", *arguments])


def test_the_commands_tell_what_is_in_use(stages: dict[str, Flask]) -> None:
    with stages["old"].app_context():
        people.volunteer()
    shown = json.loads(_run(stages["both"], "show", "--json").stdout)
    assert [(each["key"], each["state"], each["fields"]) for each in shown["field_keys"]] == [
        ("t1", "older", 4),
        ("t2", "current", 0),
    ]
    assert [(each["state"], each["claims"]) for each in shown["index_keys"]] == [("current", 0), ("older", 3)]
    rotated = _run(stages["both"], "rotate", "--batch", "1")
    assert (rotated.exit_code, rotated.stdout) == (0, "2 rows encrypted anew, 3 claims carried over\n")
    text = _run(stages["new"], "show").stdout
    assert "AES-256-GCM   current" in text
    assert "volunteers.document_sealed 1" in text
    assert "t1" not in text


def test_a_key_that_something_needs_is_not_dropped_silently(stages: dict[str, Flask]) -> None:
    with stages["old"].app_context():
        people.volunteer()
    shown = _run(stages["new"], "show")
    assert shown.exit_code == 1
    assert "not configured" in shown.output
    assert "missing" in shown.output
    refused = _run(stages["new"], "rotate")
    assert refused.exit_code == 1
    assert "still need an older key" in refused.output


def test_copies_of_a_dropped_key_are_tidied(stages: dict[str, Flask]) -> None:
    with stages["both"].app_context():
        people.volunteer()
    shown = _run(stages["new"], "show")
    assert (shown.exit_code, "3 copies that nothing needs" in shown.output) == (0, True)
    assert _run(stages["new"], "rotate").exit_code == 0
    assert "copies" not in _run(stages["new"], "show").output
