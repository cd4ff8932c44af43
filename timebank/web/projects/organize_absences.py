"""After a shift by page: who with a place did not come, noted by hand and taken back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.attendance import queries as attendance
from timebank.attendance.queries import Coming
from timebank.attendance.usecases import note_absence
from timebank.kernel.ids import Key
from timebank.projects import usecases
from timebank.projects.queries import project_policy
from timebank.projects.rules import LONGEST_NOTE
from timebank.web.kit.actor import current_actor, require_person
from timebank.web.kit.fields import ApiSchema, Text
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import word
from timebank.web.projects.door import organize_pages as pages
from timebank.web.projects.door import own_shift


class TakingBackFormSchema(ApiSchema):
    """Why a no-show is taken back."""

    reason = Text(0, LONGEST_NOTE, load_default="")


@pages.get("/organize/shifts/<key:key>/absences")
def absences(key: Key) -> str:
    """Who had a place, by what is known of them: first those without a check-in."""
    shift = own_shift(key)
    asked = request.args.get("coming", "")
    coming = Coming(asked) if asked in list(Coming) else Coming.MISSING
    found = attendance.absences(current_actor(), key, coming=coming, cursor=request.args.get("cursor"))
    address = url_for("organize.absences", key=key, coming=coming.value)
    next_page = found.rows.next
    return render_template(
        "organize/absences.html",
        shift=shift,
        coming=coming,
        rows=found.rows.items,
        anybody=bool(found.numbers),
        tabs=[
            {
                "url": url_for("organize.absences", key=key, coming=each.value),
                "label": word(each, "coming"),
                "current": each is coming,
                "number": found.numbers.get(each, 0),
            }
            for each in Coming
        ],
        first_url=address if request.args.get("cursor") else None,
        next_url=url_for("organize.absences", key=key, coming=coming.value, cursor=next_page)
        if next_page
        else None,
    )


@pages.get("/organize/shifts/<key:key>/absences/<key:sign_up>")
def absence(key: Key, sign_up: Key) -> str:
    """One person: what noting means before it is done, or who noted it and how to take it back."""
    return _absence_page(key, sign_up, {}, {})


@pages.post("/organize/shifts/<key:key>/absences/<key:sign_up>")
def note(key: Key, sign_up: Key) -> Response:
    """Note that the person did not come."""
    attendance.absence(require_person(), key, sign_up)

    def done(_given: Values) -> Response:
        act(note_absence, sign_up=sign_up)
        flash(_("Noted. The person reads it under “My account” and can object."), "success")
        return redirect(url_for("organize.absences", key=key))

    return submitted(ApiSchema(), done, lambda values, errors: _absence_page(key, sign_up, values, errors))


@pages.post("/organize/shifts/<key:key>/absences/<key:sign_up>/take-back")
def take_back(key: Key, sign_up: Key) -> Response:
    """Take the no-show back; the person reads why."""
    attendance.absence(require_person(), key, sign_up)

    def done(given: Values) -> Response:
        act(usecases.take_no_show_back, sign_up=sign_up, reason=given["reason"])
        flash(_("Taken back. The person reads your reason."), "success")
        return redirect(url_for("organize.absences", key=key, coming=Coming.NOTED.value))

    return submitted(
        TakingBackFormSchema(), done, lambda values, errors: _absence_page(key, sign_up, values, errors)
    )


def _absence_page(key: Key, sign_up: Key, values: Values, errors: Errors) -> str:
    return render_template(
        "organize/absence.html",
        shift=own_shift(key),
        row=attendance.absence(current_actor(), key, sign_up),
        appeal_days=project_policy().appeal_days,
        values=values,
        errors=errors,
    )
