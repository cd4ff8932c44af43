"""What sign-in takes and gives."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from timebank.identity.rules import API_TOKEN_DAYS, LABEL_LONGEST, ORGANIZATION_ROLES, PASSWORD_LONGEST
from timebank.kernel.policy import SCOPES, Role
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text

REGION_ROLES = tuple(
    sorted(role.value for role in Role if role not in ORGANIZATION_ROLES and role is not Role.GUARDIAN)
)


class PhoneSchema(ApiSchema):
    """Where to send a one-time code."""

    phone = Text(1, 30, required=True)


class SignInSchema(PhoneSchema):
    """A phone with its password or with a one-time code."""

    password = fields.String(load_default=None, validate=validate.Length(max=PASSWORD_LONGEST))
    code = Text(1, 20, load_default=None)

    @validates_schema(skip_on_field_errors=False)
    def _one_of_both(self, data: dict[str, object], **_given: object) -> None:
        if not (data.get("password") or data.get("code")):
            raise ValidationError("required", "password")


class TokenRequestSchema(SignInSchema):
    """The same, with a code of the authenticator app where one is asked for."""

    totp = Text(
        1,
        20,
        load_default=None,
        metadata={"description": "6 digits of the authenticator app, or a recovery code"},
    )


class SecondFactorSchema(ApiSchema):
    """A code of the authenticator app, or a recovery code."""

    code = Text(1, 20, required=True)


class BeginSecondFactorSchema(ApiSchema):
    """A code of the authenticator app in use, from whoever has one already."""

    code = Text(1, 20, load_default=None)


class PasswordSchema(ApiSchema):
    """A new password, by the old one or by a one-time code."""

    password = fields.String(load_default=None, validate=validate.Length(max=PASSWORD_LONGEST))
    code = Text(1, 20, load_default=None)
    new_password = fields.String(required=True, validate=validate.Length(max=PASSWORD_LONGEST))


class CodeSentSchema(ApiSchema):
    """The same answer whether the phone is known or not."""

    expires_in_minutes = fields.Integer(required=True)


class TokenSchema(ApiSchema):
    """A bearer token; it is shown this once."""

    token = fields.String(required=True)
    user = KeyField(required=True)
    expires_at = InstantField(required=True)


class NewApiTokenSchema(ApiSchema):
    """A token for a program: a name to know it by, what it may do, and for how many days."""

    label = Text(1, LABEL_LONGEST, required=True)
    scopes = fields.List(
        fields.String(validate=validate.OneOf(sorted(SCOPES))), required=True, validate=validate.Length(min=1)
    )
    days = fields.Integer(load_default=90, validate=validate.Range(1, API_TOKEN_DAYS))


class ApiTokenSchema(ApiSchema):
    """An API token, without the token itself."""

    id = KeyField(attribute="key", required=True)
    label = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = InstantField()
    last_used_on = fields.Date(allow_none=True)
    expires_at = InstantField(required=True)


class FreshApiTokenSchema(ApiTokenSchema):
    """An API token that was just made; the token is shown this once."""

    class Meta:
        exclude = ("created_at", "last_used_on")

    token = fields.String(required=True)


class ApiTokensSchema(ApiSchema):
    """One's own API tokens that are alive; there are never many."""

    items = fields.List(fields.Nested(ApiTokenSchema), required=True)


class GrantsQuery(PageQuery):
    """Roles in one's regions, by role if wanted."""

    role = fields.String(load_default=None, validate=validate.OneOf(REGION_ROLES))


class NewGrantSchema(ApiSchema):
    """A role in a region for whoever has this phone; a name opens an account for somebody new."""

    phone = Text(1, 30, required=True)
    name = Text(1, 60, load_default=None)
    role = fields.String(required=True, validate=validate.OneOf(REGION_ROLES))
    region_code = RegionCodeField(required=True)


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
    scopes = fields.List(
        fields.String(), allow_none=True, metadata={"description": "limits of an API token; null is no limit"}
    )
