"""The client of an OpenID Connect provider: code flow with PKCE, state and nonce, checked by Authlib."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from authlib.oidc.core import CodeIDToken
from flask import Flask, current_app, session, url_for
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from timebank.config import Config
from timebank.identity.rules import is_multi_factor
from timebank.kernel.db import runtime
from timebank.kernel.errors import Invalid, NotFound, Unavailable

T = TypeVar("T")

NAME = "oidc"
DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = {"EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"}
"""Signatures by a key that the provider alone has; anything weaker it may announce is not taken."""
SECONDS = 10
"""How long a provider may take for one answer."""
CLOCKS_DIFFER = 60
"""Seconds by which the provider's clock may differ from ours."""
LONGEST_SUBJECT = 255
"""OpenID Connect Core section 2."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at the provider, and whether a second factor was asked for there."""

    issuer: str
    subject: str
    name: str
    is_strong: bool


class _IdToken(CodeIDToken):
    """The claims of an id token, judged by the service's own clock."""

    def validate(self, now: int | None = None, leeway: int = 0) -> None:
        super().validate(int(runtime().clock.now().timestamp()), leeway)


def install(app: Flask, config: Config) -> None:
    """Register the provider, where one is configured."""
    if not config.oidc_issuer:
        return
    OAuth(app).register(
        NAME,
        client_id=config.oidc_client_id,
        client_secret=config.oidc_client_secret or None,
        server_metadata_url=config.oidc_issuer.rstrip("/") + DISCOVERY,
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
            **({} if config.oidc_client_secret else {"token_endpoint_auth_method": "none"}),
        },
    )


def provider_name() -> str | None:
    """What people call the provider; None where none is configured."""
    config = runtime().config
    if not config.oidc_issuer:
        return None
    return config.oidc_name or config.oidc_issuer.partition("//")[2].strip("/")


def begin() -> Response:
    """Send the browser to the provider. Raises NotFound where there is none, Unavailable."""
    _forget_attempts()
    back = runtime().config.base_url + url_for("external.back")
    answer: Response = _asking(lambda: _client().authorize_redirect(back))
    return answer


def finish() -> Identity:
    """Read what the provider answered to this browser.

    Raises Invalid("external-refused") for an answer that is not for us or not sound, Unavailable.
    """
    issuer = runtime().config.oidc_issuer
    wanted = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": runtime().config.oidc_client_id},
    }
    answer: dict[str, Any] = _asking(
        lambda: _client().authorize_access_token(
            claims_options=wanted, claims_cls=_IdToken, leeway=CLOCKS_DIFFER
        )
    )
    claims = answer.get("userinfo") or {}
    subject = str(claims.get("sub") or "")
    if not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise Invalid("external-refused")
    name = claims.get("name") or claims.get("preferred_username") or subject
    return Identity(issuer, subject, str(name)[:60], is_multi_factor(claims.get("amr")))


def _client() -> Any:
    oauth = current_app.extensions.get("authlib.integrations.flask_client")
    client = oauth.create_client(NAME) if oauth else None
    if client is None:
        raise NotFound()
    metadata = client.load_server_metadata()
    told = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = sorted(ALGORITHMS.intersection(told))
    if metadata.get("issuer") != runtime().config.oidc_issuer:
        metadata.clear()  # asked again next time: somebody may have put it right
        raise Invalid("external-refused")
    return client


def _asking(ask: Callable[[], T]) -> T:
    """Ask the provider; whatever goes wrong with it becomes one of our own refusals."""
    try:
        return ask()
    except requests.RequestException as error:
        raise Unavailable("external-unavailable") from error
    except AuthlibBaseError as error:
        raise Invalid("external-denied" if error.error == "access_denied" else "external-refused") from error
    except (JoseError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise Invalid("external-refused") from error


def _forget_attempts() -> None:
    # each attempt leaves its state in the cookie, which has no room for many
    for name in [each for each in session if each.startswith(f"_state_{NAME}_")]:
        session.pop(name)
