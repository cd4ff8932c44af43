"""Whose records and which period a request means."""

from __future__ import annotations

from datetime import date
from typing import Any

from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.web.kit.actor import current_actor


def own_volunteer() -> Key:
    """The volunteer who asks. Raises Unauthenticated for nobody, NotFound for who is no volunteer."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if actor.volunteer is None:
        raise NotFound()
    return actor.volunteer


def today() -> date:
    """The local date."""
    return local_date(runtime().clock.now(), runtime().config.time_zone)


def with_period(given: dict[str, Any]) -> dict[str, Any]:
    """A query with the period filled in: from the first of January to today where nothing is said."""
    end = given["end"] or today()
    start = given["start"] or date(end.year, 1, 1)
    return given | {"start": start, "end": max(start, end)}
