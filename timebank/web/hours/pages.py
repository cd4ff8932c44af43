"""Pages of hours: one screen for the organizer after the event, the reviewer's queue and sheet."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from timebank.hours import queries, usecases
from timebank.hours.rules import WITH_ORGANIZER, Outcome, RecordStatus
from timebank.hours.usecases import Decision
from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.web.hours.schemas import OutTimeFormSchema, ReviewFormSchema
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.sections import REVIEW_QUEUES, ReviewQueue

pages = pages_door("hours")
REVIEW_QUEUES.append(
    ReviewQueue(
        _l("Shifts to confirm"),
        "clock",
        (Permission.HOURS_CONFIRM,),
        lambda actor, limit: queries.shifts_to_confirm(actor, limit=limit),
        "hours.reviews",
        place=30,
    )
)


@pages.get("/organize/shifts/<key:shift>/hours")
def shift(shift: Key) -> str:
    """After the event: what needs a decision first, everything else with one button."""
    return _shift(shift, {}, {})


@pages.post("/organize/shifts/<key:shift>/hours/close")
def close(shift: Key) -> Response:
    """Close the gate and make the records."""

    def done(_given: Values) -> Response:
        made = act(usecases.close_shift, shift=shift)
        flash(
            ngettext("The shift is closed: %(num)s record.", "The shift is closed: %(num)s records.", made),
            "success",
        )
        return redirect(url_for("hours.shift", shift=shift))

    return submitted(ApiSchema(), done, lambda values, errors: _shift(shift, values, errors))


@pages.post("/organize/shifts/<key:shift>/hours/out-time")
def out_time(shift: Key) -> Response:
    """Say when somebody left who did not check out."""

    def done(given: Values) -> Response:
        day = queries.shift_sheet(current_actor(), shift).occurred_on
        left = datetime.combine(day, given["out_at"], runtime().config.time_zone)
        act(usecases.end_visit, record=given["record"], out_at=left, reason=given["reason"])
        flash(_("The time is set and the hours are measured again."), "success")
        return redirect(url_for("hours.shift", shift=shift))

    return submitted(OutTimeFormSchema(), done, lambda values, errors: _shift(shift, values, errors))


@pages.post("/organize/shifts/<key:shift>/hours/submit")
def submit(shift: Key) -> Response:
    """Hand everything over for confirmation."""

    def done(_given: Values) -> Response:
        act(usecases.submit_records, shift=shift)
        flash(_("The hours are submitted. Somebody else will confirm them."), "success")
        return redirect(url_for("hours.shift", shift=shift))

    return submitted(ApiSchema(), done, lambda values, errors: _shift(shift, values, errors))


def _shift(shift: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    records = queries.shift_records(actor, shift)
    decisions = [each for each in records if _needs_decision(each)]
    return render_template(
        "hours/shift.html",
        sheet=queries.shift_sheet(actor, shift),
        decisions=decisions,
        others=[each for each in records if each not in decisions],
        undecided=sum(each.needs_check_out for each in decisions),
        values=values,
        errors=errors,
    )


def _needs_decision(record: queries.RecordCard) -> bool:
    is_returned = record.status == RecordStatus.RETURNED
    return record.status in WITH_ORGANIZER and (record.needs_check_out or is_returned)


@pages.get("/office/hours")
def reviews() -> str:
    """Shifts whose hours wait for the reader's decision."""
    page = queries.shifts_to_confirm(current_actor(), cursor=request.args.get("cursor"))
    return render_template("hours/reviews.html", page=page)


@pages.get("/office/hours/<key:shift>")
def review(shift: Key) -> str:
    """The submitted records of a shift, all ticked."""
    return _review(shift, {}, {})


@pages.post("/office/hours/<key:shift>")
def decide(shift: Key) -> Response:
    """Confirm, return or refuse the ticked records."""
    return submitted(
        ReviewFormSchema(),
        lambda given: _decide(shift, **given),
        lambda values, errors: _review(shift, values, errors),
    )


def _decide(shift: Key, *, decision: str, records: list[Key], reason: str) -> Response:
    if decision == "confirm":
        _tell(act(usecases.confirm_records, shift=shift, records=records))
    elif decision == "return":
        act(usecases.return_records, records=records, reason=reason)
        flash(_("The records went back to the organizer with your reason."), "success")
    else:
        act(usecases.refuse_records, records=records, reason=reason)
        flash(_("The records are not recognised; nothing was booked."), "success")
    is_settled = queries.shift_sheet(current_actor(), shift).waiting == 0
    return redirect(url_for("hours.reviews") if is_settled else url_for("hours.review", shift=shift))


def _tell(decisions: list[Decision]) -> None:
    confirmed = sum(each.outcome == Outcome.CONFIRMED for each in decisions)
    before = sum(each.outcome == Outcome.ALREADY_CONFIRMED for each in decisions)
    if confirmed:
        flash(
            ngettext(
                "The hours of %(num)s person are confirmed and booked.",
                "The hours of %(num)s people are confirmed and booked.",
                confirmed,
            ),
            "success",
        )
    if before:
        flash(_("%(count)s were confirmed before; they are booked once.", count=before), "info")


def _review(shift: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    records = queries.shift_records(actor, shift)
    return render_template(
        "hours/review.html",
        sheet=queries.shift_sheet(actor, shift),
        waiting=[each for each in records if each.status == RecordStatus.SUBMITTED],
        decided=[each for each in records if each.status != RecordStatus.SUBMITTED],
        values=values,
        errors=errors,
    )
