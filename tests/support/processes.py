"""Starting other programs so that none outlives the tests."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

STOP_SECONDS = 10


def dying_with_parent(how: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the child gets this signal when the tests die, however they die (Linux)."""

    def ask_kernel() -> None:
        if sys.platform == "linux":
            set_parent_death_signal = 1
            ctypes.CDLL(None).prctl(set_parent_death_signal, how)

    return ask_kernel


def stop(child: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """Ask a child to end, and end it."""
    child.send_signal(how)
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def free_port() -> int:
    """A loopback port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(process: int) -> list[int]:
    """A process and all its children that live, the oldest first (Linux)."""
    found = [process]
    for number in sorted(int(each.name) for each in Path("/proc").glob("[0-9]*")):
        try:
            parent = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent in found:
            found.append(number)
    return found


def kill_family(process: int) -> None:
    """End a process and its children at once, as a failing machine would."""
    for number in family(process):
        os.kill(number, signal.SIGKILL)
