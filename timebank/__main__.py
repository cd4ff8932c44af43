"""Start or test timebank with nothing but Python 3.11 and its `venv`.

    python3 -m timebank up [--port 8000] [--host 127.0.0.1]   start the service with a demonstration town
    python3 -m timebank test [pytest arguments]               install what the tests need and run them

Both keep a virtual environment in `.venv` (or $TIMEBANK_VENV) and fill it once from the hashed locks.
The keys and data of `up` lie in `instance/`, or beside the file that $TIMEBANK_ENV_FILE names.
"""

from __future__ import annotations

import argparse
import base64
import ctypes
import hashlib
import http.client
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = Path(os.environ.get("TIMEBANK_ENV_FILE") or ROOT / "instance" / "timebank.env").absolute()
DATABASE = f"sqlite:///{SETTINGS.parent / 'timebank.db'}"
ASSETS = Path("timebank", "assets")
VENV = Path(os.environ.get("TIMEBANK_VENV") or ROOT / ".venv").absolute()
PYTHON = VENV / "bin" / "python"
RUN_LOCK = ROOT / "requirements.txt"
TEST_LOCK = ROOT / "tests" / "requirements.txt"
READY_SECONDS = 120
STOP_SECONDS = 10
FIGURES_ORIGIN = ("--year", "2020", "--source", "第七次全国人口普查")
FIRST_LOAD = (
    ("Loading Leshan's regions", ("regions", "import", str(ASSETS / "regions_leshan.csv.gz"))),
    (
        "Loading the census figures",
        ("figures", "import", str(ASSETS / "census2020_leshan.csv"), *FIGURES_ORIGIN),
    ),
    ("Loading the targets", ("targets", "import", str(ASSETS / "targets_leshan.csv"))),
    ("Building the demonstration town", ("demo", "load")),
)


class Refused(Exception):
    """The command cannot go on; the message says what to do."""


def say(text: str) -> None:
    print(text, flush=True)


# --- the environment ---------------------------------------------------------------------------------


def ensure_installed(*locks: Path) -> None:
    """Make the virtual environment and install the locks that are not in it yet."""
    missing = [lock for lock in locks if not _is_installed(lock)]
    if not missing:
        return
    if not _has_pip():
        _make_environment()
    say("Installing requirements (once, about half a minute) ...")
    wanted = [part for lock in locks for part in ("-r", str(lock))]
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if subprocess.run([*pip, "--require-hashes", *wanted]).returncode:
        raise Refused("The requirements could not be installed; pip says above why. Is there a network?")
    for lock in locks:
        stamp(lock)


def stamp(lock: Path) -> None:
    """Note that the environment holds this lock."""
    _stamp(lock).write_text(_digest(lock))


def _stamp(lock: Path) -> Path:
    return VENV / f".{lock.parent.name if lock.parent != ROOT else 'timebank'}.sha256"


def _digest(lock: Path) -> str:
    interpreter = str(PYTHON.resolve()).encode()
    return hashlib.sha256(interpreter + lock.read_bytes()).hexdigest()


def _is_installed(lock: Path) -> bool:
    stamp = _stamp(lock)
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == _digest(lock)


def _has_pip() -> bool:
    if not PYTHON.exists():
        return False
    return subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True).returncode == 0


def _make_environment() -> None:
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise Refused(
            "This Python cannot make virtual environments: run `apt install python3-venv`, then try again."
        )
    say(f"Making a virtual environment in {VENV} ...")
    again = ["--clear"] if (VENV / "pyvenv.cfg").exists() else []
    if subprocess.run([sys.executable, "-m", "venv", *again, str(VENV)]).returncode:
        raise Refused(
            f"No virtual environment could be made in {VENV}. "
            "On Debian and Ubuntu run `apt install python3-venv`; otherwise see the message above."
        )


# --- settings ----------------------------------------------------------------------------------------


def settings(host: str, port: int) -> dict[str, str]:
    """The environment of the service: given variables, then the file of secrets, made on first use."""
    if not SETTINGS.exists():
        _write_secrets(SETTINGS)
    lines = SETTINGS.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    kept = {name.strip(): value.strip() for name, _, value in pairs if not name.startswith("#")}
    defaults = {
        "PYTHONUNBUFFERED": "1",
        "TIMEBANK_BASE_URL": f"http://{_visible_host(host)}:{port}",
        "TIMEBANK_DATABASE_URL": DATABASE,
        "TIMEBANK_DEMO": "1",
    }
    return {**defaults, **kept, **os.environ}


def _write_secrets(path: Path) -> None:
    def key() -> str:
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()

    lines = (
        "# Made by `python3 -m timebank up`. Keep a copy: without these keys encrypted fields are lost.",
        f"TIMEBANK_DATABASE_URL={DATABASE}",
        "TIMEBANK_DEMO=1",
        f"TIMEBANK_SECRET_KEY={secrets.token_urlsafe(48)}",
        f"TIMEBANK_FIELD_KEYS=k1:{key()}",
        f"TIMEBANK_INDEX_KEY={key()}",
        f"TIMEBANK_LEDGER_KEY={key()}",
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _visible_host(host: str) -> str:
    """The address by which this machine is reached; for 0.0.0.0 the one its default route uses."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"{host}:{port} cannot be used ({error.strerror}): stop the program that has it, "
                f"or take another with --port {port + 1}."
            ) from None


# --- the database ------------------------------------------------------------------------------------


def flask(*command: str) -> list[str]:
    return [str(PYTHON), "-m", "flask", "--app", "wsgi", *command]


def prepare(environment: Mapping[str, str]) -> list[dict[str, str]]:
    """Bring the database up to date, fill it on first use, return the demonstration's sign-ins."""
    say("Preparing the database ...")
    _run(("db", "upgrade"), environment)
    if environment["TIMEBANK_DEMO"].lower() not in ("1", "true", "yes"):
        return []
    database = hashlib.sha256(environment["TIMEBANK_DATABASE_URL"].encode()).hexdigest()[:16]
    loaded = SETTINGS.parent / f".loaded-{database}"
    accounts = _demo_accounts(environment) if loaded.exists() else []
    if not accounts:
        for title, command in FIRST_LOAD:
            say(f"{title} ...")
            _run(command, environment)
        loaded.touch()
        accounts = _demo_accounts(environment)
    return accounts


def _run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(flask(*command), cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        shown = (done.stderr or done.stdout).strip()
        raise Refused(f"{shown}\n`flask {' '.join(command)}` failed; the message above says why.")
    return done.stdout


def _demo_accounts(environment: Mapping[str, str]) -> list[dict[str, str]]:
    accounts: list[dict[str, str]] = json.loads(_run(("demo", "accounts", "--json"), environment))
    return accounts


# --- server and worker -------------------------------------------------------------------------------


def serve(host: str, port: int, environment: Mapping[str, str], accounts: list[dict[str, str]]) -> int:
    """Run server and worker until a signal comes (0) or one of them dies (1)."""
    server = [str(PYTHON), "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    server += ["--no-ws", "--blocking-threads", "8", "--log-level", "error"]
    server += ["--static-path-mount", str(ROOT / "static"), "wsgi:app"]
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children["server"] = _start(server, environment)
        children["worker"] = _start(flask("worker"), environment)
        _wait_ready(host, port, children)
        _greet(environment["TIMEBANK_BASE_URL"], accounts)
        while not _fallen(children):
            time.sleep(0.2)
        raise Refused(_fallen(children))
    except KeyboardInterrupt:
        say("Stopping ...")
        return 0
    finally:
        _stop(children.values())


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, start_new_session=True, preexec_fn=_die_with_parent
    )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _fallen(children: Mapping[str, subprocess.Popen[bytes]]) -> str:
    for name, child in children.items():
        if child.poll() is not None:
            return f"The {name} has stopped by itself (status {child.returncode}); its last words are above."
    return ""


def _wait_ready(host: str, port: int, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - replaced, not bound
    deadline = time.monotonic() + READY_SECONDS
    answer = "no answer"
    while time.monotonic() < deadline:
        if fallen := _fallen(children):
            raise Refused(fallen)
        connection = http.client.HTTPConnection(target, port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            answer = f"status {response.status}"
            if response.status == http.client.OK:
                return
        except OSError as error:
            answer = str(error)
        finally:
            connection.close()
        time.sleep(0.1)
    raise Refused(f"The service was not ready after {READY_SECONDS} seconds ({answer}).")


def _stop(children: Iterable[subprocess.Popen[bytes]]) -> None:
    running = [child for child in children if child.poll() is None]
    for child in running:
        child.terminate()
    for child in running:
        try:
            child.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            child.kill()
            child.wait()


def _greet(address: str, accounts: list[dict[str, str]]) -> None:
    say(f"\n  timebank is running at {address}\n")
    if accounts:
        columns = ("role", "name", "phone", "password")
        rows = [columns, *(tuple(str(account[column]) for column in columns) for account in accounts)]
        widths = [max(_width(row[i]) for row in rows) for i in range(len(columns))]
        for row in rows:
            cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
            say("  " + "   ".join(cells).rstrip())
    say(f"\n  Stop with Ctrl-C. The data stays in {SETTINGS.parent}.\n")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


# --- commands ----------------------------------------------------------------------------------------


def up(host: str, port: int) -> int:
    _refuse_taken_port(host, port)
    ensure_installed(RUN_LOCK)
    environment = settings(host, port)
    return serve(host, port, environment, prepare(environment))


def test(arguments: Sequence[str]) -> int:
    ensure_installed(RUN_LOCK, TEST_LOCK)
    parallel = [] if arguments else ["-n", "auto", "--dist", "loadgroup"]
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *parallel, *arguments])  # noqa: S606 - takes the place of this process


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError("say a number from 1 to 65535")
    return int(text)


def main(arguments: Sequence[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - nothing has checked it before this line
        raise Refused("timebank needs Python 3.11 or later.")
    if arguments[:1] == ["test"]:
        return test(arguments[1:])
    parser = argparse.ArgumentParser(
        "python3 -m timebank", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="{up,test}")
    start = commands.add_parser("up", help="start the service")
    start.add_argument("--host", default="127.0.0.1")
    start.add_argument("--port", type=_port, default=8000)
    commands.add_parser("test", help="run the tests; further arguments go to pytest")
    given = parser.parse_args(arguments)
    return up(given.host, given.port)


def _on_signal(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _on_signal)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except Refused as refusal:
        sys.exit(f"timebank: {refusal}")
