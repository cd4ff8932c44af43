"""Changing a shift by page; whoever would lack something is shown before it is done."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.projects import queries, usecases
from timebank.projects.queries import ShiftCard
from timebank.projects.usecases import Outcome
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.headers import may_ask_place
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices
from timebank.web.projects.attendance import attendance_choices
from timebank.web.projects.door import organize_pages as pages
from timebank.web.projects.door import own_shift
from timebank.web.projects.shift_forms import ChangesFormSchema, places_of_posts, values_of
from timebank.web.projects.tightening import SeriesRefused, confirmation, refused

SCHEMA = ChangesFormSchema()


@pages.get("/organize/shifts/<key:key>/edit")
def edit_shift_form(key: Key) -> str:
    """The form with what the shift says now."""
    card = own_shift(key)
    return _form(card, {"revision": card.revision, **values_of(card)}, {})


@pages.post("/organize/shifts/<key:key>/edit")
def edit_shift(key: Key) -> Response:
    """Change it, or it and those that follow; where people lack what is asked anew, show it and ask."""
    card = own_shift(key)

    def done(given: Values) -> Response:
        if given["step"] == "edit":
            return make_response(_form(card, form_values(SCHEMA), {}))
        try:
            return _changed(card, given)
        except Conflict as conflict:
            if conflict.code == "people-lack-it":
                return _confirmation(card, given)
            return refused(conflict, lambda **told: _again(key, **told))

    return submitted(SCHEMA, done, lambda values, errors: _form(card, values, errors))


def _changed(card: ShiftCard, given: Values) -> Response:
    changes = replace(given["changes"], posts=places_of_posts(card, given["places"]))
    meant = {"revision": given["revision"], "despite_lacking": given["step"] == "confirm"}
    if not given["following"]:
        act(usecases.edit_shift, shift=card.key, changes=changes, reason=given["reason"], **meant)
        flash(_("The shift is changed. Whoever signed up finds it under “My account”."), "success")
        return redirect(url_for("organize.shift", key=card.key))
    outcome = act(usecases.edit_following, shift=card.key, changes=changes, **meant)
    if not outcome.kept:
        flash(_("The shifts are changed."), "success")
        return redirect(url_for("organize.project", key=card.project))
    return _to_decide(card, outcome)


def _to_decide(card: ShiftCard, outcome: Outcome) -> Response:
    kept = [queries.shift_card(current_actor(), each) for each in outcome.kept]
    changed = len(outcome.changed)
    return make_response(render_template("organize/series_kept.html", shift=card, kept=kept, changed=changed))


def _confirmation(card: ShiftCard, given: Values) -> Response:
    changes = given["changes"]
    short = queries.shift_short_of(
        current_actor(),
        card.key,
        changes.prerequisites,
        following=given["following"],
        day=changes.occurs_on,
    )
    return confirmation(card, None, changes.prerequisites, short, form_values(SCHEMA))


def _form(
    card: ShiftCard,
    values: Values,
    errors: Errors,
    *,
    changed: bool = False,
    refused: SeriesRefused | None = None,
) -> str:
    """The form; `changed` shows what the shift says by now, `refused` which shifts do not take the change."""
    may_ask_place()
    return render_template(
        "organize/edit_shift.html",
        shift=card,
        skills=choices("skill"),
        attendance=attendance_choices(),
        values=values,
        errors=errors,
        changed=changed,
        refused=refused or [],
    )


def _again(key: Key, errors: Errors, changed: bool = False, refused: SeriesRefused | None = None) -> str:
    """The own words stay in the form; where somebody was faster, saving them again is meant."""
    card, values = own_shift(key), form_values(SCHEMA)
    if changed:
        values["revision"] = card.revision
    return _form(card, values, errors, changed=changed, refused=refused)
