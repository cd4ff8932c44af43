"""The API document: generated from the doors, served by the service itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from apispec import BasePlugin
from flask import Flask
from flask_smorest import Api
from marshmallow import fields
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from timebank.web.kit.blueprints import KeyConverter
from timebank.web.kit.fields import KEY_PATTERN, ApiSchema, InstantField, KeyField, RegionCodeField
from timebank.web.kit.problem import MEDIA_TYPE, failed

VERSION = "1.0"
Status = HTTPStatus
PUBLISHED = ("/api/v1/regions",)
"""What is the same for everybody: nobody is asked to sign in."""
COUNTED = ("/auth/codes", "/auth/tokens", "/check-ins", "/volunteers")
"""Where attempts are counted."""


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


class Refusals(BasePlugin):
    """Writes into the document how each operation may refuse, so that a client need not guess."""

    def operation_helper(
        self, path: str | None = None, operations: dict[str, Any] | None = None, **_given: Any
    ) -> None:
        for method, operation in (operations or {}).items():
            told = operation.setdefault("responses", {})
            known = {str(status) for status in told}
            for status in refusals(path or "", method, operation):
                if str(status.value) not in known:
                    told[str(status.value)] = status.name


def refusals(path: str, method: str, operation: dict[str, Any]) -> list[HTTPStatus]:
    """The statuses with which an operation may refuse, beside defects and a busy service (`default`)."""
    found = set() if path.startswith(PUBLISHED) else {Status.UNAUTHORIZED, Status.FORBIDDEN, Status.NOT_FOUND}
    if "{" in path:
        found.add(Status.NOT_FOUND)
    if operation.get("parameters"):
        found.add(Status.UNPROCESSABLE_ENTITY)
    if "requestBody" in operation:
        found |= {Status.BAD_REQUEST, Status.REQUEST_ENTITY_TOO_LARGE, Status.UNPROCESSABLE_ENTITY}
    if method != "get":
        found |= {Status.CONFLICT, Status.UNPROCESSABLE_ENTITY}
    if method == "post" and path.endswith(COUNTED):
        found.add(Status.TOO_MANY_REQUESTS)
    return sorted(found)


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
    api = JsonApi(app, spec_kwargs={"extra_plugins": [Refusals()]})
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
