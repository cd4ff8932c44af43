"""/my/qualifications: what one can show, and adding to it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.errors import Unauthenticated
from timebank.kernel.ids import Key
from timebank.qualifications import queries, usecases
from timebank.qualifications.rules import Kind
from timebank.web.hours.person import own_volunteer, today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.files import uploaded
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices
from timebank.web.qualifications.door import SCHEMAS, pages
from timebank.web.qualifications.schemas import said_of


@pages.get("/my/qualifications")
def mine() -> Response | str:
    """One's own proofs, training and awards."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if actor.volunteer is None:
        return redirect(url_for("volunteers.register"))
    return _mine({})


def _mine(errors: Errors) -> str:
    cards = queries.qualifications(current_actor(), own_volunteer())
    return render_template("qualifications/mine.html", cards=cards, kinds=list(Kind), errors=errors)


@pages.get("/my/qualifications/<any(skill, award):kind>")
def new_own(kind: str) -> str:
    """The empty form."""
    own_volunteer()
    return _new(kind, {}, {})


@pages.post("/my/qualifications/<any(skill, award):kind>")
def enter_own(kind: str) -> Response:
    """Add a proof or an award of one's own."""
    volunteer = own_volunteer()

    def done(given: Values) -> Response:
        said, file = said_of(given), uploaded()
        act(usecases.enter, volunteer=volunteer, kind=Kind(kind), said=said, file=file)
        flash(_("It is sent in. Your community looks at it."), "success")
        return redirect(url_for("qualifications.mine"))

    return submitted(SCHEMAS[kind](), done, lambda values, errors: _new(kind, values, errors))


def _new(kind: str, values: Values, errors: Errors) -> str:
    return render_template(
        "qualifications/new.html",
        kind=kind,
        back=(_("My qualifications"), url_for("qualifications.mine")),
        home=(_("My account"), url_for("my.index")),
        choices=choices,
        today=today(),
        values=values,
        errors=errors,
    )


@pages.post("/my/qualifications/<key:qualification>/withdraw")
def withdraw(qualification: Key) -> Response:
    """Take a proof or an award back."""

    def done(_given: Values) -> Response:
        act(usecases.withdraw, qualification=qualification)
        flash(_("It is taken back, and the file is deleted."), "success")
        return redirect(url_for("qualifications.mine"))

    return submitted(ApiSchema(), done, lambda _values, errors: _mine(errors))
