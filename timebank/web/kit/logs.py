"""One log line for each request: what was asked by which address template, how it ended, how long it took."""

from __future__ import annotations

import logging
import re
import secrets
import time
from types import TracebackType

from flask import Flask, g, request
from werkzeug.wrappers import Response

from timebank.config import Config
from timebank.kernel import logs
from timebank.kernel.policy import Actor

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
QUIET = {"static", "service.health", "service.ready"}
"""Asked so often that they are logged for debugging only."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

log = logging.getLogger(__name__)


def install(app: Flask, config: Config) -> None:
    """Log in JSON, and give every request an id (the caller's where it sent a sound one)."""
    logs.configure(config.log_level)
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)
    app.log_exception = _failed  # type: ignore[method-assign] # Flask's own writes the address as it came


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    logs.request_id.set(given if GIVEN.fullmatch(given) else secrets.token_hex(16))
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers[HEADER] = logs.request_id.get() or ""
    level = logging.DEBUG if request.endpoint in QUIET else logging.INFO
    actor: Actor | None = g.get("actor")
    log.log(
        level,
        "request",
        extra={
            "method": request.method,
            "path": _template(),
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            "actor": actor.label if actor else "anonymous",
        },
    )
    return response


def _failed(exc_info: ExcInfo) -> None:
    log.error("request failed", exc_info=exc_info, extra={"method": request.method, "path": _template()})


def _template() -> str:
    return request.url_rule.rule if request.url_rule else "(none)"


def _forget(_error: BaseException | None) -> None:
    logs.request_id.set(None)
