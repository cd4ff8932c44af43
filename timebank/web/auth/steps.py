"""What both skins do to send a code and to sign somebody in: count first, so that failures stay counted."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.identity import usecases
from timebank.identity.queries import preferences, user_by_phone
from timebank.identity.rules import Step
from timebank.identity.usecases import SignedIn
from timebank.kernel.db import runtime
from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.web.auth.device import device_of
from timebank.web.auth.oidc import Identity
from timebank.web.auth.senders import send_code
from timebank.web.kit.actor import begin_session, current_actor
from timebank.web.kit.operation import act
from timebank.web.kit.words import sentence_of


class Waiting(TypedDict):
    """An account of a provider that waits until its owner has signed in here."""

    issuer: str
    subject: str
    name: str
    until: float
    agreed: bool


LINKING = "external"
"""Where the signed cookie keeps an account of a provider until its owner has signed in here."""
LINKING_LIFE = timedelta(minutes=15)


def ask_for_code(phone: str) -> None:
    """Make a one-time code and send it; nothing tells whether the phone is known."""
    act(usecases.count_code_request, phone=phone, address=_address())
    code = act(usecases.request_code, phone=phone)
    if code:
        send_code(phone, code)


def count(phone: str, by_code: bool) -> None:
    """Count an attempt to prove to be the owner of a phone."""
    act(usecases.count_sign_in, phone=phone, address=_address(), by_code=by_code)


def enter(phone: str, password: str | None, code: str | None, kind: str, totp: str | None = None) -> SignedIn:
    """Open a session or a bearer token; a session may still lack its second step."""
    count(phone, bool(code))
    user = user_by_phone(phone) if totp else None
    if user:
        act(usecases.count_second_factor, user=user)
    return act(
        usecases.sign_in, phone=phone, password=password, code=code, kind=kind, totp=totp, label=device()
    )


def count_second_factor(user: Key) -> None:
    """Count a code of the second factor typed for this user."""
    act(usecases.count_second_factor, user=user)


def device() -> str | None:
    """What the asking browser calls itself."""
    return device_of(request.user_agent.string)


def go_on(signed_in: SignedIn, next_page: str) -> Response:
    """Keep the token and go to the second step, or, when there is none, where the person wanted to go."""
    begin_session(signed_in.token)
    if signed_in.step is not Step.DONE:
        return redirect(url_for("auth.second", next=next_page))
    arrive()
    return redirect(next_page)


def arrive() -> None:
    """What is done as soon as somebody is signed in: the own view, and the link that they agreed to."""
    _recall_preferences()
    waiting = forget_linking()
    if waiting and waiting["agreed"]:
        try:
            act(usecases.link_external, issuer=waiting["issuer"], subject=waiting["subject"])
            flash(_("From now on you can sign in with that account, too."), "success")
        except Conflict as error:
            flash(sentence_of(error), "error")


def _recall_preferences() -> None:
    """What this person chose on another device, where nothing was chosen on this one."""
    kept = preferences(current_actor())
    if kept and kept.view == "elder":
        session.setdefault("view", kept.view)
    if kept and kept.locale != runtime().config.locale:
        session.setdefault("locale", kept.locale)


# --- an account of a provider that waits to be linked -----------------------------------------------


def keep_linking(identity: Identity) -> None:
    """Remember a provider's account that nobody here has linked, for a quarter of an hour."""
    until = runtime().clock.now() + LINKING_LIFE
    session[LINKING] = Waiting(
        issuer=identity.issuer,
        subject=identity.subject,
        name=identity.name,
        until=until.timestamp(),
        agreed=False,
    )


def waiting_link() -> Waiting | None:
    """The account that waits to be linked in this browser."""
    kept: Waiting | None = session.get(LINKING)
    return kept if kept and kept["until"] > runtime().clock.now().timestamp() else None


def agree_to_linking(is_agreed: bool) -> None:
    """Link the waiting account after this sign-in, or forget it: the person was asked on the page."""
    kept = waiting_link()
    if kept and is_agreed:
        session[LINKING] = {**kept, "agreed": True}
    else:
        session.pop(LINKING, None)


def forget_linking() -> Waiting | None:
    """Take the waiting account out of the cookie."""
    kept = waiting_link()
    session.pop(LINKING, None)
    return kept


def _address() -> str:
    return request.remote_addr or "unknown"
