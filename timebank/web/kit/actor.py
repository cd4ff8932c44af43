"""Who is asking: a cookie session for pages, a bearer token for the API, the same row behind both."""

from __future__ import annotations

from flask import Flask, g, request, session

from timebank.identity.queries import actor_of
from timebank.kernel.policy import ANONYMOUS, Actor

KEPT_IN = "token"
"""Where the signed cookie keeps the session's token."""


def install(app: Flask) -> None:
    """Let templates know who asks."""
    app.context_processor(lambda: {"actor": current_actor(), "can": current_actor().can})


def current_actor() -> Actor:
    """The actor of this request; looked up once."""
    if "actor" not in g:
        token = asking_token()
        g.actor = (actor_of(token) if token else None) or ANONYMOUS
    actor: Actor = g.actor
    return actor


def asking_token() -> str | None:
    """The token this request came with. The API reads the header only, so it needs no CSRF guard."""
    if is_api():
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None
    found: str | None = session.get(KEPT_IN)
    return found


def is_api() -> bool:
    """Whether the request speaks JSON."""
    return request.path.startswith("/api/") and request.path != "/api/docs"


def begin_session(token: str) -> None:
    """Keep a fresh token in the cookie, dropping whatever an earlier visitor left there."""
    kept = {name: session[name] for name in ("locale", "view", "theme", "sealed_scan") if name in session}
    session.clear()
    session.update(kept)
    session[KEPT_IN] = token
    session.permanent = True
    g.pop("actor", None)


def end_session() -> None:
    """Forget the token; the choice of language and view stays."""
    session.pop(KEPT_IN, None)
    g.pop("actor", None)
