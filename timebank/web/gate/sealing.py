"""What a phone brings along: the instant its scan was sealed, and which device it is."""

from __future__ import annotations

from datetime import datetime

from flask import after_this_request, request, session
from werkzeug.wrappers import Response

from timebank.attendance.rules import is_sealed, read_code
from timebank.kernel.clock import aware
from timebank.kernel.db import runtime
from timebank.kernel.ids import new_token

SEALED = "sealed_scan"
"""In the signed session cookie; signing in keeps it."""
DEVICE = "timebank_device"
ONE_YEAR = 365 * 24 * 3600


def seal(code: str) -> datetime:
    """The instant at which this phone opened the code first; it is sealed for five minutes."""
    found = sealed_instant(code)
    if found is not None:
        return found
    now = runtime().clock.now()
    if read_code(code):
        session[SEALED] = {"code": code, "at": now.isoformat()}
    return now


def sealed_instant(code: str) -> datetime | None:
    """The sealed instant of this code, while it counts."""
    kept = session.get(SEALED)
    if not kept or kept["code"] != code:
        return None
    at = aware(datetime.fromisoformat(kept["at"]))
    return at if is_sealed(at, runtime().clock.now()) else None


def unseal() -> None:
    """Forget the scan: it was used."""
    session.pop(SEALED, None)


def device() -> str:
    """A random name of this phone, kept in a cookie of its own: it outlives the people who sign in."""
    known = request.cookies.get(DEVICE)
    if known:
        return known
    made = new_token()

    @after_this_request
    def keep(response: Response) -> Response:
        secure = runtime().config.secure_cookies
        response.set_cookie(DEVICE, made, max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=secure)
        return response

    return made
