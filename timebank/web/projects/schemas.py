"""What the door of projects takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from timebank.kernel.clock import start_of_day
from timebank.kernel.db import runtime
from timebank.projects.rules import (
    FUND_SOURCES,
    LONGEST_REASON,
    LONGEST_RULE,
    LONGEST_TITLE,
    OPTIONAL_TEXTS,
    TEXTS,
    WhyOver,
)
from timebank.projects.usecases.shifts import CLOSES_MINUTES, OPENS_MINUTES
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text
from timebank.web.projects.attendance import AttendanceSchema, TermsSchema, VenueSchema
from timebank.web.projects.sign_up_schemas import (
    PostSchema,
    PrerequisitesSchema,
    SaidSchema,
    WishSchema,
    said_of,
)

CODES = (validate.Length(min=1, error="required"), validate.Length(max=40))
SCOPES = ("recruiting", "organized", "to_review")


def _text(name: str) -> Text:
    return Text(1, TEXTS[name], required=True)


def _optional_text(name: str) -> Text:
    return Text(0, OPTIONAL_TEXTS[name], load_default="")


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
    is_dangerous = fields.Boolean(load_default=False)
    insurance = _optional_text("insurance")
    with_minors = fields.Boolean(load_default=False)
    supervision = _optional_text("supervision")
    skills = fields.List(Text(1, 30), load_default=list, validate=validate.Length(max=40))
    fund_source = fields.String(load_default="own", validate=validate.OneOf(FUND_SOURCES))
    contact_name = _optional_text("contact_name")
    contact_phone = Text(0, 30, load_default="")
    contact_phone_public = fields.Boolean(load_default=False)
    recruits_from = InstantField(load_default=None, allow_none=True)


class FactsFormSchema(FactsSchema):
    """The same as a form, where recruiting begins with a day."""

    recruits_from = fields.Date(load_default=None)  # type: ignore[assignment]

    @post_load
    def _as_instant(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        day = data.get("recruits_from")
        begins = start_of_day(day, runtime().config.time_zone) if day else None
        return data | {"recruits_from": begins}


class NewProjectSchema(FactsSchema):
    """A new project of an organisation."""

    organization = KeyField(required=True)


class NewProjectFormSchema(FactsFormSchema):
    """A new project of an organisation, as a form."""

    organization = KeyField(required=True)


class ProjectReasonSchema(ApiSchema):
    """Why; the organizer reads it."""

    reason = Text(1, LONGEST_REASON, required=True)


class ShiftNumbersSchema(AttendanceSchema):
    """What a shift says beside its times."""

    title = Text(1, LONGEST_TITLE, required=True)
    capacity = fields.Integer(
        load_default=None, allow_none=True, metadata={"description": "needed where no posts say it"}
    )
    opens_minutes = fields.Integer(load_default=OPENS_MINUTES)
    closes_minutes = fields.Integer(load_default=CLOSES_MINUTES)


class NewShiftSchema(ShiftNumbersSchema, SaidSchema):
    """A shift on one local date; the gate opens before and closes after it."""

    starts_at = InstantField(required=True)
    ends_at = InstantField(required=True)

    @post_load
    def _as_said(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        return {"said": said_of(data), **data}


class NewSeriesSchema(NewShiftSchema):
    """Shifts by a recurrence rule in local time (RFC 5545); `starts_at` is the earliest."""

    rule = Text(1, LONGEST_RULE, required=True, metadata={"example": "FREQ=WEEKLY;BYDAY=SA;COUNT=8"})
    left_out = fields.List(fields.Date(), load_default=list, validate=validate.Length(max=100))

    @post_load
    def _as_days(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        return {**data, "left_out": tuple(data["left_out"])}


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
    kind = fields.String(required=True)
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
    post = KeyField(allow_none=True)
    position = fields.Integer(allow_none=True, metadata={"description": "place in the line, from 1"})
    answer_by = InstantField(allow_none=True)
    takes_at_once = fields.Boolean(required=True)
    reason = fields.String(allow_none=True)
    changed_at = InstantField(required=True, metadata={"description": "since when it is in this state"})
    why_over = fields.String(
        allow_none=True, metadata={"description": f"what ended it where nobody did: {', '.join(WhyOver)}"}
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
    posts = fields.List(fields.Nested(PostSchema), required=True)
    prerequisites = fields.Nested(PrerequisitesSchema, required=True)
    needs_approval = fields.Boolean(required=True)
    bring = fields.String(allow_none=True)
    status_reason = fields.String(allow_none=True)
    called_off_at = InstantField(
        allow_none=True,
        metadata={"description": "since when it does not take place: cancelled, or halted with its project"},
    )
    series = KeyField(allow_none=True)
    revision = fields.Integer(required=True, metadata={"description": "how often it was changed"})
    attendance = fields.Nested(TermsSchema, attribute="terms", required=True)
    printed_code = fields.String(required=True)
    offers_place = fields.Boolean(
        required=True, metadata={"description": "whether a check-in by the changing code may say a place"}
    )
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
    kind = fields.String(required=True, metadata={"description": "make_up: handed in afterwards (补录)"})
    is_dangerous = fields.Boolean(required=True)
    insurance = fields.String(required=True)
    with_minors = fields.Boolean(required=True)
    supervision = fields.String(required=True)
    skills = fields.List(fields.String(), required=True)
    fund_source = fields.String(required=True)
    contact_name = fields.String(required=True)
    contact_phone = fields.String(
        allow_none=True, metadata={"description": "null where it is not public and not yours to see"}
    )
    contact_phone_public = fields.Boolean(required=True)
    recruits_from = InstantField(allow_none=True)
    status = fields.String(required=True)
    status_since = InstantField(required=True)
    submitted_at = InstantField(allow_none=True)
    reviewed_at = InstantField(allow_none=True)
    review_note = fields.String(allow_none=True)
    shifts = fields.List(fields.Nested(ShiftSchema), required=True)
    actions = fields.List(fields.String(), required=True)


class NewSignUpSchema(WishSchema):
    """For whom to take the place; oneself where nobody is said."""

    volunteer = KeyField(load_default=None, metadata={"description": "by a clerk or a guardian"})
    takes_at_once = fields.Boolean(
        load_default=False, metadata={"description": "take a place that gets free without being asked"}
    )


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
    name = fields.String(
        allow_none=True, metadata={"description": "of who said yes; not of who was only invited"}
    )
    volunteer_no = fields.String(required=True)
    post = KeyField(allow_none=True)
    waits_since = InstantField(allow_none=True)
    answer_by = InstantField(allow_none=True)
