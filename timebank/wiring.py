"""Two tables on one page: who hears which event, and what runs when."""

from __future__ import annotations

from timebank.kernel.events import Handler

SUBSCRIPTIONS: dict[str, dict[str, Handler]] = {}
"""Event name -> subscriber name -> handler `(work, happening)`; handlers recompute, they never nudge."""
