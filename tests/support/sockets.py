"""Closed doors: a test talks to this machine only."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock


class DoorClosed(AssertionError):
    """A test tried to reach another machine."""


def is_local(address: object) -> bool:
    """Whether an address is a Unix socket or a loopback one."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in ("localhost", "")


@contextmanager
def closed_doors() -> Iterator[None]:
    """Refuse connections to other machines while this lasts."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def checked_connect(self: socket.socket, address: Any) -> None:
        _check(address)
        connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:
        _check(address)
        return connect_ex(self, address)

    with (
        mock.patch.object(socket.socket, "connect", checked_connect),
        mock.patch.object(socket.socket, "connect_ex", checked_connect_ex),
    ):
        yield


def _check(address: object) -> None:
    if not is_local(address):
        raise DoorClosed(f"a test tried to connect to {address}")
