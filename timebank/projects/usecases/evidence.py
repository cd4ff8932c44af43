"""Evidence of make-up projects: kept encrypted; every opening by who decides is an event."""

from __future__ import annotations

from sqlalchemy import func, select

from timebank.kernel.errors import Conflict, NotFound
from timebank.kernel.files import OpenedFile, kept, opened
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.projects.models import EvidenceFile, Project
from timebank.projects.rules import MOST_EVIDENCE, Action, ProjectKind, next_status
from timebank.projects.usecases.rows import organization_of, review_right, written_by_actor
from timebank.qualifications.rules import check_file


def add_evidence(work: Work, *, project: Key, content: bytes) -> Key:
    """Add a picture or PDF to a make-up project that is not handed in.

    Raises Invalid("file-too-large" | "not-a-proof-file", field="file"), Conflict("not-a-make-up" |
    "too-much-evidence" | "wrong-project-status"), NotFound.
    """
    found = _written(work, project)
    media_type = check_file(content)
    if _count(work, project) >= MOST_EVIDENCE:
        raise Conflict("too-much-evidence", most=MOST_EVIDENCE)
    key = Key(project.shard, work.new_id())
    work.session.add(
        EvidenceFile(
            shard_code=key.shard,
            id=key.id,
            project_id=found.id,
            **kept(work, content, media_type, _context(key)),
        )
    )
    work.emit("project.evidence_added", project, evidence=key)
    return key


def remove_evidence(work: Work, *, project: Key, evidence: Key) -> None:
    """Take a file back while the project is not handed in; it is deleted. Raises as `add_evidence`."""
    _written(work, project)
    work.session.delete(_file(work, project, evidence))
    work.emit("project.evidence_removed", project, evidence=evidence)


def open_evidence(work: Work, *, project: Key, evidence: Key) -> OpenedFile:
    """A file in clear, for its organisation and for who decides; that the latter looked is on record.

    Raises NotFound.
    """
    found = work.session.get(Project, (project.shard, project.id))
    if found is None:
        raise NotFound()
    owner, right = organization_of(found), review_right(found.kind)
    is_own = work.actor.can(Permission.PROJECT_WRITE, organization=owner)
    if not is_own and work.actor.can(right, region=found.region_code):
        work.allow(right, region=found.region_code)
        work.emit("project.evidence_opened", project, evidence=evidence)
    else:
        work.allow(Permission.PROJECT_WRITE, organization=owner)
    return opened(work, _file(work, project, evidence), _context(evidence))


def has_evidence(work: Work, project: Key) -> bool:
    """Whether there is any. Internal."""
    return _count(work, project) > 0


def _written(work: Work, project: Key) -> Project:
    found = written_by_actor(work, project)
    next_status(found.status, Action.EDIT)
    if found.kind != ProjectKind.MAKE_UP:
        raise Conflict("not-a-make-up")
    return found


def _count(work: Work, project: Key) -> int:
    return (
        work.session.scalar(
            select(func.count())
            .select_from(EvidenceFile)
            .where(EvidenceFile.shard_code == project.shard, EvidenceFile.project_id == project.id)
        )
        or 0
    )


def _file(work: Work, project: Key, evidence: Key) -> EvidenceFile:
    file = work.session.get(EvidenceFile, (evidence.shard, evidence.id))
    if file is None or (file.shard_code, file.project_id) != (project.shard, project.id):
        raise NotFound()
    return file


def _context(key: Key) -> str:
    return f"evidence_files.content:{key}"
