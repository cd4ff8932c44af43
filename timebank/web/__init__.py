"""Doors: JSON and HTML over the same use-cases."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect

from timebank.config import Config
from timebank.web.kit import actor, headers, logs, navigation, openapi, preferences, problem, text, words
from timebank.web.kit.actor import is_api
from timebank.web.kit.blueprints import KeyConverter

AREAS = (
    "auth volunteers organizations regions projects gate hours my statistics jobs service home office".split()
)
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


def install(app: Flask, config: Config) -> None:
    """Open every door of the application."""
    app.url_map.converters["key"] = KeyConverter
    logs.install(app, config)
    headers.install(app, config)
    for part in (preferences, actor, navigation, text, problem):
        part.install(app)
    _guard_forms(app)
    api = openapi.build(app)
    for area in AREAS:
        for room in ("words", "api", "pages"):
            if find_spec(f"timebank.web.{area}") and find_spec(f"timebank.web.{area}.{room}"):
                module = import_module(f"timebank.web.{area}.{room}")
                if room == "words":
                    words.learn(module.SENTENCES, module.WORDS)
                elif room == "api":
                    api.register_blueprint(module.api)
                else:
                    for door in getattr(module, "doors", [module.pages]):
                        app.register_blueprint(door)


def _guard_forms(app: Flask) -> None:
    csrf = CSRFProtect(app)

    @app.before_request
    def guard() -> None:
        # The API takes no cookie, so a foreign page cannot make a browser act there.
        if app.config.get("WTF_CSRF_ENABLED", True) and request.method not in SAFE and not is_api():
            csrf.protect()
