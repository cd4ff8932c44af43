"""Make-up projects: why they were not announced, and how much evidence they may have."""

from __future__ import annotations

from timebank.kernel.errors import Invalid

MOST_EVIDENCE = 6
"""Files of one project: a bound of the store, not a rule of the field."""
SHORTEST_EXPLANATION, LONGEST_EXPLANATION = 5, 500


def check_make_up_reason(text: str) -> str:
    """Why a project was not announced before it took place. Raises Invalid with field `make_up_reason`."""
    reason = text.strip()
    if not SHORTEST_EXPLANATION <= len(reason) <= LONGEST_EXPLANATION:
        code = f"wrong-length {SHORTEST_EXPLANATION} {LONGEST_EXPLANATION}"
        raise Invalid(fields={"make_up_reason": [code if reason else "required"]})
    return reason
