"""What the door of the gate takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from timebank.attendance.rules import LONGEST_REASON, TOLD, Direction, Position, Verdict
from timebank.attendance.usecases import LARGEST_BATCH
from timebank.web.gate.words import told
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, Text

LONGEST_CODE = 300
LONGEST_CLIENT_ID = 64
LARGEST_ACCURACY_M = 100_000


def _client_id() -> Text:
    told = {
        "description": "made by the client; the same id is the same attempt and gets the same answer; "
        "used for another direction, shift or person it is `key-reused`"
    }
    return Text(1, LONGEST_CLIENT_ID, required=True, metadata=told)


class PositionSchema(ApiSchema):
    """Where the phone is: asked for by printed codes of shifts that check the place; where a shift offers it,
    said by choice with the changing code, too. Else nothing of it is kept.
    """

    latitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-180, 180))
    accuracy_m = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(0), metadata={"description": "in metres"}
    )

    @post_load
    def _as_position(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        latitude, longitude = data.pop("latitude"), data.pop("longitude")
        accuracy = round(min(data.pop("accuracy_m") or 0, LARGEST_ACCURACY_M))
        is_known = latitude is not None and longitude is not None
        return data | {"position": Position(latitude, longitude, accuracy) if is_known else None}


class PrintedCodeSchema(ApiSchema):
    """The code on paper."""

    code = fields.String(required=True)
    url = fields.String(required=True)


class ScanPointSchema(ApiSchema):
    """Where a phone was at a scan."""

    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    accuracy_m = fields.Integer(required=True)


class CheckInSchema(PositionSchema):
    """A venue code scanned by the person; the direction is always said."""

    code = Text(1, LONGEST_CODE, required=True)
    direction = fields.Enum(Direction, by_value=True, required=True)
    client_id = _client_id()
    shift = KeyField(load_default=None, metadata={"description": "refuse codes of any other shift"})
    device = Text(1, 200, load_default=None, metadata={"description": "kept as a digest only"})


class TapSchema(PositionSchema):
    """The one button on the phone."""

    direction = fields.Enum(Direction, by_value=True, required=True)
    client_id = _client_id()


class EntrySchema(ApiSchema):
    """A personal code entered at the desk."""

    direction = fields.Enum(Direction, by_value=True, required=True)
    client_id = _client_id()
    personal_code = Text(1, 40, required=True)


class SearchSchema(ApiSchema):
    """Whom to look for; not in the address, because it is a name."""

    text = Text(2, 40, load_default="")


class OutTimeSchema(ApiSchema):
    """When somebody left who forgot to check out, on the shift's own date."""

    out_at = fields.Time(required=True)
    reason = Text(1, LONGEST_REASON, required=True)


class ScanSchema(ApiSchema):
    """One scan: a personal code, or a volunteer found by search."""

    client_id = _client_id()
    code = Text(1, LONGEST_CODE, load_default=None, metadata={"description": "or `volunteer`"})
    volunteer = KeyField(load_default=None, metadata={"description": "somebody found by search; or `code`"})
    direction = fields.Enum(Direction, by_value=True, required=True)
    scanned_at = InstantField(load_default=None, metadata={"description": "by the device's clock"})
    told = fields.Enum(
        Verdict,
        by_value=True,
        load_default=None,
        validate=validate.OneOf(TOLD),
        metadata={"description": "what the device said while it was off line; needs `scanned_at`"},
    )


class ScansSchema(ApiSchema):
    """A batch of scans, judged in this order when they arrive."""

    scans = fields.List(fields.Nested(ScanSchema), required=True, validate=validate.Length(1, LARGEST_BATCH))
    sent_at = InstantField(
        load_default=None,
        metadata={"description": "the device's clock when this upload left; needed with `told`"},
    )


class ScanResultSchema(ApiSchema):
    """The answer to one scan; a refusal is an answer too."""

    client_id = fields.String(required=True)
    verdict = fields.String(required=True)
    code = fields.String(allow_none=True, metadata={"description": "why it was not simply accepted"})
    direction = fields.String(required=True)
    shift = KeyField(allow_none=True)
    volunteer = KeyField(allow_none=True)
    visit = KeyField(allow_none=True)
    scan = KeyField(
        allow_none=True,
        metadata={"description": "none where nothing was kept: the client id belongs to another scan"},
    )
    at = InstantField(required=True)
    message = fields.Function(told)


class CheckInResultSchema(ScanResultSchema):
    """The answer to one's own scan."""

    distance_m = fields.Integer(
        allow_none=True,
        metadata={"description": "from the venue, where a place was said and its distance is kept"},
    )


class VenueCodeSchema(ApiSchema):
    """The rotating code at this moment."""

    code = fields.String(required=True)
    url = fields.String(required=True)
    shown_until = InstantField(required=True)
    valid_until = InstantField(required=True)


class CountsSchema(ApiSchema):
    """The gate in numbers."""

    expected = fields.Integer(required=True)
    inside = fields.Integer(required=True)
    gone = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class RosterRowSchema(ApiSchema):
    """One person of a shift."""

    volunteer = KeyField(required=True)
    name = fields.String(required=True)
    volunteer_no = fields.String(required=True)
    presence = fields.String(required=True)
    in_at = InstantField(allow_none=True)
    out_at = InstantField(allow_none=True)


class RosterSchema(ApiSchema):
    """Who is expected at a shift, and where they are."""

    counts = fields.Nested(CountsSchema, required=True)
    people = fields.List(fields.Nested(RosterRowSchema), attribute="rows", required=True)


class ScanDecisionSchema(ApiSchema):
    """Whether a provisional scan counts."""

    counts = fields.Boolean(required=True)


class UndoSchema(ApiSchema):
    """Why a scan is taken back."""

    reason = Text(2, LONGEST_REASON, required=True)


class DeviceNameSchema(ApiSchema):
    """What a phone is called in the list of the team's phones."""

    name = Text(1, 60, required=True)
