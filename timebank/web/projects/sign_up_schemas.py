"""What shifts ask and what becomes of sign-ups, as JSON and as forms."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from timebank.attendance.queries import Coming
from timebank.projects.rules import (
    LONGEST_BRING,
    LONGEST_DUTY,
    LONGEST_NOTE,
    LONGEST_POST_NAME,
    LONGEST_RULE,
    MOST_POSTS,
    PostSaid,
    PostTerms,
    Prerequisites,
    ShiftSaid,
    SignUpStatus,
)
from timebank.projects.usecases import Changes
from timebank.projects.usecases.organizing import MOST_AT_ONCE
from timebank.volunteers.rules import ASSISTED
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, Text
from timebank.web.projects.attendance import AttendanceSchema

MANY = validate.Length(min=1, max=MOST_AT_ONCE)


def _channel() -> fields.String:
    return fields.String(
        load_default="window",
        validate=validate.OneOf(ASSISTED),
        metadata={"description": "by which way somebody asked the clerk who does this for them"},
    )


# --- what a shift asks ------------------------------------------------------------------------------


class PrerequisitesSchema(ApiSchema):
    """What is asked of who serves; ages are completed years on the day."""

    skills = fields.List(Text(1, 40), load_default=list, metadata={"description": "verified skills"})
    trainings = fields.List(Text(1, 100), load_default=list, metadata={"description": "names of trainings"})
    age_from = fields.Integer(load_default=None, allow_none=True)
    age_to = fields.Integer(load_default=None, allow_none=True)
    party_member = fields.Boolean(load_default=False)

    @post_load
    def _as_value(self, data: dict[str, Any], **_given: Any) -> Prerequisites:
        return Prerequisites(
            **{**data, "skills": tuple(data["skills"]), "trainings": tuple(data["trainings"])}
        )


class NewPostSchema(ApiSchema):
    """A post of a shift; the places of a shift are those of its posts together."""

    name = Text(1, LONGEST_POST_NAME, required=True)
    capacity = fields.Integer(required=True)
    duty = Text(0, LONGEST_DUTY, load_default=None, allow_none=True)
    prerequisites = fields.Nested(PrerequisitesSchema, load_default=Prerequisites)

    @post_load
    def _as_value(self, data: dict[str, Any], **_given: Any) -> PostSaid:
        return PostSaid(**data)


class PostSchema(ApiSchema):
    """A post with its free places."""

    id = KeyField(attribute="key", required=True)
    name = fields.String(required=True)
    duty = fields.String(allow_none=True)
    capacity = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    prerequisites = fields.Nested(PrerequisitesSchema, required=True)


class SeenSchema(ApiSchema):
    """What a change rests upon, and how far it reaches."""

    revision = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={"description": "of the shift as it was read: 409 `changed-meanwhile` where it has another"},
    )
    despite_lacking = fields.Boolean(
        load_default=False,
        metadata={"description": "also where people lack what is asked anew (409 `people-lack-it`)"},
    )
    following = fields.Boolean(
        load_default=False,
        metadata={
            "description": "this shift and those of its series that follow: all, or none "
            "(409 `series-refused`, its `errors` naming the shifts)"
        },
    )


class PostChangesSchema(SeenSchema):
    """What a post says from now on; its places are changed with the shift."""

    name = Text(1, LONGEST_POST_NAME, required=True)
    duty = Text(0, LONGEST_DUTY, load_default=None, allow_none=True)
    prerequisites = fields.Nested(PrerequisitesSchema, load_default=Prerequisites)

    @post_load
    def _as_terms(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        said = {name: data.pop(name) for name in ("name", "duty", "prerequisites")}
        return {"terms": PostTerms(**said), **data}


class SaidSchema(ApiSchema):
    """What a shift says beside its times and its gate."""

    posts = fields.List(
        fields.Nested(NewPostSchema), load_default=list, validate=validate.Length(max=MOST_POSTS)
    )
    prerequisites = fields.Nested(PrerequisitesSchema, load_default=Prerequisites)
    needs_approval = fields.Boolean(load_default=False)
    bring = Text(0, LONGEST_BRING, load_default=None, allow_none=True)


def said_of(data: dict[str, Any]) -> ShiftSaid:
    """Takes what a shift says out of what was loaded by a `SaidSchema`."""
    return ShiftSaid(
        posts=tuple(data.pop("posts", ())),
        prerequisites=data.pop("prerequisites", None) or Prerequisites(),
        needs_approval=data.pop("needs_approval", False),
        bring=data.pop("bring", None),
    )


# --- series, changing, cancelling -------------------------------------------------------------------


class RuleSchema(ApiSchema):
    """A recurrence in local time (RFC 5545)."""

    rule = Text(1, LONGEST_RULE, required=True, metadata={"example": "FREQ=WEEKLY;BYDAY=SA;COUNT=8"})
    left_out = fields.List(fields.Date(), load_default=list, validate=validate.Length(max=100))
    starts_at = InstantField(required=True)


class DaysSchema(ApiSchema):
    """The local dates that a rule names."""

    dates = fields.List(fields.Date(), required=True)


class KeysSchema(ApiSchema):
    """What was made or decided, in order."""

    items = fields.List(KeyField(), required=True)


class PostPlacesSchema(ApiSchema):
    """Another number of places of a post."""

    id = KeyField(required=True)
    capacity = fields.Integer(required=True)

    @post_load
    def _as_pair(self, data: dict[str, Any], **_given: Any) -> tuple[Any, int]:
        return data["id"], data["capacity"]


class ChangesSchema(SeenSchema):
    """What a shift says from now on; times are wall times of its date."""

    title = Text(1, 100, required=True)
    begins = fields.Time(required=True)
    ends = fields.Time(required=True)
    occurs_on = fields.Date(load_default=None, allow_none=True)
    capacity = fields.Integer(load_default=None, allow_none=True)
    opens_minutes = fields.Integer(required=True)
    closes_minutes = fields.Integer(required=True)
    needs_approval = fields.Boolean(load_default=False)
    prerequisites = fields.Nested(PrerequisitesSchema, load_default=Prerequisites)
    bring = Text(0, LONGEST_BRING, load_default=None, allow_none=True)
    attendance = fields.Nested(
        AttendanceSchema, load_default=None, allow_none=True, metadata={"description": "None: stays"}
    )
    posts = fields.List(
        fields.Nested(PostPlacesSchema), load_default=list, validate=validate.Length(max=MOST_POSTS)
    )
    reason = Text(0, LONGEST_NOTE, load_default=None, allow_none=True)

    @post_load
    def _as_changes(self, data: dict[str, Any], **_given: Any) -> dict[str, Any]:
        beside = {name: data.pop(name) for name in ("reason", *SeenSchema().fields)}
        return {"changes": Changes(**{**data, "posts": tuple(data["posts"])}), **beside}


class ChangedSchema(ApiSchema):
    """What became of the shifts."""

    changed = fields.List(KeyField(), required=True)
    kept = fields.List(
        KeyField(), required=True, metadata={"description": "somebody signed up: their times stay"}
    )


class CancelShiftSchema(ApiSchema):
    """Why a shift does not take place; everybody who signed up reads it."""

    reason = Text(1, LONGEST_NOTE, required=True)
    following = fields.Boolean(load_default=False)


# --- sign-ups ---------------------------------------------------------------------------------------


class WishSchema(ApiSchema):
    """What somebody wants who takes a place."""

    post = KeyField(load_default=None, allow_none=True)
    waits = fields.Boolean(load_default=False, metadata={"description": "wait where all places are taken"})
    despite_overlap = fields.Boolean(load_default=False)
    channel = _channel()


class SignUpChannelSchema(ApiSchema):
    """By which way somebody asked the clerk who does this for them."""

    channel = _channel()


class LeaveQuery(SignUpChannelSchema):
    """Why a place is given back with short notice."""

    reason = Text(0, LONGEST_NOTE, load_default=None)


class NoShowAppealSchema(SignUpChannelSchema):
    """What somebody says to being noted as not having come."""

    note = Text(1, LONGEST_NOTE, required=True)


class SignUpsSchema(ApiSchema):
    """Sign-ups of one shift to be decided, in this order."""

    sign_ups = fields.List(KeyField(), required=True, validate=MANY)


class RefusedSignUpsSchema(SignUpsSchema):
    """The same with the reason that the persons read."""

    reason = Text(1, LONGEST_NOTE, required=True)


class DecidedSchema(ApiSchema):
    """What became of one sign-up."""

    sign_up = KeyField(required=True)
    outcome = fields.String(required=True)


class SignUpDecisionsSchema(ApiSchema):
    """What became of each."""

    items = fields.List(fields.Nested(DecidedSchema), required=True)


class InvitationsSchema(ApiSchema):
    """Whom to invite: volunteer numbers."""

    numbers = fields.List(Text(1, 40), required=True, validate=MANY)


class InvitedSchema(ApiSchema):
    """What became of one number."""

    number = fields.String(required=True)
    outcome = fields.String(required=True)


class InvitedListSchema(ApiSchema):
    """What became of each."""

    items = fields.List(fields.Nested(InvitedSchema), required=True)


class TeamSchema(ApiSchema):
    """A team whose members are invited."""

    organization = KeyField(required=True)


class InvitedNumberSchema(ApiSchema):
    """How many were invited anew."""

    invited = fields.Integer(required=True)


class StatusSchema(ApiSchema):
    """The state of a sign-up by now."""

    status = fields.String(required=True)


class SignUpsQuery(PageQuery):
    """The sign-ups of a shift, all or in one state."""

    status = fields.String(load_default=None, validate=validate.OneOf([each.value for each in SignUpStatus]))


# --- after the shift --------------------------------------------------------------------------------


class AbsencesQuery(PageQuery):
    """Those who had a place, in one state."""

    coming = fields.Enum(Coming, by_value=True, load_default=Coming.MISSING)


class AbsenceSchema(ApiSchema):
    """Somebody who had a place in a shift that is over."""

    sign_up = KeyField(required=True)
    name = fields.String(required=True)
    volunteer_no = fields.String(required=True)
    post = fields.String(allow_none=True)
    coming = fields.Enum(Coming, by_value=True, required=True)
    in_at = InstantField(allow_none=True)
    out_at = InstantField(allow_none=True)
    scan_waits = fields.Boolean(required=True, metadata={"description": "a scan waits for a decision"})
    noted_at = InstantField(allow_none=True)
    noted_by = fields.String(allow_none=True, metadata={"description": "null: by the service itself"})
    reason = fields.String(allow_none=True)
    appeal = fields.String(allow_none=True)
    may_note = fields.Boolean(required=True)
    may_take_back = fields.Boolean(required=True)


class TakingBackSchema(ApiSchema):
    """Why a no-show is taken back; the person reads it."""

    reason = Text(1, LONGEST_NOTE, required=True)


# --- appeals ----------------------------------------------------------------------------------------


class ShiftAppealSchema(ApiSchema):
    """An appeal against a no-show."""

    id = KeyField(attribute="key", required=True)
    sign_up = KeyField(required=True)
    shift = KeyField(required=True)
    project_name = fields.String(required=True)
    title = fields.String(required=True)
    starts_at = InstantField(required=True)
    name = fields.String(required=True)
    volunteer_no = fields.String(required=True)
    note = fields.String(allow_none=True)
    status = fields.String(required=True)
    appealed_at = InstantField(required=True)
    reply = fields.String(allow_none=True)
    may_decide = fields.Boolean(required=True)


class AppealDecisionSchema(ApiSchema):
    """Whether the no-show is taken back, and what the person is answered."""

    granted = fields.Boolean(required=True)
    reply = Text(1, LONGEST_NOTE, required=True)
