"""Language, elder view and colours: kept in the cookie, and with the person where somebody is signed in."""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale
from flask import Flask, redirect, request, session
from flask_babel import Babel
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response

from timebank.identity.usecases import set_preferences as keep_preferences
from timebank.kernel.db import runtime
from timebank.web.kit.actor import current_actor, is_api
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.operation import act

pages = pages_door("preferences")
CHOICES = {
    "locale": ("zh_Hans_CN", "en"),
    "view": ("normal", "elder"),
    "theme": ("auto", "light", "dark"),
}
BY_LANGUAGE = {"zh": "zh_Hans_CN", "en": "en"}


def install(app: Flask) -> None:
    """Choose the language of each request and tell templates of all three."""
    Babel(app, locale_selector=_babel_locale, timezone_selector=lambda: str(runtime().config.time_zone))
    app.context_processor(_context)
    app.register_blueprint(pages)


def locale() -> str:
    """What was chosen; else what the browser asks for; else what is configured."""
    chosen = None if is_api() else session.get("locale")
    if chosen in CHOICES["locale"]:
        return str(chosen)
    asked = _asked(request.headers.get("Accept-Language", ""))
    return BY_LANGUAGE.get(asked or "", runtime().config.locale)


@lru_cache(maxsize=256)
def _asked(languages: str) -> str | None:
    """Which of our languages a header asks for first; few headers come again and again."""
    return parse_accept_header(languages, LanguageAccept).best_match(list(BY_LANGUAGE))


def _babel_locale() -> Locale:
    return _parsed(locale())


_parsed = cache(Locale.parse)
"""Reading the name of a language looks into the file system; there are two of them."""


@pages.post("/preferences")
def set_preferences() -> Response:
    """Keep one choice and go back to where it was made."""
    name, value = request.form.get("name", ""), request.form.get("value", "")
    if value in CHOICES.get(name, ()):
        session[name] = value
        if name in ("locale", "view") and not current_actor().is_anonymous:
            act(keep_preferences, **{name: value})
    return redirect(local_path(request.form.get("next")))


def local_path(address: str | None) -> str:
    """A path on this service, or the first page: nobody is sent elsewhere by a link."""
    text = address or "/"
    is_local = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text.rstrip("?") if is_local and "\n" not in text and "\r" not in text else "/"


def _context() -> dict[str, object]:
    config = runtime().config
    chosen = locale()
    return {
        "locale": chosen,
        "view": session.get("view", "normal"),
        "theme": session.get("theme", "auto"),
        "product_name": config.product_name_en if chosen == "en" else config.product_name,
        "service_phone": config.service_phone,
        "demo": config.demo,
    }
