"""Pages that belong together: the tabs of one person, the shelves of `/my`, the queues of the office.

Each area adds its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel.speaklater import LazyString

from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.web.kit.actor import current_actor

Offered = Callable[[Actor], bool]


@dataclass(frozen=True)
class Section:
    """One page of a group and who is offered it; the page itself decides again."""

    endpoint: str
    label: LazyString
    offered: Offered
    icon: str = ""


PERSON_TABS: list[Section] = []
"""Pages about one volunteer at the office; their addresses take `volunteer`."""
MY_PAGES: list[Section] = []
"""Pages about oneself, linked from `/my`."""


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
        for each in MY_PAGES
        if each.offered(current_actor())
    ]
