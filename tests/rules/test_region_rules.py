"""Code arithmetic and the judging of single rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timebank.kernel.region_code import LEVELS, ancestors, county_of, covers, last_in, level_of
from timebank.regions.rules import (
    Fault,
    FigureRow,
    RegionRow,
    read_code,
    read_figures,
    read_region,
    setting_of,
)

VILLAGE = 511102001001
CODES = st.integers(110_000_000_001, 659_999_999_999)


def row(
    code: str = "511102001001", name: str = "高墩子社区", level: str = "village", parent: str = "511102001000"
) -> dict[str, str]:
    return {"code": code, "name": name, "level": level, "parent_code": parent}


def test_a_code_names_its_ancestors() -> None:
    assert ancestors(VILLAGE) == [510000000000, 511100000000, 511102000000, 511102001000]
    assert ancestors(510000000000) == []
    assert county_of(VILLAGE) == 511102


def test_a_city_without_counties_is_not_its_own_ancestor() -> None:
    assert ancestors(441900003001) == [440000000000, 441900000000, 441900003000]


@given(CODES)
def test_every_ancestor_covers_the_code_and_nothing_outside(code: int) -> None:
    for above in ancestors(code):
        assert covers(above, code)
        assert covers(above, last_in(code))
        assert not covers(code, above)
        assert LEVELS.index(level_of(above)) < LEVELS.index(level_of(code))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("511102001001", VILLAGE),
        ("51110200100", None),
        ("51110200100x", None),
        ("", None),
        ("000000000000", None),
        ("５11102001001", None),
    ],
)
def test_a_code_has_twelve_digits(text: str, code: int | None) -> None:
    assert read_code(text) == code


def test_a_sound_row() -> None:
    assert read_region(row()) == RegionRow(VILLAGE, "高墩子社区", "village", 511102001000, "urban")


def test_a_town_may_lie_directly_in_a_city() -> None:
    assert isinstance(read_region(row("441900003000", "东城街道", "township", "441900000000")), RegionRow)


@pytest.mark.parametrize(
    ("given_row", "faults"),
    [
        (row(code="5111"), [Fault.BAD_CODE]),
        (row(code="5111", name="", level="hamlet"), [Fault.BAD_CODE, Fault.BAD_NAME, Fault.UNKNOWN_LEVEL]),
        (row(name=""), [Fault.BAD_NAME]),
        (row(name="长" * 61), [Fault.BAD_NAME]),
        (row(level="hamlet"), [Fault.UNKNOWN_LEVEL]),
        (row(level="county"), [Fault.LEVEL_DOES_NOT_FIT]),
        (row(parent="511102001001"), [Fault.SELF_PARENT]),
        (row(parent=""), [Fault.BAD_PARENT]),
        (row(parent="nothing"), [Fault.BAD_PARENT]),
        (row(parent="511111000000"), [Fault.BAD_PARENT]),
        (row("510000000000", "四川省", "province", "nothing"), [Fault.BAD_PARENT]),
        (
            row("441900000000", "东莞市", "county", "441900000000"),
            [Fault.LEVEL_DOES_NOT_FIT, Fault.SELF_PARENT],
        ),
    ],
)
def test_what_is_wrong_with_a_row(given_row: dict[str, str], faults: list[Fault]) -> None:
    assert read_region(given_row) == faults


@pytest.mark.parametrize(
    ("code", "setting"),
    [
        (511102001001, "urban"),
        (511102001100, "urban"),
        (511102001201, "rural"),
        (511102001301, "rural"),
        (511102001498, "urban"),
        (511102001500, "rural"),
        (511102001900, None),
        (511102001000, None),
        (511102000000, None),
    ],
)
def test_the_last_three_digits_tell_town_from_country(code: int, setting: str | None) -> None:
    assert setting_of(code) == setting


def test_figures_of_a_row() -> None:
    given_row = {"code": "511102000000", "residents": "814597", "party_members": ""}
    assert read_figures(given_row) == FigureRow(511102000000, {"residents": 814597})


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1,000", "many", "２", "99999999999"])
def test_a_figure_is_a_whole_number(text: str) -> None:
    assert read_figures({"code": "511102000000", "residents": text}) == [Fault.BAD_FIGURE]
