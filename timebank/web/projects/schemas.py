"""What the door of projects takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import fields, post_load, validate

from timebank.kernel.db import runtime
from timebank.projects.rules import LONGEST_REASON, LONGEST_TITLE, TEXTS
from timebank.projects.usecases.shifts import CLOSES_MINUTES, OPENS_MINUTES
from timebank.volunteers.rules import ASSISTED
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text
from timebank.web.projects.attendance import AttendanceSchema, TermsSchema, VenueSchema

CODES = (validate.Length(min=1, error="required"), validate.Length(max=40))
SCOPES = ("recruiting", "organized", "to_review")


def _text(name: str) -> Text:
    return Text(1, TEXTS[name], required=True)


def _codes() -> fields.List[str]:
    return fields.List(Text(1, 30), required=True, validate=CODES)


class FactsSchema(ApiSchema):
    """What a project says of itself (Order 685 Art. 12: true information, risks, safeguards)."""

    name = _text("name")
    region_code = RegionCodeField(required=True)
    place = _text("place")
    content = _text("content")
    categories = _codes()
    recipients = _codes()
    risk = _text("risk")
    safeguards = _codes()
    leader_name = _text("leader_name")
    earns_credit = fields.Boolean(load_default=True)


class NewProjectSchema(FactsSchema):
    """A new project of an organisation."""

    organization = KeyField(required=True)


class ProjectReasonSchema(ApiSchema):
    """Why; the organizer reads it."""

    reason = Text(1, LONGEST_REASON, required=True)


class ShiftNumbersSchema(AttendanceSchema):
    """What a shift says beside its times."""

    title = Text(1, LONGEST_TITLE, required=True)
    capacity = fields.Integer(required=True)
    opens_minutes = fields.Integer(load_default=OPENS_MINUTES)
    closes_minutes = fields.Integer(load_default=CLOSES_MINUTES)


class NewShiftSchema(ShiftNumbersSchema):
    """A shift on one local date; the gate opens before and closes after it."""

    starts_at = InstantField(required=True)
    ends_at = InstantField(required=True)


class ShiftFormSchema(ShiftNumbersSchema):
    """The same as a form: one date and two times of day in the service's own zone."""

    occurs_on = fields.Date(required=True)
    starts_at = fields.Time(required=True)
    ends_at = fields.Time(required=True)

    @post_load
    def _as_instants(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        day = data.pop("occurs_on")
        zone = runtime().config.time_zone
        for name in ("starts_at", "ends_at"):
            data[name] = datetime.combine(day, data[name], zone)
        return data


class ProjectCreatedSchema(ApiSchema):
    """What was made, and in which state it is."""

    id = fields.String(required=True)
    status = fields.String(required=True)


class RegionQuery(PageQuery):
    """A list, all of it or in one region."""

    region = RegionCodeField(load_default=None)


class ProjectsQuery(RegionQuery):
    """Which projects: those that recruit, one's own, or those waiting for one's review."""

    scope = fields.String(load_default="recruiting", validate=validate.OneOf(SCOPES))


class ProjectRowSchema(ApiSchema):
    """A project in a list."""

    id = KeyField(attribute="key", required=True)
    project_no = fields.String(required=True)
    name = fields.String(required=True)
    organization_name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    place = fields.String(required=True)
    categories = fields.List(fields.String(), required=True)
    status = fields.String(required=True)
    submitted_at = InstantField(allow_none=True)
    next_at = InstantField(allow_none=True, metadata={"description": "start of the next shift"})
    places_left = fields.Integer(attribute="left", required=True)


class OwnSignUpSchema(ApiSchema):
    """The sign-up of whoever asks."""

    id = KeyField(attribute="key", required=True)
    status = fields.String(required=True)
    channel = fields.String(
        required=True, metadata={"description": "web, or by which way a clerk was asked to do it"}
    )


class ShiftSchema(ApiSchema):
    """A shift."""

    id = KeyField(attribute="key", required=True)
    project = KeyField(required=True)
    project_name = fields.String(required=True)
    organization_name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    place = fields.String(required=True)
    title = fields.String(required=True)
    occurs_on = fields.Date(required=True)
    starts_at = InstantField(required=True)
    ends_at = InstantField(required=True)
    opens_at = InstantField(required=True)
    closes_at = InstantField(required=True)
    capacity = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    status = fields.String(required=True)
    attendance = fields.Nested(TermsSchema, attribute="terms", required=True)
    printed_code = fields.String(required=True)
    venue = fields.Nested(VenueSchema, allow_none=True)
    sign_up = fields.Nested(OwnSignUpSchema, attribute="own", allow_none=True)


class ProjectSchema(ApiSchema):
    """A project with its shifts, and what whoever asks can do with it now."""

    id = KeyField(attribute="key", required=True)
    project_no = fields.String(required=True)
    organization = KeyField(required=True)
    organization_name = fields.String(required=True)
    name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    place = fields.String(required=True)
    content = fields.String(required=True)
    categories = fields.List(fields.String(), required=True)
    recipients = fields.List(fields.String(), required=True)
    risk = fields.String(required=True)
    safeguards = fields.List(fields.String(), required=True)
    leader_name = fields.String(required=True)
    earns_credit = fields.Boolean(required=True)
    status = fields.String(required=True)
    submitted_at = InstantField(allow_none=True)
    reviewed_at = InstantField(allow_none=True)
    review_note = fields.String(allow_none=True)
    shifts = fields.List(fields.Nested(ShiftSchema), required=True)
    actions = fields.List(fields.String(), required=True)


class AssistedSchema(ApiSchema):
    """By which way somebody asked the clerk who does this for them."""

    channel = fields.String(load_default="window", validate=validate.OneOf(ASSISTED))


class NewSignUpSchema(AssistedSchema):
    """For whom to take the place; oneself where nobody is said."""

    volunteer = KeyField(load_default=None, metadata={"description": "by a clerk or a guardian"})


class TakenPlaceSchema(ApiSchema):
    """A volunteer's place in a shift that is not over."""

    id = KeyField(attribute="sign_up", required=True)
    shift = fields.Nested(ShiftSchema, required=True)
    channel = fields.String(required=True)
    by = fields.String(allow_none=True, metadata={"description": "the clerk who took it for the person"})
    taken_at = InstantField(required=True)


class TakenPlacesSchema(ApiSchema):
    """The places of a volunteer, the next one first."""

    items = fields.List(fields.Nested(TakenPlaceSchema), required=True)


class SignUpSchema(ApiSchema):
    """A volunteer's place in a shift."""

    id = KeyField(attribute="key", required=True)
    shift = KeyField(required=True)
    volunteer = KeyField(required=True)
    status = fields.String(required=True)
    signed_up_at = InstantField(required=True)
