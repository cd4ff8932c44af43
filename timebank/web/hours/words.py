"""Words of hours, the ledger and stars."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, LazyString] = {
    "appeal-too-late": _l("The days for objections are over. Ask for a correction of the record instead."),
    "appeal-waiting": _l("First answer the objections: %(count)s are waiting."),
    "appealed-already": _l("You have objected to this already."),
    "hours-decided": _l(
        "Somebody has decided about these hours. Ask for a correction of the record instead."
    ),
    "not-forgotten": _l("This visit did not end by a policy."),
    "note-needed": _l("Say it in 2 to 500 characters."),
    "overlaps-confirmed": _l(
        "The person has confirmed hours at this time. Return the record to have it shortened."
    ),
    "stay-outside": _l("The time must lie between check-in and the closing of the gate."),
    "already-submitted": _l("These hours are submitted; only a reviewer can give them back."),
    "check-out-missing": _l("First say when they left: %(count)s without check-out."),
    "insufficient-balance": _l("There is not enough on this account."),
    "none-ticked": _l("Choose at least one record."),
    "not-reversible": _l("A reversal cannot be taken back itself."),
    "not-submitted": _l("This record does not wait for a decision. Open the page again and look."),
    "nothing-to-submit": _l("Nobody checked in, so there are no hours to submit."),
    "own-record": _l("Somebody else must decide this: it is your own record."),
    "period-reversed": _l("The period must not end before it begins."),
    "shift-cancelled": _l("This shift was cancelled; it has no hours."),
    "shift-not-closed": _l("Close the shift first."),
    "shift-not-started": _l("This shift has not started yet."),
}

WORDS: dict[str, Mapping[str, LazyString]] = {
    "hours_event": {
        "hours.confirmed": _l("Hours confirmed and booked"),
        "hours.refused": _l("Hours not recognised"),
        "hours.returned": _l("Hours returned for correction"),
        "hours.submitted": _l("Hours of a shift submitted"),
        "visit.appeal_decided": _l("Objection to the end of a visit answered"),
        "visit.appealed": _l("Objection to the end of a visit"),
        "star.derived": _l("Star changed"),
    },
    "account_kind": {
        "service_time": _l("Service time"),
        "time_credit": _l("Time credit"),
        "love_points": _l("Love points"),
        "service_time_source": _l("Source of service time"),
        "time_credit_source": _l("Source of time credit"),
        "clearing": _l("Clearing account"),
    },
    "attention": {
        "no_check_out": _l("No check-out"),
        "overlap": _l("Overlaps another record"),
        "impossible_speed": _l("Too fast from another place"),
        "shared_device": _l("One phone for many people"),
        "far_from_venue": _l("Far from the venue"),
        "long_day": _l("A very long day"),
        "night": _l("Service at night"),
        "many_days": _l("Many days in a row"),
        "late_entry": _l("Entered long after"),
        "manual_share": _l("Too much set by hand"),
        "closed_by_policy": _l("Ended by policy"),
        "short_visit": _l("Very short visit"),
        "entered_by_organizer": _l("Time set by the organizer"),
    },
    "entry_mode": {
        "venue_code": _l("Scanned at the venue"),
        "personal_code": _l("Personal code"),
        "kiosk": _l("Personal code at a kiosk"),
        "printed_code": _l("Printed code"),
        "organizer": _l("By the organizer"),
        "policy": _l("Left by policy"),
    },
    "visit_appeal_status": {
        "waiting": _l("Waits for the organizer"),
        "accepted": _l("Accepted"),
        "refused": _l("Not accepted"),
    },
    "forgotten_told": {
        "zero": _l("You did not check out, so nothing counts. Say until when you stayed."),
        "shift_end": _l("You did not check out. Your time counts to the end of the shift."),
        "default_minutes": _l("You did not check out. A fixed number of minutes counts."),
    },
    "measured_by": {
        "in_and_out": _l("Check-in to check-out"),
        "in_only": _l("Check-in to the end of the shift"),
        "presence": _l("The whole shift"),
        "zero": _l("Closed without minutes"),
        "shift_end": _l("Closed at the end of the shift"),
        "default_minutes": _l("Closed with fixed minutes"),
    },
    "record_pending": {
        "to_submit": _l("Waits for the organizer to submit it"),
        "submitted": _l("Waits for confirmation by somebody else"),
        "returned": _l("Went back to the organizer"),
    },
    "record_status": {
        "to_submit": _l("To submit"),
        "submitted": _l("Under review"),
        "returned": _l("Returned"),
        "not_recognised": _l("Not recognised"),
        "confirmed": _l("Confirmed"),
    },
    "sheet_status": {
        "not_closed": _l("Not closed yet"),
        "to_submit": _l("To submit"),
        "submitted": _l("Under review"),
        "settled": _l("Settled"),
    },
    "transfer_reason": {
        "service_record": _l("Service record"),
        "reversal": _l("Reversal"),
        "merge": _l("From a registration that was merged"),
    },
}
