"""Skills with proof, training and awards as JSON."""

from __future__ import annotations

from typing import Any

from timebank.kernel.files import OpenedFile
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.qualifications import queries, usecases
from timebank.qualifications.queries import QualificationCard
from timebank.qualifications.rules import Kind
from timebank.qualifications.usecases import Line
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import page_schema
from timebank.web.kit.operation import act, act_once
from timebank.web.qualifications.schemas import (
    AwardSchema,
    CreatedQualificationSchema,
    FileSchema,
    ProofSchema,
    QualificationSchema,
    RefusalSchema,
    TrainingLinesSchema,
    TrainingListSchema,
    TrainingSchema,
    WaitingQuery,
    said_of,
)

api = api_door("qualifications", "Skills with proof, training and awards.")
QualificationPage = page_schema(QualificationSchema)


def _all(volunteer: Key, kind: Kind) -> Page[QualificationCard]:
    found = queries.qualifications(current_actor(), volunteer)
    return Page([each for each in found if each.kind == kind])


def _enter(volunteer: Key, kind: Kind, given: dict[str, Any]) -> dict[str, Any]:
    file = given.pop("file", None)
    said = said_of(given)
    return act_once(usecases.enter, _created, volunteer=volunteer, kind=kind, said=said, file=file)


def _created(key: Key) -> dict[str, Any]:
    return {"id": str(key)}


@api.get("/volunteers/<key:volunteer>/skills")
@api.response(200, QualificationPage)
def skills(volunteer: Key) -> Page[QualificationCard]:
    """Proofs of a person's skills."""
    return _all(volunteer, Kind.SKILL)


@api.post("/volunteers/<key:volunteer>/skills")
@api.arguments(ProofSchema)
@api.response(201, CreatedQualificationSchema)
def add_skill(given: dict[str, Any], volunteer: Key) -> dict[str, Any]:
    """Add a proof of a skill."""
    return _enter(volunteer, Kind.SKILL, given)


@api.get("/volunteers/<key:volunteer>/trainings")
@api.response(200, QualificationPage)
def trainings(volunteer: Key) -> Page[QualificationCard]:
    """A person's training."""
    return _all(volunteer, Kind.TRAINING)


@api.post("/volunteers/<key:volunteer>/trainings")
@api.arguments(TrainingSchema)
@api.response(201, CreatedQualificationSchema)
def add_training(given: dict[str, Any], volunteer: Key) -> dict[str, Any]:
    """Record a person's training as an officer of the region."""
    return _enter(volunteer, Kind.TRAINING, given)


@api.get("/volunteers/<key:volunteer>/awards")
@api.response(200, QualificationPage)
def awards(volunteer: Key) -> Page[QualificationCard]:
    """A person's awards."""
    return _all(volunteer, Kind.AWARD)


@api.post("/volunteers/<key:volunteer>/awards")
@api.arguments(AwardSchema)
@api.response(201, CreatedQualificationSchema)
def add_award(given: dict[str, Any], volunteer: Key) -> dict[str, Any]:
    """Add an award."""
    return _enter(volunteer, Kind.AWARD, given)


@api.post("/trainings")
@api.arguments(TrainingListSchema)
@api.response(200, TrainingLinesSchema)
def record_trainings(given: dict[str, Any]) -> dict[str, list[Line]]:
    """Record a training of many people; every line is answered."""
    numbers, organization = given.pop("numbers"), given.pop("organization")
    said = said_of(given)
    return {"items": act(usecases.record_trainings, numbers=numbers, said=said, organization=organization)}


@api.get("/qualifications/waiting")
@api.arguments(WaitingQuery, location="query")
@api.response(200, QualificationPage)
def waiting(given: dict[str, Any]) -> Page[QualificationCard]:
    """What waits for one's decision."""
    return queries.waiting(current_actor(), **given)


@api.get("/qualifications/<key:qualification>")
@api.response(200, QualificationSchema)
def qualification(qualification: Key) -> QualificationCard:
    """One proof, training or award."""
    return queries.qualification(current_actor(), qualification)


@api.post("/qualifications/<key:qualification>/accept")
@api.response(200, QualificationSchema)
def accept(qualification: Key) -> QualificationCard:
    """Accept it."""
    act(usecases.accept, qualification=qualification)
    return queries.qualification(current_actor(), qualification)


@api.post("/qualifications/<key:qualification>/refuse")
@api.arguments(RefusalSchema)
@api.response(200, QualificationSchema)
def refuse(given: dict[str, Any], qualification: Key) -> QualificationCard:
    """Refuse it."""
    act(usecases.refuse, qualification=qualification, **given)
    return queries.qualification(current_actor(), qualification)


@api.post("/qualifications/<key:qualification>/withdraw")
@api.response(200, QualificationSchema)
def withdraw(qualification: Key) -> QualificationCard:
    """Take one's own proof or award back; the file is deleted."""
    act(usecases.withdraw, qualification=qualification)
    return queries.qualification(current_actor(), qualification)


@api.post("/qualifications/<key:qualification>/open-file")
@api.response(200, FileSchema)
def open_file(qualification: Key) -> OpenedFile:
    """The file of proof; who opened somebody else's is on record."""
    return act(usecases.open_file, qualification=qualification)
