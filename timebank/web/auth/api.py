"""Sign-in as JSON: bearer tokens."""

from __future__ import annotations

from typing import Any

from timebank.identity.queries import own_phone
from timebank.identity.rules import CODE_LIFE
from timebank.identity.usecases import SignedIn, sign_out
from timebank.kernel.errors import Unauthenticated
from timebank.web.auth.schemas import CodeSentSchema, MeSchema, PhoneSchema, SignInSchema, TokenSchema
from timebank.web.auth.steps import ask_for_code, enter
from timebank.web.kit.actor import asking_token, current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.operation import act

api = api_door("auth", "Sign-in: one-time codes and bearer tokens.")


@api.post("/auth/codes")
@api.arguments(PhoneSchema)
@api.response(202, CodeSentSchema)
def request_code(given: dict[str, Any]) -> dict[str, int]:
    """Send a one-time code to a phone, if somebody signs in with it."""
    ask_for_code(**given)
    return {"expires_in_minutes": int(CODE_LIFE.total_seconds()) // 60}


@api.post("/auth/tokens")
@api.arguments(SignInSchema)
@api.response(201, TokenSchema)
def open_token(given: dict[str, Any]) -> SignedIn:
    """Get a bearer token for a phone and its password or one-time code."""
    return enter(**given, kind="bearer")


@api.delete("/auth/tokens/current")
@api.response(204)
def revoke_token() -> None:
    """Revoke the token of this request."""
    token = asking_token()
    if token is None or current_actor().is_anonymous:
        raise Unauthenticated()
    act(sign_out, token=token)


@api.get("/me")
@api.response(200, MeSchema)
def me() -> dict[str, Any]:
    """Who is signed in, with which roles."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    return {
        "user": actor.user,
        "name": actor.name,
        "volunteer": actor.volunteer,
        "phone": own_phone(actor),
        "grants": actor.grants,
    }
