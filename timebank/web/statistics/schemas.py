"""What the door of statistics takes and gives."""

from __future__ import annotations

from marshmallow import fields, validate

from timebank.kernel.units import BASIS_POINTS
from timebank.statistics.rules import LONGEST_DOCUMENT, Indicator
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, RegionCodeField, Text

SHARE = {"description": "in basis points: 1300 is 13 %"}
YEARS = validate.Range(1949, 2200)


class IndicatorsQuery(ApiSchema):
    """Of which region, and for which year; the last computed one if none is given."""

    region = RegionCodeField(required=True)
    period = fields.Integer(load_default=None, validate=YEARS, metadata={"description": "a calendar year"})


class RegionQuery(ApiSchema):
    """Of which region."""

    region = RegionCodeField(required=True)


class TargetsQuery(ApiSchema):
    """The targets that hold for a region, or all."""

    region = RegionCodeField(load_default=None)


class DefinitionSchema(ApiSchema):
    """What an indicator counts, in both languages."""

    version = fields.Integer(required=True)
    valid_from = fields.Date(required=True)
    numerator_zh = fields.String(required=True)
    numerator_en = fields.String(required=True)
    denominator_zh = fields.String(required=True)
    denominator_en = fields.String(required=True)
    period_zh = fields.String(required=True)
    period_en = fields.String(required=True)


class TargetInputSchema(ApiSchema):
    """What a document asks of a region by a day."""

    document = Text(1, LONGEST_DOCUMENT, required=True)
    indicator = fields.Enum(Indicator, by_value=True, required=True)
    region_code = RegionCodeField(required=True)
    share = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, BASIS_POINTS), metadata=SHARE
    )
    deadline_on = fields.Date(required=True)
    quotation = Text(1, 2000, required=True)


class TargetSchema(TargetInputSchema):
    """A recorded target."""

    id = KeyField(attribute="key", required=True)
    is_past = fields.Boolean(required=True)


class CreatedTargetSchema(ApiSchema):
    """Where the target is kept."""

    id = fields.String(required=True)


class IndicatorSchema(ApiSchema):
    """Both sides of one indicator; null where there is no published figure to divide by."""

    indicator = fields.Enum(Indicator, by_value=True, required=True)
    share = fields.Integer(required=True, allow_none=True, metadata=SHARE)
    numerator = fields.Integer(required=True)
    excluded = fields.Integer(required=True)
    denominator = fields.Integer(required=True, allow_none=True)
    denominator_year = fields.Integer(required=True, allow_none=True)
    denominator_source = fields.String(required=True, allow_none=True)
    definition = fields.Nested(DefinitionSchema, required=True)
    missing = fields.Integer(
        required=True, allow_none=True, metadata={"description": "people up to the target"}
    )
    target = fields.Nested(TargetSchema, required=True, allow_none=True)


class IndicatorsSchema(ApiSchema):
    """The indicators of a region in a year; no items where the year was never computed."""

    region = RegionCodeField(required=True)
    period = fields.Integer(required=True)
    as_of = fields.Date(required=True, allow_none=True)
    computed_at = InstantField(required=True, allow_none=True)
    items = fields.List(fields.Nested(IndicatorSchema), required=True)


class PointSchema(ApiSchema):
    """One year of a series."""

    period = fields.Integer(attribute="year", required=True)
    as_of = fields.Date(required=True)
    value = fields.Nested(IndicatorSchema, attribute="card", required=True)
