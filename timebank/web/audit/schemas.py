"""What the doors of the audit trail and the access log take and give."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text

UNSIGNED = ("system", "anonymous")
SENSIBLE_DAY = validate.Range(date(2000, 1, 1), date(2100, 12, 31))


class PeriodQuery(ApiSchema):
    """Local days, both included, the region, and who acted."""

    since = fields.Date(load_default=None, data_key="from", validate=SENSIBLE_DAY)
    until = fields.Date(load_default=None, data_key="to", validate=SENSIBLE_DAY)
    region = RegionCodeField(load_default=None)
    by = Text(1, 60, load_default=None, data_key="actor")

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_given: object) -> None:
        if data["since"] and data["until"] and data["since"] > data["until"]:
            raise ValidationError("period-reversed", "from")

    @validates_schema
    def _an_actor(self, data: dict[str, Any], **_given: object) -> None:
        if data["by"] is not None and data["by"] not in UNSIGNED:
            try:
                Key.parse(data["by"])
            except NotFound:
                raise ValidationError("not-an-actor", "actor") from None


class TrailFilter(PeriodQuery):
    """Which part of the audit trail."""

    name = Text(1, 60, load_default=None, data_key="event")
    subject = KeyField(load_default=None)


class TrailQuery(TrailFilter, PageQuery):
    """Which part of the audit trail, page by page."""


class AccessQuery(PeriodQuery, PageQuery):
    """Which part of the access log, page by page."""

    volunteer_no = Text(1, 32, load_default=None)


class EntrySchema(ApiSchema):
    """Something that happened: ids and numbers, and the name of the officer who did it."""

    id = fields.UUID(required=True)
    at = InstantField(required=True)
    event = fields.String(attribute="name", required=True)
    actor = fields.String(attribute="by", required=True)
    actor_name = fields.String(allow_none=True)
    subject = KeyField(required=True)
    data = fields.Dict(keys=fields.String(), required=True)


class AccessSchema(ApiSchema):
    """Somebody saw fields of a volunteer in clear."""

    id = KeyField(attribute="key", required=True)
    at = InstantField(required=True)
    actor = fields.String(attribute="by", required=True)
    actor_name = fields.String(allow_none=True)
    volunteer = KeyField(required=True)
    volunteer_no = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    fields_ = fields.List(fields.String(), attribute="fields", data_key="fields", required=True)
    purpose = fields.String(required=True)
