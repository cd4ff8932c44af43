"""Make-up projects (补录) as JSON: writing, evidence, attendance."""

from __future__ import annotations

from typing import Any

from timebank.attendance.usecases import AttendanceLine, Attended, enter_attendance
from timebank.kernel.files import OpenedFile
from timebank.kernel.ids import Key
from timebank.projects import usecases
from timebank.projects.rules import ProjectStatus
from timebank.web.kit.operation import act, act_once
from timebank.web.projects.door import api, created
from timebank.web.projects.schemas import ProjectCreatedSchema
from timebank.web.projects.step_schemas import (
    AttendanceLinesSchema,
    EnteredAttendanceSchema,
    EvidenceCreatedSchema,
    NewEvidenceSchema,
    NewMakeUpSchema,
)
from timebank.web.qualifications.schemas import FileSchema


@api.post("/make-up-projects")
@api.arguments(NewMakeUpSchema)
@api.response(201, ProjectCreatedSchema)
def create_make_up(given: dict[str, Any]) -> dict[str, Any]:
    """Write a make-up project as a draft: it took place without having been announced, and why."""
    return act_once(usecases.create_make_up_project, created(ProjectStatus.DRAFT), **given)


@api.post("/projects/<key:project>/evidence")
@api.arguments(NewEvidenceSchema)
@api.response(201, EvidenceCreatedSchema)
def add_evidence(given: dict[str, Any], project: Key) -> dict[str, Any]:
    """Add a picture or PDF to a make-up project that is not handed in."""
    return act_once(
        usecases.add_evidence, lambda key: {"id": str(key)}, project=project, content=given["file"]
    )


@api.delete("/projects/<key:project>/evidence/<key:evidence>")
@api.response(204)
def remove_evidence(project: Key, evidence: Key) -> None:
    """Take a file of evidence back; it is deleted."""
    act(usecases.remove_evidence, project=project, evidence=evidence)


@api.post("/projects/<key:project>/evidence/<key:evidence>/open")
@api.response(200, FileSchema)
def open_evidence(project: Key, evidence: Key) -> OpenedFile:
    """A file of evidence; that an officer opened it is on record."""
    return act(usecases.open_evidence, project=project, evidence=evidence)


@api.post("/shifts/<key:shift>/attendance")
@api.arguments(EnteredAttendanceSchema)
@api.response(200, AttendanceLinesSchema)
def attendance(given: dict[str, Any], shift: Key) -> dict[str, list[AttendanceLine]]:
    """Enter who was at a shift of an approved make-up project; every line is answered."""
    people = [Attended(**each) for each in given["people"]]
    return {"items": act(enter_attendance, shift=shift, people=people)}
