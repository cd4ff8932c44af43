"""What a shift asks of people: how they prove that they served, and what becomes of a forgotten check-out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from timebank.kernel.errors import Invalid
from timebank.projects.rules.policy import ProjectPolicy
from timebank.projects.rules.shifts import AttendanceMode, ClosingPolicy, PrintedCode, over_at

SMALLEST_RADIUS_M, LARGEST_RADIUS_M = 20, 5000


class Attendance(TypedDict, total=False):
    """What an organizer says of a shift's attendance; what is left out is the most careful choice."""

    attendance_mode: AttendanceMode
    closing_policy: ClosingPolicy
    closing_minutes: int | None
    printed_code: PrintedCode
    offers_place: bool
    latitude: float | None
    longitude: float | None
    radius_m: int | None


@dataclass(frozen=True, slots=True)
class AttendanceTerms:
    """Mode and closing policy of a shift, under the version of `project_policies` they were chosen by."""

    mode: AttendanceMode
    closing: ClosingPolicy
    minutes: int | None
    """What a forgotten check-out counts under `ClosingPolicy.DEFAULT_MINUTES`."""
    version: str

    @property
    def needs_check_out(self) -> bool:
        """Whether somebody who does not check out has forgotten something."""
        return self.mode is AttendanceMode.IN_AND_OUT

    @property
    def named(self) -> str:
        """What measures the hours, with its version: the name kept on records."""
        return f"{self.mode} {self.version}"

    @property
    def ending(self) -> str:
        """What ends the visit of somebody who did not check out, with its version."""
        return f"{self.closing if self.needs_check_out else self.mode} {self.version}"

    def left_at(
        self, in_at: datetime, ends_at: datetime, closes_at: datetime, called_off_at: datetime | None = None
    ) -> datetime:
        """When somebody who did not check out has left, as far as their hours are concerned.

        Nobody serves after a shift was called off. Instants only: neither days nor the changes of a zone's
        clock matter.
        """
        ends_at, closes_at = over_at(ends_at, called_off_at), over_at(closes_at, called_off_at)
        if not self.needs_check_out or self.closing is ClosingPolicy.SHIFT_END:
            return max(in_at, ends_at)
        if self.closing is ClosingPolicy.DEFAULT_MINUTES:
            return max(in_at, min(in_at + timedelta(minutes=self.minutes or 0), closes_at))
        return in_at


def checked_attendance(given: Attendance, policy: ProjectPolicy) -> Attendance:
    """The whole of what a shift asks, with the policy's figures where nothing was said.

    Raises Invalid naming every field that is missing, too much or out of bounds.
    """
    wrong: dict[str, list[str]] = {}
    closing = given.get("closing_policy") or ClosingPolicy.ZERO
    minutes = given.get("closing_minutes") if closing is ClosingPolicy.DEFAULT_MINUTES else None
    if closing is ClosingPolicy.DEFAULT_MINUTES and not 1 <= (minutes or 0) <= policy.default_minutes:
        wrong["closing_minutes"] = [
            "required" if minutes is None else f"out-of-range 1 {policy.default_minutes}"
        ]
    place = _checked_place(given, policy, wrong)
    if wrong:
        raise Invalid(fields=wrong)
    return {
        "attendance_mode": given.get("attendance_mode") or AttendanceMode.IN_AND_OUT,
        "closing_policy": closing,
        "closing_minutes": minutes,
        "printed_code": given.get("printed_code") or PrintedCode.OFF,
        "offers_place": bool(given.get("offers_place")),
        **place,
    }


def _checked_place(given: Attendance, policy: ProjectPolicy, wrong: dict[str, list[str]]) -> Attendance:
    latitude, longitude = given.get("latitude"), given.get("longitude")
    for name, value, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if value is not None and not -most <= value <= most:
            wrong[name] = [f"out-of-range -{most} {most}"]
    if (latitude is None) != (longitude is None):
        wrong["latitude" if latitude is None else "longitude"] = ["required"]
    if latitude is None or longitude is None:
        if given.get("printed_code") is PrintedCode.PLACE or given.get("offers_place"):
            wrong.setdefault("latitude", ["place-needed"])
        return {"latitude": None, "longitude": None, "radius_m": None}
    radius = given.get("radius_m") or policy.place_radius_m
    if not SMALLEST_RADIUS_M <= radius <= LARGEST_RADIUS_M:
        wrong["radius_m"] = [f"out-of-range {SMALLEST_RADIUS_M} {LARGEST_RADIUS_M}"]
    return {"latitude": latitude, "longitude": longitude, "radius_m": radius}
