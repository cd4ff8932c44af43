"""What the door of organisations takes and gives."""

from __future__ import annotations

from marshmallow import fields, validate

from timebank.identity.rules import ORGANIZATION_ROLES
from timebank.organizations.rules import INTRODUCTION_LONGEST, KINDS, REASON_LONGEST, TEXTS, Status
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text

SCOPES = ("own", "public", "to_review")
ROLES = sorted(role.value for role in ORGANIZATION_ROLES)


class OrganizationFactsSchema(ApiSchema):
    """What an organisation says of itself."""

    name = Text(1, 100, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    region_code = RegionCodeField(required=True)
    credit_code = Text(1, 40, load_default=None, allow_none=True)
    filing_no = Text(1, 60, load_default=None, allow_none=True)
    filing_authority = Text(1, TEXTS["filing_authority"], load_default=None, allow_none=True)
    supervisor = Text(1, TEXTS["supervisor"], load_default=None, allow_none=True)
    head_name = Text(1, TEXTS["head_name"], load_default=None, allow_none=True)
    head_phone = Text(1, 30, load_default=None, allow_none=True)
    categories = fields.List(Text(1, 30), load_default=list, validate=validate.Length(max=40))
    founded_on = fields.Date(load_default=None, allow_none=True)
    introduction = Text(1, INTRODUCTION_LONGEST, load_default=None, allow_none=True)


class NewOrganizationSchema(OrganizationFactsSchema):
    """An organisation to record, or to apply for; `hand_in` makes more than a draft of an application."""

    hand_in = fields.Boolean(load_default=False)


class OrganizationQuery(PageQuery):
    """Which organisations to list: those of one's scope, the public ones, or those waiting for a decision."""

    scope = fields.String(load_default="own", validate=validate.OneOf(SCOPES))
    region = RegionCodeField(load_default=None)
    text = Text(1, 60, load_default=None, metadata={"description": "beginning of a name"})
    status = fields.String(load_default=None, validate=validate.OneOf([each.value for each in Status]))
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))


class OrganizationRowSchema(ApiSchema):
    """An organisation in a list."""

    id = KeyField(attribute="key", required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    status = fields.String(required=True)


class OrganizationSchema(OrganizationRowSchema):
    """An organisation; the phone of its head is masked."""

    status_reason = fields.String(allow_none=True)
    credit_code = fields.String(allow_none=True)
    filing_no = fields.String(allow_none=True)
    filing_authority = fields.String(allow_none=True)
    supervisor = fields.String(allow_none=True)
    head_name = fields.String(allow_none=True)
    head_phone = fields.String(allow_none=True)
    categories = fields.List(fields.String(), required=True)
    founded_on = fields.Date(allow_none=True)
    introduction = fields.String(allow_none=True)
    parent = fields.Nested(OrganizationRowSchema, allow_none=True)
    asked_parent = fields.Nested(OrganizationRowSchema, allow_none=True)
    created_at = InstantField(required=True)
    submitted_at = InstantField(allow_none=True)
    actions = fields.List(fields.String(), required=True)


class OrganizationReasonSchema(ApiSchema):
    """Why; the people of the organisation read it."""

    reason = Text(1, REASON_LONGEST, required=True)


class ParentSchema(ApiSchema):
    """Which organisation to be under."""

    parent = KeyField(required=True)


class ParentAnswerSchema(ApiSchema):
    """Whether the tie is there already, or the other organisation has to consent."""

    is_set = fields.Boolean(required=True)


class OrganizationListSchema(ApiSchema):
    """Some organisations, all of them."""

    items = fields.List(fields.Nested(OrganizationRowSchema), required=True)


class StepSchema(ApiSchema):
    """Something that was done with an organisation."""

    name = fields.String(required=True)
    at = InstantField(required=True)
    by = fields.String(allow_none=True)
    status = fields.String(required=True)
    reason = fields.String(allow_none=True)
    concerns = fields.String(allow_none=True)


class OrganizationHistorySchema(ApiSchema):
    """What was done with an organisation, oldest first."""

    items = fields.List(fields.Nested(StepSchema), required=True)


class AppointmentSchema(ApiSchema):
    """Whom to appoint, by the phone they sign in with."""

    phone = Text(1, 30, required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class DismissalSchema(ApiSchema):
    """Whose role to take back."""

    user = KeyField(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class RoleHolderSchema(ApiSchema):
    """Somebody with a role in an organisation."""

    user = KeyField(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    granted_at = InstantField(required=True)


class RoleHoldersSchema(ApiSchema):
    """Everybody with a role in an organisation."""

    items = fields.List(fields.Nested(RoleHolderSchema), required=True)


class CreatedOrganizationSchema(ApiSchema):
    """What was made."""

    id = fields.String(required=True)
