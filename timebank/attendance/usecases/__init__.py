"""Changing attendance: scans of the person and of the gate, what is decided afterwards, the end of a gate."""

from timebank.attendance.usecases.absences import (
    note_absence,
    note_no_shows,
)
from timebank.attendance.usecases.closing import (
    close_gate,
    set_out_time,
)
from timebank.attendance.usecases.deciding import (
    decide_scan,
    undo_scan,
)
from timebank.attendance.usecases.desk import (
    LARGEST_BATCH,
    ScanInput,
    enter_personal_code,
    scan_batch,
)
from timebank.attendance.usecases.devices import (
    note_device,
    register_device,
    report_wiped,
    revoke_device,
)
from timebank.attendance.usecases.ending import (
    close_gates,
)
from timebank.attendance.usecases.make_up import (
    AttendanceLine,
    Attended,
    Entered,
    enter_attendance,
)
from timebank.attendance.usecases.points import (
    read_point,
    sweep_points,
)
from timebank.attendance.usecases.scans import (
    REUSED,
    ScanResult,
)
from timebank.attendance.usecases.self_check_in import (
    check_in_self,
)

__all__ = [
    "LARGEST_BATCH",
    "REUSED",
    "AttendanceLine",
    "Attended",
    "Entered",
    "ScanInput",
    "ScanResult",
    "check_in_self",
    "close_gate",
    "close_gates",
    "decide_scan",
    "enter_attendance",
    "enter_personal_code",
    "note_absence",
    "note_device",
    "note_no_shows",
    "read_point",
    "register_device",
    "report_wiped",
    "revoke_device",
    "scan_batch",
    "set_out_time",
    "sweep_points",
    "undo_scan",
]
