"""Errors as problem+json (RFC 9457) for the API and as pages for people; only here are status numbers."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from timebank.kernel import errors
from timebank.kernel.policy import ANONYMOUS
from timebank.web.kit.actor import is_api
from timebank.web.kit.words import sentence, sentence_of

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[errors.TimebankError], int] = {
    errors.Invalid: 422,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.KeyReused: 422,
    errors.Expired: 410,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}
HTTP_CODES = {
    404: "no-such-address",
    405: "method-not-allowed",
    413: "too-large-request",
    500: "internal-error",
}

FieldErrors = dict[str, list[dict[str, str]]]


def install(app: Flask) -> None:
    """Show refusals and failures in the skin that was asked for."""
    app.register_error_handler(errors.TimebankError, refused)
    app.register_error_handler(HTTPException, failed)
    app.register_error_handler(ValidationError, lambda _error: refused(errors.Invalid()))


def refused(error: errors.TimebankError) -> BaseResponse:
    """The answer to an expected refusal."""
    status = STATUS[type(error)]
    if is_api():
        return _with_headers(_problem(status, error.code, sentence_of(error), fields_of(error)), error)
    if isinstance(error, errors.Unauthenticated):
        return redirect(url_for("auth.sign_in", next=_return_address()))
    page = render_template("errors.html", status=status, code=error.code, advice=sentence_of(error))
    return _with_headers(Response(page, status), error)


def failed(error: HTTPException) -> BaseResponse:
    """The answer to what Flask and its extensions refuse, and to a defect (500)."""
    status = error.code or 500
    if status == 500:
        g.pop("held", None)
        g.actor = ANONYMOUS  # whoever it was, the page that says so must not need the database
    if not is_api():
        return Response(render_template("errors.html", status=status, code=status), status)
    data = getattr(error, "data", None) or {}
    found = _schema_errors(data.get("messages") or {})
    code = "invalid" if found else HTTP_CODES.get(status, "bad-request")
    answer = _problem(status, code, sentence(code), found)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    if status == 405 and getattr(error, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return answer


def fields_of(error: errors.TimebankError) -> FieldErrors:
    """What an error says about single fields."""
    found = dict(getattr(error, "fields", {}))
    field = error.params.get("field")
    if isinstance(field, str):
        found.setdefault(field, [error.code])
    return {
        name: [{"code": code.split(" ")[0], "message": sentence(code, error.params)} for code in codes]
        for name, codes in found.items()
    }


def _problem(status: int, code: str, detail: str, fields: FieldErrors) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:timebank:problem:{code}",
        "title": detail,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if fields:
        body["errors"] = fields
    answer = jsonify(body)
    answer.status_code = status
    answer.mimetype = MEDIA_TYPE
    return answer


def _schema_errors(messages: dict[str, Any]) -> FieldErrors:
    """webargs nests messages by location, marshmallow by field and index; the API shows `field.index`."""
    found: FieldErrors = {}
    for location in messages.values():
        _flatten("", location, found)
    return found


def _flatten(path: str, messages: Any, found: FieldErrors) -> None:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            _flatten(f"{path}.{name}".lstrip("."), inner, found)
        return
    listed = messages if isinstance(messages, list) else [messages]
    found[path or "_"] = [
        {"code": str(code).split(" ")[0], "message": sentence(str(code))} for code in listed
    ]


def _with_headers(answer: Response, error: errors.TimebankError) -> Response:
    if isinstance(error, errors.TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unauthenticated):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _return_address() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/"
