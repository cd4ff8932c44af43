"""A throw-away service on a throw-away database, with keys of its own, in processes of its own."""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from timebank.cli.rehearsal.stage import Somebody, Stage, Wanted
from timebank.config import ROOT

READY_SECONDS = 120
STOP_SECONDS = 10
THREADS = "8"


class NotRehearsed(Exception):
    """A sentence that says why there is no rehearsal."""


def environment(folder: Path, port: int) -> dict[str, str]:
    """The variables of the copy's service; none of the real ones is among them."""
    key = base64.urlsafe_b64encode
    given = {
        "DATABASE_URL": f"sqlite:///{folder / 'rehearsal.db'}",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": f"rehearsal:{key(secrets.token_bytes(32)).decode()}",
        "INDEX_KEY": key(secrets.token_bytes(32)).decode(),
        "LEDGER_KEY": key(secrets.token_bytes(32)).decode(),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DEMO": "1",
        "PASSWORD_COST": "test",
        "LOG_LEVEL": "WARNING",
        "ENV_FILE": os.devnull,
    }
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TIMEBANK_")}
    return kept | {f"TIMEBANK_{name}": text for name, text in given.items()}


def free_port() -> int:
    """A loopback port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(variables: Mapping[str, str], wanted: Wanted) -> Stage:
    """Make the schema and the copy. Raises NotRehearsed."""
    _flask(variables, "db", "upgrade")
    words = (str(wanted.people), str(wanted.strangers), wanted.title)
    told = json.loads(_flask(variables, "gate", "stage", *words).splitlines()[-1])
    return Stage(**{**told, "people": [Somebody(**each) for each in told["people"]]})


def _flask(variables: Mapping[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "flask", *command],
        cwd=ROOT,
        env=dict(variables),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise NotRehearsed(f"The copy could not be made: {done.stderr.strip()[-500:]}")
    return done.stdout


@contextmanager
def serving(variables: Mapping[str, str], folder: Path, port: int) -> Iterator[None]:
    """The service of the copy, as long as the block lasts. Raises NotRehearsed."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws"]
    command += ["--blocking-threads", THREADS, "--log-level", "error", "wsgi:app"]
    log = folder / "server.log"
    with open(log, "wb") as output:
        child = subprocess.Popen(command, cwd=ROOT, env=dict(variables), stdout=output, stderr=output)
    try:
        _wait_ready(port, child, log)
        yield
    finally:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait_ready(port: int, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", "/readyz")
            if line.getresponse().status == http.client.OK:
                return
        except OSError:
            pass
        finally:
            line.close()
        time.sleep(0.1)
    raise NotRehearsed(f"The copy's service did not start: {log.read_text()[-500:]}")
