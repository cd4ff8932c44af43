"""Whatever is posted and taken back in whatever order, the book stays balanced and each key counts once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import make_ledger as make
from tests.support.make_ledger import NORTH, SOUTH
from tests.usecases.test_ledger_book import post, reverse
from timebank.kernel.errors import KeyReused
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.ledger import proof, queries
from timebank.ledger.book import Posting
from timebank.ledger.rules import AccountKind

PEOPLE = [Key(shard, UUID(int=number)) for shard in (NORTH, SOUTH) for number in range(1, 4)]
RECORDS = [UUID(int=1000 + number) for number in range(8)]
RUNS = count()
KINDS = (AccountKind.SERVICE_TIME, AccountKind.TIME_CREDIT)

postings = st.builds(
    make.posting,
    st.sampled_from(PEOPLE),
    st.integers(1, 600),
    st.sampled_from(RECORDS),
    st.sampled_from(KINDS),
)
steps = st.one_of(st.lists(postings, min_size=1, max_size=6), st.integers(0, 20))
"""Post a batch, or take back the transfer of that number."""


@dataclass
class Model:
    """What the ledger should hold."""

    first: dict[tuple[int, str], Posting] = field(default_factory=dict)
    transfers: list[tuple[Key, Posting]] = field(default_factory=list)
    reversed: set[Key] = field(default_factory=set)

    def fits(self, batch: list[Posting]) -> bool:
        new = dict(self.first)
        return all(new.setdefault((each.owner.shard, each.key), each) == each for each in batch)

    def take(self, batch: list[Posting], transfers: list[Key]) -> None:
        for each, transfer in zip(batch, transfers, strict=True):
            if self.first.setdefault((each.owner.shard, each.key), each) is each:
                self.transfers.append((transfer, each))

    def balance(self, person: Key, kind: AccountKind) -> int:
        return sum(
            each.amount
            for transfer, each in self.transfers
            if (each.owner, each.kind) == (person, kind) and transfer not in self.reversed
        )


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_random_sequences_of_posting_and_reversing(app: Flask) -> None:
    with app.app_context():
        _sequences()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps, max_size=10))
def _sequences(sequence: list[list[Posting] | int]) -> None:
    model, run = Model(), next(RUNS)
    for step in sequence:
        if isinstance(step, list):
            _post(model, [_of_run(each, run) for each in step])
        elif model.transfers:
            transfer, _ = model.transfers[step % len(model.transfers)]
            perform(SYSTEM, reverse, transfer=transfer)
            model.reversed.add(transfer)
    _compare(model)


def _post(model: Model, batch: list[Posting]) -> None:
    if model.fits(batch):
        model.take(batch, perform(SYSTEM, post, postings=batch))
    else:
        with pytest.raises(KeyReused):
            perform(SYSTEM, post, postings=batch)


def _of_run(posting: Posting, run: int) -> Posting:
    """The same posting among people of its own, for every example shares one database."""
    owner = Key(posting.owner.shard, UUID(int=posting.owner.id.int + (run << 16)))
    return replace(posting, owner=owner, key=f"{posting.key}:{run}")


def _compare(model: Model) -> None:
    for person in {each.owner for _, each in model.transfers}:
        balances = queries.balances(person)
        found = {KINDS[0]: balances.service_minutes, KINDS[1]: balances.credit_minutes}
        assert found == {kind: model.balance(person, kind) for kind in KINDS}
        _statement_agrees(person, found)
    assert proof.verify().sound


def _statement_agrees(person: Key, balances: dict[AccountKind, int]) -> None:
    for kind, balance in balances.items():
        whole = queries.statement(
            Actor(user=person, volunteer=person),
            owner=person,
            kind=kind,
            start=date(2026, 11, 1),
            end=date(2026, 11, 30),
        )
        assert whole.closing == balance
        assert [line.balance for line in whole.lines][-1:] in ([], [balance])
