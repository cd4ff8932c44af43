"""Dates of a recurrence before anything is added."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from timebank.kernel.db import runtime
from timebank.kernel.errors import Invalid
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.queries.policies import project_policy
from timebank.projects.queries.project_cards import project
from timebank.projects.rules import occurrences, read_rule

FARTHEST = timedelta(days=3660)
"""Nobody plans a series that begins in more than ten years."""


def preview(
    actor: Actor, key: Key, *, rule: str, left_out: tuple[date, ...], starts_at: datetime
) -> list[date]:
    """The local dates that a rule names from the date of `starts_at` on, for who writes the project.

    Raises Invalid for the rule, NotFound.
    """
    require(actor, Permission.PROJECT_WRITE, organization=project(actor, key).organization)
    return recurring_days(rule=rule, left_out=left_out, starts_at=starts_at)


def recurring_days(*, rule: str, left_out: tuple[date, ...], starts_at: datetime) -> list[date]:
    """The same reckoning for use-cases. Internal."""
    zone, now = runtime().config.time_zone, runtime().clock.now()
    if starts_at <= now:
        raise Invalid("in-the-past", field="starts_at")
    if starts_at > now + FARTHEST:
        raise Invalid("no-occurrence", field="rule")
    first = starts_at.astimezone(zone)
    most = project_policy().most_occurrences
    return occurrences(read_rule(rule), first.date(), first.time(), left_out=left_out, zone=zone, most=most)
