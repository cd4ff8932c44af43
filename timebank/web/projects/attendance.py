"""How a shift's attendance is said and shown: the fields of its form, and plain words for volunteers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from marshmallow import fields

from timebank.projects.queries import project_policy
from timebank.projects.rules import AttendanceMode, ClosingPolicy, PrintedCode
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.words import word


class AttendanceSchema(ApiSchema):
    """How people of a shift prove that they served, and what becomes of a forgotten check-out."""

    attendance_mode = fields.Enum(AttendanceMode, by_value=True, load_default=AttendanceMode.IN_AND_OUT)
    closing_policy = fields.Enum(ClosingPolicy, by_value=True, load_default=ClosingPolicy.ZERO)
    closing_minutes = fields.Integer(
        load_default=None, allow_none=True, metadata={"description": "needed with `default_minutes`"}
    )
    printed_code = fields.Enum(PrintedCode, by_value=True, load_default=PrintedCode.OFF)
    offers_place = fields.Boolean(
        load_default=False,
        metadata={"description": "who scans the changing code may say where they are; needs the venue"},
    )
    latitude = fields.Float(
        load_default=None, allow_none=True, metadata={"description": "of the venue, degrees, WGS 84"}
    )
    longitude = fields.Float(load_default=None, allow_none=True)
    radius_m = fields.Integer(
        load_default=None, allow_none=True, metadata={"description": "how far a phone may be, in metres"}
    )


class VenueSchema(ApiSchema):
    """Where a shift takes place, and how far from there a phone may be."""

    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    radius_m = fields.Integer(required=True)


class TermsSchema(ApiSchema):
    """Mode and closing policy of a shift; `version` is that of the policy they were chosen under."""

    mode = fields.String(required=True)
    closing = fields.String(required=True)
    minutes = fields.Integer(allow_none=True)
    version = fields.String(required=True)


def attendance_choices() -> dict[str, Any]:
    """What the form of a shift offers, each with what it means, and the figures of the policy."""
    return {
        "modes": _told(AttendanceMode, "attendance_mode"),
        "closings": _told(ClosingPolicy, "closing_policy"),
        "printed_codes": _told(PrintedCode, "printed_code"),
        "policy": project_policy(),
    }


def _told(
    codes: type[AttendanceMode | ClosingPolicy | PrintedCode], group: str
) -> list[tuple[str, str, str]]:
    return [(code.value, word(code, group), word(code, f"{group}_means")) for code in codes]


SENTENCES: dict[str, LazyString] = {
    "place-needed": _l("Say where the shift takes place: the phone's place is compared with it."),
}

WORDS: dict[str, Mapping[str, LazyString]] = {
    "attendance_mode": {
        "in_and_out": _l("Check in and check out"),
        "in_only": _l("Check in only"),
        "presence": _l("Having been there"),
    },
    "attendance_mode_means": {
        "in_and_out": _l("The time between check-in and check-out counts."),
        "in_only": _l("One scan on arrival. The time from then to the end of the shift counts."),
        "presence": _l("One scan at any time of the shift. The whole shift counts."),
    },
    "closing_policy": {
        "zero": _l("Nothing counts until it is cleared up"),
        "shift_end": _l("The end of the shift counts"),
        "default_minutes": _l("A fixed number of minutes counts"),
    },
    "closing_policy_means": {
        "zero": _l("The volunteer says until when they stayed, and you decide."),
        "shift_end": _l("As if everybody had stayed to the end; for shifts that end together."),
        "default_minutes": _l("From check-in on, for shifts where people come and go."),
    },
    "printed_code": {
        "off": _l("No printed code"),
        "place": _l("Printed code, near the venue"),
        "organizer": _l("Printed code, confirmed by you"),
    },
    "printed_code_means": {
        "off": _l("Only the changing code on the screen and personal codes count."),
        "place": _l("The phone says where it is. Only the distance is kept for good."),
        "organizer": _l("Each scan waits until somebody of your organisation confirms it."),
    },
}
