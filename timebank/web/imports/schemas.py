"""What the door of imports takes and gives."""

from __future__ import annotations

from flask_smorest.fields import Upload as UploadField
from marshmallow import fields

from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, RegionCodeField


class ImportRegionSchema(ApiSchema):
    """Where everybody in the file lives."""

    region_code = RegionCodeField(required=True)


class TemplateQuery(ApiSchema):
    """Whose communities the template offers."""

    region = RegionCodeField(required=True)


class FileSchema(ApiSchema):
    """The file: XLSX or CSV."""

    file = UploadField(required=True)


class ImportSchema(ApiSchema):
    """A file of people and how far it has come; `handled` counts the rows of the present pass over it."""

    id = KeyField(attribute="key", required=True)
    region_code = RegionCodeField(required=True)
    file_name = fields.String(required=True)
    file_size = fields.Integer(required=True)
    form = fields.String(required=True)
    ignored = fields.List(fields.String(), required=True)
    uploaded_at = InstantField(required=True)
    status = fields.String(required=True)
    note = fields.String(allow_none=True)
    rows = fields.Integer(required=True)
    handled = fields.Integer(required=True)
    ready = fields.Integer(required=True)
    faulty = fields.Integer(required=True)
    known = fields.Integer(required=True)
    entered = fields.Integer(required=True)
    late = fields.Integer(required=True)
    started_at = InstantField(allow_none=True)
    moves = fields.List(fields.String(), required=True)


class ImportCreatedSchema(ApiSchema):
    """The import that was made."""

    id = fields.String(required=True)


class RowProblemSchema(ApiSchema):
    """What is wrong with a row: in which column, as a code and as a sentence, and what would be right."""

    line = fields.Integer(required=True)
    column = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    expected = fields.String(required=True)
