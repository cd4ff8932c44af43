"""What the door of volunteers takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from timebank.kernel.errors import Invalid
from timebank.volunteers.rules import REASON_LONGEST, Status, check_consents
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text

CODES = validate.Length(max=40)


class CorrectionSchema(ApiSchema):
    """What a person says of themselves; a number is given only to change it."""

    name = Text(1, 60, required=True)
    document_number = Text(1, 40, load_default=None)
    region_code = RegionCodeField(required=True)
    political_status = Text(1, 2, required=True)
    skills = fields.List(Text(1, 30), load_default=list, validate=CODES)
    categories = fields.List(Text(1, 30), load_default=list, validate=CODES)


class RegistrationSchema(CorrectionSchema):
    """Everything needed to register."""

    document_type = Text(1, 20, load_default="resident_id")
    document_number = Text(1, 40, required=True)
    phone = Text(1, 30, required=True)
    consents = fields.List(Text(1, 20), load_default=list, validate=CODES)
    password = fields.String(load_default=None, validate=validate.Length(max=128))

    @validates_schema(skip_on_field_errors=False)
    def _consents_given(self, data: dict[str, Any], **_given: object) -> None:
        """Said together with what is missing, not only when all else is right."""
        try:
            check_consents(data.get("consents", []))
        except Invalid as error:
            raise ValidationError(error.code, "consents") from None


class CreatedSchema(ApiSchema):
    """What was made, and in which state it is."""

    id = fields.String(required=True)
    status = fields.String(required=True)


class ReasonSchema(ApiSchema):
    """Why; the person reads it."""

    reason = Text(1, REASON_LONGEST, required=True)


class UnmaskSchema(ApiSchema):
    """Which fields to see in clear, and what for."""

    fields_ = fields.List(
        Text(1, 20), data_key="fields", attribute="fields", load_default=list, validate=CODES
    )
    purpose = Text(1, REASON_LONGEST, required=True)


class ClearSchema(ApiSchema):
    """The fields asked for, in clear."""

    document_number = fields.String()
    phone = fields.String()


class RegistryQuery(PageQuery):
    """Which volunteers to list."""

    region = RegionCodeField(load_default=None)
    status = fields.String(load_default=None, validate=validate.OneOf([each.value for each in Status]))


class SearchSchema(RegistryQuery):
    """A search by what must not stand in an address."""

    text = Text(
        1,
        60,
        load_default=None,
        metadata={"description": "whole volunteer number, identity number or phone, or beginning of a name"},
    )


class VolunteerRowSchema(ApiSchema):
    """A volunteer in a list; the name is masked for those who only supervise."""

    id = KeyField(attribute="key", required=True)
    volunteer_no = fields.String(required=True)
    name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    party_verified = fields.Boolean(required=True)
    status = fields.String(required=True)
    submitted_at = InstantField(required=True)
    registered_on = fields.Date(allow_none=True)


class ConsentSchema(ApiSchema):
    """A consent that was given."""

    purpose = fields.String(required=True)
    version = fields.String(required=True)
    given_at = InstantField(required=True)
    withdrawn_at = InstantField(allow_none=True)


class VolunteerSchema(ApiSchema):
    """A volunteer; identity number and phone are masked."""

    id = KeyField(attribute="key", required=True)
    volunteer_no = fields.String(required=True)
    name = fields.String(required=True)
    document_type = fields.String(required=True)
    document_number = fields.String(required=True)
    phone = fields.String(required=True)
    sex = fields.String(required=True)
    born_on = fields.Date(allow_none=True)
    region_code = RegionCodeField(required=True)
    political_status = fields.String(allow_none=True)
    party_verified_at = InstantField(allow_none=True)
    skills = fields.List(fields.String(), required=True)
    categories = fields.List(fields.String(), required=True)
    status = fields.String(required=True)
    status_reason = fields.String(allow_none=True)
    status_changed_at = InstantField(required=True)
    submitted_at = InstantField(required=True)
    registered_on = fields.Date(allow_none=True)
    consents = fields.List(fields.Nested(ConsentSchema), required=True)
    actions = fields.List(fields.String(), required=True)
