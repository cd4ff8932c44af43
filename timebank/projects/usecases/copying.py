"""Copies and templates: a project with its shifts anew, on other days, with nothing of the old one's life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import and_, select

from timebank.kernel.clock import local_date
from timebank.kernel.errors import Invalid, NotFound
from timebank.kernel.ids import Key, new_token
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.models import Post, Project, ProjectTemplate, Shift
from timebank.projects.queries.internal import secret_context
from timebank.projects.queries.policies import project_policy
from timebank.projects.rules import (
    LONGEST_TITLE,
    Facts,
    Moment,
    PlannedShift,
    ShiftStatus,
    check_shift_times,
    checked_facts,
    moment_of,
    moment_on,
    sessions_of,
    times_on,
)
from timebank.projects.usecases.lifecycle import insert_project
from timebank.projects.usecases.rows import (
    active_organization,
    new_key,
    organization_of,
    shifts_of,
    stated_facts,
    written_by_actor,
)

KEPT = (
    "title capacity opens_minutes closes_minutes attendance_mode closing_policy closing_minutes printed_code "
    "offers_place latitude longitude radius_m needs_approval prerequisites bring"
).split()
"""What a shift is beside its times and its life."""
OF_POST = "name duty capacity prerequisites".split()
"""What a post is beside its life."""


def copy_project(work: Work, *, project: Key, first_day: date) -> Key:
    """Write a draft with the facts and shifts of a project, the first shift on `first_day`.

    Every time moves by the days between, at the same time of day. States, secrets, approval, answers, notes
    and sign-ups are not taken over; a copy of a make-up project is an ordinary one. Raises NotFound, Invalid
    `in-the-past`, `crosses-midnight` or `too-many-shifts` (field `first_day`), and as `create_project`.
    """
    found = written_by_actor(work, project)
    facts = stated_facts(work, found)
    plan, recruits = _plan_of(work, found)
    key = _write(work, organization_of(found), facts, plan, recruits, first_day)
    work.emit("project.copied", key, project=project)
    return key


def save_template(work: Work, *, project: Key, name: str) -> Key:
    """Keep facts and shifts of a project, without dates and without its phone number, for its organisation.

    Raises NotFound, Invalid(field="name").
    """
    found = written_by_actor(work, project)
    facts = {**stated_facts(work, found), "contact_phone": "", "contact_phone_public": False}
    plan, recruits = _plan_of(work, found)
    owner = organization_of(found)
    key = Key(owner.shard, work.new_id())
    work.session.add(
        ProjectTemplate(
            shard_code=key.shard,
            id=key.id,
            organization_id=owner.id,
            name=_checked_name(name),
            content={
                "facts": {**facts, "recruits_from": None},
                "shifts": [planned.as_json() for planned in plan],
                "recruits": recruits and recruits.as_json(),
            },
            saved_by=work.actor.label,
            saved_at=work.now,
        )
    )
    work.emit("project_template.saved", key, project=project)
    return key


def create_from_template(work: Work, *, template: Key, first_day: date) -> Key:
    """Write a draft from a template of one's organisation. Raises as `copy_project`."""
    found = _template(work, template)
    content = found.content
    plan = [PlannedShift(**each) for each in content["shifts"]]
    recruits = Moment(**content["recruits"]) if content["recruits"] else None
    owner = Key(found.shard_code, found.organization_id)
    key = _write(work, owner, cast(Facts, content["facts"]), plan, recruits, first_day)
    work.emit("project.copied", key, template=template)
    return key


def remove_template(work: Work, *, template: Key) -> None:
    """Delete a template; the projects written from it stay. Raises NotFound."""
    work.session.delete(_template(work, template))
    work.emit("project_template.removed", template)


def _template(work: Work, template: Key) -> ProjectTemplate:
    found = work.session.get(
        ProjectTemplate, (template.shard, template.id), with_for_update=True, populate_existing=True
    )
    if found is None:
        work.allow(Permission.PROJECT_WRITE)
        raise NotFound()
    work.allow(Permission.PROJECT_WRITE, organization=Key(found.shard_code, found.organization_id))
    return found


def _plan_of(work: Work, project: Project) -> tuple[list[PlannedShift], Moment | None]:
    zone = work.runtime.config.time_zone
    shifts = shifts_of(work, project.key)
    posts = _posts_of(work, project)
    plan = sessions_of(
        [
            (each.starts_at, each.ends_at, _kept(each, KEPT) | {"posts": posts.get(each.id, [])})
            for each in shifts
        ],
        zone,
    )
    if not shifts or project.recruits_from is None:
        return plan, None
    first = local_date(min(each.starts_at for each in shifts), zone)
    return plan, moment_of(project.recruits_from, first, zone)


def _posts_of(work: Work, project: Project) -> dict[UUID, list[dict[str, Any]]]:
    rows = work.session.scalars(
        select(Post)
        .join(Shift, and_(Shift.shard_code == Post.shard_code, Shift.id == Post.shift_id))
        .where(Shift.shard_code == project.shard_code, Shift.project_id == project.id)
        .order_by(Post.id)
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row.shift_id, []).append(_kept(row, OF_POST))
    return found


def _kept(row: Shift | Post, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _write(
    work: Work,
    organization: Key,
    facts: Facts,
    plan: list[PlannedShift],
    recruits: Moment | None,
    first_day: date,
) -> Key:
    work.allow(Permission.PROJECT_WRITE, organization=organization)
    zone, most = work.runtime.config.time_zone, project_policy(work.today).most_occurrences
    if len(plan) > most:
        raise Invalid(f"too-many-shifts {most}", field="first_day")
    begins = moment_on(recruits, first_day, zone) if recruits else None
    anew: Facts = {**facts, "recruits_from": begins if begins and begins > work.now else None}
    tidy = checked_facts(anew)
    key = new_key(work, tidy["region_code"])
    insert_project(work, key, active_organization(organization), tidy)
    for planned in plan:
        starts_at, ends_at = times_on(planned, first_day, zone)
        _check_times(starts_at, ends_at, work)
        _add_shift(work, key, starts_at, ends_at, planned.kept)
    return key


def _check_times(starts_at: datetime, ends_at: datetime, work: Work) -> None:
    try:
        check_shift_times(starts_at, ends_at, work.now, work.runtime.config.time_zone)
    except Invalid as fault:
        (code,) = {code for codes in fault.fields.values() for code in codes}
        raise Invalid(code, field="first_day") from None


def _add_shift(
    work: Work, project: Key, starts_at: datetime, ends_at: datetime, kept: Mapping[str, Any]
) -> None:
    key = Key(project.shard, work.new_id())
    day = local_date(starts_at, work.runtime.config.time_zone)
    columns = {name: kept[name] for name in KEPT if name in kept}
    work.session.add(
        Shift(
            **columns,
            shard_code=key.shard,
            id=key.id,
            project_id=project.id,
            starts_at=starts_at,
            ends_at=ends_at,
            occurs_on=day,
            taken=0,
            secret_sealed=work.runtime.vault.encrypt(new_token(), secret_context(key)),
            attendance_policy=project_policy(day).version,
            status=ShiftStatus.OPEN,
        )
    )
    work.session.flush()
    for post in kept.get("posts", []):
        work.session.add(Post(**post, shard_code=key.shard, id=work.new_id(), shift_id=key.id, taken=0))
    work.emit("shift.added", key, project=project, capacity=kept["capacity"])


def _checked_name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_TITLE:
        raise Invalid(fields={"name": [f"too-long {LONGEST_TITLE}" if name else "required"]})
    return name
