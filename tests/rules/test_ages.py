"""Age bands as birth dates, at the edges; which kind of document a number looks like."""

from __future__ import annotations

from datetime import date

import pytest

from timebank.kernel.errors import Invalid
from timebank.volunteers.rules import AGE_BANDS, age_on, born_between, check_sign, holds_birth, likely_type

DAY = date(2026, 11, 21)
LEAP_DAY = date(2028, 2, 29)


@pytest.mark.parametrize("day", [DAY, LEAP_DAY, date(2027, 2, 28), date(2027, 3, 1)])
@pytest.mark.parametrize("band", AGE_BANDS)
def test_a_band_holds_exactly_the_ages_it_names(band: str, day: date) -> None:
    youngest, oldest = AGE_BANDS[band]
    after, until = born_between(band, day)
    births = [date(year, month, number) for year in range(1940, day.year) for month, number in EDGES]
    births += [date(year, 2, 29) for year in range(1940, day.year, 4)]
    for born in births:
        age = age_on(born, day)
        is_inside = born <= until and (after is None or born > after)
        assert is_inside == (youngest <= age and (oldest is None or age <= oldest)), (born, age)


EDGES = [(2, 28), (3, 1), (11, 20), (11, 21), (11, 22)]


def test_everybody_is_in_exactly_one_band() -> None:
    for year in range(1930, 2026):
        born = date(year, 11, 21)
        spans = [born_between(band, DAY) for band in AGE_BANDS]
        assert sum(born <= until and (after is None or born > after) for after, until in spans) == 1


def test_an_unknown_band_is_refused() -> None:
    with pytest.raises(Invalid):
        born_between("60+", DAY)


def numbered(area: str) -> str:
    first = f"{area}19900307001"
    return first + check_sign(first)


LOOKS = {
    numbered("511102"): "resident_id",
    numbered("990101"): "resident_id",
    numbered("810000"): "residence_permit",
    numbered("911234"): "permanent_residence",
    "H12345678": "home_return_permit",
    "m1234567801": "home_return_permit",
    "12345678": "taiwan_permit",
    "CAN110199001012": "permanent_residence",
    "M1234567": "passport",
    "123456789": "passport",
    "not a number!": "resident_id",
    "511102199003070011": "resident_id",
    "51110219900307": "resident_id",
}


@pytest.mark.parametrize("text", LOOKS)
def test_a_number_looks_like_one_kind(text: str) -> None:
    assert likely_type(text, DAY, demo=True).value == LOOKS[text]


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("resident_id", "", True),
        ("residence_permit", "81", True),
        ("permanent_residence", numbered("911234"), True),
        ("permanent_residence", "KOR110199001012", False),
        ("passport", "M1234567", False),
    ],
)
def test_which_numbers_say_the_date_of_birth(kind: str, text: str, says: bool) -> None:
    assert holds_birth(kind, text) is says
