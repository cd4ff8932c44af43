"""`flask ledger verify` passes a sound book and names the row that somebody altered behind its back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from tests.support import make_hours as make
from tests.support import make_ledger as ledger
from tests.support import make_people as people
from tests.support.clock import FakeClock
from tests.support.statements import StatementGuard
from tests.usecases.test_ledger_book import post, spend
from timebank.hours.models import ServiceRecord
from timebank.kernel.db import db, session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import Work, perform
from timebank.ledger import book, proof
from timebank.ledger.book import Posting
from timebank.ledger.models import Account, Transfer

Command = Callable[..., Result]
Tamper = Callable[..., None]


@pytest.fixture
def booked(app: Flask, clock: FakeClock) -> list[Transfer]:
    """Three people of two counties with service time and credit: six transfers in the order of their keys."""
    with app.app_context():
        people.region_tree()
        make.confirmed(clock, [people.NORTH_COMMUNITY, people.SOUTH_COMMUNITY, people.NORTH_COMMUNITY])
        found = sorted(session().query(Transfer), key=lambda row: (row.shard_code, row.booking_key))
        session().expunge_all()
    return found


@pytest.fixture
def tamper(database_url: str, statement_guard: StatementGuard) -> Iterator[Tamper]:
    """Somebody with the database's own rights: drops the triggers and does as they like."""
    engine = create_engine(database_url)
    drops = {
        "sqlite": ["DROP TRIGGER transfers_no_update", "DROP TRIGGER transfers_no_delete"],
        "postgresql": ["DROP TRIGGER transfers_append_only ON transfers"],
    }

    def change(statement: str, row: Transfer, **given: object) -> None:
        where = f"{statement} WHERE shard_code = :shard AND id = :id"
        unique = row.id.hex if engine.dialect.name == "sqlite" else str(row.id)
        with statement_guard.off(), engine.begin() as connection:
            for drop in drops[engine.dialect.name]:
                connection.execute(text(drop))
            connection.execute(text(where), {"shard": row.shard_code, "id": unique, **given})

    yield change
    engine.dispose()


def test_a_sound_book_passes(cli: Command, booked: list[Transfer]) -> None:
    done = cli("ledger", "verify")
    assert (done.exit_code, done.stdout) == (0, "6 transfers, 3 service records: no fault\n")
    told = json.loads(cli("ledger", "verify", "--json").stdout)
    assert told == {"sound": True, "transfers": 6, "service_records": 3, "faults": []}


def test_an_empty_book_passes(cli: Command) -> None:
    assert cli("ledger", "verify").exit_code == 0


ALTERATIONS = {
    "amount": "UPDATE transfers SET amount = amount + 600",
    "accounts swapped": (
        "UPDATE transfers SET debit_account_id = credit_account_id, credit_account_id = debit_account_id"
    ),
    "key": "UPDATE transfers SET key = 'record:x'",
    "reason": "UPDATE transfers SET reason = 'reversal'",
    "day": "UPDATE transfers SET occurred_on = '2025-01-01'",
    "instant": "UPDATE transfers SET posted_at = '2025-01-01 00:00:00.000000'",
    "actor": "UPDATE transfers SET actor = 'system'",
    "policy": "UPDATE transfers SET policy_version = 'other'",
    "digest": "UPDATE transfers SET digest = 'deadbeef'",
}


@pytest.mark.parametrize("change", ALTERATIONS.values(), ids=list(ALTERATIONS))
def test_an_altered_row_is_named(cli: Command, booked: list[Transfer], tamper: Tamper, change: str) -> None:
    tamper(change, booked[2])
    done = cli("ledger", "verify", "--json")
    assert done.exit_code == 1
    faults = {(each["table"], each["row"], each["code"]) for each in json.loads(done.stdout)["faults"]}
    assert ("transfers", str(Key(booked[2].shard_code, booked[2].id)), "altered") in faults
    told = cli("ledger", "verify")
    assert str(booked[2].id) in told.stderr
    assert told.exit_code == 1


def test_a_deleted_row_is_missed_by_its_record(cli: Command, booked: list[Transfer], tamper: Tamper) -> None:
    tamper("DELETE FROM transfers", booked[0])
    done = cli("ledger", "verify")
    assert done.exit_code == 1
    record = booked[0].booking_key.split(":")[1]
    assert f"service_records 511102-{record} is confirmed, but its transfer is missing" in done.stderr
    assert booked[0].booking_key in done.stderr
    assert "5 transfers, 3 service records: 1 fault" in done.stdout


def test_a_forged_digest_needs_the_key(cli: Command, booked: list[Transfer], tamper: Tamper) -> None:
    tamper("UPDATE transfers SET amount = 1, digest = :digest", booked[1], digest=booked[0].digest)
    assert cli("ledger", "verify").exit_code == 1


def test_a_record_altered_after_confirmation_shows(cli: Command, booked: list[Transfer], app: Flask) -> None:
    record = booked[0].booking_key.split(":")[1]
    with app.app_context():
        session().get_one(ServiceRecord, (511102, UUID(record))).minutes = 900
        session().commit()
    done = cli("ledger", "verify", "--json")
    codes = {each["code"] for each in json.loads(done.stdout)["faults"]}
    assert (done.exit_code, codes) == (1, {"booked-otherwise"})


def test_a_confirmed_record_taken_back_leaves_transfers_without_record(
    cli: Command, booked: list[Transfer], app: Flask
) -> None:
    with app.app_context():
        session().execute(text("UPDATE service_records SET status = 'submitted' WHERE shard_code = 511111"))
        session().commit()
    done = cli("ledger", "verify", "--json")
    faults = [each for each in json.loads(done.stdout)["faults"] if each["code"] == "without-record"]
    assert done.exit_code == 1
    assert {each["row"][:6] for each in faults} == {"511111"}


def test_an_account_given_to_somebody_else_shows(cli: Command, booked: list[Transfer], app: Flask) -> None:
    with app.app_context():
        session().execute(
            text(
                "UPDATE accounts SET owner_id = :somebody WHERE shard_code = 511111 AND kind = 'time_credit'"
            ),
            {"somebody": "0" * 32},
        )
        session().commit()
    done = cli("ledger", "verify", "--json")
    codes = [each["code"] for each in json.loads(done.stdout)["faults"]]
    assert (done.exit_code, codes) == (1, ["booked-otherwise"])


def test_the_proof_reads_in_batches(
    app: Flask, booked: list[Transfer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "BATCH", 2)
    told: list[int] = []
    with app.app_context():
        found = proof.verify(told.append)
    assert (found.checked, found.faults, told) == (6, [], [2, 4, 6])


@pytest.mark.parametrize("statement", ["UPDATE transfers SET amount = 1", "DELETE FROM transfers"])
def test_the_triggers_refuse_while_they_are_there(
    booked: list[Transfer], database_url: str, statement: str
) -> None:
    engine = create_engine(database_url)
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_an_account_below_nothing_is_named(cli: Command, app: Flask) -> None:
    with app.app_context():
        person = ledger.owner()
        post_one(ledger.posting(person, 30))
        spend(person, 31)
        account = session().scalar(select(Account.id).where(Account.kind == "service_time"))
    done = cli("ledger", "verify")
    assert done.exit_code == 1
    assert f"accounts {person.shard}-{account} is below nothing" in done.stderr


def test_an_account_that_vanished_is_missed(
    cli: Command, app: Flask, statement_guard: StatementGuard
) -> None:
    with app.app_context():
        person = ledger.owner()
        post_one(ledger.posting(person, 30))
        session().rollback()
        raw = db.engine.raw_connection()
        unchecked = {
            "sqlite": "PRAGMA foreign_keys=OFF",
            "postgresql": "SET session_replication_role=replica",
        }
        cursor = raw.cursor()
        for statement in (
            unchecked[db.engine.dialect.name],
            "DELETE FROM accounts WHERE kind = 'service_time'",
        ):
            cursor.execute(statement)
        raw.commit()
        raw.invalidate()
    codes = {each["code"] for each in json.loads(cli("ledger", "verify", "--json").stdout)["faults"]}
    assert codes == {"wrong-account", "unbalanced", "without-record"}


def test_a_reversal_of_another_amount_is_named(cli: Command, app: Flask) -> None:
    with app.app_context():
        person = ledger.owner()
        given = session().get_one(Transfer, post_one(ledger.posting(person, 30)))
        wrong = book._opposite(given) | {"amount": 29}

        def forge(work: Work) -> None:
            row = book._row(ledger.decided(work), person.shard, wrong)
            work.connection.execute(Transfer.__table__.insert(), [row])

        perform(SYSTEM, forge)
    faults = json.loads(cli("ledger", "verify", "--json").stdout)["faults"]
    assert "wrong-reversal" in {each["code"] for each in faults}


def post_one(posting: Posting) -> tuple[int, UUID]:
    (transfer,) = perform(SYSTEM, post, postings=[posting])
    return transfer.shard, transfer.id
