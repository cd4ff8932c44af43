"""Choosing a community level by level: works by sending the form, and at once with the page's script."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from timebank.kernel.region_code import LEVELS, ancestors, level_of
from timebank.regions.queries import RegionCard, children

FIELDS = {level: level for level in LEVELS} | {"village": "region_code"}
"""The form's field of each level; the lowest is the one that counts."""
SHOW_NEXT = "show_places"
"""The button that sends the form only to fill the next list."""


@dataclass(frozen=True)
class PlaceList:
    """One list of regions to choose from; empty until the one above is chosen."""

    name: str
    level: str
    options: list[tuple[str, str]]
    chosen: str


def residence(known: int | None = None, prefix: str = "") -> list[PlaceList]:
    """The lists from the first level with a choice down to the communities, as far as chosen.

    What the form or the address says wins over the `known` region. A `prefix` of the fields' names keeps two
    places on one page apart.
    """
    wanted = _wanted(known, prefix)
    lists: list[PlaceList] = []
    parent: int | None = None
    while options := children(parent):
        level = options[0].level
        chosen = _choice(options, wanted.get(level))
        if len(options) > 1 or lists or level == LEVELS[-1]:  # below a choice every list may be refilled
            lists.append(_list(level, options, chosen, prefix))
        if chosen is None or level == LEVELS[-1]:
            break
        parent = chosen
    return lists + _empty_below(lists[-1].level if lists else "", prefix)


def lowest_chosen(prefix: str) -> str | None:
    """The code of the lowest region that form or address choose, for a place that may be of any level."""
    chosen = [request.values.get(prefix + FIELDS[level], "") for level in reversed(LEVELS)]
    return next((code[:12] for code in chosen if code), None)


def _wanted(known: int | None, prefix: str) -> dict[str, int]:
    given = {level: request.values.get(prefix + name, "") for level, name in FIELDS.items()}
    wanted = {level: int(text) for level, text in given.items() if text.isascii() and text.isdigit()}
    if wanted or known is None:
        return wanted
    return {level_of(code): code for code in (*ancestors(known), known)}


def _choice(options: list[RegionCard], wanted: int | None) -> int | None:
    if any(option.code == wanted for option in options):
        return wanted
    only = len(options) == 1 and options[0].level != LEVELS[-1]
    return options[0].code if only else None


def _list(level: str, options: list[RegionCard], chosen: int | None, prefix: str) -> PlaceList:
    offered = [(f"{option.code:012d}", option.name) for option in options]
    return PlaceList(prefix + FIELDS[level], level, offered, "" if chosen is None else f"{chosen:012d}")


def _empty_below(level: str, prefix: str) -> list[PlaceList]:
    below = LEVELS[LEVELS.index(level) + 1 :] if level else LEVELS[-1:]
    return [PlaceList(prefix + FIELDS[each], each, [], "") for each in below]
