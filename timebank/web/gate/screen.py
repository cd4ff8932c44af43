"""The venue's codes: rotating on the screen, with codes in hand for a lost connection, or on paper."""

from __future__ import annotations

from typing import Any

from flask import jsonify, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.attendance import queries
from timebank.attendance.rules import STEP_SECONDS
from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.projects.queries import shift_card
from timebank.web.gate.desk import doors, pages
from timebank.web.kit.actor import current_actor
from timebank.web.kit.qr import rows, svg
from timebank.web.kit.text import clock_time

STEPS_AHEAD = 45
"""A quarter of an hour: time for a router to restart, and a copied list is soon worthless."""


@pages.get("/gate/<key:key>/screen")
def screen(key: Key) -> str:
    """The rotating code over the whole screen, with live counts; reloads itself without JavaScript."""
    return render_template("gate/screen.html", step_seconds=STEP_SECONDS, **_shown(key))


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


@pages.get("/gate/<key:key>/screen-ahead.json")
def screen_ahead(key: Key) -> Response:
    """The codes of the next quarter of an hour, for as long as the connection is lost."""
    codes = queries.codes_ahead(current_actor(), key, steps=STEPS_AHEAD)
    left = (codes[0].shown_until - runtime().clock.now()).total_seconds()
    return jsonify(
        seconds_left=round(left, 1),
        step_seconds=STEP_SECONDS,
        until=clock_time(codes[-1].shown_until),
        codes=[
            {
                "rows": rows(runtime().config.base_url + code.path),
                "valid_until": clock_time(code.valid_until),
            }
            for code in codes
        ],
    )


def _shown(key: Key) -> dict[str, Any]:
    code = queries.venue_code(current_actor(), key)
    label = _("Code for check-in and check-out")
    left = (code.shown_until - runtime().clock.now()).total_seconds()
    shift, counts = shift_card(current_actor(), key), queries.counts(current_actor(), key)
    passable = doors(shift, counts.inside)
    return {
        "shift": shift,
        "is_open": any(passable.values()),
        "takes_in": passable["takes_in"],
        "code": code,
        "counts": counts,
        "picture": svg(runtime().config.base_url + code.path, label),
        "seconds_left": max(0, round(left, 1)),
    }
