"""Pages of hours: one screen for the organizer after the event, the reviewer's queue and sheet."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from timebank.hours import queries, usecases
from timebank.hours.appeals import AppealCard, shift_appeals
from timebank.hours.flags import Attention
from timebank.hours.rules import WITH_ORGANIZER, AppealStatus, Outcome, RecordStatus
from timebank.hours.usecases import Decision
from timebank.kernel.db import runtime
from timebank.kernel.errors import Forbidden, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission
from timebank.projects.queries import shift_card
from timebank.web.hours import appeals
from timebank.web.hours.flags import attendance_told, has_mark, mark_choices, mark_told
from timebank.web.hours.schemas import AppealAnswerFormSchema, OutTimeFormSchema, ReviewFormSchema
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.sections import REVIEW_QUEUES, ReviewQueue

pages = appeals.pages
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
    return shift_page(shift, {}, {})


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

    return submitted(ApiSchema(), done, lambda values, errors: shift_page(shift, values, errors))


@pages.post("/organize/shifts/<key:shift>/hours/out-time")
def out_time(shift: Key) -> Response:
    """Say when somebody left who did not check out."""

    def done(given: Values) -> Response:
        day = queries.shift_sheet(current_actor(), shift).occurred_on
        left = datetime.combine(day, given["out_at"], runtime().config.time_zone)
        act(usecases.end_visit, record=given["record"], out_at=left, reason=given["reason"])
        flash(_("The time is set and the hours are measured again."), "success")
        return redirect(url_for("hours.shift", shift=shift))

    return submitted(OutTimeFormSchema(), done, lambda values, errors: shift_page(shift, values, errors))


@pages.post("/organize/shifts/<key:shift>/hours/submit")
def submit(shift: Key) -> Response:
    """Hand everything over for confirmation."""

    def done(_given: Values) -> Response:
        act(usecases.submit_records, shift=shift)
        flash(_("The hours are submitted. Somebody else will confirm them."), "success")
        return redirect(url_for("hours.shift", shift=shift))

    return submitted(ApiSchema(), done, lambda values, errors: shift_page(shift, values, errors))


@pages.post("/organize/shifts/<key:shift>/appeals/<key:appeal>")
def decide_appeal(shift: Key, appeal: Key) -> Response:
    """Answer an objection; what is wrong is shown on the page of the hours."""
    card = shift_card(current_actor(), shift)

    def done(given: Values) -> Response:
        until = given["out_at"] and appeals.at_shift(card.opens_at, given["out_at"])
        accept = given["decision"] == "accept"
        act(usecases.decide_appeal, appeal=appeal, accept=accept, answer=given["answer"], out_at=until)
        told = (
            _("The time is set and the hours are measured again.") if accept else _("The end stays as it is.")
        )
        flash(told, "success")
        return redirect(url_for("hours.shift", shift=shift))

    return submitted(
        AppealAnswerFormSchema(),
        done,
        lambda values, errors: shift_page(shift, {**values, "appeal": str(appeal)}, errors),
    )


def shift_page(shift: Key, values: Values, errors: Errors) -> str:
    """The page of a shift's hours, with what was filled in wrongly."""
    actor = current_actor()
    sheet = queries.shift_sheet(actor, shift)
    records = queries.shift_records(actor, shift)
    objections = _waiting_appeals(actor, shift)
    objecting = {each.volunteer for each in objections}
    decisions = [each for each in records if _needs_decision(each) and each.volunteer not in objecting]
    card = shift_card(actor, shift)
    organizes = actor.can(Permission.PROJECT_WRITE, organization=card.organization)
    return render_template(
        "hours/shift.html",
        sheet=sheet,
        appeals=objections,
        mark_told=mark_told,
        decisions=decisions,
        others=[each for each in records if each not in decisions],
        undecided=sum(each.needs_check_out for each in decisions),
        had_places=organizes and card.is_over and card.taken > 0,
        values=values,
        errors=errors,
    )


def _waiting_appeals(actor: Actor, shift: Key) -> list[AppealCard]:
    """The objections that wait, for who may answer them; reviewers read this page without."""
    try:
        found = shift_appeals(actor, shift)
    except (Forbidden, NotFound):
        return []
    return [each for each in found if each.status is AppealStatus.WAITING]


def _needs_decision(record: queries.RecordCard) -> bool:
    is_returned = record.status == RecordStatus.RETURNED
    is_closed = Attention.CLOSED_BY_POLICY in record.attention
    return record.status in WITH_ORGANIZER and (record.needs_check_out or is_returned or is_closed)


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


def _decide(shift: Key, *, decision: str, records: list[Key], reason: str, why: str) -> Response:
    if decision == "confirm":
        _tell(act(usecases.confirm_records, shift=shift, records=records))
    elif decision == "confirm-held":
        act(usecases.approve_record, record=records[0], reason=why)
        flash(_("The record is confirmed and booked, with your reason."), "success")
    elif decision in ("return", "return-held"):
        act(usecases.return_records, records=records, reason=why or reason)
        flash(_("The records went back to the organizer with your reason."), "success")
    else:
        act(usecases.refuse_records, records=records, reason=why or reason)
        flash(_("The records are not recognised; nothing was booked."), "success")
    is_settled = queries.shift_sheet(current_actor(), shift).waiting == 0
    return redirect(
        url_for("hours.reviews")
        if is_settled
        else url_for("hours.review", shift=shift, mark=request.args.get("mark"))
    )


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
    _tell_left(decisions)


def _tell_left(decisions: list[Decision]) -> None:
    """What was not confirmed with the others, and why."""
    left = Counter(each.outcome for each in decisions)
    if held := left[Outcome.HELD]:
        flash(
            ngettext(
                "%(num)s record is held: decide it by itself, with a reason.",
                "%(num)s records are held: decide each by itself, with a reason.",
                held,
            ),
            "caution",
        )
    if appealed := left[Outcome.APPEALED]:
        flash(_("%(count)s wait for the organizer's answer to an objection.", count=appealed), "caution")
    if overlapping := left[Outcome.OVERLAPS]:
        flash(_("%(count)s overlap hours that are confirmed already.", count=overlapping), "caution")


def _review(shift: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    sheet = queries.shift_sheet(actor, shift)
    records = queries.shift_records(actor, shift)
    waiting = [each for each in records if each.status == RecordStatus.SUBMITTED]
    mark = request.args.get("mark", "")
    shown = [each for each in waiting if has_mark(each, mark)] if mark else waiting
    return render_template(
        "hours/review.html",
        sheet=sheet,
        held=[each for each in shown if each.is_held],
        waiting=[each for each in shown if not each.is_held],
        decided=[each for each in records if each.status != RecordStatus.SUBMITTED],
        filters=_tabs(shift, waiting, mark),
        mark=mark,
        mark_told=mark_told,
        attendance_told=attendance_told,
        values=values,
        errors=errors,
    )


def _tabs(shift: Key, waiting: list[queries.RecordCard], chosen: str) -> list[dict[str, Any]]:
    """Addresses of the list with one mark; none where no record has any."""
    found = mark_choices(waiting)
    if not found:
        return []
    offered = [("", str(_("All")), len(waiting)), *found]
    return [
        {
            "url": url_for("hours.review", shift=shift, mark=mark or None),
            "label": told,
            "number": number,
            "current": mark == chosen,
        }
        for mark, told, number in offered
    ]
