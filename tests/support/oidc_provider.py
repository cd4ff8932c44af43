"""A real OpenID Connect provider in a process of its own, on loopback; tests say how it behaves.

It signs in a fixed person without asking, keeps to the code flow with PKCE, and signs with RS256.
`PUT /settings` changes who that is, what the time is, and what is wrong with its answers.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import logging
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse

from tests.support.processes import dying_with_parent, free_port, stop
from timebank.config import ROOT

CLIENT_ID = "timebank-test"
CLIENT_SECRET = "a secret between two test programs"
READY_SECONDS = 120


@dataclass
class Settings:
    """Who signs in, at what time, and what is wrong with the answers."""

    subject: str = "sub-0001"
    name: str = "外部账号"
    amr: list[str] | None = None
    now: int = 0
    lives: int = 300
    """Seconds until the id token runs out; less than nothing is in the past."""
    audience: str = CLIENT_ID
    nonce: str | None = None
    """Said in place of the nonce that was asked for."""
    issuer: str | None = None
    """Said in place of the own issuer in the id token."""
    denies: bool = False
    algorithm: str = "RS256"
    leaves_id_token_out: bool = False


@dataclass
class Provider:
    """What the provider remembers."""

    issuer: str
    settings: Settings = field(default_factory=Settings)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: _new_key())


def _new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})


def create_provider(issuer: str) -> Flask:
    """The provider as a web application."""
    app, provider = Flask("provider"), Provider(issuer)
    app.add_url_rule("/.well-known/openid-configuration", "discovery", lambda: _discovery(provider))
    app.add_url_rule("/jwks", "jwks", lambda: jsonify(KeySet([provider.key]).as_dict()))
    app.add_url_rule("/authorize", "authorize", lambda: _authorize(provider))
    app.add_url_rule("/token", "token", lambda: _token(provider), methods=["POST"])
    app.add_url_rule("/settings", "settings", lambda: _settings(provider), methods=["PUT"])
    app.add_url_rule("/new-key", "new_key", lambda: _change_key(provider), methods=["POST"])
    return app


def _discovery(provider: Provider) -> Response:
    return jsonify(
        issuer=provider.issuer,
        authorization_endpoint=f"{provider.issuer}/authorize",
        token_endpoint=f"{provider.issuer}/token",
        jwks_uri=f"{provider.issuer}/jwks",
        response_types_supported=["code"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256", "HS256", "none"],
        code_challenge_methods_supported=["S256"],
        token_endpoint_auth_methods_supported=["client_secret_basic"],
    )


def _settings(provider: Provider) -> tuple[str, int]:
    provider.settings = Settings(**request.get_json())
    return "", 204


def _change_key(provider: Provider) -> tuple[str, int]:
    provider.key = _new_key()
    return "", 204


def _authorize(provider: Provider) -> AnyResponse:
    asked = request.args
    needed = ("redirect_uri", "state", "nonce", "code_challenge")
    fixed = {"client_id": CLIENT_ID, "response_type": "code", "code_challenge_method": "S256"}
    if not all(asked.get(name) for name in needed) or any(asked.get(k) != v for k, v in fixed.items()):
        return Response("not a request of the code flow with PKCE", 400)
    if "openid" not in asked["scope"].split():
        return Response("not OpenID Connect", 400)
    if provider.settings.denies:
        return _back(asked["redirect_uri"], error="access_denied", state=asked["state"])
    code = secrets.token_urlsafe(16)
    provider.codes[code] = dict(asked)
    return _back(asked["redirect_uri"], code=code, state=asked["state"])


def _back(address: str, **answer: str) -> AnyResponse:
    return redirect(f"{address}?{urlencode(answer)}")


def _token(provider: Provider) -> Response | tuple[Response, int]:
    given, client = request.form, request.authorization
    asked = provider.codes.pop(given.get("code", ""), None)
    if client is None or (client.username, client.password) != (CLIENT_ID, CLIENT_SECRET):
        return jsonify(error="invalid_client"), 401
    digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if (
        asked is None
        or challenge != asked["code_challenge"]
        or given.get("redirect_uri") != asked["redirect_uri"]
    ):
        return jsonify(error="invalid_grant"), 400
    answer: dict[str, Any] = {
        "access_token": secrets.token_urlsafe(16),
        "token_type": "Bearer",
        "expires_in": 300,
    }
    if not provider.settings.leaves_id_token_out:
        answer["id_token"] = _id_token(provider, asked["nonce"])
    return jsonify(answer)


def _id_token(provider: Provider, nonce: str) -> str:
    settings = provider.settings
    claims: dict[str, Any] = {
        "iss": settings.issuer or provider.issuer,
        "sub": settings.subject,
        "aud": settings.audience,
        "azp": CLIENT_ID,
        "iat": settings.now + min(settings.lives, 0),
        "exp": settings.now + settings.lives,
        "nonce": settings.nonce or nonce,
        "name": settings.name,
    }
    if settings.amr is not None:
        claims["amr"] = settings.amr
    if settings.algorithm == "none":
        parts = ({"alg": "none", "kid": provider.key.kid}, claims)
        return ".".join(_encoded(part) for part in parts) + "."
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, provider.key)


def _encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


# --- running it -------------------------------------------------------------------------------------


@dataclass
class Running:
    """The provider as tests see it."""

    issuer: str
    child: subprocess.Popen[bytes]

    def behave(self, now: datetime, **changes: Any) -> None:
        """Say what the time is, and what differs from a sound answer."""
        self._send("PUT", "/settings", asdict(Settings(now=int(now.timestamp()), **changes)))

    def change_key(self) -> None:
        """Sign with a new key from now on."""
        self._send("POST", "/new-key", {})

    def stop(self) -> None:
        """End the process."""
        stop(self.child)

    def _send(self, method: str, path: str, body: object) -> None:
        connection = http.client.HTTPConnection(urlsplit(self.issuer).netloc, timeout=30)
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        assert connection.getresponse().status == http.client.NO_CONTENT
        connection.close()


@contextmanager
def running_provider() -> Iterator[Running]:
    """Start the provider, and end it."""
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.oidc_provider", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        preexec_fn=dying_with_parent(signal.SIGTERM),
    )
    try:
        _wait(port, child)
        yield Running(f"http://127.0.0.1:{port}", child)
    finally:
        if child.poll() is None:
            stop(child)


def _wait(port: int, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/jwks")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise RuntimeError("the provider did not start")


def main() -> None:
    """Serve until somebody ends the process."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = int(sys.argv[1])
    make_server("127.0.0.1", port, create_provider(f"http://127.0.0.1:{port}"), threaded=True).serve_forever()


if __name__ == "__main__":
    main()
