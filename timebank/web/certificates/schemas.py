"""What the door of certificates takes and gives."""

from __future__ import annotations

from marshmallow import fields, validate

from timebank.recognition.rules import REASON_LONGEST, REVEALS
from timebank.recognition.rules.certificates import NAME_LONGEST
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, Text, page_schema
from timebank.web.window.schemas import AssistSchema, ChannelField

REVEAL = {"description": "what public verification shows besides unit, state, period and day of issue"}


class RevealsSchema(ApiSchema):
    """What the holder lets public verification show."""

    reveals = fields.List(
        fields.String(validate=validate.OneOf(REVEALS)),
        load_default=list,
        validate=validate.Length(max=10),
        metadata=REVEAL,
    )


class RequestSchema(RevealsSchema):
    """A certificate that is asked for: by one unit, over one period."""

    organization = KeyField(required=True, metadata={"description": "the unit that recorded the hours"})
    start = fields.Date(
        data_key="from",
        load_default=None,
        allow_none=True,
        metadata={"description": "empty: the first confirmed service there"},
    )
    end = fields.Date(
        data_key="to", load_default=None, allow_none=True, metadata={"description": "empty: today"}
    )


class AssistedRequestSchema(RequestSchema, AssistSchema):
    """The same, asked for by a clerk for somebody."""


class NewCertificateSchema(RequestSchema):
    """The same by API: for oneself where no volunteer is named."""

    volunteer = KeyField(load_default=None, allow_none=True)
    channel = ChannelField()


class AskedSchema(ApiSchema):
    """The open request."""

    id = fields.String(required=True)
    is_new = fields.Boolean(
        required=True, metadata={"description": "false where the same was asked for and waits already"}
    )


class WaySchema(AssistSchema):
    """By which way somebody asked the clerk."""


class IssueSchema(ApiSchema):
    """The people of the unit and its telephone number (民发〔2015〕149号)."""

    head = Text(1, NAME_LONGEST, required=True)
    handler = Text(1, NAME_LONGEST, required=True)
    phone = Text(1, 30, required=True)


class CertificateReasonSchema(ApiSchema):
    """Why; the holder reads it."""

    reason = Text(1, REASON_LONGEST, required=True)


class CertificateSchema(ApiSchema):
    """A request or a certificate."""

    id = KeyField(attribute="key", required=True)
    volunteer = KeyField(required=True)
    volunteer_no = fields.String(required=True)
    holder_name = fields.String(required=True)
    organization = KeyField(required=True)
    organization_name = fields.String(required=True)
    certificate_no = fields.String(allow_none=True)
    start = fields.Date(attribute="period_start", data_key="from", required=True)
    end = fields.Date(attribute="period_end", data_key="to", required=True)
    reveals = fields.List(fields.String(), required=True, metadata=REVEAL)
    status = fields.String(required=True)
    channel = fields.String(required=True)
    asked_at = InstantField(required=True)
    decided_at = InstantField(allow_none=True)
    ended_at = InstantField(allow_none=True)
    reason = fields.String(allow_none=True)
    issued_on = fields.Date(allow_none=True)
    total_minutes = fields.Integer(allow_none=True)
    content_hash = fields.String(
        allow_none=True, metadata={"description": "SHA-256 over the canonical form, see docs/certificates.md"}
    )


class UnitSchema(ApiSchema):
    """A unit that could certify, with what it has confirmed."""

    organization = KeyField(required=True)
    name = fields.String(required=True)
    records = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    first_on = fields.Date(required=True)
    last_on = fields.Date(required=True)


class UnitsSchema(ApiSchema):
    """All units of one person."""

    items = fields.List(fields.Nested(UnitSchema), required=True)


class PublicLineSchema(ApiSchema):
    """One service."""

    date = fields.Date(attribute="occurred_on", required=True)
    activity = fields.String(attribute="activity_name", required=True)
    minutes = fields.Integer(allow_none=True)


class PublicCertificateSchema(ApiSchema):
    """What everybody may know: whether it is valid, and what the holder shows."""

    certificate_no = fields.String(required=True)
    state = fields.String(required=True)
    organization_name = fields.String(required=True)
    start = fields.Date(attribute="period_start", data_key="from", required=True)
    end = fields.Date(attribute="period_end", data_key="to", required=True)
    issued_on = fields.Date(required=True)
    ended_on = fields.Date(allow_none=True)
    holder_name = fields.String(required=True, metadata={"description": "masked unless the holder shows it"})
    volunteer_no = fields.String(allow_none=True)
    total_minutes = fields.Integer(allow_none=True)
    lines = fields.List(fields.Nested(PublicLineSchema), allow_none=True)


CertificatePage = page_schema(CertificateSchema)
