"""Changing hours: attendance becomes records, records are submitted, and other people decide them."""

from timebank.hours.usecases.deciding import (
    Decision,
    approve_record,
    confirm_records,
    refuse_records,
    return_records,
)
from timebank.hours.usecases.making import close_shift, end_visit, submit_records

__all__ = [
    "Decision",
    "approve_record",
    "close_shift",
    "confirm_records",
    "end_visit",
    "refuse_records",
    "return_records",
    "submit_records",
]
