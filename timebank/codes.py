"""Code tables that several flats share; the words for them stand in the doors."""

from __future__ import annotations

CATEGORIES = (
    "housekeeping culture_sports counselling health_care legal traffic_safety neighbour_help "
    "production_help elder_help relief_help poverty_help elder_care orphan_care disability_help "
    "emergency environment schooling military_support public_security science_popularisation "
    "rural_civility civility_guidance large_events"
).split()
"""Service categories (服务类别): the plans' list and Henan Art. 23; a tenant may extend, never renumber."""

MOST_CATEGORIES = 4
"""The national system takes at most four service categories."""
