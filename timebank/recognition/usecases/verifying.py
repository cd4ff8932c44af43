"""Public verification is open to everybody, but not to machines that try numbers."""

from __future__ import annotations

from datetime import timedelta

from timebank.kernel.policy import Permission
from timebank.kernel.throttle import count_attempt
from timebank.kernel.work import Work

LOOK_UPS_PER_ADDRESS = 60
LOOK_UP_WINDOW = timedelta(minutes=10)


def count_verification(work: Work, *, address: str) -> None:
    """Count one look-up from a network address, in a `perform` of its own. Raises TooMany."""
    work.allow(Permission.CERTIFICATE_VERIFY)
    count_attempt(work, "verify-address", address, LOOK_UPS_PER_ADDRESS, LOOK_UP_WINDOW)
