"""Loading a service over HTTP: a few processes, each with connections that stay open, one request at a time
on each connection."""

from __future__ import annotations

import multiprocessing
import os
import selectors
import socket
import statistics
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from tests.support.processes import family

FORK = multiprocessing.get_context("fork")
PATIENCE_SECONDS = 120
Item = TypeVar("Item")


@dataclass
class Outcome:
    """What a load came to."""

    begun: float
    ended: float
    waits: list[float] = field(repr=False)
    """Seconds of each request."""
    told: Counter[str]
    """What the answers were, by `Load.read`."""
    busy: float = 0.0
    """Processor seconds of the server's own processes, without the database's."""

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.waits) / (self.ended - self.begun)

    def percentile(self, percent: int) -> float:
        """Seconds within which so many per cent were answered."""
        if len(self.waits) < 2:
            return self.waits[0]
        return statistics.quantiles(self.waits, n=100, method="inclusive")[percent - 1]


@dataclass(frozen=True)
class Load:
    """How to load: where, over how many connections from how many processes, and what an answer says."""

    address: str
    connections: int
    processes: int
    read: Callable[[bytes], str]
    server: int | None = None
    """The process that serves."""

    def run(self, items: Sequence[Item], request: Callable[[Item], bytes]) -> Outcome:
        """Send `request(item)` for each item; all are made just before the first is sent, so that making them
        takes nothing from the server. Codes in them must live as long as the run.
        """
        start = FORK.Barrier(self.processes)
        pipes = [FORK.Pipe(duplex=False) for _ in range(self.processes)]
        children = [
            FORK.Process(
                target=self._child,
                args=(items[number :: self.processes], request, start, sender),
                daemon=True,
            )
            for number, (_receiver, sender) in enumerate(pipes)
        ]
        for child in children:
            child.start()
        parts: list[Outcome] = []
        before = processor_seconds(self.server)
        for receiver, _sender in pipes:
            if not receiver.poll(PATIENCE_SECONDS):
                raise RuntimeError("the load did not end")
            parts.append(receiver.recv())
        for child in children:
            child.join()
        outcome = joined(parts)
        outcome.busy = processor_seconds(self.server) - before
        return outcome

    def _child(
        self, items: Sequence[Item], request: Callable[[Item], bytes], start: Barrier, sender: Connection
    ) -> None:
        each = max(1, self.connections // self.processes)
        host = urlsplit(self.address)
        lines = [socket.create_connection((host.hostname, host.port)) for _ in range(each)]
        requests = [request(item) for item in items]
        start.wait()
        sender.send(self._drive(lines, iter(requests)))

    def _drive(self, lines: list[socket.socket], requests: Iterator[bytes]) -> Outcome:
        waiting, answers = selectors.DefaultSelector(), deque[bytes]()
        begun = time.perf_counter()
        waits: list[float] = []
        for line, asked in zip(lines, islice(requests, len(lines)), strict=False):
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting.register(line, selectors.EVENT_READ, [time.perf_counter(), b""])
            line.sendall(asked)
        while waiting.get_map():
            for key, _events in waiting.select():
                asking: socket.socket = key.fileobj  # type: ignore[assignment]
                key.data[1] += asking.recv(65536)
                if not _whole(key.data[1]):
                    continue
                waits.append(time.perf_counter() - key.data[0])
                answers.append(key.data[1])
                following = next(requests, None)
                if following is None:
                    waiting.unregister(asking)
                    asking.close()
                    continue
                key.data[:] = time.perf_counter(), b""
                asking.sendall(following)
        return Outcome(begun, time.perf_counter(), waits, Counter(map(self.read, answers)))


def _whole(answer: bytes) -> bool:
    head, gap, body = answer.partition(b"\r\n\r\n")
    if not gap:
        if not answer:
            raise RuntimeError("the service closed a connection")
        return False
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return body.endswith(b"0\r\n\r\n")


def processor_seconds(process: int | None) -> float:
    """What a process and its children have used so far (Linux; elsewhere nothing is known)."""
    found = 0.0
    for number in family(process) if process else ():
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        found += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def joined(parts: Sequence[Outcome]) -> Outcome:
    """Loads that ran side by side, as one."""
    return Outcome(
        min(part.begun for part in parts),
        max(part.ended for part in parts),
        [wait for part in parts for wait in part.waits],
        sum((part.told for part in parts), Counter[str]()),
    )
