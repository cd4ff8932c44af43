"""What happened to one registration: when, by whom, by which way, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from timebank.identity.queries import user_names
from timebank.kernel.db import session
from timebank.kernel.events import Event
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.volunteers.models import StatusReason
from timebank.volunteers.queries.cards import readable, sees_clear, user_of

OWN = "volunteer."
"""How the events of a registration begin; hours and stars stand in the statement."""


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Something that happened to a registration: the event's name, when, by whom, how and why."""

    name: str
    at: datetime
    by: str | None
    """The name of the user who did it; None for the person without an account, and for the system."""
    channel: str | None
    """By which way it came in, where that was kept: `window` and `telephone` are through a clerk."""
    reason: str | None
    """What the person was told; None also for those who only supervise."""


def history(actor: Actor, key: Key) -> list[HistoryLine]:
    """What happened to a registration, oldest first. Raises NotFound as `person` does."""
    row = readable(actor, key)
    events = session().execute(
        select(Event.name, Event.at, Event.actor, Event.data)
        .where(
            Event.shard_code == key.shard,
            Event.subject_id == key.id,
            Event.name.startswith(OWN, autoescape=True),
        )
        .order_by(Event.at, Event.id)
    )
    found = [(name, at, user_of(label), data) for name, at, label, data in events]
    called = user_names(user for _, _, user, _ in found if user)
    reasons = _reasons(key) if sees_clear(actor, row) else {}
    return [
        HistoryLine(
            name,
            at,
            called.get(user) if user else None,
            data.get("channel"),
            reasons.get((at, data.get("status"))),
        )
        for name, at, user, data in found
    ]


def _reasons(key: Key) -> dict[tuple[datetime, str | None], str]:
    """Why it came into a state, by the instant and the state."""
    rows = session().execute(
        select(StatusReason.at, StatusReason.status, StatusReason.reason).where(
            StatusReason.shard_code == key.shard, StatusReason.volunteer_id == key.id
        )
    )
    return {(at, status): reason for at, status, reason in rows}
