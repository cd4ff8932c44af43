"""The rotating venue code: vectors, edges of its time, and that nobody can alter or guess one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st
from qrcode.constants import ERROR_CORRECT_M

from timebank.attendance.rules import (
    CODE_LENGTH,
    GRACE_STEPS,
    PRINTED_LENGTH,
    SEALED_LIFE,
    STEP_SECONDS,
    code_fault,
    is_sealed,
    issue_code,
    printed_code,
    read_code,
    step_ends_at,
    step_of,
    valid_until,
)
from timebank.kernel.ids import Key

SHIFT = Key(511102, UUID("01935e4a-7b00-7c3d-8e21-5f60718293a4"))
OTHER = Key(511102, UUID("01935e4a-7b00-7c3d-8e21-5f60718293a5"))
SECRET = "a shift's own secret"
NOW = datetime(2026, 11, 21, 2, 0, 7, tzinfo=UTC)
STEP = step_of(NOW)

VECTORS = [
    (SHIFT, SECRET, STEP, "A7GH4AMTLZFHWAD4HWHCCX3AOGBJHJAFLGTCRYLENN6MRIUIZWLBTGLT"),
    (SHIFT, "another secret", STEP, "A7GH4AMTLZFHWAD4HWHCCX3AOGBJHJAFLGTCRUKAXJZT3FCZINDS2LV5"),
    (Key(110101, UUID(int=0)), SECRET, 0, "AGXBKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA4P3C75UYHAUTY5SOSJR"),
]


@pytest.mark.parametrize(("shift", "secret", "step", "code"), VECTORS)
def test_codes_are_made_as_documented(shift: Key, secret: str, step: int, code: str) -> None:
    assert issue_code(shift, secret, step) == code
    token = read_code(code)
    assert token is not None
    assert (token.shift, token.step) == (shift, step)


def test_a_code_is_good_for_its_step_and_the_grace() -> None:
    token = read_code(issue_code(SHIFT, SECRET, STEP))
    assert token is not None
    first = step_ends_at(STEP) - timedelta(seconds=STEP_SECONDS)
    last = valid_until(STEP) - timedelta(microseconds=1)
    assert code_fault(token, SECRET, first) is None
    assert code_fault(token, SECRET, NOW) is None
    assert code_fault(token, SECRET, last) is None
    assert code_fault(token, SECRET, valid_until(STEP)) == "expired-code"
    assert code_fault(token, SECRET, first - timedelta(microseconds=1)) == "expired-code"


def test_a_code_lives_40_seconds_at_most() -> None:
    assert STEP_SECONDS <= 30
    assert valid_until(STEP) - step_ends_at(STEP) == timedelta(seconds=STEP_SECONDS * GRACE_STEPS)


def test_another_secret_or_shift_is_not_fooled() -> None:
    token = read_code(issue_code(SHIFT, SECRET, STEP))
    assert token is not None
    assert code_fault(token, "another secret", NOW) == "unknown"
    moved = read_code(issue_code(OTHER, SECRET, STEP))
    assert moved is not None
    assert moved.tag != token.tag


@given(st.integers(0, CODE_LENGTH - 1), st.characters(codec="utf-8"))
def test_any_altered_sign_is_refused(position: int, sign: str) -> None:
    code = issue_code(SHIFT, SECRET, STEP)
    altered = code[:position] + sign + code[position + 1 :]
    token = read_code(altered)
    if altered == code:
        assert token is not None
        return
    assert token is None or code_fault(token, SECRET, NOW) == "unknown"


@given(st.text())
def test_anything_else_is_unreadable_or_not_genuine(text: str) -> None:
    token = read_code(text)
    assert token is None or code_fault(token, SECRET, NOW) == "unknown"


@given(
    st.integers(110101, 659010),
    st.uuids(),
    st.text(min_size=1),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_what_was_issued_is_accepted_at_once(shard: int, unique: UUID, secret: str, at: datetime) -> None:
    token = read_code(issue_code(Key(shard, unique), secret, step_of(at)))
    assert token is not None
    assert token.shift == Key(shard, unique)
    assert code_fault(token, secret, at) is None


def test_the_address_fits_qr_version_6_m() -> None:
    code = issue_code(SHIFT, SECRET, STEP)
    address = f"https://zhiyuan.shizhongqu.leshan.gov.cn:8443/c/{code}"
    assert len(address) <= 106
    picture = qrcode.QRCode(error_correction=ERROR_CORRECT_M)
    picture.add_data(address, optimize=0)
    picture.make(fit=True)
    assert picture.version <= 6


@pytest.mark.parametrize(
    ("ago", "sealed"),
    [
        (timedelta(0), True),
        (SEALED_LIFE, True),
        (SEALED_LIFE + timedelta(microseconds=1), False),
        (timedelta(microseconds=-1), False),
    ],
)
def test_a_sealed_scan_waits_five_minutes(ago: timedelta, sealed: bool) -> None:
    assert is_sealed(NOW - ago, NOW) is sealed


def test_the_code_on_paper_is_another_kind_that_never_changes() -> None:
    code = printed_code(SHIFT, SECRET)
    assert len(code) == PRINTED_LENGTH == 48
    assert code == printed_code(SHIFT, SECRET)
    assert code not in issue_code(SHIFT, SECRET, STEP)
    token = read_code(code)
    assert token
    assert (token.shift, token.step, token.is_printed) == (SHIFT, None, True)
    for at in (NOW, NOW - timedelta(days=900), NOW + timedelta(days=900)):
        assert code_fault(token, SECRET, at) is None
    assert code_fault(token, "another secret", NOW) == "unknown"


@given(st.integers(0, 47), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_no_other_code_on_paper_is_genuine(place: int, sign: str) -> None:
    code = printed_code(SHIFT, SECRET)
    altered = code[:place] + sign + code[place + 1 :]
    token = read_code(altered)
    assert token is not None
    assert (code_fault(token, SECRET, NOW) is None) == (altered == code)


def test_the_picture_on_paper_is_not_larger_than_on_the_screen() -> None:
    picture = qrcode.QRCode(error_correction=ERROR_CORRECT_M)
    picture.add_data(f"https://{'a' * 39}/c/{printed_code(SHIFT, SECRET)}")
    picture.make(fit=True)
    assert picture.version <= 6
