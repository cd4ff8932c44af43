"""The organizer's desk."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.attendance import queries, usecases
from timebank.attendance.queries import RosterRow
from timebank.attendance.rules import Presence, Verdict
from timebank.attendance.usecases import ScanResult
from timebank.kernel.db import runtime
from timebank.kernel.errors import KeyReused, NotFound
from timebank.kernel.ids import Key, new_token
from timebank.projects.queries import ShiftCard, shift_card
from timebank.projects.rules import ShiftStatus
from timebank.volunteers.queries import standing
from timebank.web.gate.schemas import EntrySchema, OutTimeSchema, SearchSchema
from timebank.web.gate.shell import version
from timebank.web.gate.shell_words import shell_words
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import word

pages = pages_door("gate")
MOST_SHOWN = 200
"""How many people stand on one page; who is further down is found by search."""
TONES = {Verdict.ACCEPTED: "success", Verdict.REPEATED: "caution", Verdict.REFUSED: "error"}


@pages.get("/gate/<key:key>")
def desk(key: Key) -> str:
    """Counts, the entry of a personal code, and everybody who is expected."""
    return _desk(key, {}, {})


@pages.post("/gate/<key:key>")
def enter(key: Key) -> Response:
    """Check somebody in or out by their personal code."""

    def done(given: Values) -> Response:
        try:
            result = act(usecases.enter_personal_code, shift=key, **given)
        except KeyReused:
            told = _(
                "This page has sent a scan already, and that one stands. It is fresh now: enter it again."
            )
            flash(told, "error")
        else:
            flash(_answer(result), TONES[result.verdict])
        return redirect(url_for("gate.desk", key=key))

    return submitted(EntrySchema(), done, lambda values, errors: _desk(key, values, errors))


@pages.get("/gate/<key:key>/people")
def people(key: Key) -> str:
    """Everybody who is expected, and where they are."""
    return _people(key, {}, {})


@pages.post("/gate/<key:key>/search")
def search(key: Key) -> Response:
    """The people whose name or number fits; a name does not belong into an address."""

    def done(given: Values) -> Response:
        return Response(_people(key, given, {}, given["text"]))

    return submitted(SearchSchema(), done, lambda values, errors: _people(key, values, errors))


@pages.get("/gate/<key:key>/people/<key:volunteer>/out-time")
def out_time_form(key: Key, volunteer: Key) -> str:
    """Ask when somebody left who forgot to check out."""
    return _out_time(key, volunteer, {}, {})


@pages.post("/gate/<key:key>/people/<key:volunteer>/out-time")
def set_out_time(key: Key, volunteer: Key) -> Response:
    """End a forgotten visit, with the reason."""
    shift = shift_card(current_actor(), key)

    def done(given: Values) -> Response:
        out_at = datetime.combine(shift.occurs_on, given["out_at"], runtime().config.time_zone)
        act(usecases.set_out_time, shift=key, volunteer=volunteer, out_at=out_at, reason=given["reason"])
        flash(_("The check-out time is set."), "success")
        return redirect(url_for("gate.desk", key=key))

    return submitted(OutTimeSchema(), done, lambda values, errors: _out_time(key, volunteer, values, errors))


def doors(shift: ShiftCard, inside: int) -> dict[str, bool]:
    """Whether a gate takes people in, and whether it lets anybody out, as its pages say it."""
    is_late = runtime().clock.now() > shift.closes_at
    takes_in = shift.status is ShiftStatus.OPEN and not shift.is_called_off
    return {"takes_in": takes_in, "lets_out": inside > 0 and not is_late}


def _people(key: Key, _values: Values, errors: Errors, text: str = "") -> str:
    queries.operated_gate(current_actor(), key)
    return render_template(
        "gate/people.html",
        shift=shift_card(current_actor(), key),
        roster=queries.roster(current_actor(), key, text=text),
        most=MOST_SHOWN,
        text=text,
        errors=errors,
    )


def _desk(key: Key, values: Values, errors: Errors) -> str:
    gate = queries.operated_gate(current_actor(), key)
    roster = queries.roster(current_actor(), key)
    shift = shift_card(current_actor(), key)
    return render_template(
        "gate/desk.html",
        **doors(shift, roster.counts.inside),
        shift=shift,
        gate=gate,
        words=shell_words(),
        version=version(),
        roster=roster,
        most=MOST_SHOWN,
        text="",
        client_id=new_token(),
        values=values,
        errors=errors,
    )


def _out_time(key: Key, volunteer: Key, values: Values, errors: Errors) -> str:
    return render_template(
        "gate/out_time.html",
        shift=shift_card(current_actor(), key),
        person=_inside(key, volunteer),
        values=values,
        errors=errors,
    )


def _inside(key: Key, volunteer: Key) -> RosterRow:
    """Somebody who is inside, for the people who run this gate. Raises NotFound."""
    queries.operated_gate(current_actor(), key)
    rows = queries.roster(current_actor(), key).rows
    found = next((row for row in rows if row.volunteer == volunteer), None)
    if found is None or found.presence is not Presence.INSIDE:
        raise NotFound()
    return found


def _answer(result: ScanResult) -> str:
    """Who it was and what became of it, for the person at the desk."""
    person = standing(result.volunteer) if result.volunteer else None
    if person is None:
        return str(_("Nobody has this personal code. Read it again from the person's card."))
    done = result.direction if result.code is None else None
    what = word(done, "passage") if done else word(result.code, "refusal_desk")
    return f"{person.name} · {what}"
