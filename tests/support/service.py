"""The service under test: its settings, and itself behind a real server."""

from __future__ import annotations

import http.client
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.serving import make_server

from tests.support import keys
from tests.support.processes import dying_with_parent, free_port, stop
from timebank.app import create_app as create_app
from timebank.app import create_core as create_core
from timebank.config import ROOT, Config, load
from timebank.kernel.clock import Clock
from timebank.kernel.db import db

READY_SECONDS = 120


def environment(database_url: str, **changes: str) -> dict[str, str]:
    """The variables of a service for tests: demonstration people allowed, cheap passwords, fixed keys."""
    variables = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret of nobody, long enough to pass",
        "FIELD_KEYS": keys.OLD_FIELD,
        "INDEX_KEY": keys.OLD_INDEX,
        "LEDGER_KEY": keys.key("ledger"),
        "DEMO": "1",
        "PASSWORD_COST": "test",
        **{name.upper(): text for name, text in changes.items()},
    }
    return {f"TIMEBANK_{name}": text for name, text in variables.items()}


def config_for(database_url: str, **changes: str) -> Config:
    """The same as a Config: `config_for(url, demo="0")`."""
    return load(environment(database_url, **changes))


@dataclass(frozen=True)
class Served:
    """A service that answers at an address."""

    address: str
    app: Flask | None = None
    process: int | None = None
    """The server's process, where it has one of its own; its workers are its children."""


@contextmanager
def served_here(database_url: str, clock: Clock, **changes: str) -> Iterator[Served]:
    """Serve in a thread of the tests, so that the test's own clock is the service's."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    app = create_app(config_for(database_url, base_url=address, **changes), clock)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Served(address, app)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextmanager
def served_apart(
    variables: Mapping[str, str],
    folder: Path,
    workers: int = 1,
    target: str = "wsgi:app",
    port: int | None = None,
) -> Iterator[Served]:
    """Serve by granian in processes of their own, as in production; the clock is the machine's."""
    port = port or free_port()
    address = f"http://127.0.0.1:{port}"
    given = {**_without_settings(), "TIMEBANK_BASE_URL": address, **variables}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws"]
    command += ["--workers", str(workers), "--blocking-threads", "4", "--log-level", "warning"]
    command += ["--static-path-mount", str(ROOT / "static"), target]
    log = folder / f"server-{port}.log"
    with open(log, "wb") as output:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=given,
            stdout=output,
            stderr=output,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
    try:
        _wait_ready(port, child, log)
        yield Served(address, process=child.pid)
    finally:
        stop(child)


def _without_settings() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("TIMEBANK_")}


def _wait_ready(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    answer = "no answer"
    while time.monotonic() < deadline and child.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            if response.status == http.client.OK:
                return
            answer = f"{response.status} {response.read().decode()}"
        except OSError as error:
            answer = str(error)
        finally:
            connection.close()
        time.sleep(0.05)
    raise RuntimeError(f"the service did not become ready ({answer}): {log.read_text()[-3000:]}")
