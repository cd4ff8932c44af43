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
from tests.support.service import served_here
from timebank.volunteers.queries import personal_code

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MORNING = 9


@pytest.fixture
def gate(database_url: str, chromium: Browser, clock: FakeClock) -> Iterator[Gate]:
    """The service's clock is the phone's, so that what is scanned is not late."""
    page = chromium.new_page()
    clock.set(datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC))
    page.close()
    with served_here(database_url, clock, time_zone=_where_it_is_morning(clock.now())) as live:
        assert live.app is not None
        with live.app.app_context():
            people.region_tree()
            event = make.event()
            actors = {name: make.signed_up(event.shift, name=name) for name in ("周小川", "张大山", "李秀英")}
            codes = {name: personal_code(actor) for name, actor in actors.items()}
            keys = {name: actor.volunteer for name, actor in actors.items() if actor.volunteer}
        yield Gate(live, event, codes, keys)


def _where_it_is_morning(now: datetime) -> str:
    """A zone in which a shift that begins soon ends on the same day, whenever the tests run."""
    ahead = (MORNING - now.hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"  # the sign of these names is turned


@pytest.fixture
def switched_on(chromium: Browser, tmp_path: Path) -> Iterator[SwitchedOn]:
    """A phone: `switched_on(width=1280)`; the same profile every time, as long as the test lasts."""
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(phones.phone(chromium, tmp_path / "phone", **given))
