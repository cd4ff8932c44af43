"""What the stories of the gate's app share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import make_people as people
from tests.support import make_projects as make
from tests.support import phones
from tests.support.clock import FakeClock
from tests.support.gate_app import Gate, SwitchedOn
from timebank.volunteers.queries import personal_code

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.service import Served


@pytest.fixture
def gate(live: Served, chromium: Browser, clock: FakeClock) -> Gate:
    """The service's clock is the phone's, so that what is scanned is not late."""
    assert live.app is not None
    page = chromium.new_page()
    clock.set(datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC))
    page.close()
    with live.app.app_context():
        people.region_tree()
        event = make.event()
        actors = {name: make.signed_up(event.shift, name=name) for name in ("周小川", "张大山", "李秀英")}
        codes = {name: personal_code(actor) for name, actor in actors.items()}
        keys = {name: actor.volunteer for name, actor in actors.items() if actor.volunteer}
    return Gate(live, event, codes, keys)


@pytest.fixture
def switched_on(chromium: Browser, tmp_path: Path) -> Iterator[SwitchedOn]:
    """A phone: `switched_on(width=1280)`; the same profile every time, as long as the test lasts."""
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(phones.phone(chromium, tmp_path / "phone", **given))
