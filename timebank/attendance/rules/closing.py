"""What the policy that ended a visit says of it."""

from __future__ import annotations

from timebank.projects.rules import ClosingPolicy

NEXT_SHIFT = "next_shift"
"""Ended because the person went on to the shift that follows; their scan there shows it."""


def forgotten(out_policy: str | None) -> ClosingPolicy | None:
    """The closing policy that ended a visit; None where nobody forgot anything.

    `out_policy` is a name with a version, such as `shift_end 2026-1`. A mode that asks for no check-out and
    the way on to the next shift end visits by policy, too.
    """
    name = (out_policy or "").partition(" ")[0]
    return ClosingPolicy(name) if name in tuple(ClosingPolicy) else None
