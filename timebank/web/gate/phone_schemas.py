"""What phones of the gate take along, and the log of attempts."""

from __future__ import annotations

from marshmallow import fields

from timebank.attendance.rules import Verdict
from timebank.web.gate.schemas import CountsSchema, ScanResultSchema
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, page_schema


class PackedShiftSchema(ApiSchema):
    """The shift of a package."""

    key = KeyField(required=True)
    organization = KeyField(required=True)
    project_name = fields.String(required=True)
    title = fields.String(required=True)
    place = fields.String(required=True)
    starts_at = InstantField(required=True)
    ends_at = InstantField(required=True)
    opens_at = InstantField(required=True)
    closes_at = InstantField(required=True)


class PackedPersonSchema(ApiSchema):
    """One person of a package: no phone, no document, no code."""

    volunteer = KeyField(required=True)
    name = fields.String(required=True)
    last_signs = fields.String(required=True, metadata={"description": "the end of the volunteer number"})
    initials = fields.String(required=True)
    mark = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "first 8 hex digits of SHA-256 of `salt:code`, the code in capitals"},
    )
    person = fields.String(required=True)
    has_place = fields.Boolean(required=True)
    presence = fields.String(required=True)
    in_at = InstantField(required=True, allow_none=True)
    out_at = InstantField(required=True, allow_none=True)


class PackageSchema(ApiSchema):
    """Who is expected, and how the shift stands."""

    made_at = InstantField(required=True)
    salt = fields.String(required=True)
    session = fields.String(required=True)
    undo_minutes = fields.Integer(required=True)
    counts = fields.Nested(CountsSchema, required=True)
    waiting = fields.Integer(required=True, metadata={"description": "scans that wait for a decision"})
    people = fields.List(fields.Nested(PackedPersonSchema), required=True)


class GatePackageSchema(ApiSchema):
    """Everything that a phone needs to judge scans of one shift off line."""

    shift = fields.Nested(PackedShiftSchema, required=True)
    package = fields.Nested(PackageSchema, required=True)
    table = fields.Dict(required=True, metadata={"description": "rows; the first whose facts match decides"})
    words = fields.Dict(required=True, metadata={"description": "language, code, words"})


class FaceSchema(ApiSchema):
    """Who was scanned, and their visit to this shift."""

    name = fields.String(required=True)
    in_at = InstantField(allow_none=True)
    out_at = InstantField(allow_none=True)


class DeskResultSchema(ScanResultSchema):
    """The answer to one scan at the desk, with who it was."""

    message = fields.Function(lambda told: told["message"])
    person = fields.Nested(FaceSchema, allow_none=True)


class DeskResultsSchema(ApiSchema):
    """One answer for each scan, in the same order; the gate in numbers, and the server's clock."""

    results = fields.List(fields.Nested(DeskResultSchema), required=True)
    counts = fields.Nested(CountsSchema, required=True)
    now = InstantField(required=True)


class LogQuerySchema(PageQuery):
    """Which attempts."""

    verdict = fields.Enum(Verdict, by_value=True, load_default=None)
    volunteer = KeyField(load_default=None)


class LogLineSchema(ApiSchema):
    """One attempt, never changed afterwards; `settled` is what a later row made of it."""

    scan = KeyField(attribute="scan.key", required=True)
    client_id = fields.String(attribute="scan.client_id", required=True)
    volunteer = KeyField(attribute="scan.volunteer", allow_none=True)
    name = fields.String(allow_none=True)
    volunteer_no = fields.String(allow_none=True)
    direction = fields.String(attribute="scan.direction", required=True)
    method = fields.String(attribute="scan.method", required=True)
    verdict = fields.String(attribute="scan.verdict", required=True)
    code = fields.String(attribute="scan.code", allow_none=True)
    distance_m = fields.Integer(
        attribute="scan.distance_m",
        allow_none=True,
        metadata={"description": "from the venue, where the phone said where it is"},
    )
    told = fields.String(
        attribute="scan.told", allow_none=True, metadata={"description": "by the device, while off line"}
    )
    settled = fields.String(attribute="scan.settled", allow_none=True)
    reason = fields.String(attribute="scan.reason", allow_none=True)
    operator = fields.String(attribute="scan.operator", allow_none=True)
    device = fields.String(allow_none=True)
    scanned_at = InstantField(attribute="scan.scanned_at", metadata={"description": "the device's clock"})
    sent_at = InstantField(attribute="scan.sent_at", allow_none=True)
    received_at = InstantField(attribute="scan.received_at", metadata={"description": "the server's clock"})
    happened_at = InstantField(attribute="scan.happened_at")


LogPageSchema = page_schema(LogLineSchema)
