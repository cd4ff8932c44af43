"""What the tests stand on holds: doors are closed, and the service answers as it would in production."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.service import environment, served_apart
from tests.support.sockets import DoorClosed


def test_no_other_machine_can_be_reached() -> None:
    with socket.socket() as door, pytest.raises(DoorClosed):
        door.connect(("192.0.2.1", 80))


def test_the_service_answers_behind_its_own_server(database_url: str, tmp_path: Path) -> None:
    with (
        served_apart(environment(database_url), tmp_path) as served,
        urlopen(f"{served.address}/healthz") as answer,  # noqa: S310 - the address is our own
    ):
        assert answer.status == 200
