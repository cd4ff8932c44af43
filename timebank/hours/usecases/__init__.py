"""Changing hours: attendance becomes records, records are submitted, and other people decide them."""

from timebank.hours.usecases.appealing import appeal, decide_appeal, forget_appeals
from timebank.hours.usecases.deciding import (
    Decision,
    approve_record,
    confirm_records,
    refuse_records,
    return_records,
)
from timebank.hours.usecases.leaving import ask_for_correction, ask_to_close, confirm_proposal
from timebank.hours.usecases.making import close_shift, end_visit, follow_visits, submit_records
from timebank.hours.usecases.voiding import void_project

__all__ = [
    "Decision",
    "appeal",
    "approve_record",
    "ask_for_correction",
    "ask_to_close",
    "close_shift",
    "confirm_proposal",
    "confirm_records",
    "decide_appeal",
    "end_visit",
    "follow_visits",
    "forget_appeals",
    "refuse_records",
    "return_records",
    "submit_records",
    "void_project",
]
