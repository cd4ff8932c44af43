"""Pages that belong together: the tabs of one person, the shelves of `/my`, the queues of the office.

Each area adds its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request, url_for
from flask_babel.speaklater import LazyString

from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.kernel.policy import Actor, Permission
from timebank.web.kit.actor import current_actor

Offered = Callable[[Actor], bool]


@dataclass(frozen=True)
class Section:
    """One page of a group and who is offered it; the page itself decides again."""

    endpoint: str
    label: LazyString
    offered: Offered
    icon: str = ""
    place: int = 0
    """Where it stands on `/my`: the smallest number first."""


@dataclass(frozen=True)
class ReviewQueue:
    """Something that waits for a decision of whoever holds one of some rights."""

    label: LazyString
    icon: str
    rights: tuple[Permission, ...]
    waiting: Callable[[Actor, int], Page[Any]]
    """The first so many that wait for this actor."""
    endpoint: str
    place: int
    """Where it stands among the others: the smallest number first."""
    arguments: Mapping[str, Any] = field(default_factory=dict)


PERSON_TABS: list[Section] = []
"""Pages about one volunteer at the office; their addresses take `volunteer`."""
MY_PAGES: list[Section] = []
"""Pages about oneself, linked from `/my`."""
REVIEW_QUEUES: list[ReviewQueue] = []
"""What waits for decisions, counted on `/office` and `/office/reviews`."""


def review_queues(actor: Actor) -> list[ReviewQueue]:
    """The queues that this actor works off, in their order."""
    return sorted(
        (each for each in REVIEW_QUEUES if any(map(actor.can, each.rights))), key=lambda each: each.place
    )


def install(app: Flask) -> None:
    """Let templates draw both groups."""
    app.context_processor(lambda: {"person_tabs": person_tabs, "my_pages": my_pages})


def person_tabs(volunteer: Key) -> list[dict[str, object]]:
    """The tabs of one person, for the macro `tabs`; none where there would be only one."""
    found = [
        {
            "url": url_for(each.endpoint, volunteer=volunteer),
            "label": each.label,
            "current": request.endpoint == each.endpoint,
        }
        for each in PERSON_TABS
        if each.offered(current_actor())
    ]
    return found if len(found) > 1 else []


def my_pages() -> list[dict[str, object]]:
    """The pages about oneself."""
    return [
        {"url": url_for(each.endpoint), "label": each.label, "icon": each.icon}
        for each in sorted(MY_PAGES, key=lambda each: each.place)
        if each.offered(current_actor())
    ]
