"""Calling use-cases from doors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from flask import request

from timebank.kernel.crypto import fingerprint
from timebank.kernel.idempotency import Answer, Request, answer_once
from timebank.kernel.work import Work, perform
from timebank.web.kit.actor import current_actor

P = ParamSpec("P")
T = TypeVar("T")

HEADER = "Idempotency-Key"
LONGEST_KEY = 200


def act(usecase: Callable[Concatenate[Work, P], T], /, *args: P.args, **given: P.kwargs) -> T:
    """Perform a use-case as whoever sent this request."""
    return perform(current_actor(), usecase, *args, **given)


def act_once(
    usecase: Callable[Concatenate[Work, P], T],
    dump: Callable[[T], Answer],
    /,
    *args: P.args,
    **given: P.kwargs,
) -> Answer:
    """Perform a use-case and dump its answer; a repeated Idempotency-Key gets the first answer again."""

    def once(work: Work) -> Answer:
        return answer_once(work, _request(), lambda: dump(usecase(work, *args, **given)))

    return act(once)


def _request() -> Request | None:
    key = request.headers.get(HEADER, "")[:LONGEST_KEY]
    if not key:
        return None
    return Request(key, f"{request.method} {request.path}", fingerprint(_body()))


def _body() -> str:
    """The content of the request as one text: JSON, or a form with its files by their digests."""
    if not request.files:
        return json.dumps(request.get_json(silent=True), sort_keys=True, ensure_ascii=False)
    digests = {}
    for name, file in request.files.items():
        file.stream.seek(0)
        digests[name] = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
        file.stream.seek(0)
    return json.dumps([request.form.to_dict(flat=False), digests], sort_keys=True, ensure_ascii=False)
