"""Recurrence of shifts: a rule of RFC 5545 §3.3.10, expanded in local time, so that wall time stays.

Only what a shift needs is read: DAILY, WEEKLY, MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, COUNT or UNTIL, and
dates left out (EXDATE). Days that a month does not have are left out, as RFC 5545 says. A wall time that does
not exist (the clock goes forward) is read with the offset before the gap: it lies later by the gap; one
that exists twice is the first of the two (RFC 5545 §3.3.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from timebank.kernel.errors import Invalid

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY")
PARTS = ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL")
WEEKDAYS = "MO TU WE TH FR SA SU".split()
LONGEST_RULE = 300
LARGEST_INTERVAL = 366
LARGEST_COUNT = 10_000
SEARCHED = 2_000
"""Dates that are looked at; a rule that has not enough of them by then has none."""
_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_UNTIL = re.compile(r"(\d{8})(T\d{6}Z?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was read."""

    text: str
    """Without UNTIL, which is compared here."""
    until: str | None


def read_rule(text: str) -> Rule:
    """A rule such as `FREQ=WEEKLY;BYDAY=MO,WE;COUNT=8`. Raises Invalid("bad-recurrence", field="rule").

    COUNT or UNTIL is needed, and only one of them: "recurrence-without-end", "recurrence-two-ends".
    """
    bare = text.strip().upper().removeprefix("RRULE:")
    if not bare or len(bare) > LONGEST_RULE:
        raise Invalid("bad-recurrence", field="rule")
    parts: dict[str, str] = {}
    for part in bare.rstrip(";").split(";"):
        name, sign, value = part.partition("=")
        if not sign or name not in PARTS or name in parts or not _is_right(name, value):
            raise Invalid("bad-recurrence", field="rule")
        parts[name] = value
    _check_together(parts)
    until = parts.pop("UNTIL", None)
    return Rule(";".join(f"{name}={value}" for name, value in parts.items()), until)


def rule_text(rule: str, left_out: Sequence[date]) -> str:
    """Rule and dates left out as one text of RFC 5545."""
    bare = "RRULE:" + rule.strip().upper().removeprefix("RRULE:").rstrip(";")
    if not left_out:
        return bare
    days = ",".join(f"{day:%Y%m%d}" for day in sorted(set(left_out)))
    return f"{bare}\nEXDATE;VALUE=DATE:{days}"


def occurrences(
    rule: Rule, first: date, begins: time, *, left_out: Sequence[date], zone: ZoneInfo, most: int
) -> list[date]:
    """The local dates of a rule from `first` on; the first one is the first date that the rule names.

    Raises Invalid("too-many-occurrences <most>" | "no-occurrence", field="rule").
    """
    skipped = set(left_out)
    found = [day for day in islice(_days(rule, first, begins, zone), SEARCHED) if day not in skipped]
    if len(found) > most:
        raise Invalid(f"too-many-occurrences {most}", field="rule")
    if not found:
        raise Invalid("no-occurrence", field="rule")
    return found


def at_wall_time(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall time; see the head of this file for times that do not exist or exist twice."""
    return datetime.combine(day, clock, zone).astimezone(UTC)


def simple_rule(
    frequency: str, *, interval: int, weekdays: Sequence[str], count: int | None, until: date | None
) -> str:
    """The rule that a form without knowledge of RFC 5545 describes."""
    parts = [f"FREQ={frequency}"]
    if interval != 1:
        parts.append(f"INTERVAL={interval}")
    if weekdays and frequency == "WEEKLY":
        parts.append("BYDAY=" + ",".join(day for day in WEEKDAYS if day in weekdays))
    if count:
        parts.append(f"COUNT={count}")
    if until:
        parts.append(f"UNTIL={until:%Y%m%d}")
    return ";".join(parts)


def _days(rule: Rule, first: date, begins: time, zone: ZoneInfo) -> Iterator[date]:
    for at in rrulestr(rule.text, dtstart=datetime.combine(first, time.min)):
        if rule.until and _is_past(at.date(), begins, rule.until, zone):
            return
        yield at.date()


def _is_past(day: date, begins: time, until: str, zone: ZoneInfo) -> bool:
    if len(until) == 8:
        return day > date.fromisoformat(until)
    last = datetime.fromisoformat(until.removesuffix("Z"))
    last = last.replace(tzinfo=UTC if until.endswith("Z") else zone)
    return at_wall_time(day, begins, zone) > last


def _is_right(name: str, value: str) -> bool:
    if name == "FREQ":
        return value in FREQUENCIES
    if name == "BYDAY":
        return all(_DAY.fullmatch(day) for day in value.split(","))
    if name == "BYMONTHDAY":
        return all(_is_number(day.removeprefix("-"), 31) for day in value.split(","))
    if name == "UNTIL":
        return _is_until(value)
    return _is_number(value, LARGEST_INTERVAL if name == "INTERVAL" else LARGEST_COUNT)


def _is_number(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= most


def _is_until(text: str) -> bool:
    if not _UNTIL.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return False
    return True


def _check_together(parts: dict[str, str]) -> None:
    monthly = parts.get("FREQ") == "MONTHLY"
    numbered = any(not day.isalpha() for day in parts.get("BYDAY", "MO").split(","))
    if "FREQ" not in parts or (not monthly and ("BYMONTHDAY" in parts or numbered)):
        raise Invalid("bad-recurrence", field="rule")
    if "COUNT" in parts and "UNTIL" in parts:
        raise Invalid("recurrence-two-ends", field="rule")
    if "COUNT" not in parts and "UNTIL" not in parts:
        raise Invalid("recurrence-without-end", field="rule")
