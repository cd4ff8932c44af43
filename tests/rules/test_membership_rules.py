"""States of a membership, whom an invitation can be for, what its sender sees, numbers of a join code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from timebank.kernel.errors import Conflict, Invalid
from timebank.memberships import rules
from timebank.memberships.rules import Action, Status

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

POSSIBLE: dict[Status | None, dict[str, str]] = {
    None: {"request": "requested", "join": "active", "accept": "active"},
    Status.REQUESTED: {
        "join": "active",
        "accept": "active",
        "approve": "active",
        "refuse": "refused",
        "leave": "left",
    },
    Status.ACTIVE: {"leave": "left", "remove": "removed"},
    Status.REFUSED: {"request": "requested", "accept": "active"},
    Status.LEFT: {"request": "requested", "join": "active", "accept": "active"},
    Status.REMOVED: {"request": "requested", "accept": "active"},
}


@pytest.mark.parametrize("status", [None, *Status])
@pytest.mark.parametrize("action", Action)
def test_each_state_leads_only_where_the_table_says(status: Status | None, action: Action) -> None:
    expected = POSSIBLE[status].get(action)
    if expected is not None:
        assert rules.next_status(status, action) == expected
        return
    with pytest.raises(Conflict):
        rules.next_status(status, action)


@pytest.mark.parametrize(
    ("status", "action", "code"),
    [
        (Status.ACTIVE, Action.REQUEST, "already-member"),
        (Status.ACTIVE, Action.JOIN, "already-member"),
        (Status.ACTIVE, Action.ACCEPT, "already-member"),
        (Status.REQUESTED, Action.REQUEST, "already-requested"),
        (Status.REMOVED, Action.JOIN, "ask-to-come-back"),
        (Status.REFUSED, Action.JOIN, "ask-to-come-back"),
        (Status.LEFT, Action.REMOVE, "wrong-status"),
    ],
)
def test_a_refusal_says_why(status: Status, action: Action, code: str) -> None:
    with pytest.raises(Conflict, match=code):
        rules.next_status(status, action)


@pytest.mark.parametrize(
    ("text", "number", "masked"),
    [
        ("120 0000-0001", "12000000001", "120****0001"),
        ("+86 12000000001", "12000000001", "120****0001"),
        ("511102abcdefghjk", "511102ABCDEFGHJK", "511102****GHJK"),
        ("５１１１０２ABCDEFGHJK", "511102ABCDEFGHJK", "511102****GHJK"),
    ],
)
def test_an_invitation_is_for_a_number(text: str, number: str, masked: str) -> None:
    assert rules.check_addressee(text, demo=True) == number
    assert rules.mask_addressee(number) == masked


@pytest.mark.parametrize(
    "text", ["", "张小山", "1200000000", "511102ABCDEFGHJ", "511102ABCDEFGHIO", "0" * 16]
)
def test_it_is_for_nothing_else(text: str) -> None:
    with pytest.raises(Invalid, match="not-an-addressee") as refused:
        rules.check_addressee(text, demo=True)
    assert set(refused.value.fields) == {"to"}


@pytest.mark.parametrize(
    ("status", "later", "seen"),
    [
        ("open", False, "open"),
        ("open", True, "expired"),
        ("accepted", True, "accepted"),
        ("withdrawn", False, "withdrawn"),
    ],
)
def test_an_invitation_is_open_accepted_withdrawn_or_run_out(status: str, later: bool, seen: str) -> None:
    expires_at = NOW - timedelta(seconds=1) if later else NOW + timedelta(seconds=1)
    assert rules.seen_by_inviter(status, expires_at, NOW) == seen


def test_a_code_is_for_1_to_90_days_and_1_to_5000_uses() -> None:
    rules.check_code_numbers(1, 1)
    rules.check_code_numbers(90, 5000)
    for days, uses, wrong in ((0, 1, {"days"}), (91, 5001, {"days", "uses"}), (7, 0, {"uses"})):
        with pytest.raises(Invalid) as refused:
            rules.check_code_numbers(days, uses)
        assert set(refused.value.fields) == wrong
