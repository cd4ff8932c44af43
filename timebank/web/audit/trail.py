"""How an entry of the trail reads: who, what, about which row, with which numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from flask import url_for

from timebank.identity.queries import officers, user_names
from timebank.kernel.audit import Entry
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.policy import Permission as P
from timebank.regions.queries import names as region_names
from timebank.volunteers.rules import mask_name
from timebank.web.kit.text import number, percent
from timebank.web.kit.words import WORDS, event_words

PAGES: dict[str, tuple[str, str, P | None]] = {
    "organization": ("organizations.detail", "organization", P.ORGANIZATION_READ),
    "project": ("projects.detail", "key", None),
    "volunteer": ("volunteers.person", "volunteer", P.VOLUNTEER_READ),
}
"""What an event is about, by the first word of its name: the page, its argument, and the right to open it."""


class ByLabel(Protocol):
    """Whatever somebody did."""

    @property
    def by(self) -> str: ...

    @property
    def user(self) -> Key | None: ...


def actor_names(entries: Iterable[ByLabel]) -> dict[str, str]:
    """Who acted, by label: officers by name; of others, who act for themselves, a masked name."""
    labels = {entry.by: entry.user for entry in entries}
    users = {user for user in labels.values() if user is not None}
    called, known = user_names(users), officers(users)
    found = {label: str(words) for label, words in WORDS["actor"].items()}
    for label, user in labels.items():
        if user in called:
            found[label] = called[user] if user in known else mask_name(called[user])
    return found


def subject_page(entry: Entry, actor: Actor) -> str | None:
    """The page of the row that an event is about, where there is one that this person may open."""
    page = PAGES.get(entry.kind)
    if page is None or (page[2] is not None and not actor.can(page[2])):
        return None
    given: dict[str, Any] = {page[1]: entry.subject}
    return url_for(page[0], **given)


def details(entry: Entry, regions: Mapping[int, str]) -> list[tuple[str, str]]:
    """The numbers and ids of an event with their words."""
    return [
        (str(WORDS["event_datum"].get(name, name)), _value(name, value, regions))
        for name, value in sorted(entry.data.items())
        if value is not None
    ]


def regions_of(entries: Iterable[Entry]) -> dict[int, str]:
    """The names of the regions that events speak of."""
    told = (entry.data.get(name) for entry in entries for name in REGIONS)
    codes = {code for code in told if isinstance(code, int)}
    return region_names(codes) if codes else {}


REGIONS = ("community", "left", "region", "to")
"""Numbers that are codes of regions."""
GROUPS = {
    "channel": "channel",
    "field": "correctable",
    "fields": "volunteer_field",
    "indicator": "indicator",
    "kind": "qualification_kind",
    "purposes": "consent_purpose",
    "role": "role",
    "status": "volunteer_status",
}


def _value(name: str, value: Any, regions: Mapping[int, str]) -> str:
    """One number, id or code of an event in words."""
    if name in REGIONS and isinstance(value, int):
        return regions.get(value, f"{value:012d}")
    if name == "event":
        return event_words().get(str(value), str(value))
    if isinstance(value, bool):
        return str(WORDS["yes_or_no"]["yes" if value else "no"])
    if isinstance(value, int):
        return str(value) if name == "year" else percent(value) if name == "share" else number(value)
    codes = value if isinstance(value, list) else [value]
    known = {**WORDS["personal_field"], **WORDS.get(GROUPS.get(name, ""), {})}
    return ", ".join(str(known.get(str(code), code)) for code in codes)
