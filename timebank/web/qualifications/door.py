"""The blueprint of all pages about qualifications, and what these pages share."""

from __future__ import annotations

from timebank.qualifications.rules import Kind
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.fields import ApiSchema
from timebank.web.qualifications.schemas import AwardFormSchema, ProofFormSchema, TrainingFormSchema

pages = pages_door("qualifications")

SCHEMAS: dict[str, type[ApiSchema]] = {
    Kind.SKILL: ProofFormSchema,
    Kind.AWARD: AwardFormSchema,
    Kind.TRAINING: TrainingFormSchema,
}
