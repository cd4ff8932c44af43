"""Reading objections to the ends that policies gave: one's own, and those of a shift for its organizer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from timebank.attendance.queries import VisitCard, recent_visits
from timebank.attendance.rules import Method, forgotten
from timebank.hours.models import VisitAppeal
from timebank.hours.rules import AppealStatus
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor, Permission, require
from timebank.projects.queries import ShiftGate, facts_of, gate_of, project_policy
from timebank.volunteers.queries import standings

SHOWN_DAYS = 60
"""How long an answer stands on one's own page."""


@dataclass(frozen=True, slots=True)
class AppealCard:
    """One objection, as its shift's organizer sees it."""

    key: Key
    visit: Key
    volunteer: Key
    volunteer_name: str
    volunteer_no: str
    shift: Key
    stayed_until: datetime
    note: str
    status: AppealStatus
    made_at: datetime
    decided_at: datetime | None
    out_at: datetime | None
    answer: str | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class ForgottenVisit:
    """A visit of one's own that ended by policy, and what can be said, or was said, against that."""

    visit: Key
    shift: Key
    activity_name: str
    occurs_on: date
    in_at: datetime
    out_at: datetime
    ends_at: datetime
    closes_at: datetime
    policy: str | None
    """The closing policy's name; None where the organizer has set a time since."""
    until: datetime
    """Until when one may object."""
    can_appeal: bool
    appeal: AppealCard | None


def appeal_until(gate: ShiftGate) -> datetime:
    """Until when the end that a policy gave a visit may be objected to."""
    return gate.closes_at + timedelta(days=project_policy(gate.occurs_on).appeal_days)


def shift_appeals(actor: Actor, shift: Key) -> list[AppealCard]:
    """The objections at a shift, those that wait first: for the people who run its gate. Raises NotFound."""
    facts = facts_of(shift)
    if facts is None:
        raise NotFound()
    require(actor, Permission.GATE_OPERATE, organization=facts.organization)
    rows = session().scalars(
        select(VisitAppeal)
        .where(VisitAppeal.shard_code == shift.shard, VisitAppeal.shift_id == shift.id)
        .order_by(VisitAppeal.made_at, VisitAppeal.id)
        .execution_options(populate_existing=True)
    )
    return sorted(_cards(actor, list(rows)), key=lambda card: card.status is not AppealStatus.WAITING)


def my_forgotten_visits(actor: Actor) -> list[ForgottenVisit]:
    """One's own visits without check-out: as long as one may object, and later with the answer."""
    own = actor.volunteer
    if own is None:
        return []
    require(actor, Permission.HOURS_READ, owner=own)
    now = runtime().clock.now()
    found = recent_visits(own, now - timedelta(days=SHOWN_DAYS))
    ended = [visit for visit in found if visit.out_method in (Method.POLICY, Method.ORGANIZER)]
    appeals = _appeals_of(actor, own, {visit.shift.shard for visit in ended})
    cards = [_forgotten(visit, appeals.get(visit.visit), now) for visit in ended]
    return [card for card in cards if card and (card.can_appeal or card.appeal)]


def waiting_visits(shift: Key) -> set[Key]:
    """The visits to a shift against whose end somebody has objected and nobody has answered. Internal."""
    rows = session().execute(
        select(VisitAppeal.volunteer_shard, VisitAppeal.visit_id).where(
            VisitAppeal.shard_code == shift.shard,
            VisitAppeal.shift_id == shift.id,
            VisitAppeal.status == AppealStatus.WAITING,
        )
    )
    return {Key(*row) for row in rows}


def _appeals_of(actor: Actor, volunteer: Key, counties: Collection[int]) -> dict[Key, AppealCard]:
    rows = session().scalars(
        select(VisitAppeal)
        .where(
            VisitAppeal.shard_code.in_(sorted(counties)),
            VisitAppeal.volunteer_shard == volunteer.shard,
            VisitAppeal.volunteer_id == volunteer.id,
        )
        .execution_options(populate_existing=True)
    )
    return {card.visit: card for card in _cards(actor, list(rows))}


def _forgotten(visit: VisitCard, appeal: AppealCard | None, now: datetime) -> ForgottenVisit | None:
    policy = forgotten(visit.out_policy)
    gate = gate_of(visit.shift) if policy or appeal else None
    if gate is None or visit.out_at is None:
        return None
    until = appeal_until(gate)
    return ForgottenVisit(
        visit=visit.visit,
        shift=visit.shift,
        activity_name=gate.project_name,
        occurs_on=gate.occurs_on,
        in_at=visit.in_at,
        out_at=visit.out_at,
        ends_at=gate.ends_at,
        closes_at=gate.closes_at,
        policy=policy,
        until=until,
        can_appeal=policy is not None and appeal is None and now <= until,
        appeal=appeal,
    )


def _cards(actor: Actor, rows: list[VisitAppeal]) -> list[AppealCard]:
    people = standings(Key(row.volunteer_shard, row.volunteer_id) for row in rows)
    vault = runtime().vault
    return [
        AppealCard(
            key=row.key,
            visit=Key(row.volunteer_shard, row.visit_id),
            volunteer=person.key,
            volunteer_name=person.name,
            volunteer_no=person.volunteer_no,
            shift=Key(row.shard_code, row.shift_id),
            stayed_until=row.stayed_until,
            note=vault.decrypt(row.note_sealed, note_context(row.key)),
            status=AppealStatus(row.status),
            made_at=row.made_at,
            decided_at=row.decided_at,
            out_at=row.out_at,
            answer=row.answer,
            is_own=actor.owns(person.key),
        )
        for row in rows
        for person in [people[Key(row.volunteer_shard, row.volunteer_id)]]
    ]


def note_context(appeal: Key) -> str:
    """The place for which an objection's words are encrypted."""
    return f"visit_appeals.note:{appeal}"
