"""Sign-in as JSON: bearer tokens, and API tokens with limits."""

from __future__ import annotations

from typing import Any

from timebank.identity.queries import SignInCard, own_phone, sign_ins
from timebank.identity.rules import CODE_LIFE
from timebank.identity.usecases import ApiToken, SignedIn, make_api_token, revoke_token, sign_out
from timebank.kernel.errors import Unauthenticated
from timebank.kernel.ids import Key
from timebank.web.auth.schemas import (
    ApiTokensSchema,
    CodeSentSchema,
    FreshApiTokenSchema,
    MeSchema,
    NewApiTokenSchema,
    PhoneSchema,
    TokenRequestSchema,
    TokenSchema,
)
from timebank.web.auth.steps import ask_for_code, enter
from timebank.web.kit.actor import asking_token, require_person
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.operation import act

api = api_door("auth", "Sign-in: one-time codes, bearer tokens and API tokens.")


@api.post("/auth/codes")
@api.arguments(PhoneSchema)
@api.response(202, CodeSentSchema)
def request_code(given: dict[str, Any]) -> dict[str, int]:
    """Send a one-time code to a phone, if somebody signs in with it."""
    ask_for_code(**given)
    return {"expires_in_minutes": int(CODE_LIFE.total_seconds()) // 60}


@api.post("/auth/tokens")
@api.arguments(TokenRequestSchema)
@api.response(201, TokenSchema)
def open_token(given: dict[str, Any]) -> SignedIn:
    """Get a bearer token for a phone and its password or one-time code, and the second factor if needed."""
    return enter(**given, kind="bearer")


@api.delete("/auth/tokens/current")
@api.response(204)
def revoke_current_token() -> None:
    """Revoke the token of this request."""
    require_person()
    act(sign_out, token=_token())


@api.post("/auth/api-tokens")
@api.arguments(NewApiTokenSchema)
@api.response(201, FreshApiTokenSchema)
def make_token(given: dict[str, Any]) -> ApiToken:
    """Make a token for a program, with some of one's own rights."""
    require_person()
    return act(make_api_token, by=_token(), **given)


@api.get("/auth/api-tokens")
@api.response(200, ApiTokensSchema)
def api_tokens() -> dict[str, list[SignInCard]]:
    """One's own API tokens, newest first."""
    cards = sign_ins(require_person(), asking_token())
    return {"items": [card for card in cards if card.kind == "api"]}


@api.delete("/auth/api-tokens/<key:token>")
@api.response(204)
def revoke_api_token(token: Key) -> None:
    """Revoke one of one's own tokens."""
    require_person()
    act(revoke_token, token=token)


@api.get("/me")
@api.response(200, MeSchema)
def me() -> dict[str, Any]:
    """Who is signed in, with which roles."""
    actor = require_person()
    return {
        "user": actor.user,
        "name": actor.name,
        "volunteer": actor.volunteer,
        "phone": own_phone(actor),
        "grants": actor.grants,
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
    }


def _token() -> str:
    token = asking_token()
    if token is None:
        raise Unauthenticated()
    return token
