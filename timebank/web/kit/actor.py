"""Who is asking: a cookie session for pages, a bearer token for the API, the same row behind both."""

from __future__ import annotations

import logging

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.wrappers import Response

from timebank.identity.queries import Held, holder_of
from timebank.identity.usecases import note_use
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.errors import Unauthenticated, Unavailable
from timebank.kernel.policy import ANONYMOUS, Actor
from timebank.kernel.work import perform

KEPT_IN = "token"
"""Where the signed cookie keeps the session's token."""

KEPT = ("locale", "view", "theme", "sealed_scan", "external")
"""What outlives signing in: choices, a scan that waits, an account of a provider that is to be linked."""

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Let templates know who asks, and note the day on which a token was used."""
    app.session_interface = _PageSessions()
    app.context_processor(lambda: {"actor": current_actor(), "can": current_actor().can})
    app.after_request(_note_use)


def current_actor() -> Actor:
    """The actor of this request; looked up once."""
    if "actor" not in g:
        token = asking_token()
        g.held = holder_of(token) if token else None
        g.actor = g.held.actor if g.held else ANONYMOUS
    actor: Actor = g.actor
    return actor


def _note_use(response: Response) -> Response:
    held: Held | None = g.pop("held", None)
    if held is None:
        return response
    config, now, token = runtime().config, runtime().clock.now(), asking_token()
    if token and held.last_used_on != local_date(now, config.time_zone):
        try:
            perform(held.actor, note_use, token=token)
        except Unavailable:
            log.warning("the day of use was not noted")  # the answer matters more
    return response


def asking_token() -> str | None:
    """The token this request came with. The API reads the header only, so it needs no CSRF guard."""
    if is_api():
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None
    found: str | None = session.get(KEPT_IN)
    return found


def is_api() -> bool:
    """Whether the request speaks JSON."""
    return _is_api(request)


def _is_api(asked: Request) -> bool:
    return asked.path.startswith("/api/") and asked.path != "/api/docs"


class _PageSessions(SecureCookieSessionInterface):
    """Cookies for pages; the API has none, so nothing is read, checked or written there."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if _is_api(request) else super().open_session(app, request)


def begin_session(token: str) -> None:
    """Keep a fresh token in the cookie, dropping whatever an earlier visitor left there."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    session[KEPT_IN] = token
    session.permanent = True
    _forget()


def require_person() -> Actor:
    """Whoever is signed in. Raises Unauthenticated for nobody."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    return actor


def end_session() -> None:
    """Forget the token; the choice of language and view stays."""
    session.pop(KEPT_IN, None)
    _forget()


def _forget() -> None:
    g.pop("actor", None)
    g.pop("held", None)
