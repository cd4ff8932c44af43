"""Fixtures and rules of the whole suite."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result
from flask import Flask, has_app_context
from flask.testing import FlaskClient

from tests.support import browser as browsers
from tests.support import need, schema
from tests.support.clock import FakeClock
from tests.support.databases import Databases
from tests.support.postgresql import PostgresqlMissing, Server, running_server
from tests.support.sockets import closed_doors
from tests.support.statements import StatementGuard, Tables
from timebank.kernel.db import db

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.support.service import Served

Reporting = Generator[None, Any, Any]
ENGINES = os.environ.get("TIMEBANK_TEST_DATABASES", "sqlite,postgresql").split(",")
MARKS = {"postgresql": [pytest.mark.postgresql], "partitioned": [pytest.mark.postgresql]}
SHARED: pytest.StashKey[tuple[ExitStack, str]] = pytest.StashKey()


# --- one PostgreSQL for all workers -----------------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Before a worker of xdist starts: tell it where the server is that all workers share."""
    stash = node.config.stash
    if SHARED not in stash:
        stack = ExitStack()
        try:
            stash[SHARED] = (stack, stack.enter_context(running_server()).folder)
        except PostgresqlMissing:
            stash[SHARED] = (stack, "")
    node.workerinput["postgresql"] = stash[SHARED][1]


def pytest_unconfigure(config: pytest.Config) -> None:
    if SHARED in config.stash:
        config.stash[SHARED][0].close()


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> Iterator[Callable[[], Server]]:
    """Gives the running server, started when the first test asks; skips where there are no programs."""
    given = getattr(request.config, "workerinput", {}).get("postgresql")
    with ExitStack() as stack:
        started: list[Server] = [Server(given)] if given else []

        def server() -> Server:
            if not started:
                try:
                    started.append(stack.enter_context(running_server()))
                except PostgresqlMissing as missing:
                    pytest.skip(str(missing))
            return started[0]

        yield server


# --- databases --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, postgresql_server: Callable[[], Server]) -> Databases:
    """Makes databases: `databases.fresh("postgresql")` is migrated, `databases.empty("sqlite")` is empty."""
    worker = re.sub(r"\W", "", os.environ.get("PYTEST_XDIST_WORKER", "main"))
    return Databases(tmp_path_factory.mktemp("databases"), worker, postgresql_server)


@pytest.fixture(params=[pytest.param(kind, marks=MARKS.get(kind, [])) for kind in ENGINES])
def database_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`; narrow it by `@pytest.mark.parametrize("database_kind", ["sqlite"])`."""
    return str(request.param)


@pytest.fixture
def database_url(databases: Databases, database_kind: str) -> Iterator[str]:
    """A fresh, migrated database, once for each engine."""
    with databases.fresh(database_kind) as url:
        yield url


@pytest.fixture
def empty_database_url(databases: Databases, database_kind: str) -> Iterator[str]:
    """A database without tables, once for each engine."""
    with databases.empty(database_kind) as url:
        yield url


@pytest.fixture
def partitioned_database_url(databases: Databases) -> Iterator[str]:
    """A fresh PostgreSQL database whose big tables are HASH-partitioned by the column that spreads them."""
    with databases.fresh("partitioned") as url:
        yield url


# --- the service ------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> FakeClock:
    """The time of the test: Saturday 2026-11-21 10:00 in Shanghai until it is moved."""
    return FakeClock()


@pytest.fixture
def make_app(clock: FakeClock) -> Iterator[Callable[..., Flask]]:
    """Builds services: `make_app(url, demo="0")`; their connections are closed when the test ends."""
    service = import_module("tests.support.service")  # only here: tests of rules need not wait for the web
    made: list[Flask] = []

    def build(database_url: str, *, doors: bool = True, **changes: str) -> Flask:
        config = service.config_for(database_url, **changes)
        app: Flask = service.create_app(config, clock) if doors else service.create_core(config, clock)
        app.testing = True
        made.append(app)
        return app

    yield build
    for app in made:
        _close(app)


@pytest.fixture
def app(
    request: pytest.FixtureRequest, make_app: Callable[..., Flask], database_url: str, tmp_path: Path
) -> Flask:
    """The service on a fresh database, no context pushed; one-time codes go to `tmp_path / "codes.txt"`.

    Tests of use-cases get it without doors, which take longer to open than most of them run.
    """
    doors = "usecases" not in request.path.parts or bool(
        {"client", "cli", "doors"} & set(request.fixturenames)
    )
    codes = str(tmp_path / "codes.txt")
    return make_app(database_url, doors=doors, code_sender="file", code_sender_file=codes)


@pytest.fixture
def doors() -> None:
    """Ask for it where a use-case's test needs the words of the doors."""


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """The service with its context pushed, for tests that call use-cases and queries themselves."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Speaks HTTP to the service. Do not mix with `app_context`: requests would share one session."""
    return app.test_client()


@pytest.fixture
def cli(app: Flask) -> Callable[..., Result]:
    """Runs a command of the service: `cli("regions", "import", "FILE")`."""
    runner = app.test_cli_runner()

    def run(*arguments: str, **given: Any) -> Result:
        return runner.invoke(args=list(arguments), **given)

    return run


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


# --- the browser ------------------------------------------------------------------------------------


@pytest.fixture
def live(database_url: str, clock: FakeClock, tmp_path: Path) -> Iterator[Served]:
    """The service at a real address, with the test's clock."""
    service = import_module("tests.support.service")
    codes = str(tmp_path / "codes.txt")
    with service.served_here(database_url, clock, code_sender="file", code_sender_file=codes) as served:
        yield served


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running headless Chromium; skips where there is none."""
    with browsers.running_browser() as running:
        yield running


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A new person's page: `visitor(width=360, locale="en")`; script or policy errors fail the test."""
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(browsers.watched_page(chromium, **given))


@pytest.fixture
def page(visitor: Callable[..., Page]) -> Page:
    """One desktop page in Chinese."""
    return visitor()


# --- rules of the whole suite -----------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _closed_doors() -> Iterator[None]:
    with closed_doors():
        yield


@pytest.fixture(scope="session")
def _guard() -> Iterator[StatementGuard]:
    guard = StatementGuard(Tables.of(schema.models()))
    with guard.listening():
        yield guard


@pytest.fixture(autouse=True)
def _no_context_left() -> Iterator[None]:
    """A context that a test leaves behind would make the next test's commands act on the wrong service."""
    yield
    assert not has_app_context(), "an application context was left behind"


@pytest.fixture(autouse=True)
def statement_guard(_guard: StatementGuard) -> Iterator[StatementGuard]:
    """Fails a test that executes SQL which shared code must not; `with statement_guard.off():` lets it."""
    _guard.found.clear()
    yield _guard
    assert not _guard.found, "forbidden SQL: " + "; ".join(_guard.found)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Reporting:
    report = yield
    return _counted(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Reporting:
    report = yield
    return _counted(report)


def _counted(report: Any) -> Any:
    """With TIMEBANK_REQUIRE_ALL=1 a skip is a failure: the machine lacks something."""
    if need.require_all() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"TIMEBANK_REQUIRE_ALL=1, and this was skipped: {reason}"
    return report
