"""The state machine of projects as a picture, and what time does by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from timebank.projects.rules import (
    CALLED_OFF,
    FINAL,
    OPEN_FOR_SERVICE,
    TRANSITIONS,
    Action,
    ProjectKind,
    ProjectStatus,
    Timetable,
    due,
    takes_sign_ups,
)

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

PICTURE = """
draft       edit=draft add_shift=draft submit=submitted cancel=cancelled
submitted   approve=scheduled return=returned reject=rejected cancel=cancelled
returned    edit=returned add_shift=returned submit=submitted cancel=cancelled
rejected
scheduled   add_shift=scheduled start_recruiting=recruiting run=running pause=paused cancel=cancelled
scheduled   stop=stopped void=voided
recruiting  add_shift=recruiting end_recruiting=recruited close=closed pause=paused cancel=cancelled
recruiting  stop=stopped void=voided
recruited   add_shift=recruiting start_recruiting=recruiting run=running close=closed pause=paused
recruited   cancel=cancelled stop=stopped void=voided
running     add_shift=recruiting close=closed pause=paused cancel=cancelled stop=stopped void=voided
closed      archive=archived void=voided
archived
paused      resume=scheduled cancel=cancelled stop=stopped void=voided
stopped     lift=scheduled void=voided
voided
cancelled
"""


def drawn() -> dict[tuple[ProjectStatus, Action], ProjectStatus]:
    found = {}
    for line in PICTURE.strip().splitlines():
        before, *moves = line.split()
        for move in moves:
            action, after = move.split("=")
            found[ProjectStatus(before), Action(action)] = ProjectStatus(after)
    return found


@pytest.mark.parametrize("status", ProjectStatus)
@pytest.mark.parametrize("action", Action)
def test_every_state_and_every_action(status: ProjectStatus, action: Action) -> None:
    assert TRANSITIONS.get((status, action)) == drawn().get((status, action))


def test_every_state_can_be_reached_and_is_left_unless_it_is_an_end() -> None:
    reached = {ProjectStatus.DRAFT}
    while more := {after for (before, _), after in TRANSITIONS.items() if before in reached} - reached:
        reached |= more
    assert reached == set(ProjectStatus)
    left = {before for (before, _), after in TRANSITIONS.items() if after != before}
    assert set(ProjectStatus) - left == FINAL


def test_places_are_taken_while_recruiting_and_gates_open_from_then_on() -> None:
    assert [status for status in ProjectStatus if takes_sign_ups(status)] == [ProjectStatus.RECRUITING]
    assert not takes_sign_ups(None)
    assert not OPEN_FOR_SERVICE & (CALLED_OFF | FINAL)


def timetable(**changes: Any) -> Timetable:
    given: dict[str, Any] = {
        "kind": ProjectKind.ORDINARY,
        "since": NOW - DAY,
        "recruits_from": None,
        "recruits_until": None,
        "first_start": NOW + HOUR,
        "last_start": NOW + DAY,
        "last_closing": NOW + DAY + HOUR,
        **changes,
    }
    return Timetable(**given)


def over(hours: int) -> dict[str, Any]:
    """A single shift whose gate closed so many hours ago."""
    closed = NOW - hours * HOUR
    return {"first_start": closed - 5 * HOUR, "last_start": closed - 5 * HOUR, "last_closing": closed}


NO_SHIFT = {"first_start": None, "last_start": None, "last_closing": None}
MAKE_UP = {"kind": ProjectKind.MAKE_UP}


@pytest.mark.parametrize(
    ("status", "changes", "action"),
    [
        ("draft", {}, None),
        ("submitted", over(5), None),
        ("scheduled", {}, "start_recruiting"),
        ("scheduled", {"recruits_from": NOW}, "start_recruiting"),
        ("scheduled", {"recruits_from": NOW + timedelta(microseconds=1)}, None),
        ("scheduled", MAKE_UP | over(5), "run"),
        ("recruiting", {}, None),
        ("recruiting", NO_SHIFT, None),
        ("recruiting", {"first_start": NOW - DAY}, None),
        ("recruiting", {"last_start": NOW}, "end_recruiting"),
        ("recruiting", {"recruits_until": NOW}, "end_recruiting"),
        ("recruiting", {"recruits_until": NOW + HOUR}, None),
        ("recruited", {}, None),
        ("recruited", NO_SHIFT, None),
        ("recruited", {"first_start": NOW}, "run"),
        ("running", over(14 * 24 - 1), None),
        ("running", over(14 * 24), "close"),
        ("running", NO_SHIFT, None),
        ("running", NO_SHIFT | {"since": NOW - 14 * DAY}, "close"),
        ("running", MAKE_UP | over(30 * 24), None),
        ("running", MAKE_UP | over(30 * 24) | {"since": NOW - 14 * DAY}, "close"),
        ("closed", {"since": NOW - 180 * DAY}, "archive"),
        ("closed", {"since": NOW - 179 * DAY}, None),
        ("paused", over(1000), None),
        ("stopped", over(1000), None),
        ("archived", over(1000), None),
    ],
)
def test_what_time_brings_about(status: str, changes: dict[str, Any], action: str | None) -> None:
    found = due(ProjectStatus(status), timetable(**changes), NOW, 14 * DAY, 180 * DAY)
    assert found == (Action(action) if action else None)


@pytest.mark.parametrize("status", ProjectStatus)
@pytest.mark.parametrize("kind", ProjectKind)
def test_time_does_only_what_is_possible(status: ProjectStatus, kind: ProjectKind) -> None:
    for changes in ({}, over(10_000), NO_SHIFT, {"last_start": NOW, "first_start": NOW}):
        times = timetable(kind=kind, since=NOW - 1000 * DAY, **changes)
        action = due(status, times, NOW, 14 * DAY, 180 * DAY)
        assert action is None or (status, action) in TRANSITIONS
