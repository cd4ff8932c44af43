"""The book: balanced by construction, once for each key, never negative for a person."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from tests.support import make_ledger as make
from tests.support.clock import FakeClock
from tests.support.make_ledger import NORTH, SOUTH
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, KeyReused, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM
from timebank.kernel.work import Work, perform
from timebank.ledger import book, proof, queries
from timebank.ledger.book import Posting
from timebank.ledger.models import Account, Transfer
from timebank.ledger.rules import AccountKind

pytestmark = pytest.mark.usefixtures("app_context")


def post(work: Work, *, postings: Sequence[Posting]) -> list[Key]:
    return book.post(make.decided(work), postings)


def reverse(work: Work, *, transfer: Key) -> Key:
    return book.reverse(make.decided(work), transfer)


def booked(*postings: Posting) -> list[Key]:
    return perform(SYSTEM, post, postings=postings)


def test_minutes_leave_the_countys_source_and_reach_the_person() -> None:
    person = make.owner()
    (transfer,) = booked(make.posting(person, 90))
    row = session().get_one(Transfer, (transfer.shard, transfer.id))
    source = session().get_one(Account, (NORTH, row.debit_account_id))
    assert (source.kind, source.region_code, source.owner_id) == ("service_time_source", 511102_000000, None)
    assert queries.balances(person) == queries.Balances(90, 0, 0)


def test_service_time_and_credit_are_separate_accounts() -> None:
    person = make.owner()
    booked(make.posting(person, 90), make.posting(person, 60, kind=AccountKind.TIME_CREDIT))
    assert queries.balances(person) == queries.Balances(90, 60, 0)


def test_the_same_key_and_content_gives_the_first_transfer(clock: FakeClock) -> None:
    posting = make.posting(make.owner())
    first = booked(posting)
    clock.advance(hours=1)
    assert booked(posting) == first
    assert booked(posting, posting) == first * 2
    assert session().scalar(select(func.count()).select_from(Transfer)) == 1


@pytest.mark.parametrize("change", [{"amount": 91}, {"policy_version": "other"}, {"owner": make.owner()}])
def test_the_same_key_with_other_content_is_refused(change: dict[str, Any]) -> None:
    person = make.owner()
    posting = make.posting(person)
    booked(posting)
    with pytest.raises(KeyReused):
        booked(make.posting(make.owner()), replace(posting, **change))
    assert session().scalar(select(func.count()).select_from(Transfer)) == 1


def test_one_batch_may_reach_several_counties() -> None:
    people = [make.owner(SOUTH), make.owner(NORTH), make.owner(SOUTH)]
    transfers = booked(*(make.posting(person, 30 + at) for at, person in enumerate(people)))
    assert [transfer.shard for transfer in transfers] == [SOUTH, NORTH, SOUTH]
    assert [queries.balances(person).service_minutes for person in people] == [30, 31, 32]


def test_nothing_but_positive_amounts_can_be_booked() -> None:
    with pytest.raises(DBAPIError):
        booked(make.posting(make.owner(), 0))


def test_a_field_with_the_separator_is_refused() -> None:
    with pytest.raises(ValueError, match="separator"):
        booked(replace(make.posting(make.owner()), key="record:\x1f"))


def test_a_reversal_takes_everything_back_once() -> None:
    person = make.owner()
    (transfer,) = booked(make.posting(person, 90))
    reversal = perform(SYSTEM, reverse, transfer=transfer)
    assert perform(SYSTEM, reverse, transfer=transfer) == reversal
    assert queries.balances(person).service_minutes == 0
    with pytest.raises(Conflict, match="not-reversible"):
        perform(SYSTEM, reverse, transfer=reversal)
    with pytest.raises(NotFound):
        perform(SYSTEM, reverse, transfer=Key(SOUTH, transfer.id))


def test_what_a_reversal_cannot_find_on_the_account_is_refused() -> None:
    person = make.owner()
    (transfer,) = booked(make.posting(person, 90))
    spend(person, 1)
    with pytest.raises(Conflict, match="insufficient-balance"):
        perform(SYSTEM, reverse, transfer=transfer)
    assert queries.balances(person).service_minutes == 89


def spend(person: Key, minutes: int) -> None:
    """A debit that no use-case makes yet."""

    def give_back(work: Work) -> None:
        earned = session().scalars(select(Transfer).order_by(Transfer.id)).first()
        assert earned is not None
        content = {
            **book._opposite(earned),
            "key": f"spent:{person}",
            "amount": minutes,
            "reverses_id": None,
        }
        make.decided(work).session.execute(
            Transfer.__table__.insert(), [book._row(work, person.shard, content)]
        )

    perform(SYSTEM, give_back)


@pytest.mark.parametrize("change", ["UPDATE transfers SET amount = amount + 1", "DELETE FROM transfers"])
def test_rows_are_never_changed(change: str) -> None:
    booked(make.posting(make.owner()))
    with pytest.raises(DBAPIError, match="never changed"):
        session().execute(text(change))
    session().rollback()


def test_no_row_takes_the_place_of_another(database_kind: str) -> None:
    """By whatever the engine has beside UPDATE and DELETE."""
    booked(make.posting(make.owner()))
    names = ", ".join(column.name for column in Transfer.__table__.columns)
    other = names.replace("amount", "amount + 1", 1)
    statements = {
        "sqlite": [f"REPLACE INTO transfers ({names}) SELECT {other} FROM transfers"],  # noqa: S608
        "postgresql": ["TRUNCATE transfers", "TRUNCATE accounts CASCADE"],
    }
    for statement in statements[database_kind]:
        with pytest.raises(DBAPIError, match="never changed"):
            session().execute(text(statement))
        session().rollback()


def test_racing_batches_of_the_same_people_book_each_key_once(app: Flask) -> None:
    people = [make.owner() for _ in range(40)]
    same = [make.posting(person, 60) for person in people]

    def act() -> set[Key]:
        own = [make.posting(person, 5) for person in people]
        mixed = random.sample(same + own, len(same + own))
        return set(perform(SYSTEM, post, postings=mixed))

    answers = in_threads(app, 8, act)
    assert len(set.intersection(*answers)) == len(people)
    assert {queries.balances(person).service_minutes for person in people} == {60 + 8 * 5}
    assert proof.verify().sound


def test_racing_first_postings_open_each_account_once(app: Flask) -> None:
    person = make.owner()
    in_threads(app, 8, lambda: booked(make.posting(person, 10)))
    assert queries.balances(person).service_minutes == 80
    assert session().scalar(select(func.count()).select_from(Account)) == 2


def test_racing_reversals_take_back_once(app: Flask) -> None:
    person = make.owner()
    (transfer, _) = booked(make.posting(person, 90), make.posting(person, 200))
    reversals = in_threads(app, 8, lambda: perform(SYSTEM, reverse, transfer=transfer))
    assert len(set(reversals)) == 1
    assert queries.balances(person).service_minutes == 200


def test_ensure_person_opens_both_accounts_with_nothing_on_them(app: Flask) -> None:
    person = make.owner()
    for _ in range(2):
        perform(SYSTEM, lambda work: book.ensure_person(make.decided(work), person))
    found = session().scalars(select(Account.kind).where(Account.shard_code == NORTH))
    assert sorted(found) == ["service_time", "time_credit"]
