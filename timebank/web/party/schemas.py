"""What the door of party members takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from timebank.party.rules import LONGEST_LIST, REASON_LONGEST, UNIT_LONGEST, Belongs, Kind, ReportStatus
from timebank.volunteers.queries import ClaimState
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text

YEARS = validate.Range(1949, 2200)
SHARE = {"description": "in basis points: 8000 is 80 %; null where too few people stand behind it"}
FEW = {"description": "null where fewer than 5 people stand behind it and names are not one's right"}


def some_people(chosen: list[Any]) -> None:
    """At least one, and no more than a list holds."""
    if not chosen:
        raise ValidationError("nobody-ticked")
    if len(chosen) > LONGEST_LIST:
        raise ValidationError(f"too-many-chosen {LONGEST_LIST}")


# --- organisations ----------------------------------------------------------------------------------


class ChangedPartyOrganizationSchema(ApiSchema):
    """Name and place in the tree of a party organisation."""

    name = Text(1, 100, required=True)
    parent = KeyField(load_default=None, allow_none=True)


class NewPartyOrganizationSchema(ChangedPartyOrganizationSchema):
    """A party organisation to record."""

    kind = fields.Enum(Kind, by_value=True, required=True)
    belongs = fields.Enum(Belongs, by_value=True, required=True)
    region_code = RegionCodeField(required=True)


class PartyOrganizationQuery(PageQuery):
    """Which party organisations to list."""

    region = RegionCodeField(load_default=None)
    text = Text(1, 60, load_default=None, metadata={"description": "beginning of a name"})
    dissolved = fields.Boolean(load_default=False)


class PartyOrganizationRowSchema(ApiSchema):
    """A party organisation in a list."""

    id = KeyField(attribute="key", required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    belongs = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    status = fields.String(required=True)
    parent = KeyField(allow_none=True)


class PartyOrganizationSchema(PartyOrganizationRowSchema):
    """A party organisation with those above and under it."""

    created_at = InstantField(required=True)
    dissolved_at = InstantField(allow_none=True)
    above = fields.List(fields.Nested(PartyOrganizationRowSchema), required=True)
    below = fields.List(fields.Nested(PartyOrganizationRowSchema), required=True)


class PartyCreatedSchema(ApiSchema):
    """What was made."""

    id = fields.String(required=True)


# --- membership -------------------------------------------------------------------------------------


class PartyPlaceSchema(ApiSchema):
    """In which party organisation the membership is kept."""

    organization = KeyField(load_default=None, allow_none=True)


class PartyReasonSchema(ApiSchema):
    """Why; the person reads it."""

    reason = Text(1, REASON_LONGEST, required=True)


class ClaimsQuery(PageQuery):
    """Which claims to list."""

    state = fields.Enum(ClaimState, by_value=True, load_default=ClaimState.OPEN)
    region = RegionCodeField(load_default=None)


class ClaimSchema(ApiSchema):
    """Somebody who states party membership."""

    id = KeyField(attribute="key", required=True)
    volunteer_no = fields.String(required=True)
    name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    political_status = fields.String(required=True)
    employer = fields.String(allow_none=True)
    registered_on = fields.Date(allow_none=True)
    state = fields.Enum(ClaimState, by_value=True, required=True)
    organization = KeyField(allow_none=True)
    organization_name = fields.String(allow_none=True)


class ListedDecisionSchema(ApiSchema):
    """People chosen from the list of claims, and where their membership is kept."""

    volunteers = fields.List(KeyField(), load_default=list, validate=some_people)
    organization = KeyField(required=True)


class ListedRefusalSchema(ApiSchema):
    """People chosen from the list of claims, and why they are refused."""

    volunteers = fields.List(KeyField(), load_default=list, validate=some_people)
    reason = Text(1, REASON_LONGEST, required=True)


class NumbersSchema(ApiSchema):
    """Volunteer numbers or document numbers of members of one party organisation."""

    numbers = fields.List(Text(1, 40), required=True, validate=some_people)
    organization = KeyField(required=True)


class NumbersFormSchema(ApiSchema):
    """The same on a page: a pasted list, or a file beside it."""

    numbers = Text(1, 60_000, load_default="")
    organization = KeyField(required=True)


class LineSchema(ApiSchema):
    """What became of one line."""

    line = fields.Integer(attribute="number", required=True)
    volunteer = KeyField(allow_none=True)
    outcome = fields.String(required=True)


class LinesSchema(ApiSchema):
    """What became of every line, in the order of the list."""

    items = fields.List(fields.Nested(LineSchema), required=True)


class MembershipSchema(ApiSchema):
    """One membership, present or past."""

    status = fields.String(required=True)
    organization = fields.Nested(PartyOrganizationRowSchema, allow_none=True)
    claimed_at = InstantField(allow_none=True)
    decided_at = InstantField(allow_none=True)
    ended_at = InstantField(allow_none=True)
    reason = fields.String(allow_none=True)


class PartyMemberSchema(ApiSchema):
    """What is known of one person's party membership."""

    volunteer = KeyField(required=True)
    volunteer_no = fields.String(required=True)
    name = fields.String(required=True)
    political_status = fields.String(allow_none=True)
    verified_at = InstantField(allow_none=True)
    declined_at = InstantField(allow_none=True)
    present = fields.Nested(MembershipSchema, allow_none=True)
    history = fields.List(fields.Nested(MembershipSchema), required=True)


# --- reports ----------------------------------------------------------------------------------------


class ReportInputSchema(ApiSchema):
    """A report to a community: one's own, or by a clerk with the person's volunteer number."""

    region_code = RegionCodeField(required=True, attribute="community_code")
    unit = Text(1, UNIT_LONGEST, load_default=None)


class ReportFormSchema(ReportInputSchema):
    """What a clerk takes down."""

    number = Text(1, 40, required=True)


class ReportApiSchema(ReportInputSchema):
    """Whose report it is: `number` by a clerk of the community, nothing for one's own."""

    number = Text(1, 40, load_default=None)


class ReportsQuery(PageQuery):
    """Which reports to list."""

    status = fields.Enum(ReportStatus, by_value=True, load_default=None)
    region = RegionCodeField(load_default=None)


class ReportSchema(ApiSchema):
    """A report to a community."""

    id = KeyField(attribute="key", required=True)
    volunteer = KeyField(required=True)
    volunteer_no = fields.String(required=True)
    name = fields.String(required=True)
    region_code = RegionCodeField(attribute="community_code", required=True)
    unit = fields.String(allow_none=True)
    organization_name = fields.String(allow_none=True)
    status = fields.String(required=True)
    reported_at = InstantField(required=True)
    decided_at = InstantField(allow_none=True)
    ended_at = InstantField(allow_none=True)
    reason = fields.String(allow_none=True)


class FeedbackQuery(ApiSchema):
    """Of which year, and of which quarter of it if not the whole year."""

    year = fields.Integer(load_default=None, validate=YEARS)
    quarter = fields.Integer(load_default=None, validate=validate.Range(1, 4))


class FeedbackLineSchema(ApiSchema):
    """One confirmed record."""

    occurred_on = fields.Date(required=True)
    activity_name = fields.String(required=True)
    place = fields.String(required=True)
    minutes = fields.Integer(required=True)


class FeedbackSchema(ApiSchema):
    """What the unit is told of one member's service."""

    report = fields.Nested(ReportSchema, required=True)
    year = fields.Integer(required=True)
    quarter = fields.Integer(allow_none=True)
    start = fields.Date(required=True)
    end = fields.Date(required=True)
    records = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    records_there = fields.Integer(required=True, metadata={"description": "in the community of reporting"})
    minutes_there = fields.Integer(required=True)
    lines = fields.List(fields.Nested(FeedbackLineSchema), required=True)


# --- taking part ------------------------------------------------------------------------------------


class ParticipationQuery(PageQuery):
    """Of which region and year; this year if none is given."""

    region = RegionCodeField(load_default=None)
    year = fields.Integer(load_default=None, validate=YEARS)


class ParticipationApiQuery(ParticipationQuery):
    """Of which region and year."""

    region = RegionCodeField(required=True)


class GroupSchema(ApiSchema):
    """Party members of one community or party organisation."""

    members = fields.Integer(allow_none=True, metadata=FEW)
    reported = fields.Integer(allow_none=True, metadata=FEW)
    served = fields.Integer(allow_none=True, metadata=FEW)
    minutes = fields.Integer(allow_none=True, metadata=FEW)
    share = fields.Integer(allow_none=True, metadata=SHARE)


class CommunityGroupSchema(ApiSchema):
    """A region and the party members who count in it."""

    region_code = RegionCodeField(attribute="region.code", required=True)
    name = fields.String(attribute="region.name", required=True)
    group = fields.Nested(GroupSchema, required=True)


class ParticipationSchema(ApiSchema):
    """A region and those directly inside it."""

    year = fields.Integer(required=True)
    own = fields.Nested(GroupSchema, required=True)
    below = fields.List(fields.Nested(CommunityGroupSchema), required=True)
    reporting_share = fields.Integer(allow_none=True, metadata=SHARE)


class BranchGroupSchema(ApiSchema):
    """A party organisation and its members."""

    organization = fields.Nested(PartyOrganizationRowSchema, required=True)
    group = fields.Nested(GroupSchema, required=True)


class ParticipantSchema(ApiSchema):
    """A member by name."""

    volunteer = KeyField(required=True)
    volunteer_no = fields.String(required=True)
    name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    took_part = fields.Boolean(required=True)
