"""What the door of regions takes and gives."""

from __future__ import annotations

from marshmallow import fields

from timebank.web.kit.fields import ApiSchema, PageQuery, RegionCodeField


class RegionsQuery(PageQuery):
    """Inside which region; the provinces if none is given."""

    parent = RegionCodeField(load_default=None)


class RegionSchema(ApiSchema):
    """A region of the tree."""

    code = RegionCodeField(required=True)
    name = fields.String(required=True)
    level = fields.String(required=True)
    parent_code = RegionCodeField(required=True, allow_none=True)
    setting = fields.String(
        required=True, allow_none=True, metadata={"description": "urban or rural at the lowest level"}
    )


class FigureSchema(ApiSchema):
    """A published number, the year it describes and where it was published."""

    kind = fields.String(required=True)
    value = fields.Integer(required=True)
    year = fields.Integer(required=True)
    source = fields.String(required=True)


class RegionDetailSchema(RegionSchema):
    """A region with the way down to it and everything published about it."""

    full_name = fields.String(required=True)
    path = fields.List(fields.Nested(RegionSchema), required=True)
    figures = fields.List(fields.Nested(FigureSchema), required=True)
