"""The API document: generated from the doors, served by the service itself."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api
from marshmallow import fields
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from timebank.web.kit.blueprints import KeyConverter
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, RegionCodeField
from timebank.web.kit.problem import MEDIA_TYPE, failed

VERSION = "1.0"
KEY_PATTERN = r"^\d{6}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


class FieldProblemSchema(ApiSchema):
    """What is wrong with one field."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class ProblemSchema(ApiSchema):
    """An error, as RFC 9457 describes it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True, metadata={"description": "stable, kebab-case"})
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(FieldProblemSchema)))


class JsonApi(Api):
    """flask-smorest with our errors in place of its own."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        return failed(error)

    def _register_responses(self) -> None:
        # the errors in the document speak problem+json, as the answers do
        self.DEFAULT_RESPONSE_CONTENT_TYPE = MEDIA_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = Api.DEFAULT_RESPONSE_CONTENT_TYPE


def build(app: Flask) -> JsonApi:
    """Make the API document and the registrar of API doors."""
    app.config.update(
        API_TITLE="timebank",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS=_options(),
    )
    api = JsonApi(app)
    api.register_converter(KeyConverter, lambda _converter: {"type": "string", "pattern": KEY_PATTERN})
    api.register_field(KeyField, "string", None)
    api.register_field(RegionCodeField, "string", None)
    api.register_field(InstantField, "string", "date-time")
    return api


def _options() -> dict[str, Any]:
    return {
        "info": {"description": "Volunteer registry and time bank."},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "security": [{"bearer": []}, {}],
    }
