"""What both skins do to send a code and to sign somebody in: count first, so that failures stay counted."""

from __future__ import annotations

from flask import request

from timebank.identity import usecases
from timebank.identity.usecases import SignedIn
from timebank.web.auth.senders import send_code
from timebank.web.kit.operation import act


def ask_for_code(phone: str) -> None:
    """Make a one-time code and send it; nothing tells whether the phone is known."""
    act(usecases.count_code_request, phone=phone, address=_address())
    code = act(usecases.request_code, phone=phone)
    if code:
        send_code(phone, code)


def enter(phone: str, password: str | None, code: str | None, kind: str) -> SignedIn:
    """Open a session or a bearer token."""
    act(usecases.count_sign_in, phone=phone, address=_address(), by_code=bool(code))
    return act(usecases.sign_in, phone=phone, password=password, code=code, kind=kind)


def _address() -> str:
    return request.remote_addr or "unknown"
