"""Make-up projects (补录) by page: writing, evidence, and who was there."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from timebank.attendance.usecases import AttendanceLine, Attended, enter_attendance
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.projects import queries, usecases
from timebank.projects.queries import ProjectCard, ShiftCard
from timebank.projects.rules import MOST_EVIDENCE, earliest_day
from timebank.web.kit.actor import current_actor, require_person
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.files import uploaded
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.projects.door import organize_pages as pages
from timebank.web.projects.door import own_project
from timebank.web.projects.facts_form import new_project_form
from timebank.web.projects.step_schemas import AttendanceFormSchema, NewMakeUpFormSchema


@pages.get("/organize/make-up/new")
def new_make_up() -> str:
    """The empty form, with what is left of the month's quota."""
    return _new({}, {})


@pages.post("/organize/make-up/new")
def create_make_up() -> Response:
    """Write a make-up project as a draft."""

    def done(given: Values) -> Response:
        reason = given.pop("make_up_reason")
        key = act(usecases.create_make_up_project, reason=reason, **given)
        flash(_("The draft is kept. Now add the shift, then the evidence, then hand it in."), "success")
        return redirect(url_for("organize.project", key=key))

    return submitted(NewMakeUpFormSchema(), done, _new)


def _new(values: Values, errors: Errors) -> str:
    return new_project_form(values, errors, is_make_up=True)


# --- evidence ---------------------------------------------------------------------------------------


@pages.get("/organize/projects/<key:key>/evidence")
def evidence(key: Key) -> str:
    """The files that are there, and room for more."""
    return _evidence(own_project(key), {})


@pages.post("/organize/projects/<key:key>/evidence")
def add_evidence(key: Key) -> Response:
    """Add a file."""
    card = own_project(key)

    def done(_given: Values) -> Response:
        act(usecases.add_evidence, project=key, content=uploaded() or b"")
        flash(_("The file is kept."), "success")
        return redirect(url_for("organize.evidence", key=key))

    return submitted(ApiSchema(), done, lambda _values, errors: _evidence(card, errors))


@pages.post("/organize/projects/<key:key>/evidence/<key:evidence>/remove")
def remove_evidence(key: Key, evidence: Key) -> Response:
    """Delete a file."""
    act(usecases.remove_evidence, project=key, evidence=evidence)
    flash(_("The file is deleted."), "success")
    return redirect(url_for("organize.evidence", key=key))


def _evidence(card: ProjectCard, errors: Errors) -> str:
    return render_template(
        "organize/evidence.html",
        project=card,
        dossier=queries.dossier(current_actor(), card.key),
        most=MOST_EVIDENCE,
        errors=errors,
    )


# --- attendance -------------------------------------------------------------------------------------


@pages.get("/organize/shifts/<key:shift>/attendance")
def attendance_form(shift: Key) -> str:
    """Ask who was there."""
    return _attendance(_own_shift(shift), {}, {}, [], [])


@pages.post("/organize/shifts/<key:shift>/attendance")
def enter(shift: Key) -> Response:
    """Enter a list of people with one time for all; every line is answered."""
    card = _own_shift(shift)

    def done(given: Values) -> Response:
        numbers = [line.strip() for line in given["numbers"].splitlines() if line.strip()]
        zone = runtime().config.time_zone
        came, left = (datetime.combine(card.occurs_on, given[name], zone) for name in ("in_at", "out_at"))
        people = [Attended(number, came, left) for number in numbers]
        lines = act(enter_attendance, shift=shift, people=people)
        entered = sum(line.visit is not None for line in lines)
        flash(ngettext("%(num)s person is entered.", "%(num)s people are entered.", entered), "success")
        if entered == len(lines):
            return redirect(url_for("organize.attendance_form", shift=shift))
        open_lines = [numbers[line.number - 1] for line in lines if line.visit is None]
        kept = {**request.form, "numbers": "\n".join(open_lines)}
        return Response(_attendance(card, kept, {}, lines, numbers))

    def again(values: Values, errors: Errors) -> str:
        return _attendance(card, values, errors, [], [])

    return submitted(AttendanceFormSchema(), done, again)


def _own_shift(shift: Key) -> ShiftCard:
    card = queries.shift_card(require_person(), shift)
    require(current_actor(), Permission.GATE_OPERATE, organization=card.organization)
    return card


def _attendance(
    card: ShiftCard, values: Values, errors: Errors, lines: list[AttendanceLine], numbers: list[str]
) -> str:
    zone = runtime().config.time_zone
    whole = {
        "in_at": f"{card.starts_at.astimezone(zone):%H:%M}",
        "out_at": f"{card.ends_at.astimezone(zone):%H:%M}",
    }
    return render_template(
        "organize/attendance.html",
        shift=card,
        answers=[(numbers[line.number - 1], line) for line in lines],
        values={**whole, **values},
        errors=errors,
    )


def first_day() -> str:
    """The first day on which a shift of a make-up project may lie, as a form takes it."""
    today = local_date(runtime().clock.now(), runtime().config.time_zone)
    return earliest_day(today, queries.project_policy().make_up_days_back).isoformat()
