"""Keys, region codes, units, encryption, cursors: small things everything leans on."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.kernel import region_code, units
from timebank.kernel.ciphers import AesGcm
from timebank.kernel.clock import aware
from timebank.kernel.crypto import Vault
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key, new_id
from timebank.kernel.paging import after_key, key_cursor, read_cursor

VAULT = Vault({"k1": AesGcm(bytes(32))}, "k1", (bytes(32),), bytes(32))


@given(st.integers(0, 999_999), st.uuids())
def test_a_key_is_read_back(shard: int, unique: UUID) -> None:
    key = Key(shard, unique)
    assert Key.parse(str(key)) == key
    assert after_key(key_cursor(key)) == key


@pytest.mark.parametrize(
    "text", ["", "511102", "511102-", "51110-" + str(UUID(int=1)), "abcdef-x", "５１１１０２-1"]
)
def test_what_is_no_key_does_not_exist(text: str) -> None:
    with pytest.raises(NotFound):
        Key.parse(text)


def test_ids_follow_time() -> None:
    earlier, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    assert new_id(earlier) < new_id(later)
    assert new_id(earlier).version == 7


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        aware(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("code", "level", "last"),
    [
        (510000000000, "province", 519999999999),
        (511100000000, "city", 511199999999),
        (511102000000, "county", 511102999999),
        (511102001000, "township", 511102001999),
        (511102001001, "village", 511102001001),
    ],
)
def test_a_code_says_its_level_and_range(code: int, level: str, last: int) -> None:
    assert region_code.level_of(code) == level
    assert region_code.last_in(code) == last


def test_ancestors_and_covering() -> None:
    village = 511102001001
    above = [510000000000, 511100000000, 511102000000, 511102001000]
    assert region_code.ancestors(village) == above
    assert region_code.ancestors(511102000000) == above[:2]
    assert all(region_code.covers(code, village) for code in [*above, village, region_code.NATION])
    assert not region_code.covers(511111000000, village)


@pytest.mark.parametrize(("minutes", "hours"), [(0, "0.00"), (1, "0.02"), (90, "1.50"), (6001, "100.02")])
def test_minutes_as_hours(minutes: int, hours: str) -> None:
    assert str(units.hours(minutes)) == hours


def test_a_share_without_denominator_is_no_share() -> None:
    assert units.share(13, 100) == 1300
    assert units.share(1, 3) == 3333
    assert units.share(1, None) is None
    assert units.share(1, 0) is None


def test_blind_indexes_differ_by_kind() -> None:
    assert VAULT.blind_index("phone", "1") != VAULT.blind_index("document", "1")


@pytest.mark.parametrize("cursor", ["", "x", "e30", "????", "WzFd"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        after_key(cursor)
    if cursor != "WzFd":
        with pytest.raises(Invalid):
            read_cursor(cursor)
