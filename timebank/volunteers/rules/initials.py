"""Pinyin initials of a name, so that 张小山 is found by `zxs` (experience.md: search by initials)."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from pypinyin import Style, pinyin

MOST_READINGS = 8
"""A name with more readings than that is found by the first eight."""

_SURNAMES = {
    "曾": "z", "单": "s", "仇": "q", "解": "x", "乐": "yl", "任": "r", "查": "z", "区": "o", "尉": "wy",
    "盖": "g", "朴": "p", "缪": "m", "翟": "zd", "洗": "x", "冼": "x", "召": "s", "员": "y", "逄": "p",
}  # fmt: skip
"""Surnames that are read otherwise than the sign elsewhere: pypinyin gives the common reading."""


def initials_of(name: str) -> str:
    """All readings of a name as initials, each after a blank: 单小乐 gives " dxl dxy sxl sxy"."""
    readings = [_readings(sign, first=place == 0) for place, sign in enumerate(name) if sign.isalpha()]
    if not readings:
        return ""
    found = sorted({"".join(each) for each in product(*readings)})[:MOST_READINGS]
    return "".join(f" {each}" for each in found)


def _readings(sign: str, first: bool) -> str:
    if sign.isascii():
        return sign.lower()
    known = _SURNAMES.get(sign, "") if first else ""
    return "".join(sorted({*known, *_spoken(sign)})) or "?"


@lru_cache(maxsize=10_000)
def _spoken(sign: str) -> str:
    spoken = pinyin(sign, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    return "".join({reading[0] for each in spoken for reading in each if reading[:1].isascii()})
