"""`python3 -m timebank up`: one command from nothing to a running demonstration; a second start keeps all."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.processes import dying_with_parent, free_port, stop
from tests.support.waiting import eventually
from timebank import __main__ as starter
from timebank.config import ROOT

ADDRESS = re.compile(r"running at (http://\S+)")
SIGN_IN = re.compile(r"^  \S.*\b12\d{9}\b.*$", re.MULTILINE)  # the log of server and worker runs in between
pytestmark = pytest.mark.xdist_group("start")


def _environment(home: Path) -> dict[str, str]:
    """A start with its own keys, data and stamps, and this Python's packages as if just installed."""
    venv = home / "venv"
    venv.mkdir(parents=True)
    for part in ("bin", "lib", "pyvenv.cfg"):
        (venv / part).symlink_to(Path(sys.prefix) / part)
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TIMEBANK_")}
    return {**kept, "TIMEBANK_VENV": str(venv), "TIMEBANK_ENV_FILE": str(home / "data" / "timebank.env")}


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    given = _environment(tmp_path)
    venv = Path(given["TIMEBANK_VENV"])
    monkeypatch.setattr(starter, "VENV", venv)
    monkeypatch.setattr(starter, "PYTHON", venv / "bin" / "python")
    starter.stamp(starter.RUN_LOCK)
    return given


@contextmanager
def _started(environment: dict[str, str], log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The command, running, and what it has printed when it is ready."""
    command = [sys.executable, "-m", "timebank", "up", "--port", str(free_port())]
    with open(log, "wb") as output:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
    try:
        eventually(lambda: child.poll() is not None or ADDRESS.search(log.read_text()), "the start")
        assert child.poll() is None, log.read_text()
        eventually(lambda: "Ctrl-C" in log.read_text(), "the sign-ins")
        yield child, log.read_text()
    finally:
        if child.poll() is None:
            stop(child)


def _page(told: str) -> str:
    found = ADDRESS.search(told)
    assert found
    with urlopen(found[1]) as answer:  # noqa: S310 - the address is our own
        return str(answer.read().decode())


def _child_called(last_word: str, parent: int) -> int:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1] for pid in children}
    return next(pid for pid, command in commands.items() if command[-1].decode() == last_word)


def test_the_first_start_loads_the_second_keeps(environment: dict[str, str], tmp_path: Path) -> None:
    with _started(environment, tmp_path / "first.log") as (child, told):
        assert "Building the demonstration town" in told
        assert len(SIGN_IN.findall(told)) >= 4, told
        assert "<html" in _page(told)
        child.send_signal(signal.SIGTERM)
        assert child.wait() == 0
    keys = tmp_path / "data" / "timebank.env"
    assert keys.stat().st_mode & 0o777 == 0o600
    kept = keys.read_text()
    with _started(environment, tmp_path / "second.log") as (_, told_again):
        assert "Building" not in told_again
        assert "Installing" not in told_again
        assert SIGN_IN.findall(told_again) == SIGN_IN.findall(told)
    assert keys.read_text() == kept


def test_when_the_worker_dies_the_command_says_so(environment: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "died.log"
    with _started(environment | {"TIMEBANK_DEMO": "0"}, log) as (child, _):
        os.kill(_child_called("worker", child.pid), signal.SIGKILL)
        assert child.wait() == 1
    assert "The worker has stopped by itself" in log.read_text()


def test_a_taken_port_is_named(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "timebank", "up", "--port", str(port)]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"127.0.0.1:{port} cannot be used" in done.stderr
    assert "--port" in done.stderr


def test_a_python_without_venv_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(starter, "VENV", tmp_path / "venv")
    monkeypatch.setattr(starter, "PYTHON", tmp_path / "venv" / "bin" / "python")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(starter.Refused, match="apt install python3-venv"):
        starter.ensure_installed(starter.RUN_LOCK)


def test_the_package_starts_with_python_alone() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import timebank.__main__",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
