"""Statements: opening, lines with running balance, closing; whoever they belong to, and nobody else's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.support import make_ledger as make
from tests.support.clock import FakeClock
from tests.support.make_ledger import NORTH, SOUTH
from tests.usecases.test_ledger_book import booked
from timebank.kernel.db import session
from timebank.kernel.errors import Invalid, NotFound, TimebankError, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import ANONYMOUS, Actor, Grant, Role
from timebank.ledger import queries
from timebank.ledger.models import Transfer
from timebank.ledger.rules import AccountKind

pytestmark = pytest.mark.usefixtures("app_context")

TODAY = date(2026, 11, 21)


def herself(person: Key) -> Actor:
    return Actor(user=make.owner(person.shard), volunteer=person)


def officer(region: int, role: Role = Role.AUTHORITY) -> Actor:
    return Actor(user=make.owner(), grants=(Grant(role, region=region),))


def test_a_statement_runs_from_opening_to_closing(clock: FakeClock) -> None:
    person = make.owner()
    booked(make.posting(person, 60))
    clock.advance(days=1)
    booked(make.posting(person, 30))
    clock.advance(hours=1)
    booked(make.posting(person, 45))
    clock.advance(days=1)
    booked(make.posting(person, 5))
    found = queries.statement(
        herself(person), owner=person, start=TODAY + timedelta(1), end=TODAY + timedelta(1)
    )
    assert (found.opening, found.closing) == (60, 135)
    assert [(line.amount, line.balance) for line in found.lines] == [(30, 90), (45, 135)]


def test_a_booking_counts_for_its_local_day(clock: FakeClock) -> None:
    person = make.owner()
    clock.advance(hours=14 - 1 / 60)  # 23:59 in Shanghai
    booked(make.posting(person, 60))
    clock.advance(minutes=1)
    booked(make.posting(person, 30))
    found = queries.statement(herself(person), owner=person, start=TODAY, end=TODAY)
    assert [line.amount for line in found.lines] == [60]


def test_pages_of_a_statement_carry_the_balance_on() -> None:
    person = make.owner()
    booked(*(make.posting(person, minutes) for minutes in range(1, 8)))
    seen, cursor, carried = [], None, 0
    while True:
        found = queries.statement(
            herself(person), owner=person, start=TODAY, end=TODAY, limit=3, cursor=cursor
        )
        assert (found.opening, found.closing) == (carried, 28)
        seen += [line.amount for line in found.lines]
        carried, cursor = found.lines[-1].balance, found.next
        if cursor is None:
            break
    assert (sorted(seen), carried) == ([1, 2, 3, 4, 5, 6, 7], 28)


def test_somebody_without_accounts_has_an_empty_statement() -> None:
    person = make.owner()
    found = queries.statement(
        herself(person), owner=person, start=TODAY, end=TODAY, kind=AccountKind.LOVE_POINTS
    )
    assert (found.unit, found.opening, found.lines, found.closing) == ("points", 0, [], 0)


def test_a_cursor_that_was_not_given_out_is_refused() -> None:
    person = make.owner()
    booked(make.posting(person))
    with pytest.raises(Invalid, match="invalid-cursor"):
        queries.statement(herself(person), owner=person, start=TODAY, end=TODAY, cursor="WyJ4IiwieSJd")


def test_statements_are_read_by_the_owner_and_by_whoever_may_read_there() -> None:
    person = make.owner()
    booked(make.posting(person, 90))
    community = 511102_001_001
    for reader, region in ((officer(511102_000000), None), (officer(community), community)):
        found = queries.statement(reader, owner=person, start=TODAY, end=TODAY, region=region)
        assert found.closing == 90


STRANGERS = [
    (Actor(user=make.owner(), volunteer=make.owner()), NotFound),
    (officer(SOUTH * 1_000_000), NotFound),
    (officer(511102_001_000), NotFound),
    (officer(NORTH * 1_000_000, Role.ORGANIZER), NotFound),
    (ANONYMOUS, Unauthenticated),
]


@pytest.mark.parametrize(("stranger", "refusal"), STRANGERS)
def test_strangers_learn_nothing(stranger: Actor, refusal: type[TimebankError]) -> None:
    person = make.owner()
    booked(make.posting(person, 90))
    account = queries._accounts_of(person)[0].key
    with pytest.raises(refusal):
        queries.statement(stranger, owner=person, start=TODAY, end=TODAY)
    with pytest.raises(refusal):
        queries.account(stranger, account)
    with pytest.raises(refusal):
        queries.account_statement(stranger, account, start=TODAY, end=TODAY)


def test_an_account_and_its_statement() -> None:
    person = make.owner()
    booked(make.posting(person, 90))
    mine = queries._accounts_of(person)[0]
    card = queries.account(herself(person), mine.key)
    assert (card.kind, card.unit, card.owner, card.balance) == ("service_time", "minutes", person, 90)
    found = queries.account_statement(herself(person), mine.key, start=TODAY, end=TODAY)
    assert found.closing == card.balance


def test_a_countys_source_owes_what_it_gave() -> None:
    (transfer, _) = booked(make.posting(make.owner(), 90), make.posting(make.owner(), 30))
    source = Key(NORTH, session().get_one(Transfer, (NORTH, transfer.id)).debit_account_id)
    auditor = officer(511100_000000, Role.AUDITOR)
    card = queries.account(auditor, source)
    assert (card.kind, card.region_code, card.balance) == ("service_time_source", 511102_000000, -120)
    amounts = [
        line.amount for line in queries.account_statement(auditor, source, start=TODAY, end=TODAY).lines
    ]
    assert sorted(amounts) == [-90, -30]
    with pytest.raises(NotFound):
        queries.account(officer(511102_001_000, Role.AUDITOR), source)


def test_an_account_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.account(officer(NORTH * 1_000_000), make.owner())


def test_earned_counts_by_the_day_of_service(clock: FakeClock) -> None:
    person = make.owner()
    booked(make.posting(person, 90))
    clock.advance(days=60)
    year = queries.earned(person, AccountKind.SERVICE_TIME, date(2026, 1, 1), date(2026, 12, 31))
    after = queries.earned(person, AccountKind.SERVICE_TIME, date(2027, 1, 1), date(2027, 12, 31))
    assert (year, after) == (90, 0)
