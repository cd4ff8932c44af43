"""Reading the region tree and its figures; they are public facts, so nobody is asked who wants to know."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Select, literal, select

from timebank.kernel.db import session
from timebank.kernel.errors import Invalid
from timebank.kernel.paging import Page, page_of, read_cursor, write_cursor
from timebank.kernel.region_code import LEVELS, NATION, ancestors, last_in
from timebank.regions.models import Region, RegionFigure


@dataclass(frozen=True, slots=True)
class RegionCard:
    """A region of the tree; `setting` is `urban` or `rural` at the lowest level."""

    code: int
    name: str
    level: str
    parent_code: int | None
    setting: str | None


@dataclass(frozen=True, slots=True)
class FigureCard:
    """A published number about a region, the year it describes and where it was published."""

    value: int
    year: int
    source: str


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A figure with what it counts."""

    kind: str
    value: int
    year: int
    source: str


def region(code: int) -> RegionCard | None:
    """The region of this code."""
    return next(iter(_cards(_columns().where(Region.code == code))), None)


def children(code: int | None) -> list[RegionCard]:
    """The regions directly inside; of None the provinces."""
    inside = Region.parent_code.is_(None) if code is None else Region.parent_code == code
    return _cards(_columns().where(inside).order_by(Region.code))


def path(code: int) -> list[RegionCard]:
    """From the province down to the region itself; empty for an unknown code."""
    found = _cards(_columns().where(Region.code.in_([*ancestors(code), code])).order_by(Region.code))
    return found if found and found[-1].code == code else []


def names(codes: Iterable[int]) -> dict[int, str]:
    """The short names of regions."""
    rows = session().execute(select(Region.code, Region.name).where(Region.code.in_(list(codes))))
    return {code: name for code, name in rows}


def full_name(code: int) -> str:
    """The name with those of the regions around it, as addresses are written: 四川省乐山市市中区…"""
    return "".join(each.name for each in path(code))


def communities(within: int, texts: Collection[str]) -> dict[str, list[int]]:
    """The communities and villages that people mean by these texts; several where a name is not the only one.

    A text is a 12-digit code (also behind the name), a name inside the region `within`, or a longer name such
    as that of town and community. A code is found also outside, so that it can be said that it lies there.
    """
    coded = {text: int(found[0]) for text in texts if (found := _CODE_BEHIND.search(text))}
    known = set(session().scalars(_villages().where(Region.code.in_(set(coded.values())))))
    result = {text: [code] if code in known else [] for text, code in coded.items()}
    named = [text for text in texts if text not in coded]
    inside = _villages().add_columns(Region.name).where(Region.code.between(within, last_in(within)))
    by_name: dict[str, list[int]] = {}
    spelled = {text + ending for text in named for ending in ("", *_COMMITTEES)}
    for code, name in session().execute(inside.where(Region.name.in_(spelled)).order_by(Region.code)):
        by_name.setdefault(name, []).append(code)
    for text in named:
        same = next((by_name[text + end] for end in ("", *_COMMITTEES) if text + end in by_name), None)
        result[text] = same or _by_longer_name(inside, text)
    return result


def villages(within: int, most: int) -> list[RegionCard]:
    """Communities and villages inside a region; none when there are more than `most`."""
    inside = _columns().where(Region.level == LEVELS[-1], Region.code.between(within, last_in(within)))
    found = _cards(inside.order_by(Region.code).limit(most + 1))
    return found if len(found) <= most else []


_CODE_BEHIND = re.compile(r"(?<!\d)\d{12}$", re.ASCII)
_COMMITTEES = ("居委会", "村委会", "居民委员会", "村民委员会")
"""What the published names of communities and villages end in, and people leave out."""


def _villages() -> Select[int]:
    return select(Region.code).where(Region.level == LEVELS[-1])


def _by_longer_name(inside: Select[int, str], text: str) -> list[int]:
    ends = literal(text).endswith(Region.name)
    found = session().execute(inside.where(ends).order_by(Region.code))
    return [code for code, _name in found.all() if full_name(code).endswith(text)]


def figure(code: int, kind: str, year: int) -> FigureCard | None:
    """The region's own figure: the latest one of that year or before."""
    row = (
        session()
        .execute(
            select(RegionFigure.value, RegionFigure.year, RegionFigure.source)
            .where(RegionFigure.region_code == code, RegionFigure.kind == kind, RegionFigure.year <= year)
            .order_by(RegionFigure.year.desc())
            .limit(1)
        )
        .first()
    )
    return FigureCard(*row) if row else None


def figures(code: int) -> list[PublishedFigure]:
    """Everything published about a region, the latest year first."""
    rows = session().execute(
        select(RegionFigure.kind, RegionFigure.value, RegionFigure.year, RegionFigure.source)
        .where(RegionFigure.region_code == code)
        .order_by(RegionFigure.year.desc(), RegionFigure.kind)
    )
    return [PublishedFigure(*row) for row in rows]


def children_page(parent: int | None, *, limit: int, cursor: str | None = None) -> Page[RegionCard]:
    """The regions directly inside another (of None the provinces), page by page.

    Raises Invalid for a cursor that this service did not make.
    """
    inside = Region.parent_code.is_(None) if parent is None else Region.parent_code == parent
    after = _after(cursor)
    found = _cards(_columns().where(inside, Region.code > after).order_by(Region.code).limit(limit + 1))
    return page_of(found, limit, write_cursor(found[min(limit, len(found)) - 1].code) if found else "")


def _after(cursor: str | None) -> int:
    """The region code behind which a page begins."""
    match read_cursor(cursor) if cursor else [0]:
        case [int(code)] if 0 <= code <= last_in(NATION):
            return code
    raise Invalid("invalid-cursor", field="cursor")


def _columns() -> Select[int, str, str, int | None, str | None]:
    return select(Region.code, Region.name, Region.level, Region.parent_code, Region.setting)


def _cards(statement: Select[int, str, str, int | None, str | None]) -> list[RegionCard]:
    return [RegionCard(*row) for row in session().execute(statement)]
