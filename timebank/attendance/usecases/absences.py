"""Who had a place and never came: noted by itself after the gate closed, or by hand after the shift."""

from __future__ import annotations

from datetime import date, timedelta

from timebank.attendance.queries import gate_policy, visits, waiting_scans
from timebank.attendance.usecases.visits import presences
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.queries import ended_shifts
from timebank.projects.usecases import hold_place, note_absences, note_absent


def note_no_shows(work: Work, *, on: date) -> dict[str, int]:
    """Note no-shows of shifts whose gate is closed; who is seen by a late upload is taken out again.

    Late uploads count as long as the gate takes them. `on` is the date of the run; the present instant
    decides. Repeating it changes nothing.
    """
    work.allow(Permission.JOB_RUN)
    late_since = work.now - timedelta(hours=gate_policy().late_upload_hours)
    shifts = ended_shifts(now=work.now, late_since=late_since)
    noted = 0
    for shift in sorted(shifts):
        noted += note_absences(work, shift=shift, came={visit.volunteer for visit in visits(shift)})
    return {"shifts": len(shifts), "no_shows": noted}


def note_absence(work: Work, *, sign_up: Key) -> None:
    """Note by hand that somebody with a place did not come, once the shift is over; the organizer's word.

    The person is told and can object. Raises NotFound, Conflict "wrong-project-status", "shift-called-off",
    "shift-ahead", "was-there" for who has a visit, "scan-waits", "noted-already", "taken-back-already",
    "no-place".
    """
    place = hold_place(work, sign_up=sign_up)
    note_absent(
        work,
        place=place,
        was_there=presences(work, place.shift, place.volunteer).here is not None,
        scan_waits=bool(waiting_scans(place.shift, [place.volunteer])),
    )
