"""What the door of hours takes and gives."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from timebank.hours.rules import LONGEST_NOTE, LONGEST_REASON, SHORTEST_REASON
from timebank.ledger.rules import AccountKind
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text

SENSIBLE_DAY = validate.Range(date(2000, 1, 1), date(2100, 12, 31))
MOST_RECORDS = 5000
DECISIONS = ("confirm", "return", "refuse")
ON_ONE = tuple(f"{decision}-held" for decision in DECISIONS)


def some_records(records: list[Any]) -> None:
    """At least one record, and no more than a large event has."""
    if not records:
        raise ValidationError("none-ticked")
    if len(records) > MOST_RECORDS:
        raise ValidationError(f"too-many-chosen {MOST_RECORDS}")


class OutTimeSchema(ApiSchema):
    """When somebody left, and how one knows."""

    out_at = InstantField(required=True)
    reason = Text(1, LONGEST_REASON, required=True)


class OutTimeFormSchema(ApiSchema):
    """The same on the page of a shift, which lies on one local date: a time of day is enough."""

    record = KeyField(required=True)
    out_at = fields.Time(required=True)
    reason = Text(1, LONGEST_REASON, required=True)


class DecisionReasonSchema(ApiSchema):
    """Why a record is returned or not recognised; its organizer reads it."""

    reason = Text(1, LONGEST_REASON, required=True)


class HoursApprovalSchema(ApiSchema):
    """Why a doubtful record counts all the same; the person reads it."""

    reason = Text(1, LONGEST_REASON, load_default=None, metadata={"description": "needed where it is held"})


class ConfirmationSchema(ApiSchema):
    """Which records of a shift to confirm; without any, everything submitted but one's own."""

    records = fields.List(KeyField(), load_default=None, allow_none=True, validate=some_records)


class ReviewFormSchema(ApiSchema):
    """A decision on the ticked records of a shift."""

    decision = fields.String(required=True, validate=validate.OneOf(DECISIONS + ON_ONE))
    records = fields.List(KeyField(), load_default=list, validate=some_records)
    reason = Text(1, LONGEST_REASON, load_default="")
    why = Text(SHORTEST_REASON, LONGEST_REASON, load_default="")
    """The reason of a decision on one doubtful record, which has a box of its own."""

    @validates_schema
    def says_why(self, data: dict[str, Any], **_given: Any) -> None:
        """A doubtful record is decided with a reason, and alone."""
        if data.get("decision") in ON_ONE and not data.get("why"):
            raise ValidationError("reason-needed", "why")
        if data.get("decision") in ON_ONE and len(data.get("records", ())) != 1:
            raise ValidationError("none-ticked", "records")


class VisitAppealSchema(ApiSchema):
    """Until when somebody stayed who did not check out, and how one can see that."""

    stayed_until = InstantField(required=True)
    note = Text(1, LONGEST_NOTE, required=True)


class AppealFormSchema(ApiSchema):
    """The same with a time of day."""

    stayed_until = fields.Time(required=True)
    note = Text(1, LONGEST_NOTE, required=True)


class AppealAnswerSchema(ApiSchema):
    """The answer to an objection; another end than was said may be accepted."""

    accept = fields.Boolean(required=True)
    answer = Text(1, LONGEST_REASON, required=True)
    out_at = InstantField(load_default=None, allow_none=True)


class AppealAnswerFormSchema(ApiSchema):
    """The same as a form."""

    decision = fields.String(required=True, validate=validate.OneOf(["accept", "refuse"]))
    answer = Text(1, LONGEST_REASON, required=True)
    out_at = fields.Time(load_default=None, allow_none=True)


class AppealMadeSchema(ApiSchema):
    """An objection was made and waits."""

    id = fields.String(required=True)
    status = fields.String(required=True)


class AppealCardSchema(ApiSchema):
    """One objection, for the people who run the shift."""

    id = KeyField(attribute="key", required=True)
    visit = KeyField(required=True)
    volunteer = KeyField(required=True)
    volunteer_name = fields.String(required=True)
    volunteer_no = fields.String(required=True)
    stayed_until = InstantField(required=True)
    note = fields.String(required=True)
    status = fields.String(required=True)
    made_at = InstantField(required=True)
    decided_at = InstantField(allow_none=True)
    out_at = InstantField(allow_none=True)
    answer = fields.String(allow_none=True)


class AppealCardsSchema(ApiSchema):
    """The objections at a shift, those that wait first."""

    items = fields.List(fields.Nested(AppealCardSchema), required=True)


class OwnAppealSchema(ApiSchema):
    """One's own objection and its answer."""

    id = KeyField(attribute="key", required=True)
    status = fields.String(required=True)
    stayed_until = InstantField(required=True)
    out_at = InstantField(allow_none=True)
    answer = fields.String(allow_none=True)


class ForgottenVisitSchema(ApiSchema):
    """A visit of one's own that ended by the policy of its shift."""

    id = KeyField(attribute="visit", required=True)
    shift = KeyField(required=True)
    activity_name = fields.String(required=True)
    in_at = InstantField(required=True)
    out_at = InstantField(required=True)
    policy = fields.String(
        allow_none=True, metadata={"description": "None once the organizer has set a time"}
    )
    can_appeal = fields.Boolean(required=True)
    until = InstantField(required=True, metadata={"description": "until when one may object"})
    appeal = fields.Nested(OwnAppealSchema, allow_none=True)


class ForgottenVisitsSchema(ApiSchema):
    """One's own visits without check-out."""

    items = fields.List(fields.Nested(ForgottenVisitSchema), required=True)


class PeriodSchema(ApiSchema):
    """A period of booking days, both included."""

    start = fields.Date(data_key="from", load_default=None, validate=SENSIBLE_DAY)
    end = fields.Date(data_key="to", load_default=None, validate=SENSIBLE_DAY)

    @validates_schema
    def in_order(self, data: dict[str, Any], **_given: Any) -> None:
        """A period does not end before it begins."""
        if data.get("start") and data.get("end") and data["start"] > data["end"]:
            raise ValidationError("period-reversed", "to")


class StatementQuery(PeriodSchema, PageQuery):
    """Which lines of an account to give."""


class PersonStatementQuery(StatementQuery):
    """Which account of a person, and which of its lines."""

    account = fields.String(
        load_default=AccountKind.SERVICE_TIME.value,
        validate=validate.OneOf(["service_time", "time_credit", "love_points"]),
    )


class ShiftHoursSchema(ApiSchema):
    """The hours of one shift as a whole."""

    id = KeyField(attribute="key", required=True)
    activity_name = fields.String(required=True)
    occurred_on = fields.Date(required=True)
    starts_at = InstantField(required=True)
    ends_at = InstantField(required=True)
    place = fields.String(required=True)
    organization_name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    earns_credit = fields.Boolean(required=True)
    status = fields.String(required=True)
    people = fields.Integer(required=True)
    service_minutes = fields.Integer(attribute="minutes", required=True)
    with_organizer = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    submitted_at = InstantField(allow_none=True)


class ServiceRecordSchema(ApiSchema):
    """One service record (MCA Order 67 Art. 7)."""

    id = KeyField(attribute="key", required=True)
    volunteer = KeyField(required=True)
    volunteer_name = fields.String(required=True)
    volunteer_no = fields.String(required=True)
    shift = KeyField(required=True)
    activity_name = fields.String(required=True)
    occurred_on = fields.Date(required=True)
    place = fields.String(required=True)
    organization_name = fields.String(required=True)
    started_at = InstantField(required=True)
    ended_at = InstantField(required=True)
    service_minutes = fields.Integer(attribute="minutes", required=True)
    entry_mode = fields.String(required=True)
    attendance_policy = fields.String(
        required=True, metadata={"description": "what measured the hours, with its version"}
    )
    attention = fields.List(fields.String(), required=True)
    figures = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        required=True,
        metadata={"description": "the numbers behind `attention`; empty for the person"},
    )
    is_held = fields.Boolean(
        required=True, metadata={"description": "confirmed only by itself, with a reason"}
    )
    earns_credit = fields.Boolean(required=True)
    status = fields.String(required=True)
    from_merge = fields.Boolean(
        required=True, metadata={"description": "came by a registration that was folded into this one"}
    )
    decision_note = fields.String(allow_none=True)
    submitted_at = InstantField(allow_none=True)
    decided_at = InstantField(allow_none=True)


class DecisionSchema(ApiSchema):
    """What became of one record."""

    record = KeyField(required=True)
    volunteer = KeyField(required=True)
    service_minutes = fields.Integer(attribute="minutes", required=True)
    outcome = fields.String(required=True)


class DecisionsSchema(ApiSchema):
    """What became of each record."""

    items = fields.List(fields.Nested(DecisionSchema), required=True)


class StatementLineSchema(ApiSchema):
    """One entry: `amount` with its sign and the `balance` after it, in the statement's unit."""

    transfer = KeyField(required=True)
    booking_key = fields.String(required=True)
    reason = fields.String(required=True)
    occurred_on = fields.Date(required=True)
    posted_at = InstantField(required=True)
    amount = fields.Integer(required=True)
    balance = fields.Integer(required=True)
    policy_version = fields.String(required=True)


class StatementSchema(ApiSchema):
    """An account over a period of booking days; amounts in `unit`, minutes or points."""

    account = KeyField(allow_none=True, required=True)
    kind = fields.String(required=True)
    unit = fields.String(required=True)
    start = fields.Date(data_key="from", required=True)
    end = fields.Date(data_key="to", required=True)
    opening = fields.Integer(required=True)
    items = fields.List(fields.Nested(StatementLineSchema), attribute="lines", required=True)
    closing = fields.Integer(required=True)
    next = fields.String(allow_none=True)


class AccountSchema(ApiSchema):
    """One account of a volunteer or of a region; the balance in `unit`."""

    id = KeyField(attribute="key", required=True)
    kind = fields.String(required=True)
    unit = fields.String(required=True)
    owner = KeyField(allow_none=True)
    region_code = RegionCodeField(allow_none=True)
    balance = fields.Integer(required=True)


class StarsSchema(ApiSchema):
    """Stars by lifelong service time, and what is missing to the next; None above the last."""

    stars = fields.Integer(required=True)
    service_minutes = fields.Integer(attribute="minutes", required=True)
    next_stars = fields.Integer(allow_none=True)
    next_minutes = fields.Integer(allow_none=True)
    missing_minutes = fields.Integer(allow_none=True)
    version = fields.String(required=True)
    source = fields.String(required=True)
