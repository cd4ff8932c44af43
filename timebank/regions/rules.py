"""Rules of the region tree and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from timebank.kernel.region_code import LEVELS, covers, level_of

FIGURE_KINDS = ("residents", "party_members", "in_service_members")
"""Permanent residents (常住人口), members in community party organisations (社区党员),
in-service members (在职党员)."""

LONGEST_NAME = 60
LARGEST_FIGURE = 2_000_000_000
_URBAN = (0, 1, 4)


class Fault(StrEnum):
    """Why a row of a file cannot be taken; one row may have several faults."""

    BAD_CODE = "bad-code"
    BAD_FIGURE = "bad-figure"
    BAD_NAME = "bad-name"
    BAD_PARENT = "bad-parent"
    DUPLICATE_CODE = "duplicate-code"
    LEVEL_DOES_NOT_FIT = "level-does-not-fit"
    SELF_PARENT = "self-parent"
    UNKNOWN_LEVEL = "unknown-level"
    UNKNOWN_PARENT = "unknown-parent"
    UNKNOWN_REGION = "unknown-region"


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A row of a region file that is sound in itself; whether its parent exists is not known yet."""

    code: int
    name: str
    level: str
    parent_code: int | None
    setting: str | None


def read_code(text: str) -> int | None:
    """The region code that the text is; None unless it is twelve digits and names a region."""
    if len(text) == 12 and text.isascii() and text.isdigit():
        return int(text) or None
    return None


def read_region(fields: Mapping[str, str]) -> RegionRow | list[Fault]:
    """Read one row (code, name, level, parent_code), or say everything that is wrong with it."""
    code = read_code(fields["code"])
    name, level, parent = fields["name"], fields["level"], fields["parent_code"]
    faults = [] if 0 < len(name) <= LONGEST_NAME else [Fault.BAD_NAME]
    if level not in LEVELS:
        faults.append(Fault.UNKNOWN_LEVEL)
    if code is None:
        return [Fault.BAD_CODE, *faults]
    if level in LEVELS and level != level_of(code):
        faults.append(Fault.LEVEL_DOES_NOT_FIT)
    above = read_code(parent)
    if above == code:
        faults.append(Fault.SELF_PARENT)
    elif not _may_lie_in(code, above, parent):
        faults.append(Fault.BAD_PARENT)
    return faults or RegionRow(code, name, level, above, setting_of(code))


def _may_lie_in(code: int, above: int | None, given: str) -> bool:
    """A region's digits name its ancestors, so its parent is one of them; a level may be skipped (东莞)."""
    if above is None:
        return not given and level_of(code) == "province"
    return covers(above, code)


def setting_of(code: int) -> str | None:
    """`urban` (居委会 and the like) or `rural` (村委会 and the like) from the last three digits; None above.

    The village part is 000-199 and 400-499 for residents' committees and what resembles them, 200-399 and
    500-599 for villagers' committees and what resembles them (NBS codes of the urban-rural division).
    """
    part = code % 1_000
    if not part or part >= 600:
        return None
    return "urban" if part // 100 in _URBAN else "rural"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one region in a figure file."""

    code: int
    values: Mapping[str, int]


def read_figures(fields: Mapping[str, str]) -> FigureRow | list[Fault]:
    """Read one row (code and a column for each kind of figure); a column that is empty says nothing."""
    code = read_code(fields["code"])
    if code is None:
        return [Fault.BAD_CODE]
    texts = {kind: fields[kind] for kind in FIGURE_KINDS if fields.get(kind)}
    if not texts or not all(_is_figure(text) for text in texts.values()):
        return [Fault.BAD_FIGURE]
    return FigureRow(code, {kind: int(text) for kind, text in texts.items()})


def _is_figure(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST_FIGURE
