"""How one-time codes reach people. Both senders are for development: staff could read the codes there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from timebank.config import ROOT
from timebank.kernel.db import runtime


def send_code(phone: str, code: str) -> None:
    """Send a code by the configured sender."""
    line = f"{runtime().clock.now().isoformat(timespec='seconds')} {phone} {code}\n"
    SENDERS[runtime().config.code_sender](line)


def _to_console(line: str) -> None:
    sys.stderr.write(line)


def _to_file(line: str) -> None:
    path = ROOT / runtime().config.code_sender_file
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(opened, "a", encoding="utf-8") as file:
        file.write(line)


SENDERS: dict[str, Callable[[str], None]] = {"console": _to_console, "file": _to_file}
