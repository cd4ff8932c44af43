"""Starting other programs so that none outlives the tests."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
from collections.abc import Callable

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
