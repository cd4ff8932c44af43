"""An organizer's projects: write, correct, add shifts, cancel."""

from __future__ import annotations

from datetime import date

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.projects import queries, usecases
from timebank.projects.queries import ProjectCard
from timebank.projects.rules import (
    LONGEST_EXPLANATION,
    MOST_POSTS,
    AttendanceMode,
    ClosingPolicy,
    PrintedCode,
)
from timebank.projects.usecases.shifts import CLOSES_MINUTES, OPENS_MINUTES
from timebank.recognition.queries import waiting
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.headers import may_ask_place
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, word
from timebank.web.projects import organize_make_up, organize_steps
from timebank.web.projects.attendance import attendance_choices
from timebank.web.projects.door import ADDRESS_OF, own_project
from timebank.web.projects.door import organize_pages as pages
from timebank.web.projects.facts_form import new_project_form, offered, values_of
from timebank.web.projects.places import COUNTY
from timebank.web.projects.post_rows import changed, is_step, rows_shown, speaks_of_posts
from timebank.web.projects.schemas import (
    FactsFormSchema,
    NewProjectFormSchema,
    ProjectReasonSchema,
)
from timebank.web.projects.shift_forms import ShiftFormSchema
from timebank.web.projects.step_schemas import EditMakeUpFormSchema

__all__ = ["organize_make_up", "organize_steps", "pages"]

COUNTED = 99
"""Requests for certificates are counted up to here."""


@pages.get("/organize")
def index() -> str:
    """One's projects with their state and what comes next."""
    found = queries.organized(current_actor(), cursor=request.args.get("cursor"))
    next_url = url_for("organize.index", cursor=found.next) if found.next else None
    asked = len(waiting(current_actor(), limit=COUNTED).items)
    return render_template("organize/index.html", projects=found.items, next_url=next_url, certificates=asked)


@pages.get("/organize/projects/new")
def new() -> str:
    """The empty form."""
    return _new_form({}, {})


@pages.post("/organize/projects/new")
def create() -> Response:
    """Write a new project as a draft."""

    def done(given: Values) -> Response:
        key = act(usecases.create_project, **given)
        flash(_("The draft is kept. Now add a shift, then hand it in."), "success")
        return redirect(url_for("organize.project", key=key))

    return submitted(NewProjectFormSchema(), done, _new_form)


@pages.get("/organize/projects/<key:key>")
def project(key: Key) -> str:
    """Facts, shifts, history, and what can be done now."""
    card = own_project(key)
    offered_steps = [each for each in ADDRESS_OF if each in organize_steps.OFFERED and each in card.actions]
    return render_template(
        "organize/project.html",
        project=card,
        dossier=queries.dossier(current_actor(), key),
        steps=[(action, ADDRESS_OF[action]) for action in offered_steps],
    )


@pages.get("/organize/projects/<key:key>/edit")
def edit_form(key: Key) -> str:
    """The form with what the project says now."""
    card = own_project(key)
    reason = queries.dossier(current_actor(), key).make_up_reason
    return _edit_form(card, {**values_of(card), "make_up_reason": reason}, {})


@pages.post("/organize/projects/<key:key>/edit")
def edit(key: Key) -> Response:
    """Change a draft or a returned project."""
    card = own_project(key)

    def done(given: Values) -> Response:
        reason = given.pop("make_up_reason", None)
        act(usecases.edit_project, project=key, **given)
        if reason is not None:
            act(usecases.explain_make_up, project=key, reason=reason)
        flash(_("Your changes are kept."), "success")
        return redirect(url_for("organize.project", key=key))

    schema = EditMakeUpFormSchema() if card.is_make_up else FactsFormSchema()
    return submitted(schema, done, lambda values, errors: _edit_form(card, values, errors))


@pages.get("/organize/projects/<key:key>/cancel")
def cancel_form(key: Key) -> str:
    """Ask for the reason before cancelling."""
    return render_template("organize/cancel.html", project=own_project(key), values={}, errors={})


@pages.post("/organize/projects/<key:key>/cancel")
def cancel(key: Key) -> Response:
    """Cancel the project and its coming shifts."""
    card = own_project(key)

    def done(given: Values) -> Response:
        act(usecases.cancel_project, project=key, **given)
        flash(word("cancel", "project_done"), "success")
        return redirect(url_for("organize.project", key=key))

    def again(values: Values, errors: Errors) -> str:
        return render_template("organize/cancel.html", project=card, values=values, errors=errors)

    return submitted(ProjectReasonSchema(), done, again)


@pages.get("/organize/projects/<key:key>/shifts/new")
def new_shift(key: Key) -> str:
    """The form of a shift."""
    return _shift_form(own_project(key), {}, {})


@pages.post("/organize/projects/<key:key>/shifts/new")
def add_shift(key: Key) -> Response:
    """Add a shift, or a row to the form or out of it."""
    card = own_project(key)
    step = request.form.get("step", "")
    if is_step(step):
        values = form_values(ShiftFormSchema())
        rows = rows_shown(values, request.form.get("post_rows"))
        after, count, focus = changed(values, step, rows)
        return make_response(_shift_form(card, after, {}, rows=count, row_focus=focus))

    def done(given: Values) -> Response:
        if step == "preview":
            return make_response(_shift_form(card, form_values(ShiftFormSchema()), {}, _dates(key, given)))
        if "rule" not in given:
            act(usecases.add_shift, project=key, **given)
            flash(_("The shift is added."), "success")
        else:
            added = act(usecases.add_series, project=key, **given)
            flash(ngettext("%(num)s shift is added.", "%(num)s shifts are added.", len(added)), "success")
        return redirect(url_for("organize.project", key=key))

    return submitted(ShiftFormSchema(), done, lambda values, errors: _shift_form(card, values, errors))


def _dates(key: Key, given: Values) -> list[date]:
    """The dates of what is in the form; one where it does not recur."""
    if "rule" not in given:
        return [local_date(given["starts_at"], runtime().config.time_zone)]
    asked = {name: given[name] for name in ("rule", "left_out", "starts_at")}
    return queries.preview(current_actor(), key, **asked)


def _new_form(values: Values, errors: Errors) -> str:
    return new_project_form(values, errors)


def _edit_form(card: ProjectCard, values: Values, errors: Errors) -> str:
    return render_template(
        "organize/edit.html",
        project=card,
        longest_reason=LONGEST_EXPLANATION,
        values=values,
        errors=errors,
        **offered(card.key.shard * COUNTY),
    )


def _shift_form(
    card: ProjectCard,
    values: Values,
    errors: Errors,
    dates: list[date] | None = None,
    *,
    rows: int | None = None,
    row_focus: int | None = None,
) -> str:
    may_ask_place()
    today = local_date(runtime().clock.now(), runtime().config.time_zone)
    days = (organize_make_up.first_day(), today) if card.is_make_up else (today, None)
    given = {
        "opens_minutes": OPENS_MINUTES,
        "closes_minutes": CLOSES_MINUTES,
        "interval": 1,
        "attendance_mode": AttendanceMode.IN_AND_OUT,
        "closing_policy": ClosingPolicy.ZERO,
        "printed_code": PrintedCode.OFF,
        **values,
    }
    return render_template(
        "organize/shift.html",
        project=card,
        earliest=days[0],
        latest=days[1],
        rows=rows or rows_shown(values, request.form.get("post_rows")),
        row_focus=row_focus,
        posts_open=row_focus is not None or speaks_of_posts(values, errors),
        most_rows=MOST_POSTS,
        skills=choices("skill"),
        frequencies=choices("frequency"),
        weekdays=choices("rule_weekday"),
        dates=dates,
        values=given,
        errors=errors,
        attendance=attendance_choices(),
    )
