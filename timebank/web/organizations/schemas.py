"""What the door of organisations takes and gives."""

from __future__ import annotations

from marshmallow import fields, validate

from timebank.identity.rules import ORGANIZATION_ROLES
from timebank.organizations.rules import KINDS
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text


class NewOrganizationSchema(ApiSchema):
    """An organisation to record."""

    name = Text(1, 100, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    region_code = RegionCodeField(required=True)
    credit_code = Text(1, 40, load_default=None)
    filing_no = Text(1, 60, load_default=None)


class OrganizationQuery(PageQuery):
    """Which organisations to list."""

    region = RegionCodeField(load_default=None)
    text = Text(1, 60, load_default=None, metadata={"description": "beginning of a name"})


class OrganizationRowSchema(ApiSchema):
    """An organisation in a list."""

    id = KeyField(attribute="key", required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    status = fields.String(required=True)


class OrganizationSchema(OrganizationRowSchema):
    """An organisation."""

    credit_code = fields.String(allow_none=True)
    filing_no = fields.String(allow_none=True)
    created_at = InstantField(required=True)


class AppointmentSchema(ApiSchema):
    """Whom to appoint, by the phone they sign in with."""

    phone = Text(1, 30, required=True)
    role = fields.String(
        required=True, validate=validate.OneOf(sorted(role.value for role in ORGANIZATION_ROLES))
    )


class MemberSchema(ApiSchema):
    """Somebody with a role in an organisation."""

    user = KeyField(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    granted_at = InstantField(required=True)


class MembersSchema(ApiSchema):
    """Everybody with a role in an organisation."""

    items = fields.List(fields.Nested(MemberSchema), required=True)


class CreatedOrganizationSchema(ApiSchema):
    """What was made."""

    id = fields.String(required=True)
