"""Reading hours: the records of a shift, of a person, and what waits for whom."""

from timebank.hours.queries.accounts import (
    Summary,
    statement,
    summary,
)
from timebank.hours.queries.confirmed import (
    ConfirmedLine,
    RecordingUnit,
    confirmed_lines,
    recording_units,
)
from timebank.hours.queries.records import (
    OPEN,
    RecordCard,
    record,
    records_booked,
    service_records,
)
from timebank.hours.queries.sheets import (
    SheetCard,
    shift_records,
    shift_sheet,
    shifts_to_confirm,
)

__all__ = [
    "OPEN",
    "ConfirmedLine",
    "RecordCard",
    "RecordingUnit",
    "SheetCard",
    "Summary",
    "confirmed_lines",
    "record",
    "recording_units",
    "records_booked",
    "service_records",
    "shift_records",
    "shift_sheet",
    "shifts_to_confirm",
    "statement",
    "summary",
]
