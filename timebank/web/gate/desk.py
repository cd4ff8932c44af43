"""The organizer's desk and the screen with the rotating code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.attendance import queries, usecases
from timebank.attendance.queries import RosterRow
from timebank.attendance.rules import Presence, Verdict
from timebank.attendance.usecases import ScanResult
from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key, new_token
from timebank.projects.queries import shift_card
from timebank.projects.rules import ShiftStatus
from timebank.volunteers.queries import standing
from timebank.web.gate.schemas import EntrySchema, OutTimeSchema, SearchSchema
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.qr import svg
from timebank.web.kit.text import clock_time
from timebank.web.kit.words import word

pages = pages_door("gate")
TONES = {Verdict.ACCEPTED: "success", Verdict.REPEATED: "caution", Verdict.REFUSED: "error"}


@pages.get("/gate/<key:key>")
def desk(key: Key) -> str:
    """Counts, the entry of a personal code, and everybody who is expected."""
    return _desk(key, {}, {})


@pages.post("/gate/<key:key>")
def enter(key: Key) -> Response:
    """Check somebody in or out by their personal code."""

    def done(given: Values) -> Response:
        result = act(usecases.enter_personal_code, shift=key, **given)
        flash(_answer(result), TONES[result.verdict])
        return redirect(url_for("gate.desk", key=key))

    return submitted(EntrySchema(), done, lambda values, errors: _desk(key, values, errors))


@pages.post("/gate/<key:key>/search")
def search(key: Key) -> Response:
    """The same page with the people whose name or number fits; a name does not belong into an address."""

    def done(given: Values) -> Response:
        return Response(_desk(key, given, {}, given["text"]))

    return submitted(SearchSchema(), done, lambda values, errors: _desk(key, values, errors))


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


@pages.get("/gate/<key:key>/screen")
def screen(key: Key) -> str:
    """The rotating code over the whole screen, with live counts; reloads itself without JavaScript."""
    return render_template("gate/screen.html", **_shown(key))


@pages.get("/gate/<key:key>/paper")
def paper(key: Key) -> str:
    """The code on paper of a shift that takes one, on a sheet of A4."""
    path = queries.paper_code(current_actor(), key)
    label = _("Code for check-in and check-out")
    return render_template(
        "gate/paper.html",
        shift=shift_card(current_actor(), key),
        picture=svg(runtime().config.base_url + path, label),
        url=runtime().config.base_url + path,
    )


@pages.get("/gate/<key:key>/screen.json")
def screen_state(key: Key) -> Response:
    """What the screen fetches every few seconds."""
    shown = _shown(key)
    counts = shown["counts"]
    return jsonify(
        is_open=shown["is_open"],
        picture=str(shown["picture"]),
        seconds_left=shown["seconds_left"],
        valid_until=clock_time(shown["code"].valid_until),
        expected=counts.expected,
        inside=counts.inside,
        gone=counts.gone,
    )


def _desk(key: Key, values: Values, errors: Errors, text: str = "") -> str:
    queries.operated_gate(current_actor(), key)
    roster = queries.roster(current_actor(), key, text=text)
    return render_template(
        "gate/desk.html",
        shift=shift_card(current_actor(), key),
        roster=roster,
        text=text,
        client_id=new_token(),
        values=values,
        errors=errors,
    )


def _shown(key: Key) -> dict[str, Any]:
    code = queries.venue_code(current_actor(), key)
    label = _("Code for check-in and check-out")
    left = (code.shown_until - runtime().clock.now()).total_seconds()
    shift = shift_card(current_actor(), key)
    return {
        "shift": shift,
        "is_open": shift.status is ShiftStatus.OPEN,
        "code": code,
        "counts": queries.counts(current_actor(), key),
        "picture": svg(runtime().config.base_url + code.path, label),
        "seconds_left": max(0, round(left, 1)),
    }


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
