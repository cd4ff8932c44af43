"""What stands behind a project: self-check, evidence, quota, history. For whoever writes or reviews it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from timebank.identity.queries import user_names
from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime, session
from timebank.kernel.errors import NotFound, Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor, Permission
from timebank.projects.models import EvidenceFile, MakeUpCount, Project, ProjectStep
from timebank.projects.queries.policies import project_policy, self_check
from timebank.projects.rules import Action, ProjectKind, ProjectStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the self-check as it was answered."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """A file of evidence, without its content."""

    key: Key
    media_type: str
    size: int
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class StepCard:
    """One change of state."""

    action: Action
    status: ProjectStatus
    at: datetime
    by: str | None
    """Who did it; None where time did."""
    reason: str | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """What stands behind a project."""

    project: Key
    self_check_version: str | None
    self_check_source: str | None
    answers: list[Answer]
    make_up_reason: str | None
    evidence: list[EvidenceCard]
    made_up: int
    """Make-up projects of the organisation in this calendar month, or in the one to which this counts."""
    most_made_up: int
    history: list[StepCard]


def dossier(actor: Actor, key: Key) -> Dossier:
    """The dossier of a project. Raises NotFound or Unauthenticated for who neither writes nor reviews it."""
    found = session().get(Project, (key.shard, key.id), populate_existing=True)
    if found is None or not may_read_dossier(actor, found):
        raise Unauthenticated() if actor.is_anonymous else NotFound()
    check = self_check(version=found.self_check_version) if found.self_check_version else None
    given = found.self_check_answers or {}
    is_make_up = found.kind == ProjectKind.MAKE_UP
    return Dossier(
        project=key,
        self_check_version=check.version if check else None,
        self_check_source=check.source if check else None,
        answers=[Answer(each, given[each]) for each in (check.questions if check else ()) if each in given],
        make_up_reason=found.make_up_reason,
        evidence=_evidence(key) if is_make_up else [],
        made_up=_made_up(found) if is_make_up else 0,
        most_made_up=project_policy().make_up_per_month,
        history=_history(key),
    )


def may_read_dossier(actor: Actor, project: Project) -> bool:
    """Whether the actor works for the project's organisation or reviews its region. Internal."""
    organization = Key(project.organization_shard, project.organization_id)
    return actor.can(Permission.PROJECT_WRITE, organization=organization) or actor.can(
        Permission.PROJECT_REVIEW, region=project.region_code
    )


def made_up_in(organization: Key, month: date) -> int:
    """How many make-up projects an organisation handed in within a month, by its first day. Internal."""
    used = session().scalar(
        select(MakeUpCount.used).where(
            MakeUpCount.shard_code == organization.shard,
            MakeUpCount.organization_id == organization.id,
            MakeUpCount.month == month,
        )
    )
    return used or 0


def _made_up(project: Project) -> int:
    today = local_date(runtime().clock.now(), runtime().config.time_zone)
    month = project.counted_in or today.replace(day=1)
    return made_up_in(Key(project.organization_shard, project.organization_id), month)


def _evidence(key: Key) -> list[EvidenceCard]:
    rows = session().execute(
        select(EvidenceFile.id, EvidenceFile.media_type, EvidenceFile.size, EvidenceFile.uploaded_at)
        .where(EvidenceFile.shard_code == key.shard, EvidenceFile.project_id == key.id)
        .order_by(EvidenceFile.id)
    )
    return [EvidenceCard(Key(key.shard, row.id), row.media_type, row.size, row.uploaded_at) for row in rows]


def _history(key: Key) -> list[StepCard]:
    rows = list(
        session().scalars(
            select(ProjectStep)
            .where(ProjectStep.shard_code == key.shard, ProjectStep.project_id == key.id)
            .order_by(ProjectStep.position)
        )
    )
    names = user_names(_people(row.by for row in rows))
    return [
        StepCard(
            action=Action(row.action),
            status=ProjectStatus(row.status),
            at=row.at,
            by=None if row.by == SYSTEM.label else names.get(Key.parse(row.by), ""),
            reason=row.reason,
        )
        for row in rows
    ]


def _people(labels: Iterable[str]) -> set[Key]:
    return {Key.parse(label) for label in labels if label != SYSTEM.label}
