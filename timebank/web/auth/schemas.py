"""What sign-in takes and gives."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, RegionCodeField, Text


class PhoneSchema(ApiSchema):
    """Where to send a one-time code."""

    phone = Text(1, 30, required=True)


class SignInSchema(PhoneSchema):
    """A phone with its password or with a one-time code."""

    password = fields.String(load_default=None, validate=validate.Length(max=128))
    code = Text(1, 20, load_default=None)

    @validates_schema(skip_on_field_errors=False)
    def _one_of_both(self, data: dict[str, object], **_given: object) -> None:
        if not (data.get("password") or data.get("code")):
            raise ValidationError("required", "password")


class CodeSentSchema(ApiSchema):
    """The same answer whether the phone is known or not."""

    expires_in_minutes = fields.Integer(required=True)


class TokenSchema(ApiSchema):
    """A bearer token; it is shown this once."""

    token = fields.String(required=True)
    user = KeyField(required=True)
    expires_at = InstantField(required=True)


class GrantSchema(ApiSchema):
    """One role, in a region or for an organisation."""

    role = fields.String(required=True)
    region_code = RegionCodeField(attribute="region", allow_none=True)
    organization = KeyField(allow_none=True)


class MeSchema(ApiSchema):
    """Who is signed in."""

    id = KeyField(attribute="user", required=True)
    name = fields.String(required=True)
    volunteer = KeyField(allow_none=True)
    phone = fields.String(metadata={"description": "masked"})
    grants = fields.List(fields.Nested(GrantSchema), required=True)
