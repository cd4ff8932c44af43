"""Rules of record certificates: numbers, periods, what is shown, and one form for the digest."""

from __future__ import annotations

from datetime import date

import pytest

from timebank.kernel.errors import Conflict, Invalid
from timebank.kernel.ids import CODE_ALPHABET
from timebank.recognition.rules import (
    Status,
    canonical,
    check_contact,
    check_names,
    check_period,
    check_reason,
    check_reveals,
    check_status,
    digest,
    number_of,
    read_number,
    shard_of,
    spaced,
)

NUMBER = "5111022026ABCDEFGHJKMN"
TODAY = date(2026, 11, 21)


def test_a_number_names_county_and_year() -> None:
    assert number_of(511102, 2026, "ABCDEFGHJKMN") == NUMBER
    assert number_of(1102, 2026, "ABCDEFGHJKMN")[:6] == "001102"
    assert (shard_of(NUMBER), spaced(NUMBER)) == (511102, "511102 2026 ABCD EFGH JKMN")
    assert not set("01OIULo") & set(CODE_ALPHABET)


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        NUMBER.lower(),
        spaced(NUMBER),
        "511102-2026-ABCD-EFGH-JKMN",
        f"  {NUMBER}\n",
        "５１１１０２2026ABCDEFGHJKMN",
    ],
)
def test_a_number_may_be_typed_in_many_ways(text: str) -> None:
    assert read_number(text) == NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "511102",
        NUMBER[:-1],
        f"{NUMBER}2",
        NUMBER.replace("A", "O"),
        "x" * 22,
        "٥11102" + NUMBER[6:] + "0",
    ],
)
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (date(2026, 1, 1), TODAY, None),
        (TODAY, TODAY, None),
        (date(2026, 11, 22), date(2026, 11, 20), "period-reversed"),
        (date(2026, 1, 1), date(2026, 11, 22), "period-ahead"),
    ],
)
def test_a_period_is_in_order_and_over(start: date, end: date, code: str | None) -> None:
    if code is None:
        check_period(start, end, TODAY)
        return
    with pytest.raises(Invalid) as refusal:
        check_period(start, end, TODAY)
    assert refusal.value.fields == {"to": [code]}


def test_what_is_shown_has_one_order() -> None:
    assert check_reveals(["activities", "name", "name"]) == ["name", "activities"]
    assert check_reveals([]) == []
    with pytest.raises(Invalid):
        check_reveals(["document_number"])


@pytest.mark.parametrize("status", list(Status))
def test_only_a_request_is_decided(status: Status) -> None:
    if status is Status.REQUESTED:
        check_status(status, (Status.REQUESTED,))
        return
    with pytest.raises(Conflict) as refusal:
        check_status(status, (Status.REQUESTED,))
    assert refusal.value.code == "wrong-certificate-status"


@pytest.mark.parametrize(
    "phone", ["13800000000", "0833-2100001", "0833 210 0001", "+86 833 2100001", "12345"]
)
def test_a_contact_number(phone: str) -> None:
    if phone == "12345":
        with pytest.raises(Invalid) as refusal:
            check_contact(phone)
        assert refusal.value.fields == {"phone": ["not-a-contact-number"]}
        return
    assert check_contact(f" {phone} ") == phone


def test_head_and_handler_are_needed() -> None:
    assert check_names(" 周敏 ", "何丽") == ("周敏", "何丽")
    with pytest.raises(Invalid) as refusal:
        check_names(" ", "人" * 61)
    assert refusal.value.fields == {"head": ["required"], "handler": ["too-long 60"]}


@pytest.mark.parametrize("reason", ["", " 无 ", "字" * 201])
def test_a_reason_says_something(reason: str) -> None:
    with pytest.raises(Invalid):
        check_reason(reason)


def test_the_digest_does_not_depend_on_order_or_blanks() -> None:
    one = {"b": [{"minutes": 90, "date": "2026-11-21"}], "a": "张大山"}
    other = {"a": "张大山", "b": [{"date": "2026-11-21", "minutes": 90}]}
    assert canonical(one) == '{"a":"张大山","b":[{"date":"2026-11-21","minutes":90}]}'.encode()
    assert digest(one) == digest(other)
    assert len(digest(one)) == 64
    assert digest(one) != digest({**one, "a": "张小山"})
