"""What follows from the visits of a shift: the minutes that count, how one knows, and what is doubtful."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields, replace
from datetime import datetime
from math import ceil

from timebank.attendance.queries import VisitCard
from timebank.attendance.rules import Method, forgotten
from timebank.hours.book import Values
from timebank.hours.flags import Limits, Served, Signs, attention_of
from timebank.hours.models import HoursPolicy
from timebank.hours.rules import Stay, entry_mode, stay
from timebank.hours.signs import surroundings
from timebank.kernel.ids import Key
from timebank.kernel.region_code import county_of
from timebank.projects.queries import ShiftFacts

PERCENT = 100


@dataclass(frozen=True, slots=True)
class _Measured:
    """One visit with what counts of it."""

    visit: VisitCard
    time: Stay
    mode: Method
    signs: Signs


def limits_of(policy: HoursPolicy) -> Limits:
    """The limits of a policy."""
    return Limits(**{each.name: getattr(policy, each.name) for each in fields(Limits)})


def measured(
    facts: ShiftFacts, policy: HoursPolicy, found: list[VisitCard], corrected: dict[Key, datetime]
) -> dict[Key, Values]:
    """The values of each visit's record; `corrected` are earlier ends that an organizer has set."""
    limits = limits_of(policy)
    around = surroundings(facts, limits, found)
    times = {visit.visit: _stay(facts, visit, corrected.get(visit.visit)) for visit in found}
    there: dict[Key, dict[Key, Served]] = defaultdict(dict)
    for visit in found:
        time = times[visit.visit]
        there[around.people[visit.volunteer]][visit.visit] = Served(
            time.started_at, time.ended_at, county_of(facts.region_code)
        )
    each = []
    for visit in found:
        mode = _mode(visit, visit.visit in corrected)
        twins = dict(there[around.people[visit.volunteer]])
        served, time = twins.pop(visit.visit), times[visit.visit]
        signs = around.signs(visit, served, time.minutes, mode, list(twins.values()))
        each.append(_Measured(visit, time, mode, signs))
    share = _manual_percent(each, limits)
    return {one.visit.visit: _values(facts, one, limits, share) for one in each}


def _stay(facts: ShiftFacts, visit: VisitCard, corrected: datetime | None) -> Stay:
    mode = facts.terms.mode
    time = stay(visit.in_at, visit.out_at, facts.starts_at, facts.over_at, mode)
    if corrected is None:
        return time
    return stay(time.started_at, corrected, facts.starts_at, facts.over_at)


def _mode(visit: VisitCard, is_corrected: bool) -> Method:
    out_method = Method.ORGANIZER if is_corrected else visit.out_method
    return entry_mode(visit.in_method, out_method, visit.out_policy)


def _manual_percent(each: list[_Measured], limits: Limits) -> int:
    """The share of records from the organizer's hand, begun per cents counted whole: what lies between the
    most and the next is above the most. 0 where there are too few to say anything."""
    if len(each) < limits.manual_share_people:
        return 0
    return ceil(PERCENT * sum(one.mode is Method.ORGANIZER for one in each) / len(each))


def _values(facts: ShiftFacts, one: _Measured, limits: Limits, manual_percent: int) -> Values:
    is_forgotten = one.mode is Method.POLICY and forgotten(one.visit.out_policy) is not None
    signs = replace(
        one.signs,
        is_open=one.visit.out_at is None,
        is_closed_by_policy=is_forgotten,
        manual_percent=manual_percent,
    )
    marks = attention_of(signs, limits)
    return {
        "started_at": one.time.started_at,
        "ended_at": one.time.ended_at,
        "minutes": one.time.minutes,
        "entry_mode": one.mode,
        "attendance_policy": (one.visit.out_policy if is_forgotten else None) or facts.terms.named,
        "attention": [str(mark) for mark in marks],
        "figures": {str(mark): figures for mark, figures in marks.items() if figures} or None,
    }
