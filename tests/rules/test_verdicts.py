"""The table by which every scan is judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.attendance.rules import (
    REFUSALS,
    Direction,
    Presence,
    Situation,
    Verdict,
    check_reason,
    judge,
)
from timebank.kernel.errors import Invalid
from timebank.projects.rules import ProjectStatus, ShiftStatus, SignUpStatus
from timebank.volunteers.rules import Status

OPENS = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
STARTS = OPENS + timedelta(hours=1)
ENDS = STARTS + timedelta(hours=3)
CLOSES = ENDS + timedelta(hours=4)
INSTANT = timedelta(microseconds=1)

GOOD = Situation(
    direction=Direction.IN,
    at=STARTS,
    project_status=ProjectStatus.RECRUITING,
    shift_status=ShiftStatus.OPEN,
    opens_at=OPENS,
    ends_at=ENDS,
    closes_at=CLOSES,
    volunteer_status=Status.REGISTERED,
    sign_up=SignUpStatus.ACCEPTED,
    presence=Presence.NEVER_IN,
    step=100,
)
INSIDE = replace(
    GOOD,
    direction=Direction.OUT,
    presence=Presence.INSIDE,
    step=200,
    last_step=100,
    last_direction=Direction.IN,
)
GONE = replace(GOOD, presence=Presence.GONE, step=300, last_step=200, last_direction=Direction.OUT)

CASES: list[tuple[str, Situation, dict[str, Any], str, str | None]] = [
    ("in", GOOD, {}, "accepted", None),
    ("in by the desk", GOOD, {"step": None}, "accepted", None),
    ("in as the gate opens", GOOD, {"at": OPENS}, "accepted", None),
    ("in too early", GOOD, {"at": OPENS - INSTANT}, "refused", "too-early"),
    ("in at the end", GOOD, {"at": ENDS}, "accepted", None),
    ("in after the end", GOOD, {"at": ENDS + INSTANT}, "refused", "too-late"),
    ("in, gate closed", GOOD, {"shift_status": ShiftStatus.CLOSED}, "refused", "too-late"),
    ("in, shift cancelled", GOOD, {"shift_status": ShiftStatus.CANCELLED}, "refused", "cancelled"),
    ("in, project cancelled", GOOD, {"project_status": ProjectStatus.CANCELLED}, "refused", "cancelled"),
    ("in, project a draft", GOOD, {"project_status": ProjectStatus.DRAFT}, "refused", "not-approved"),
    ("in, project in review", GOOD, {"project_status": ProjectStatus.SUBMITTED}, "refused", "not-approved"),
    ("in, project returned", GOOD, {"project_status": ProjectStatus.RETURNED}, "refused", "not-approved"),
    ("in, waiting for approval", GOOD, {"volunteer_status": Status.SUBMITTED}, "refused", "not-approved"),
    ("in, no volunteer", GOOD, {"volunteer_status": None}, "refused", "not-approved"),
    ("in, suspended", GOOD, {"volunteer_status": Status.SUSPENDED}, "refused", "suspended"),
    ("in, never signed up", GOOD, {"sign_up": None}, "refused", "not-registered"),
    ("in, place given back", GOOD, {"sign_up": SignUpStatus.CANCELLED}, "refused", "not-registered"),
    ("in, inside elsewhere", GOOD, {"is_inside_elsewhere": True}, "refused", "overlaps-other"),
    ("in again", INSIDE, {"direction": Direction.IN}, "repeated", "already-in"),
    ("in again, same code", INSIDE, {"direction": Direction.IN, "step": 100}, "repeated", "already-in"),
    ("in again by the desk", INSIDE, {"direction": Direction.IN, "step": None}, "repeated", "already-in"),
    (
        "in again after the end",
        INSIDE,
        {"direction": Direction.IN, "at": ENDS + INSTANT},
        "repeated",
        "already-in",
    ),
    ("in after going", GONE, {}, "refused", "already-out"),
    ("in after going by the desk", GONE, {"step": None}, "refused", "already-out"),
    ("in after going with the code of going", GONE, {"step": 200}, "refused", "replayed-code"),
    ("in after going with an old code", GONE, {"step": 100}, "refused", "replayed-code"),
    ("out", INSIDE, {}, "accepted", None),
    ("out by the desk", INSIDE, {"step": None}, "accepted", None),
    ("out with the code of coming", INSIDE, {"step": 100}, "refused", "replayed-code"),
    ("out with an older code", INSIDE, {"step": 99}, "refused", "replayed-code"),
    ("out as the gate closes", INSIDE, {"at": CLOSES}, "accepted", None),
    ("out too late", INSIDE, {"at": CLOSES + INSTANT}, "refused", "too-late"),
    ("out, gate closed", INSIDE, {"shift_status": ShiftStatus.CLOSED}, "refused", "too-late"),
    ("out though suspended", INSIDE, {"volunteer_status": Status.SUSPENDED}, "accepted", None),
    ("out though the place was given back", INSIDE, {"sign_up": SignUpStatus.CANCELLED}, "accepted", None),
    ("out though cancelled", INSIDE, {"shift_status": ShiftStatus.CANCELLED}, "accepted", None),
    ("out before the gate opens", INSIDE, {"at": OPENS - INSTANT}, "accepted", None),
    ("out without in", GOOD, {"direction": Direction.OUT}, "refused", "not-in"),
    (
        "out here, inside elsewhere",
        GOOD,
        {"direction": Direction.OUT, "is_inside_elsewhere": True},
        "refused",
        "wrong-session",
    ),
    ("out without a place", GOOD, {"direction": Direction.OUT, "sign_up": None}, "refused", "not-registered"),
    ("out twice, same code", GONE, {"direction": Direction.OUT, "step": 200}, "repeated", "already-out"),
    ("out twice, newer code", GONE, {"direction": Direction.OUT}, "refused", "already-out"),
    ("out twice by the desk", GONE, {"direction": Direction.OUT, "step": None}, "refused", "already-out"),
]


@pytest.mark.parametrize(
    ("case", "changes", "verdict", "code"),
    [pytest.param(*rest, id=name) for name, *rest in CASES],
)
def test_the_verdict(case: Situation, changes: dict[str, Any], verdict: str, code: str | None) -> None:
    judgement = judge(replace(case, **changes))
    assert (judgement.verdict, judgement.code) == (verdict, code)


SITUATIONS = st.builds(
    Situation,
    direction=st.sampled_from(Direction),
    at=st.datetimes(timezones=st.just(UTC)),
    project_status=st.sampled_from(ProjectStatus),
    shift_status=st.sampled_from(ShiftStatus),
    opens_at=st.just(OPENS),
    ends_at=st.just(ENDS),
    closes_at=st.just(CLOSES),
    volunteer_status=st.none() | st.sampled_from(Status),
    sign_up=st.none() | st.sampled_from(SignUpStatus),
    presence=st.sampled_from(Presence),
    is_inside_elsewhere=st.booleans(),
    step=st.none() | st.integers(0, 9),
    last_step=st.none() | st.integers(0, 9),
    last_direction=st.none() | st.sampled_from(Direction),
)


@given(SITUATIONS)
def test_every_situation_has_an_answer_and_only_a_change_is_accepted(case: Situation) -> None:
    judgement = judge(case)
    assert (judgement.code is None) == (judgement.verdict is Verdict.ACCEPTED)
    assert judgement.code is None or judgement.code in REFUSALS
    if judgement.verdict is Verdict.ACCEPTED:
        before = Presence.NEVER_IN if case.direction is Direction.IN else Presence.INSIDE
        assert case.presence is before
        assert case.at <= CLOSES
    if judgement.verdict is Verdict.REPEATED:
        after = Presence.INSIDE if case.direction is Direction.IN else Presence.GONE
        assert case.presence is after


@pytest.mark.parametrize("reason", ["", " ", "忘", "长" * 201])
def test_a_forgotten_check_out_needs_a_reason(reason: str) -> None:
    with pytest.raises(Invalid) as told:
        check_reason(reason)
    assert told.value.fields == {"reason": ["reason-needed"]}
