"""Addresses that are printed or scanned, whole."""

from __future__ import annotations

from typing import Any

from timebank.kernel.db import runtime
from timebank.memberships.queries import JoinCodeCard


def whole(path: str) -> str:
    """The address of a path on this service, as a QR code needs it."""
    return runtime().config.base_url + path


def shown_code(card: JoinCodeCard) -> dict[str, Any]:
    """A join code with its whole address."""
    names = ("key", "code", "uses", "used", "made_at", "expires_at", "is_over")
    return {name: getattr(card, name) for name in names} | {"url": whole(card.path)}
