"""Composition root: the only file that knows every door and every command."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from timebank import cli, web
from timebank.config import ROOT, Config, ConfigError, load
from timebank.kernel.clock import Clock, SystemClock
from timebank.kernel.crypto import Vault
from timebank.kernel.db import Runtime, db
from timebank.wiring import SUBSCRIPTIONS

STATIC = ROOT / "static"
MIGRATIONS = ROOT / "migrations"


def create_app(config: Config | None = None, clock: Clock | None = None) -> Flask:
    """Build one service. Stops with a sentence when the configuration is wrong."""
    try:
        settings = config or load()
    except ConfigError as error:
        raise SystemExit(str(error)) from None
    app = create_core(settings, clock or SystemClock())
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    web.install(app, settings)
    cli.install(app)
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app


def create_core(config: Config, clock: Clock) -> Flask:
    """The service without doors and commands: what use-cases and queries need."""
    app = Flask("timebank", root_path=str(Path(web.__file__).parent), static_folder=str(STATIC))
    app.config.update(_flask_settings(config))
    app.extensions["timebank"] = _runtime(config, clock)
    db.init_app(app)
    return app


def _runtime(config: Config, clock: Clock) -> Runtime:
    vault = Vault(config.field_keys, config.active_field_key, config.index_key, config.ledger_key)
    subscribers = {event: tuple(handlers) for event, handlers in SUBSCRIPTIONS.items()}
    return Runtime(config, clock, vault, subscribers)


def _flask_settings(config: Config) -> dict[str, object]:
    return {
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(config.database_url),
        "SESSION_COOKIE_NAME": "timebank",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": config.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": config.session_hours * 3600,
        "MAX_CONTENT_LENGTH": 20 * 1024 * 1024,
        "BABEL_DEFAULT_LOCALE": config.locale,
        "BABEL_TRANSLATION_DIRECTORIES": str(Path(__file__).parent / "translations"),
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _engine_options(url: str) -> dict[str, object]:
    # an error must not quote the row that it is about: it ends in a log
    common: dict[str, object] = {"pool_size": 10, "max_overflow": 10, "hide_parameters": True}
    if url.startswith("postgresql"):
        return {**common, "connect_args": {"connect_timeout": 10}}
    return {**common, "connect_args": {"timeout": 30}}
