"""The table by which every scan is judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_type_hints

import pytest

from timebank.attendance.rules import (
    REFUSALS,
    TOLD,
    CodeUse,
    Direction,
    Doubt,
    Elsewhere,
    Judgement,
    Paper,
    Person,
    Presence,
    Session,
    Situation,
    Time,
    Verdict,
    check_reason,
    code_use,
    judge,
    judge_offline,
    paper_of,
    person_of,
    session_of,
    time_of,
)
from timebank.kernel.errors import Invalid
from timebank.projects.rules import PrintedCode, ProjectStatus, ShiftStatus
from timebank.volunteers.rules import Status

OPENS = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
STARTS = OPENS + timedelta(hours=1)
ENDS = STARTS + timedelta(hours=3)
CLOSES = ENDS + timedelta(hours=4)
INSTANT = timedelta(microseconds=1)

GOOD = Situation(Direction.IN, code=CodeUse.FRESH)
INSIDE = Situation(Direction.OUT, presence=Presence.INSIDE, code=CodeUse.FRESH)
GONE = Situation(Direction.IN, presence=Presence.GONE, code=CodeUse.FRESH)

CASES: list[tuple[str, Situation, dict[str, Any], str, str | None]] = [
    ("in", GOOD, {}, "accepted", None),
    ("in by the desk", GOOD, {"code": CodeUse.NONE}, "accepted", None),
    ("in too early", GOOD, {"time": Time.EARLY}, "refused", "too-early"),
    ("in after the end", GOOD, {"time": Time.ENDED}, "refused", "too-late"),
    ("in after the gate's hours", GOOD, {"time": Time.LATE}, "refused", "too-late"),
    ("in, gate closed", GOOD, {"session": Session.CLOSED}, "refused", "too-late"),
    ("in, cancelled", GOOD, {"session": Session.CANCELLED}, "refused", "cancelled"),
    ("in, not approved", GOOD, {"session": Session.NOT_APPROVED}, "refused", "not-approved"),
    ("in, no volunteer", GOOD, {"person": Person.NOT_APPROVED}, "refused", "not-approved"),
    ("in, suspended", GOOD, {"person": Person.SUSPENDED}, "refused", "suspended"),
    ("in, no place", GOOD, {"has_place": False}, "refused", "not-registered"),
    ("in, inside elsewhere", GOOD, {"elsewhere": Elsewhere.YES}, "refused", "overlaps-other"),
    ("in, from the shift before", GOOD, {"elsewhere": Elsewhere.BEFORE}, "accepted", None),
    ("in again", INSIDE, {"direction": Direction.IN}, "repeated", "already-in"),
    (
        "in again, same code",
        INSIDE,
        {"direction": Direction.IN, "code": CodeUse.USED},
        "repeated",
        "already-in",
    ),
    (
        "in again after the end",
        INSIDE,
        {"direction": Direction.IN, "time": Time.ENDED},
        "repeated",
        "already-in",
    ),
    ("in after going", GONE, {}, "refused", "already-out"),
    ("in after going by the desk", GONE, {"code": CodeUse.NONE}, "refused", "already-out"),
    ("in after going with the code of going", GONE, {"code": CodeUse.SAME}, "refused", "replayed-code"),
    ("in after going with an old code", GONE, {"code": CodeUse.USED}, "refused", "replayed-code"),
    ("out", INSIDE, {}, "accepted", None),
    ("out by the desk", INSIDE, {"code": CodeUse.NONE}, "accepted", None),
    ("out with the code of coming", INSIDE, {"code": CodeUse.USED}, "refused", "replayed-code"),
    ("out after the end", INSIDE, {"time": Time.ENDED}, "accepted", None),
    ("out too late", INSIDE, {"time": Time.LATE}, "refused", "too-late"),
    ("out, gate closed", INSIDE, {"session": Session.CLOSED}, "accepted", None),
    (
        "out, gate closed, too late",
        INSIDE,
        {"session": Session.CLOSED, "time": Time.LATE},
        "refused",
        "too-late",
    ),
    (
        "out, gate closed, by the code of coming",
        INSIDE,
        {"session": Session.CLOSED, "code": CodeUse.USED},
        "refused",
        "replayed-code",
    ),
    ("out though suspended", INSIDE, {"person": Person.SUSPENDED}, "accepted", None),
    ("out though the place was given back", INSIDE, {"has_place": False}, "accepted", None),
    ("out though cancelled", INSIDE, {"session": Session.CANCELLED}, "accepted", None),
    (
        "out though cancelled, too late",
        INSIDE,
        {"session": Session.CANCELLED, "time": Time.LATE},
        "refused",
        "too-late",
    ),
    (
        "in again though cancelled",
        INSIDE,
        {"direction": Direction.IN, "session": Session.CANCELLED},
        "refused",
        "cancelled",
    ),
    ("out before the gate opens", INSIDE, {"time": Time.EARLY}, "accepted", None),
    ("in on paper, near", GOOD, {"code": CodeUse.NONE, "paper": Paper.NEAR}, "accepted", None),
    ("in on paper, away", GOOD, {"code": CodeUse.NONE, "paper": Paper.AWAY}, "refused", "out-of-area"),
    (
        "in on paper, to be confirmed",
        GOOD,
        {"code": CodeUse.NONE, "paper": Paper.CONFIRM},
        "provisional",
        "organizer-confirms",
    ),
    (
        "in on paper without a place",
        GOOD,
        {"has_place": False, "paper": Paper.AWAY},
        "refused",
        "not-registered",
    ),
    (
        "in again on paper",
        INSIDE,
        {"direction": Direction.IN, "paper": Paper.CONFIRM},
        "repeated",
        "already-in",
    ),
    ("out on paper, near", INSIDE, {"code": CodeUse.NONE, "paper": Paper.NEAR}, "accepted", None),
    ("out on paper, away", INSIDE, {"code": CodeUse.NONE, "paper": Paper.AWAY}, "refused", "out-of-area"),
    (
        "out on paper, to be confirmed",
        INSIDE,
        {"code": CodeUse.NONE, "paper": Paper.CONFIRM},
        "provisional",
        "organizer-confirms",
    ),
    (
        "out on paper while the check-in waits",
        GOOD,
        {"direction": Direction.OUT, "paper": Paper.CONFIRM},
        "provisional",
        "organizer-confirms",
    ),
    ("out on paper too late", INSIDE, {"time": Time.LATE, "paper": Paper.CONFIRM}, "refused", "too-late"),
    ("out without in", GOOD, {"direction": Direction.OUT}, "refused", "not-in"),
    (
        "out here, inside elsewhere",
        GOOD,
        {"direction": Direction.OUT, "elsewhere": Elsewhere.YES},
        "refused",
        "wrong-session",
    ),
    (
        "out without a place",
        GOOD,
        {"direction": Direction.OUT, "has_place": False},
        "refused",
        "not-registered",
    ),
    (
        "out twice, same code",
        GONE,
        {"direction": Direction.OUT, "code": CodeUse.SAME},
        "repeated",
        "already-out",
    ),
    ("out twice, newer code", GONE, {"direction": Direction.OUT}, "refused", "already-out"),
    (
        "out twice by the desk",
        GONE,
        {"direction": Direction.OUT, "code": CodeUse.NONE},
        "refused",
        "already-out",
    ),
]


@pytest.mark.parametrize(
    ("case", "changes", "verdict", "code"),
    [pytest.param(*rest, id=name) for name, *rest in CASES],
)
def test_the_verdict(case: Situation, changes: dict[str, Any], verdict: str, code: str | None) -> None:
    judgement = judge(replace(case, **changes))
    assert (judgement.verdict, judgement.code) == (verdict, code)


def every_situation() -> list[Situation]:
    """All there are: the table has to have an answer for each."""
    hints = get_type_hints(Situation)
    values = [[False, True] if hint is bool else list(hint) for hint in hints.values()]
    return [Situation(*combination) for combination in product(*values)]


def test_every_situation_has_an_answer_and_only_a_change_is_accepted() -> None:
    for case in every_situation():
        judgement = judge(case)
        assert (judgement.code is None) == (judgement.verdict is Verdict.ACCEPTED)
        assert judgement.code is None or judgement.code in REFUSALS
        if judgement.verdict is Verdict.ACCEPTED:
            before = Presence.NEVER_IN if case.direction is Direction.IN else Presence.INSIDE
            assert case.presence is before
            assert case.time is not Time.LATE
        if judgement.verdict is Verdict.REPEATED:
            after = Presence.INSIDE if case.direction is Direction.IN else Presence.GONE
            assert case.presence is after


def test_until_the_gates_last_minute_how_the_shift_stands_keeps_nobody_inside() -> None:
    for case in every_situation():
        if case.direction is Direction.OUT and case.presence is Presence.INSIDE:
            assert judge(case) == judge(replace(case, session=Session.OK))
        elif case.session is not Session.OK:
            assert judge(case).verdict is not Verdict.ACCEPTED


ACCEPTED = Judgement(Verdict.ACCEPTED)
REPEATED = Judgement(Verdict.REPEATED, "already-in")
NO_PLACE = Judgement(Verdict.REFUSED, "not-registered")
UNKNOWN = Judgement(Verdict.REFUSED, "unknown")


@pytest.mark.parametrize(
    ("told", "judged", "doubt", "verdict", "code"),
    [
        ("accepted", ACCEPTED, Doubt.NONE, "accepted", None),
        ("provisional", ACCEPTED, Doubt.NONE, "accepted", None),
        ("repeated", ACCEPTED, Doubt.NONE, "accepted", None),
        ("refused", ACCEPTED, Doubt.NONE, "provisional", "phone-refused"),
        ("accepted", ACCEPTED, Doubt.CLOCK, "provisional", "clock-skew"),
        ("accepted", ACCEPTED, Doubt.LATE, "provisional", "late-upload"),
        ("accepted", REPEATED, Doubt.NONE, "repeated", "already-in"),
        ("accepted", REPEATED, Doubt.CLOCK, "provisional", "clock-skew"),
        ("repeated", REPEATED, Doubt.LATE, "provisional", "late-upload"),
        ("accepted", NO_PLACE, Doubt.NONE, "provisional", "not-registered"),
        ("provisional", NO_PLACE, Doubt.NONE, "provisional", "not-registered"),
        ("refused", NO_PLACE, Doubt.NONE, "refused", "not-registered"),
        ("repeated", NO_PLACE, Doubt.NONE, "refused", "not-registered"),
        ("provisional", UNKNOWN, Doubt.NONE, "refused", "unknown"),
    ],
)
def test_what_a_phone_judged_off_line_is_judged_again(
    told: str, judged: Judgement, doubt: Doubt, verdict: str, code: str | None
) -> None:
    settled = judge_offline(Verdict(told), judged, doubt)
    assert (settled.verdict, settled.code) == (verdict, code)


def test_nothing_off_line_counts_that_would_not_count_on_line() -> None:
    online = {judge(case) for case in every_situation()} | {UNKNOWN}
    for told, judged, doubt in product(TOLD, online, Doubt):
        settled = judge_offline(told, judged, doubt)
        assert settled.verdict is not Verdict.ACCEPTED or judged.verdict is Verdict.ACCEPTED
        waits = judged == REPEATED and doubt is not Doubt.NONE
        assert (settled.verdict is Verdict.REPEATED) == (judged.verdict is Verdict.REPEATED and not waits)
        assert settled.code is None or settled.code in REFUSALS


@pytest.mark.parametrize(
    ("at", "time"),
    [
        (OPENS - INSTANT, "early"),
        (OPENS, "open"),
        (ENDS, "open"),
        (ENDS + INSTANT, "ended"),
        (CLOSES, "ended"),
        (CLOSES + INSTANT, "late"),
    ],
)
def test_the_hours_of_a_gate(at: datetime, time: str) -> None:
    assert time_of(at, opens_at=OPENS, ends_at=ENDS, closes_at=CLOSES) == time


@pytest.mark.parametrize(
    ("project", "shift", "session"),
    [
        (ProjectStatus.RECRUITING, ShiftStatus.OPEN, "ok"),
        (ProjectStatus.CLOSED, ShiftStatus.OPEN, "ok"),
        (ProjectStatus.RECRUITING, ShiftStatus.CLOSED, "closed"),
        (ProjectStatus.RECRUITING, ShiftStatus.CANCELLED, "cancelled"),
        (ProjectStatus.CANCELLED, ShiftStatus.OPEN, "cancelled"),
        (ProjectStatus.DRAFT, ShiftStatus.OPEN, "not-approved"),
        (ProjectStatus.SUBMITTED, ShiftStatus.CLOSED, "not-approved"),
        (ProjectStatus.RETURNED, ShiftStatus.OPEN, "not-approved"),
    ],
)
def test_how_a_shift_stands(project: ProjectStatus, shift: ShiftStatus, session: str) -> None:
    assert session_of(project, shift) == session


@pytest.mark.parametrize("status", [None, *Status])
def test_only_the_registered_may_serve(status: Status | None) -> None:
    told = {Status.REGISTERED: "ok", Status.SUSPENDED: "suspended"}
    assert person_of(status) == (told.get(status, "not-approved") if status else "not-approved")


@pytest.mark.parametrize(
    ("step", "last_step", "has_left", "use"),
    [
        (None, 5, True, "none"),
        (5, None, False, "fresh"),
        (6, 5, False, "fresh"),
        (5, 5, False, "used"),
        (4, 5, True, "used"),
        (5, 5, True, "same"),
    ],
)
def test_the_use_of_a_code(step: int | None, last_step: int | None, has_left: bool, use: str) -> None:
    assert code_use(step, last_step=last_step, has_left=has_left) == use


@pytest.mark.parametrize("reason", ["", " ", "忘", "长" * 201])
def test_a_forgotten_check_out_needs_a_reason(reason: str) -> None:
    with pytest.raises(Invalid) as told:
        check_reason(reason)
    assert told.value.fields == {"reason": ["reason-needed"]}


@pytest.mark.parametrize(
    ("policy", "distance_m", "paper"),
    [
        (PrintedCode.PLACE, 0, "near"),
        (PrintedCode.PLACE, 300, "near"),
        (PrintedCode.PLACE, 301, "away"),
        (PrintedCode.PLACE, None, "away"),
        (PrintedCode.ORGANIZER, None, "confirm"),
        (PrintedCode.ORGANIZER, 9_999, "confirm"),
    ],
)
def test_what_a_printed_code_shows(policy: PrintedCode, distance_m: int | None, paper: str) -> None:
    assert paper_of(policy, distance_m, 300) == paper


def test_paper_never_makes_a_refusal_less() -> None:
    """What is refused or repeated with the code on the screen is never accepted with the one on paper."""
    for case in every_situation():
        if case.paper is Paper.NO:
            plain = judge(case)
            assert judge(replace(case, paper=Paper.NEAR)) == plain
            for paper in (Paper.AWAY, Paper.CONFIRM):
                told = judge(replace(case, paper=paper))
                assert told.verdict is not Verdict.ACCEPTED
                if plain.verdict is not Verdict.ACCEPTED and plain.code != "not-in":
                    assert told == plain
