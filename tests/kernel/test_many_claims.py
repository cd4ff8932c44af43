"""Many claims at once are what as many single ones are, also while two index keys are in use."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import keys
from tests.support.threads import in_threads
from timebank.kernel import claims
from timebank.kernel.claims import Claim
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Permission
from timebank.kernel.work import Work, perform

VALUES = [f"12{number:09}" for number in range(5)]
WANTED = {value: Key(511102, UUID(int=number)) for number, value in enumerate(VALUES)}
OTHER = Key(511111, UUID(int=99))


def done(act: Callable[[Work], object]) -> object:
    def allowed(work: Work) -> object:
        work.allow(Permission.JOB_RUN)
        return act(work)

    return perform(SYSTEM, allowed)


def take(value: str, subject: Key = OTHER) -> object:
    return done(lambda work: claims.take(work, "phone", value, subject))


def take_many(wanted: dict[str, Key] = WANTED) -> object:
    return done(lambda work: claims.take_many(work, "phone", wanted))


def kept() -> list[tuple[object, ...]]:
    session().rollback()
    columns = select(
        Claim.value_index, Claim.kind, Claim.shard_code, Claim.subject_id, Claim.index_mark, Claim.is_copy
    )
    return sorted(tuple(row) for row in session().execute(columns))


@pytest.mark.usefixtures("app_context")
def test_what_is_free_is_taken_and_the_rest_stays_with_its_holder() -> None:
    take(VALUES[1])
    assert take_many() == set(VALUES) - {VALUES[1]}
    assert claims.holders("phone", VALUES) == WANTED | {VALUES[1]: OTHER}
    assert claims.holders("document", VALUES) == claims.holders("phone", []) == {}
    assert take_many() == take_many({}) == set()


@pytest.mark.usefixtures("app_context")
def test_what_is_released_is_free_again() -> None:
    take_many()
    done(lambda work: claims.release_many(work, "phone", VALUES[:2]))
    done(lambda work: claims.release_many(work, "phone", []))
    assert set(claims.holders("phone", VALUES)) == set(VALUES[2:])
    assert take_many() == set(VALUES[:2])


def test_of_several_at_once_each_value_has_one(app: Flask) -> None:
    found = in_threads(app, 4, take_many)
    assert sorted(value for each in found for value in each) == VALUES  # type: ignore[attr-defined]


def test_both_keys_keep_the_same_rows_as_single_claims(
    make_app: Callable[..., Flask], database_url: str
) -> None:
    both = make_app(database_url, **keys.BOTH)
    with both.app_context():
        take_many()
        many = kept()
        done(lambda work: claims.release_many(work, "phone", VALUES))
        assert kept() == []
        for value, subject in WANTED.items():
            take(value, subject)
        assert kept() == many
        assert len(many) == 2 * len(VALUES)


def test_a_claim_under_the_older_key_is_respected(make_app: Callable[..., Flask], database_url: str) -> None:
    old, both = make_app(database_url, **keys.OLD), make_app(database_url, **keys.BOTH)
    with old.app_context():
        take(VALUES[1])
    with both.app_context():
        before = kept()
        assert take_many({VALUES[1]: WANTED[VALUES[1]]}) == set()
        assert kept() == before
        assert take_many() == set(VALUES) - {VALUES[1]}
        assert claims.holders("phone", VALUES) == WANTED | {VALUES[1]: OTHER}
    with old.app_context():
        assert claims.holders("phone", VALUES) == WANTED | {VALUES[1]: OTHER}
        assert take_many() == set()
