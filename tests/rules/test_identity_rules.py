"""Phones, passwords, scopes of roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from timebank.identity.rules import check_password, check_phone, check_scope, mask_phone, plain
from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Role

ORGANIZATION = Key(511102, UUID(int=1))


@pytest.mark.parametrize(
    ("text", "demo", "number"),
    [
        ("13812345678", False, "13812345678"),
        ("+86 138 1234 5678", False, "13812345678"),
        ("138-1234-5678", False, "13812345678"),
        ("１３８１２３４５６７８", False, "13812345678"),
        ("19912345678", False, "19912345678"),
        ("12012345678", True, "12012345678"),
    ],
)
def test_a_mobile_number_is_read(text: str, demo: bool, number: str) -> None:
    assert check_phone(text, demo) == number


@pytest.mark.parametrize(
    ("text", "demo"),
    [
        ("", True),
        ("12012345678", False),  # nobody's number, outside demo mode
        ("11012345678", True),
        ("10012345678", True),
        ("1381234567", True),
        ("138123456789", True),
        ("+1 13812345678", True),
        ("0833-2100000", True),
        ("1381234567a", True),
    ],
)
def test_what_is_no_mobile_number_is_refused(text: str, demo: bool) -> None:
    with pytest.raises(Invalid, match="not-a-mobile-number") as refused:
        check_phone(text, demo)
    assert refused.value.fields == {"phone": ["not-a-mobile-number"]}


def test_a_phone_is_masked_in_the_middle() -> None:
    assert mask_phone("12012341234") == "120****1234"


def test_blanks_and_hyphens_of_any_kind_go() -> None:
    assert plain(" 5111 0219-9003–0712　34 ") == "511102199003071234"


@pytest.mark.parametrize("password", ["short", "1234567", "x" * 129])
def test_a_password_has_8_to_128_characters(password: str) -> None:
    with pytest.raises(Invalid, match="wrong-length 8 128"):
        check_password(password, "12012341234")


def test_ones_own_phone_is_no_password() -> None:
    with pytest.raises(Invalid, match="password-is-phone"):
        check_password("120 1234 1234", "12012341234")


def test_any_other_password_will_do() -> None:
    assert check_password("一句不短的中文话", "12012341234") == "一句不短的中文话"
    assert check_password("correct horse", "12012341234") == "correct horse"


@pytest.mark.parametrize("role", Role)
def test_each_role_has_one_kind_of_scope(role: Role) -> None:
    kinds = {Role.ORGANIZER: "organization", Role.RECORDER: "organization", Role.GUARDIAN: "ward"}
    nowhere: dict[str, Any] = {"region": None, "organization": None, "ward": None}
    places = {"region": 511102000000, "organization": ORGANIZATION, "ward": ORGANIZATION}
    needed = kinds.get(role, "region")
    check_scope(role, **(nowhere | {needed: places[needed]}))
    wrong = [nowhere | {kind: place} for kind, place in places.items() if kind != needed]
    for scope in [nowhere, places, *wrong]:
        with pytest.raises(Invalid, match=f"role-needs-{needed}"):
            check_scope(role, **scope)
