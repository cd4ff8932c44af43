"""Doors: JSON and HTML over the same use-cases."""

from __future__ import annotations

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect

from timebank.config import Config
from timebank.web import doors
from timebank.web.auth import oidc
from timebank.web.kit import (
    actor,
    headers,
    logs,
    navigation,
    openapi,
    preferences,
    problem,
    sections,
    text,
    words,
)
from timebank.web.kit.actor import is_api
from timebank.web.kit.blueprints import KeyConverter

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


def install(app: Flask, config: Config) -> None:
    """Open every door of the application."""
    app.url_map.converters["key"] = KeyConverter
    logs.install(app, config)
    headers.install(app, config)
    for part in (preferences, actor, navigation, sections, text, problem):
        part.install(app)
    _guard_forms(app)
    oidc.install(app, config)
    api = openapi.build(app)
    for area in doors.WORDS:
        words.learn(area.SENTENCES, area.WORDS)
    for door in doors.JSON:
        api.register_blueprint(door)
    for pages in doors.PAGES:
        app.register_blueprint(pages)


def _guard_forms(app: Flask) -> None:
    csrf = CSRFProtect(app)

    @app.before_request
    def guard() -> None:
        # The API takes no cookie, so a foreign page cannot make a browser act there.
        if app.config.get("WTF_CSRF_ENABLED", True) and request.method not in SAFE and not is_api():
            csrf.protect()
