"""What every answer tells the browser to refuse: foreign scripts, frames, guessing, keeping private pages."""

from __future__ import annotations

from flask import Flask, g, request
from werkzeug.wrappers import Response

from timebank.config import Config
from timebank.kernel.policy import Actor

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
NOTHING = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
PLACE = NOTHING.replace("geolocation=()", "geolocation=(self)")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": NOTHING,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
SPECIAL = "special_headers"
GATE = "/gate/"
"""Here phones read cards: by their camera, and with a decoder that is WebAssembly."""
AT_THE_GATE = {
    "Content-Security-Policy": f"{POLICY}; script-src 'self' 'wasm-unsafe-eval'",
    "Permissions-Policy": HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)"),
}
ONE_YEAR = "max-age=31536000; includeSubDomains"


def install(app: Flask, config: Config) -> None:
    """Send the headers with every answer; HSTS only where the service is reached by HTTPS."""
    always = {**HEADERS, "Strict-Transport-Security": ONE_YEAR} if config.secure_cookies else HEADERS

    def add(response: Response) -> Response:
        special = AT_THE_GATE if request.path.startswith(GATE) else g.get(SPECIAL, {})
        for name, value in {**always, **special}.items():
            response.headers.setdefault(name, value)
        if _is_private():
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(add)


def may_ask_place() -> None:
    """Let the page that is being made ask the device where it is, also when it comes again with errors."""
    g.setdefault(SPECIAL, {"Permissions-Policy": PLACE})


def _is_private() -> bool:
    """Whether the answer was made for somebody, or may repeat what a form was given: no cache keeps it."""
    actor: Actor | None = g.get("actor")
    return request.method not in ("GET", "HEAD") or (actor is not None and not actor.is_anonymous)
