"""What the pages of the window take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from timebank.kernel.policy import Permission
from timebank.projects.rules import LONGEST_NOTE
from timebank.volunteers.rules import ASSISTED
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema, KeyField, RegionCodeField, Text
from timebank.web.volunteers.schemas import RegistrationSchema
from timebank.web.window.communities import community_named

Given = Mapping[str, Any] | None


class CommunityField(RegionCodeField):
    """A community of the clerk's own region: its code, or its name as the list offers it."""

    def _deserialize(self, value: Any, attr: str | None, data: Given, **given: Any) -> int:
        text = str(value).strip()
        is_code = len(text) == 12 and text.isascii() and text.isdigit()
        code = int(text) if is_code else community_named(text)
        if code is None or not current_actor().can(Permission.VOLUNTEER_ASSIST, region=code):
            raise ValidationError("community-out-of-reach")
        return code


class ChannelField(fields.String):
    """By which way somebody asked the clerk."""

    def __init__(self) -> None:
        super().__init__(load_default="window", validate=validate.OneOf(ASSISTED))


class WindowSchema(RegistrationSchema):
    """A registration that a clerk takes down."""

    class Meta:
        exclude = ("identity_method", "password")

    region_code = CommunityField(required=True)
    channel = ChannelField()
    document_seen = fields.Boolean(load_default=False)

    @validates_schema(skip_on_field_errors=False)
    def _seen_at_the_window(self, data: dict[str, Any], **_given: object) -> None:
        if data.get("document_seen") and data.get("channel") == "telephone":
            raise ValidationError("not-by-telephone", "document_seen")


class LookUpSchema(ApiSchema):
    """Whom to look for: a number of any kind, a name, or initials."""

    text = Text(1, 60, required=True)


class DocumentSchema(ApiSchema):
    """A document while it is typed."""

    document_number = Text(1, 40, required=True)
    document_type = Text(1, 20, load_default="resident_id")
    nationality = Text(3, 3, load_default=None)
    born_on = fields.Date(load_default=None)


class AssistSchema(ApiSchema):
    """Something that a clerk does for somebody."""

    channel = ChannelField()


class AssistedPlaceSchema(AssistSchema):
    """A shift in which somebody wants a place."""

    shift = KeyField(required=True)
    post = KeyField(load_default=None)
    waits = fields.Boolean(load_default=False)
    takes_at_once = fields.Boolean(load_default=False)
    despite_overlap = fields.Boolean(load_default=False)


class GiveBackSchema(AssistSchema):
    """A place to be given back; with short notice for a reason."""

    sign_up = KeyField(required=True)
    reason = Text(0, LONGEST_NOTE, load_default=None)


class AnswerSchema(AssistSchema):
    """What somebody says to an offered place, to an invitation or to a no-show."""

    sign_up = KeyField(required=True)
    answer = fields.String(required=True, validate=validate.OneOf(("accept", "decline", "appeal")))
    post = KeyField(load_default=None)
    waits = fields.Boolean(load_default=False)
    despite_overlap = fields.Boolean(load_default=False)
    note = Text(0, LONGEST_NOTE, load_default="")


class PeriodSchema(AssistSchema):
    """The period of a statement of service hours."""

    start = fields.Date(data_key="from", load_default=None)
    end = fields.Date(data_key="to", load_default=None)


class ShiftQuery(ApiSchema):
    """Which shifts to offer."""

    channel = ChannelField()
    text = Text(1, 60, load_default=None)
    region = RegionCodeField(load_default=None)
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


class SheetSchema(ApiSchema):
    """Whose cards to print."""

    volunteer = fields.List(KeyField(), load_default=list)
    organization = KeyField(load_default=None)
