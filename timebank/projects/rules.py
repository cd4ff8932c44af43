"""Rules of projects, shifts and sign-ups: states, code tables, who may follow whom."""

from __future__ import annotations

from enum import StrEnum


class ProjectStatus(StrEnum):
    """States of a project (domain.md §4.2) that exist so far."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    RECRUITING = "recruiting"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class ShiftStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SignUpStatus(StrEnum):
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


CATEGORIES = (
    "housekeeping culture_sports counselling health_care legal traffic_safety neighbour_help "
    "production_help elder_help relief_help poverty_help elder_care orphan_care disability_help "
    "emergency environment schooling military_support public_security science_popularisation "
    "rural_civility civility_guidance large_events"
).split()
"""Service categories (服务类别): the plans' list and Henan Art. 23; a tenant may extend, never renumber."""

RECIPIENTS = (
    "subsistence extreme_hardship empty_nest living_alone left_behind_elder disabled_elder severe_disability "
    "left_behind_child child_in_difficulty disability special_family entitled_group migrant_family resident"
).split()
"""Recipients (服务对象), domain.md §3."""

SAFEGUARDS = "insurance transport meal water clothing training protection".split()
"""Safeguards for volunteers (志愿者保障), domain.md §3."""

MOST_CATEGORIES = 4
"""The national system takes at most four service categories per project."""
