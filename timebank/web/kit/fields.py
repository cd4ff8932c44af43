"""Marshmallow schemas and fields of both skins. Their messages are codes; `words` has the sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from timebank.kernel.clock import aware
from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.paging import LARGEST

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]")
"""Signs that no text needs; line ends and tabs are not among them. Half a pair of UTF-16 is no sign at all,
and no database takes it."""

YEARS = range(1900, 3000)
"""Of instants: sums and differences of two of them are such that every zone and database can hold them."""

KEY_PATTERN = r"^[0-9]{6}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
MESSAGES: dict[type[fields.Field[Any]], dict[str, str]] = {
    fields.Field: {"required": "required", "null": "required", "validator_failed": "invalid-value"},
    fields.Boolean: {"invalid": "invalid-value"},
    fields.Date: {"invalid": "not-a-date", "format": "not-a-date"},
    fields.DateTime: {"invalid": "not-an-instant", "invalid_awareness": "not-an-instant"},
    fields.Time: {"invalid": "not-a-time"},
    fields.Integer: {"invalid": "not-a-number"},
    fields.Number: {"invalid": "not-a-number", "too_large": "not-a-number"},
    fields.List: {"invalid": "not-a-list"},
    fields.String: {"invalid": "not-text", "invalid_utf8": "not-text"},
    fields.UUID: {"invalid_uuid": "invalid-value"},
}
for kind, messages in MESSAGES.items():
    kind.default_error_messages = {**kind.default_error_messages, **messages}

Schema.error_messages = {"unknown": "unknown-field", "type": "invalid-value"}
validate.Length.message_min = "too-short {min}"
validate.Length.message_max = "too-long {max}"
validate.Length.message_all = "wrong-length {min} {max}"
validate.Length.message_equal = "exact-length {equal}"
validate.Range.message_min = "too-small {{min}}"
validate.Range.message_max = "too-large {{max}}"
validate.Range.message_all = "out-of-range {{min}} {{max}}"
validate.OneOf.default_message = "not-a-choice"
validate.ContainsOnly.default_message = "not-a-choice"
validate.Regexp.default_message = "wrong-form"


class ApiSchema(Schema):
    """Parent of every schema: unknown fields are refused."""

    class Meta:
        unknown = RAISE


class Text(fields.String):
    """A string without surrounding blanks, of `low` to `high` characters; control characters are refused."""

    def __init__(self, low: int = 1, high: int = 200, **given: Any) -> None:
        super().__init__(validate=validate.Length(low, high), **given)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **given: Any) -> str:
        text = super()._deserialize(value, attr, data, **given)
        text = (text or "").replace("\r\n", "\n").strip()
        if CONTROLS.search(text):
            raise ValidationError("not-text")
        return text


class KeyField(fields.Field[Key]):
    """`<county>-<uuid>` outside, a Key inside."""

    def __init__(self, **given: Any) -> None:
        super().__init__(metadata={"pattern": KEY_PATTERN, **given.pop("metadata", {})}, **given)

    def _serialize(self, value: Key | None, attr: str | None, obj: Any, **given: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **given: Any) -> Key:
        try:
            return Key.parse(str(value))
        except NotFound:
            raise ValidationError("unknown-id") from None


class RegionCodeField(fields.Field[int]):
    """A 12-digit string outside, an integer inside."""

    def __init__(self, **given: Any) -> None:
        super().__init__(metadata={"pattern": r"^[0-9]{12}$", **given.pop("metadata", {})}, **given)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **given: Any) -> str | None:
        return None if value is None else f"{value:012d}"

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **given: Any) -> int:
        text = str(value)
        if len(text) != 12 or not (text.isascii() and text.isdigit()):
            raise ValidationError("not-a-region-code")
        return int(text)


class InstantField(fields.Field[datetime]):
    """ISO 8601 with offset: any offset in, the service's own zone out; a naive instant is refused."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **given: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(runtime().config.time_zone).isoformat(timespec="seconds")

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **given: Any
    ) -> datetime:
        try:
            instant = aware(datetime.fromisoformat(str(value)))
        except (ValueError, OverflowError):
            raise ValidationError("not-an-instant") from None
        if instant.year not in YEARS:
            raise ValidationError("not-an-instant")
        return instant


class PageQuery(ApiSchema):
    """`?limit=&cursor=` of every list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, LARGEST))
    cursor = fields.String(load_default=None, validate=validate.Length(max=300))


def page_schema(item: type[Schema]) -> type[Schema]:
    """The schema of one page of items: `items` and `next`."""
    name = item.__name__.removesuffix("Schema") + "Page"
    listed: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item)),
        "next": fields.String(allow_none=True),
    }
    return ApiSchema.from_dict(listed, name=name)
