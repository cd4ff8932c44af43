"""When a no-show can be noted by hand, and when it can be taken back."""

from __future__ import annotations

import pytest

from timebank.kernel.errors import Conflict
from timebank.projects.rules import AppealStatus, SignUpStatus, check_absent, check_retractable

S = SignUpStatus
NO_PLACE = [each for each in S if each not in (S.ACCEPTED, S.NO_SHOW, S.EXCUSED)]


@pytest.mark.parametrize(
    ("status", "was_there", "scan_waits", "code"),
    [
        (S.ACCEPTED, False, False, None),
        (S.ACCEPTED, True, False, "was-there"),
        (S.ACCEPTED, True, True, "was-there"),
        (S.ACCEPTED, False, True, "scan-waits"),
        (S.NO_SHOW, False, False, "noted-already"),
        (S.NO_SHOW, True, False, "noted-already"),
        (S.EXCUSED, False, False, "taken-back-already"),
        *((status, False, False, "no-place") for status in NO_PLACE),
    ],
)
def test_who_is_noted(status: S, was_there: bool, scan_waits: bool, code: str | None) -> None:
    assert refusal(lambda: check_absent(status, was_there=was_there, scan_waits=scan_waits)) == code


@pytest.mark.parametrize(
    ("status", "appeal", "code"),
    [
        (S.NO_SHOW, None, None),
        (S.NO_SHOW, AppealStatus.WAITING, "objection-waits"),
        (S.NO_SHOW, AppealStatus.REFUSED, "decided-already"),
        (S.EXCUSED, None, "not-noted"),
        (S.EXCUSED, AppealStatus.GRANTED, "not-noted"),
        (S.ACCEPTED, None, "not-noted"),
        (S.CANCELLED, None, "not-noted"),
    ],
)
def test_what_is_taken_back(status: S, appeal: AppealStatus | None, code: str | None) -> None:
    assert refusal(lambda: check_retractable(status, appeal)) == code


def refusal(check: object) -> str | None:
    assert callable(check)
    try:
        check()
    except Conflict as conflict:
        return conflict.code
    return None
