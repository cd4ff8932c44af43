"""Asking the service as somebody: a token straight from the table, for tests that are not about signing in.

Call with an application context pushed; pages then need the app's `WTF_CSRF_ENABLED` off.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from timebank.identity.models import AccessToken
from timebank.kernel.clock import local_date
from timebank.kernel.crypto import fingerprint
from timebank.kernel.db import runtime, session
from timebank.kernel.ids import new_id, new_token_in
from timebank.kernel.policy import Actor


def token_of(actor: Actor, kind: str = "session", scopes: list[str] | None = None) -> str:
    """A fresh token of that person, as if a second factor had been shown for it."""
    assert actor.user is not None
    token, now = new_token_in(actor.user.shard), runtime().clock.now()
    row = AccessToken(
        token_hash=fingerprint(token),
        kind=kind,
        shard_code=actor.user.shard,
        user_id=actor.user.id,
        created_at=now,
        expires_at=now + timedelta(days=30),
        id=new_id(now),
        scopes=scopes,
        is_strong=True,
        last_used_on=local_date(now, runtime().config.time_zone),
    )
    session().add(row)
    session().commit()
    return token


def bearer(actor: Actor) -> dict[str, str]:
    """Headers of an API client."""
    return {"Authorization": f"Bearer {token_of(actor, 'bearer')}", "Accept-Language": "en"}


def browser(app: Flask, actor: Actor) -> FlaskClient:
    """A browser in which that person is signed in."""
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["token"] = token_of(actor)
    return client


def cookie(app: Flask, actor: Actor) -> dict[str, str]:
    """The same as a cookie for a real browser."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({"token": token_of(actor), "_permanent": True})
    return {"name": str(app.config["SESSION_COOKIE_NAME"]), "value": value}
