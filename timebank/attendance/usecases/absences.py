"""After the gate closed: who had a place and never came."""

from __future__ import annotations

from datetime import date, timedelta

from timebank.attendance.queries import gate_policy, visits
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.queries import ended_shifts
from timebank.projects.usecases import note_absences


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
