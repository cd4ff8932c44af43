"""Where a shift takes place: needed where phones are compared with it, and never assumed."""

from __future__ import annotations

from datetime import date

import pytest

from timebank.kernel.errors import Invalid
from timebank.projects.rules import Attendance, PrintedCode, ProjectPolicy, checked_attendance

POLICY = ProjectPolicy(
    version="2026-1",
    valid_from=date(2026, 1, 1),
    accept_minutes=720,
    leave_notice_minutes=720,
    appeal_days=7,
    make_up_per_month=2,
    make_up_days_back=30,
    most_occurrences=60,
    default_minutes=240,
    place_radius_m=300,
    close_days=30,
    archive_days=365,
    source="",
)
VENUE: Attendance = {"latitude": 29.5521, "longitude": 103.7661}


@pytest.mark.parametrize(
    "given", [{}, {"offers_place": False}, VENUE, {"printed_code": PrintedCode.PLACE, **VENUE}]
)
def test_nobody_is_offered_to_say_a_place_unless_it_is_switched_on(given: Attendance) -> None:
    assert checked_attendance(given, POLICY)["offers_place"] is False


@pytest.mark.parametrize("printed", list(PrintedCode))
def test_it_is_offered_beside_any_printed_code(printed: PrintedCode) -> None:
    asked = checked_attendance({"offers_place": True, "printed_code": printed, **VENUE}, POLICY)
    assert (asked["offers_place"], asked["printed_code"], asked["radius_m"]) == (True, printed, 300)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"offers_place": True}, "latitude"),
        ({"offers_place": True, "latitude": 29.5521}, "longitude"),
        ({"offers_place": True, "longitude": 103.7661}, "latitude"),
    ],
)
def test_without_the_venue_there_is_nothing_to_compare_with(given: Attendance, field: str) -> None:
    with pytest.raises(Invalid) as told:
        checked_attendance(given, POLICY)
    assert set(told.value.fields) >= {field}
