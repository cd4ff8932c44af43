"""Rules of age bands: which birth dates a band of completed years means on a day."""

from __future__ import annotations

from datetime import date

from timebank.kernel.errors import Invalid

AGE_BANDS: dict[str, tuple[int, int | None]] = {
    "0-13": (0, 13),
    "14-17": (14, 17),
    "18-59": (18, 59),
    "60-up": (60, None),
}
"""Too young for an account, under age, grown up, elderly (Law on the Rights of the Elderly Art. 2)."""


def born_between(band: str, day: date) -> tuple[date | None, date]:
    """Who is in a band on a day was born after the first date (none: whenever) and not after the second.

    Raises Invalid("not-a-choice").
    """
    if band not in AGE_BANDS:
        raise Invalid("not-a-choice", field="age")
    youngest, oldest = AGE_BANDS[band]
    return None if oldest is None else _years_before(day, oldest + 1), _years_before(day, youngest)


def _years_before(day: date, years: int) -> date:
    """The last birth date with so many completed years: 29 February counts on 1 March of a common year."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
