"""Forms of pages: the API's schema reads them, and what is wrong is shown beside the fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import make_response, request
from marshmallow import Schema, ValidationError, fields
from werkzeug.wrappers import Response

from timebank.kernel.errors import Conflict, Invalid
from timebank.web.kit.problem import fields_of
from timebank.web.kit.words import sentence, sentence_of

Values = dict[str, Any]
Errors = dict[str, list[str]]
WHOLE_FORM = "_"
Page = Callable[[Values, Errors], str]


def submitted(
    schema: Schema, done: Callable[[Values], Response], again: Page, values: Values | None = None
) -> Response:
    """Load the submitted form and call `done`; or show the page `again` with values and errors (422).

    `values` are given where the page has read the form by itself.
    """
    raw = form_values(schema) if values is None else values
    try:
        loaded: Values = schema.load(raw)
    except ValidationError as error:
        return _again(again, raw, schema_errors(error))
    try:
        return done(loaded)
    except (Invalid, Conflict) as error:
        found = {name: [each["message"] for each in problems] for name, problems in fields_of(error).items()}
        return _again(again, raw, found or {WHOLE_FORM: [sentence_of(error)]})


def form_values(schema: Schema) -> Values:
    """The submitted values of the schema's fields; blanks count as not given, lists are lists."""
    found: Values = {}
    for attribute, field in schema.load_fields.items():
        name = field.data_key or attribute
        texts = [text for text in request.form.getlist(name) if text.strip()]
        if isinstance(field, fields.List):
            found[name] = texts
        elif texts:
            found[name] = texts[-1]
    return found


def schema_errors(error: ValidationError) -> Errors:
    """A schema's codes as sentences by field; what is wrong inside a list is said of the list."""
    messages = error.messages if isinstance(error.messages, dict) else {WHOLE_FORM: error.messages}
    return {str(name): sorted({sentence(code) for code in _codes(inner)}) for name, inner in messages.items()}


def _codes(messages: Any) -> list[str]:
    if isinstance(messages, dict):
        return [code for inner in messages.values() for code in _codes(inner)]
    return [str(code) for code in messages]


def _again(again: Page, values: Values, errors: Errors) -> Response:
    return make_response(again(values, errors), 422)
