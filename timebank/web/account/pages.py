"""`/my/account`: pause, move, close, own data and corrections in one place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from timebank.hours import usecases as hours
from timebank.hours.queries import service_records
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission as P
from timebank.volunteers import queries, usecases
from timebank.volunteers.queries import PersonCard
from timebank.volunteers.rules import Correctable, RequestStatus
from timebank.web.account import decisions, office, steps
from timebank.web.account.door import pages
from timebank.web.account.own_data import as_file
from timebank.web.account.schemas import (
    CloseSchema,
    NewCorrectionSchema,
    NewMoveSchema,
    OwnProofSchema,
    correction_of,
)
from timebank.web.account.subject import Subject, subject
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.sections import MY_PAGES, PERSON_TABS, REVIEW_QUEUES, ReviewQueue, Section
from timebank.web.kit.text import on
from timebank.web.kit.words import choices
from timebank.web.volunteers import pages as overview
from timebank.web.volunteers.residence import SHOW_NEXT, residence
from timebank.web.volunteers.schemas import ReasonSchema

MY_PAGES.append(
    Section(
        "account.index", _l("Pause, move, close"), lambda actor: actor.volunteer is not None, "sign-out", 110
    )
)
MY_PAGES.append(
    Section(
        "account.own_data", _l("Download my data"), lambda actor: actor.volunteer is not None, "download", 90
    )
)
MY_PAGES.append(
    Section(
        "account.corrections",
        _l("Have something corrected"),
        lambda actor: actor.volunteer is not None,
        "edit",
        80,
    )
)
PERSON_TABS.append(
    Section("account.registration", _l("Registration"), lambda actor: actor.can(P.VOLUNTEER_REVIEW))
)
REVIEW_QUEUES += [
    ReviewQueue(
        _l("Moves to decide"),
        "pin",
        (P.VOLUNTEER_REVIEW,),
        lambda actor, limit: queries.moves_to_decide(actor, limit=limit),
        "account.moves",
        place=12,
    ),
    ReviewQueue(
        _l("Corrections to answer"),
        "edit",
        (P.VOLUNTEER_REVIEW,),
        lambda actor, limit: queries.corrections_to_decide(actor, limit=limit),
        "account.corrections_to_decide",
        place=14,
    ),
    ReviewQueue(
        _l("For a second officer"),
        "people",
        (P.VOLUNTEER_REVIEW, P.VOLUNTEER_MERGE),
        lambda actor, limit: queries.proposals_to_decide(actor, limit=limit),
        "account.proposals",
        place=16,
    ),
]
RECORDS_OFFERED = 50
__all__ = ["decisions", "office", "overview", "pages"]
"""The overview is imported before: its tab stands first."""


@pages.get("/my/account")
def index() -> str:
    """What can be done with one's registration, and what waits."""
    return _index({}, {})


def _index(values: Values, errors: Errors) -> str:
    about = subject()
    person = queries.person(current_actor(), about.volunteer)
    moves = queries.moves(current_actor(), about.volunteer)
    corrections = queries.corrections(current_actor(), about.volunteer)
    return _page(
        "index",
        about,
        person=person,
        last_day=closing_day(person),
        wards=[(key, queries.person(current_actor(), key).name) for key in current_actor().wards],
        move=next((each for each in moves if each.status == RequestStatus.OPEN), None),
        last_move=moves[0] if moves else None,
        waiting=sum(each.status == RequestStatus.OPEN for each in corrections),
        values=values,
        errors=errors,
    )


def closing_day(person: PersonCard) -> date | None:
    """The last day on which an account that is being closed can be kept."""
    if person.status != "closing":
        return None
    asked_on = local_date(person.status_changed_at, runtime().config.time_zone)
    return queries.registration_policy().cooling_ends(asked_on)


@pages.post("/my/account/pause")
def pause() -> Response:
    """Rest for a while."""
    return _done(
        ReasonSchema(), usecases.suspend, _("You are on a pause. You can end it at any time."), _index
    )


@pages.post("/my/account/resume")
def resume() -> Response:
    """End the pause."""
    return _done(ApiSchema(), usecases.reinstate, _("Welcome back. You can sign up again."), _index)


@pages.post("/my/account/keep")
def keep() -> Response:
    """Keep the account."""
    return _done(ApiSchema(), usecases.keep, _("Your account stays, and everything is as before."), _index)


# --- moving -----------------------------------------------------------------------------------------


@pages.get("/my/account/move")
def move() -> str:
    """Where to; the form says what happens with a move."""
    return _move({}, {})


@pages.post("/my/account/move")
def ask_for_move() -> Response:
    """Ask to be taken over, or only fill the next list of places."""
    if SHOW_NEXT in request.form:
        return make_response(_move(form_values(NewMoveSchema()), {}))
    sent = _("Your new community has been asked. You will read its answer here.")
    return _done(NewMoveSchema(), usecases.ask_for_move, sent, _move)


def _move(values: Values, errors: Errors) -> str:
    about = subject()
    person = queries.person(current_actor(), about.volunteer)
    return _page(
        "move",
        about,
        person=person,
        places=residence(person.region_code),
        days=queries.registration_policy().move_days,
        values=values,
        errors=errors,
    )


@pages.post("/my/account/move/<key:move>/withdraw")
def withdraw_move(move: Key) -> Response:
    """Stay after all."""
    about = subject()
    act(usecases.withdraw_move, move=move)
    flash(_("The move is withdrawn."), "success")
    return redirect(url_for("account.index", ward=about.ward))


# --- closing ----------------------------------------------------------------------------------------


@pages.get("/my/account/close")
def close() -> str:
    """What goes, what stays, and the proof that one means it."""
    return _close({}, {})


@pages.post("/my/account/close")
def ask_to_close() -> Response:
    """Ask to close it, or have a one-time code sent first."""
    if "send_code" in request.form:
        return _with_code(_close)
    about = subject()

    def done(given: Values) -> Response:
        steps.close(about.volunteer, given | {"signed": False})
        flash(_("The account will be closed. Until then you can change your mind here."), "info")
        return redirect(url_for("account.index", ward=about.ward))

    return submitted(CloseSchema(exclude=("signed",)), done, _close)


def _close(values: Values, errors: Errors, by_code: bool = False) -> str:
    about = subject()
    policy = queries.registration_policy()
    today = local_date(runtime().clock.now(), runtime().config.time_zone)
    return _page(
        "close",
        about,
        person=queries.person(current_actor(), about.volunteer),
        last_day=policy.cooling_ends(today),
        by_code=by_code or "code" in request.form,
        values=values,
        errors=errors,
    )


def _with_code(form: Callable[..., str]) -> Response:
    steps.send_own_code()
    flash(_("A code is on its way to your phone."), "info")
    return make_response(form({}, {}, by_code=True))


# --- own data ---------------------------------------------------------------------------------------


@pages.get("/my/data")
def own_data() -> str:
    """What the file holds, and the proof that it goes to the right person."""
    return _data({}, {})


@pages.post("/my/data")
def download_own_data() -> Response:
    """The file, as JSON or as a page to read and print; or a one-time code first."""
    if "send_code" in request.form:
        return _with_code(_data)
    about = _reader()

    def done(given: Values) -> Response:
        return as_file(steps.own_data(about.volunteer, given) if about else steps.my_data(given))

    return submitted(OwnProofSchema(), done, _data)


def _data(values: Values, errors: Errors, by_code: bool = False) -> str:
    shown = by_code or "code" in request.form
    return _page("data", _reader(), by_code=shown, values=values, errors=errors)


def _reader() -> Subject | None:
    """Whose data; None for who has an account and no registration."""
    actor = current_actor()
    if actor.user and actor.volunteer is None and not request.args.get("ward"):
        return None
    return subject()


# --- corrections ------------------------------------------------------------------------------------


@pages.get("/my/corrections")
def corrections() -> str:
    """What one asked to be put right, with the replies."""
    about = subject()
    return _page("corrections", about, corrections=queries.corrections(current_actor(), about.volunteer))


@pages.get("/my/corrections/new")
def new_correction() -> str:
    """What is wrong, and what would be right."""
    given = {name: text for name, text in request.args.items() if name in ("field", "record")}
    return _correction(given, {})


@pages.post("/my/corrections/new")
def ask_for_correction() -> Response:
    """Send the request."""
    about = subject()

    def done(given: Values) -> Response:
        act(hours.ask_for_correction, volunteer=about.volunteer, **correction_of(given))
        flash(_("Your request is on its way. You will read the reply here."), "success")
        return redirect(url_for("account.corrections", ward=about.ward))

    return submitted(NewCorrectionSchema(), done, _correction)


def _correction(values: Values, errors: Errors) -> str:
    about = subject()
    records = service_records(current_actor(), about.volunteer, limit=RECORDS_OFFERED).items
    return _page(
        "correction",
        about,
        records=[(str(each.key), f"{on(each.occurred_on)} {each.activity_name}") for each in records],
        days=queries.registration_policy().correction_days,
        fields=choices("correctable", [each.value for each in Correctable]),
        choices=choices,
        values=values,
        errors=errors,
    )


@pages.post("/my/corrections/<key:correction>/withdraw")
def withdraw_correction(correction: Key) -> Response:
    """Take it back."""
    about = subject()
    act(usecases.withdraw_correction, correction=correction)
    flash(_("The request is withdrawn."), "success")
    return redirect(url_for("account.corrections", ward=about.ward))


def _page(name: str, about: Subject | None, **given: Any) -> str:
    ward = about and about.ward
    called = ward and queries.person(current_actor(), ward).name
    return render_template(f"account/{name}.html", about=about, ward=ward, ward_name=called, **given)


def _done(
    schema: ApiSchema, usecase: Callable[..., Any], said: str, again: Callable[[Values, Errors], str]
) -> Response:
    about = subject()

    def done(given: Values) -> Response:
        act(usecase, volunteer=about.volunteer, **given)
        flash(said, "success")
        return redirect(url_for("account.index", ward=about.ward))

    return submitted(schema, done, again)
