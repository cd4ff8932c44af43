"""The gate as JSON."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_babel import gettext as _

from timebank.attendance import queries, usecases
from timebank.attendance.queries import Roster
from timebank.attendance.rules import Position
from timebank.attendance.usecases import ScanResult
from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.web.gate.schemas import (
    CheckInResultSchema,
    CheckInSchema,
    PrintedCodeSchema,
    RosterSchema,
    ScanPointSchema,
    VenueCodeSchema,
)
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.operation import act
from timebank.web.kit.qr import svg

api = api_door("gate", "The gate: rotating codes, check-in and check-out, the roster.")


@api.get("/shifts/<key:shift>/venue-code")
@api.response(200, VenueCodeSchema)
def venue_code(shift: Key) -> dict[str, Any]:
    """The code that the venue's screen shows at this moment; it changes every 20 seconds."""
    code = queries.venue_code(current_actor(), shift)
    url = runtime().config.base_url + code.path
    return {
        "code": code.code,
        "url": url,
        "shown_until": code.shown_until,
        "valid_until": code.valid_until,
    }


@api.get("/shifts/<key:shift>/venue-code.svg")
@api.response(200, {"type": "string"}, content_type="image/svg+xml")
def venue_code_picture(shift: Key) -> Response:
    """The same as a picture."""
    code = queries.venue_code(current_actor(), shift)
    picture = svg(runtime().config.base_url + code.path, _("Code for check-in and check-out"))
    return Response(str(picture), mimetype="image/svg+xml")


@api.get("/shifts/<key:shift>/printed-code")
@api.response(200, PrintedCodeSchema)
def printed_code(shift: Key) -> dict[str, Any]:
    """The code on paper of a shift that takes one; it never changes."""
    path = queries.paper_code(current_actor(), shift)
    return {"code": path.rpartition("/")[2], "url": runtime().config.base_url + path}


@api.post("/shifts/<key:shift>/scans/<key:scan>/point")
@api.response(200, ScanPointSchema)
def point(shift: Key, scan: Key) -> Position:
    """Where the phone was at a scan, to answer an objection; whoever reads it is recorded."""
    return act(usecases.read_point, shift=shift, scan=scan)


@api.post("/check-ins")
@api.arguments(CheckInSchema())
@api.response(200, CheckInResultSchema())
def check_in(given: dict[str, Any]) -> ScanResult:
    """Check oneself in or out. A refusal is an answer with status 200 and its code."""
    return act(usecases.check_in_self, **given)


@api.get("/shifts/<key:shift>/roster")
@api.response(200, RosterSchema)
def roster(shift: Key) -> Roster:
    """Who is expected, who is inside, who has left."""
    return queries.roster(current_actor(), shift)
