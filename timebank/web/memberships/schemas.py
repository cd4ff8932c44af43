"""What the door of memberships takes and gives."""

from __future__ import annotations

from marshmallow import fields, validate

from timebank.memberships.rules import (
    CODE_DAYS,
    CODE_USES,
    LONGEST_CODE_DAYS,
    MOST_USES,
    REASON_LONGEST,
    Status,
)
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, Text
from timebank.web.organizations.schemas import ROLES, OrganizationRowSchema

STATES = [each.value for each in Status]


class MembersQuery(PageQuery):
    """Which people of a team."""

    status = fields.String(load_default=Status.ACTIVE, validate=validate.OneOf(STATES))


class MemberSchema(ApiSchema):
    """A person in a team; the name is masked for those who only supervise."""

    id = KeyField(attribute="key", required=True)
    volunteer = KeyField(required=True)
    name = fields.String(required=True)
    volunteer_no = fields.String(required=True)
    status = fields.String(required=True)
    way = fields.String(required=True)
    reason = fields.String(allow_none=True)
    asked_at = InstantField(required=True)
    joined_at = InstantField(allow_none=True)
    roles = fields.List(fields.String(), required=True)


class OwnMembershipSchema(ApiSchema):
    """One of one's own teams."""

    id = KeyField(attribute="key", required=True)
    organization = fields.Nested(OrganizationRowSchema, required=True)
    status = fields.String(required=True)
    reason = fields.String(allow_none=True)
    asked_at = InstantField(required=True)
    joined_at = InstantField(allow_none=True)
    roles = fields.List(fields.String(), required=True)


class OwnInvitationSchema(ApiSchema):
    """A team that would like to have one."""

    id = KeyField(attribute="key", required=True)
    organization = fields.Nested(OrganizationRowSchema, required=True)
    invited_at = InstantField(required=True)
    expires_at = InstantField(required=True)


class OwnTeamsSchema(ApiSchema):
    """One's own teams, and the invitations one can answer."""

    items = fields.List(fields.Nested(OwnMembershipSchema), required=True)
    invitations = fields.List(fields.Nested(OwnInvitationSchema), required=True)


class MembershipReasonSchema(ApiSchema):
    """Why; the person reads it."""

    reason = Text(1, REASON_LONGEST, required=True)


class RoleSchema(ApiSchema):
    """Which role a member gets."""

    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class InvitationSchema(ApiSchema):
    """Whom to invite."""

    to = Text(1, 40, required=True, metadata={"description": "a mobile number or a volunteer number"})


class SentInvitationSchema(ApiSchema):
    """An invitation as its team sees it."""

    id = KeyField(attribute="key", required=True)
    number = fields.String(required=True, metadata={"description": "masked"})
    status = fields.String(required=True)
    invited_at = InstantField(required=True)
    expires_at = InstantField(required=True)


class NewJoinCodeSchema(ApiSchema):
    """For how long and how often a code can be used."""

    days = fields.Integer(load_default=CODE_DAYS, validate=validate.Range(1, LONGEST_CODE_DAYS))
    uses = fields.Integer(load_default=CODE_USES, validate=validate.Range(1, MOST_USES))


class JoinCodeSchema(ApiSchema):
    """A team's code; `url` is what its QR code holds."""

    id = KeyField(attribute="key", required=True)
    code = fields.String(required=True)
    url = fields.String(required=True)
    uses = fields.Integer(required=True)
    used = fields.Integer(required=True)
    made_at = InstantField(required=True)
    expires_at = InstantField(required=True)
    is_over = fields.Boolean(required=True)


class CodeSchema(ApiSchema):
    """The code with which somebody joins."""

    code = Text(1, 40, required=True)


class CreatedMembershipSchema(ApiSchema):
    """What was made."""

    id = fields.String(required=True)


class LeftSchema(ApiSchema):
    """Whether all roles are gone too; the last administrator keeps the role until there is another one."""

    roles_ended = fields.Boolean(required=True)
