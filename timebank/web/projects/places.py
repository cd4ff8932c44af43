"""Choosing a place from the region tree by plain selects."""

from __future__ import annotations

from timebank.kernel.region_code import county_of, level_of
from timebank.regions import queries as regions

Choices = list[tuple[str, str]]
COUNTY = 1_000_000


def filter_choices(region: int | None) -> Choices:
    """The regions around a chosen one and those inside it; levels with a single region are passed over."""
    above = [(_text(each.code), each.name) for each in regions.path(region)] if region else []
    inside = regions.children(region)
    while region is None and len(inside) == 1:
        inside = regions.children(inside[0].code)
    return above + [(_text(each.code), each.name) for each in inside]


def county_choices(region: int) -> Choices:
    """The counties in which an organisation of this region may hold a project."""
    if level_of(region) not in ("province", "city"):
        county = county_of(region) * COUNTY
        return [(_text(county), _name(county))]
    if level_of(region) == "city":
        return [(_text(each.code), each.name) for each in regions.children(region)]
    return [choice for city in regions.children(region) for choice in county_choices(city.code)]


def place_choices(county: int) -> Choices:
    """The county itself, its townships, and every community with its township's name before it."""
    found = [(_text(county), _name(county))]
    for township in regions.children(county):
        found.append((_text(township.code), township.name))
        found += [
            (_text(each.code), f"{township.name} {each.name}") for each in regions.children(township.code)
        ]
    return found


def _name(code: int) -> str:
    found = regions.region(code)
    return found.name if found else _text(code)


def _text(code: int) -> str:
    return f"{code:012d}"
