"""The office's side: the tab of one person, and the queues of moves, corrections, deaths and merges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.hours import usecases as hours
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.regions.queries import full_name, names
from timebank.volunteers import queries, usecases
from timebank.volunteers.rules import Correctable, RequestStatus, Status
from timebank.web.account import steps
from timebank.web.account.door import pages
from timebank.web.account.own_data import as_file
from timebank.web.account.schemas import (
    CloseSchema,
    NewCorrectionSchema,
    NewMoveSchema,
    NoteSchema,
    OwnDataRequestSchema,
    correction_of,
)
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema, Text
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices, word
from timebank.web.volunteers.residence import SHOW_NEXT, residence


class OtherSchema(ApiSchema):
    """The number of the other registration."""

    number = Text(1, 40, required=True)


@pages.get("/office/volunteers/<key:volunteer>/registration")
def registration(volunteer: Key) -> str:
    """Moves, corrections and proposals about one person, and what an officer can start."""
    return _registration(volunteer, {}, {})


def _registration(volunteer: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    person = queries.person(actor, volunteer)
    moves = queries.moves(actor, volunteer)
    proposals = queries.proposals(actor, volunteer)
    merged = person.merged_into
    return render_template(
        "account/registration.html",
        person=person,
        moves=moves,
        names=names(code for each in moves for code in (each.from_code, each.to_code)),
        corrections=queries.corrections(actor, volunteer),
        proposals=proposals,
        is_proposed=any(each.status == RequestStatus.OPEN for each in proposals),
        is_moving=any(each.status == RequestStatus.OPEN for each in moves),
        kept=merged if merged and _is_readable(merged) else None,
        may_merge=actor.can(Permission.VOLUNTEER_MERGE),
        statuses=Status,
        places=residence(person.region_code),
        fields=choices("correctable", [each.value for each in Correctable if each != "service_record"]),
        choices=choices,
        values=values,
        errors=errors,
    )


def _is_readable(volunteer: Key) -> bool:
    try:
        queries.person(current_actor(), volunteer)
    except NotFound:
        return False
    return True


def _back(volunteer: Key, said: str) -> Response:
    flash(said, "success")
    return redirect(url_for("account.registration", volunteer=volunteer))


def _start(volunteer: Key, schema: ApiSchema, begin: Callable[[Values], str]) -> Response:
    """Load one of the page's forms, begin what it asks, and come back with what was said."""
    return submitted(
        schema,
        lambda given: _back(volunteer, begin(given)),
        lambda values, errors: _registration(volunteer, values, errors),
    )


@pages.post("/office/volunteers/<key:volunteer>/move")
def move_somebody(volunteer: Key) -> Response:
    """Ask for a move in somebody's name, or only fill the next list of places."""
    if SHOW_NEXT in request.form:
        return make_response(_registration(volunteer, form_values(NewMoveSchema()), {}))

    def begin(given: Values) -> str:
        act(usecases.ask_for_move, volunteer=volunteer, **given)
        return str(_("The new community has been asked."))

    return _start(volunteer, NewMoveSchema(), begin)


@pages.post("/office/volunteers/<key:volunteer>/correction")
def correct_somebody(volunteer: Key) -> Response:
    """Ask for a correction in somebody's name."""

    def begin(given: Values) -> str:
        act(hours.ask_for_correction, volunteer=volunteer, **correction_of(given))
        return str(_("The request is taken down; another officer decides it."))

    return _start(volunteer, NewCorrectionSchema(), begin)


@pages.post("/office/volunteers/<key:volunteer>/close")
def close_somebody(volunteer: Key) -> Response:
    """Ask to close the account of somebody whose signed application is at hand."""

    def begin(given: Values) -> str:
        steps.close(volunteer, given | {"password": None, "code": None})
        return str(_("The account will be closed when the days to think it over have passed."))

    return _start(volunteer, CloseSchema(only=("signed",)), begin)


@pages.post("/office/volunteers/<key:volunteer>/keep")
def keep_somebody(volunteer: Key) -> Response:
    """Keep the account, because the person says so at the window."""

    def begin(given: Values) -> str:
        act(usecases.keep, volunteer=volunteer)
        return str(_("The account stays."))

    return _start(volunteer, ApiSchema(), begin)


@pages.post("/office/volunteers/<key:volunteer>/data")
def data_of_somebody(volunteer: Key) -> Response:
    """The own data of somebody without an account, for a stated purpose."""

    def done(given: Values) -> Response:
        return as_file(steps.own_data(volunteer, given | {"password": None, "code": None}))

    schema = OwnDataRequestSchema(only=("purpose",))
    return submitted(schema, done, lambda values, errors: _registration(volunteer, values, errors))


@pages.post("/office/volunteers/<key:volunteer>/death")
def report_death(volunteer: Key) -> Response:
    """Report a death, or that it was a mistake."""
    dead = queries.person(current_actor(), volunteer).status == Status.DECEASED
    usecase, kind = (usecases.propose_undo_death, "undo_death") if dead else (usecases.propose_death, "death")

    def begin(given: Values) -> str:
        act(usecase, volunteer=volunteer, **given)
        return word(kind, "account_done")

    return _start(volunteer, NoteSchema(), begin)


@pages.post("/office/volunteers/<key:volunteer>/other")
def find_other(volunteer: Key) -> Response:
    """Find the other registration of the same person by its number, to compare both."""

    def done(given: Values) -> Response:
        found = queries.persons(current_actor(), text=given["number"], limit=2).items
        if len(found) != 1 or found[0].key == volunteer:
            raise Invalid("nobody-found", field="number")
        return redirect(url_for("account.compare", fold=volunteer, keep=found[0].key))

    return submitted(OtherSchema(), done, lambda values, errors: _registration(volunteer, values, errors))


# --- duplicates -------------------------------------------------------------------------------------


@pages.get("/office/duplicates")
def duplicates() -> str:
    """Who may be registered twice."""
    groups = queries.duplicates(current_actor())
    found = names(twin.region_code for group in groups for twin in group)
    return render_template("account/duplicates.html", groups=groups, names=found)


@pages.get("/office/duplicates/<key:fold>/<key:keep>")
def compare(fold: Key, keep: Key) -> str:
    """Two registrations side by side, and the proposal to merge them."""
    return _compare(fold, keep, {}, {})


@pages.post("/office/duplicates/<key:fold>/<key:keep>")
def propose_merge(fold: Key, keep: Key) -> Response:
    """Propose that the one goes on as the other."""

    def done(given: Values) -> Response:
        act(usecases.propose_merge, fold=fold, keep=keep, **given)
        flash(word("merge", "account_done"), "success")
        return redirect(url_for("account.duplicates"))

    return submitted(NoteSchema(), done, lambda values, errors: _compare(fold, keep, values, errors))


def _compare(fold: Key, keep: Key, values: Values, errors: Errors) -> str:
    return render_template("account/compare.html", **compared(fold, keep), values=values, errors=errors)


def compared(fold: Key, keep: Key) -> dict[str, Any]:
    """What a template needs to show two registrations side by side."""
    found = queries.comparison(current_actor(), fold=fold, keep=keep)
    places = {card.key: full_name(card.region_code) for card in (found.fold, found.keep)}
    return {"found": found, "places": places}
