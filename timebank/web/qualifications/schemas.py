"""What the door of qualifications takes and gives."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, validate

from timebank.qualifications.rules import (
    CONTENT_LONGEST,
    LARGEST_FILE,
    LEVELS,
    LONGEST,
    LONGEST_LIST,
    NUMBER_LONGEST,
    REASON_LONGEST,
    RESULTS,
    Kind,
    Said,
)
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, Text

MINUTES = {"description": "of the whole training"}


class Base64Field(fields.Field[bytes]):
    """Base64 outside, bytes inside."""

    def _serialize(self, value: bytes | None, attr: str | None, obj: Any, **given: Any) -> str | None:
        return None if value is None else base64.b64encode(value).decode()

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **given: Any
    ) -> bytes:
        if not isinstance(value, str) or len(value) > LARGEST_FILE * 2:
            raise ValidationError("not-a-proof-file")
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise ValidationError("not-a-proof-file") from None


class TitledSchema(ApiSchema):
    """What every certificate, training and award says."""

    title = Text(1, LONGEST, required=True)
    issuer = Text(1, LONGEST, required=True)
    number = Text(1, NUMBER_LONGEST, load_default=None)


class ProofFormSchema(TitledSchema):
    """A certificate that proves a skill; on a page the file comes beside it."""

    skill = Text(1, 30, required=True)
    held_on = fields.Date(load_default=None, metadata={"description": "when it was issued"})
    valid_until = fields.Date(load_default=None)


class ProofSchema(ProofFormSchema):
    """A certificate that proves a skill."""

    file = Base64Field(load_default=None, metadata={"type": "string", "description": "PDF, JPEG or PNG"})


class AwardFormSchema(TitledSchema):
    """An award; on a page the file comes beside it."""

    held_on = fields.Date(required=True)
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))


class AwardSchema(AwardFormSchema):
    """An award."""

    file = Base64Field(load_default=None, metadata={"type": "string", "description": "PDF, JPEG or PNG"})


class TrainingSchema(TitledSchema):
    """A training."""

    held_on = fields.Date(required=True)
    content = Text(1, CONTENT_LONGEST, required=True)
    minutes = fields.Integer(required=True, metadata=MINUTES)
    result = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(RESULTS))


class TrainingFormSchema(TrainingSchema):
    """The same on a page, where length is said in hours."""

    minutes = fields.Integer(load_default=None)
    hours = fields.Decimal(required=True, places=2, validate=validate.Range(Decimal("0.1"), 1440))


class TrainingListFormSchema(TrainingFormSchema):
    """A training of many people on a page: a pasted list of volunteer numbers."""

    numbers = Text(1, 30_000, required=True)
    organization = KeyField(load_default=None)


class TrainingListSchema(TrainingSchema):
    """A training of many people, by their volunteer numbers."""

    numbers = fields.List(Text(1, 40), required=True, validate=validate.Length(1, LONGEST_LIST))
    organization = KeyField(load_default=None, metadata={"description": "which one records it"})


class RefusalSchema(ApiSchema):
    """Why; the person reads it."""

    reason = Text(1, REASON_LONGEST, required=True)


class TickedSchema(ApiSchema):
    """Which to accept."""

    qualifications = fields.List(KeyField(), load_default=list, validate=validate.Length(max=LONGEST_LIST))


class WaitingQuery(PageQuery):
    """What waits for one's decision."""

    kind = fields.Enum(Kind, by_value=True, load_default=None)


class CreatedQualificationSchema(ApiSchema):
    """What was made."""

    id = fields.String(required=True)


class TrainingLineSchema(ApiSchema):
    """What became of one line."""

    line = fields.Integer(attribute="number", required=True)
    qualification = KeyField(allow_none=True)
    outcome = fields.String(required=True)


class TrainingLinesSchema(ApiSchema):
    """What became of every line."""

    items = fields.List(fields.Nested(TrainingLineSchema), required=True)


class QualificationSchema(ApiSchema):
    """A proof of a skill, a training or an award."""

    id = KeyField(attribute="key", required=True)
    volunteer = KeyField(required=True)
    volunteer_no = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    issuer = fields.String(required=True)
    held_on = fields.Date(allow_none=True)
    number = fields.String(allow_none=True)
    skill = fields.String(allow_none=True)
    valid_until = fields.Date(allow_none=True)
    content = fields.String(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    result = fields.String(allow_none=True)
    level = fields.String(allow_none=True)
    has_file = fields.Boolean(required=True)
    status = fields.String(required=True)
    entered_at = InstantField(required=True)
    decided_at = InstantField(allow_none=True)
    reason = fields.String(allow_none=True)
    may_publish = fields.Boolean(
        required=True, metadata={"description": "an accepted award whose holder agrees to publication"}
    )


class FileSchema(ApiSchema):
    """A file of proof."""

    media_type = fields.String(required=True)
    content = Base64Field(required=True, metadata={"type": "string"})


def said_of(given: dict[str, Any]) -> Said:
    """What a loaded form or request says; `hours` of a page are minutes inside."""
    told = {name: value for name, value in given.items() if name in Said.__dataclass_fields__}
    if "hours" in given:
        told["minutes"] = int(given["hours"] * 60)
    return Said(**told)
