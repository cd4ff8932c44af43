"""What the doors take and give beside projects themselves: steps, copies, templates, make-up projects."""

from __future__ import annotations

from marshmallow import fields, validate

from timebank.projects.rules import ANSWERS, LONGEST_EXPLANATION, LONGEST_REASON, LONGEST_TITLE
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, RegionCodeField, Text
from timebank.web.projects.schemas import FactsFormSchema, NewProjectSchema
from timebank.web.qualifications.schemas import Base64Field

MOST_LINES = 500


class AnswersSchema(ApiSchema):
    """The self-check: an answer for every question."""

    answers = fields.Dict(
        keys=fields.String(),
        values=fields.String(validate=validate.OneOf(ANSWERS)),
        load_default=None,
        allow_none=True,
        metadata={"description": "by the code of the question; not needed where they were given before"},
    )


class AnswersFormSchema(ApiSchema):
    """The same on a page; what is missing is said beside each question."""

    answers = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)


class SelfCheckSchema(ApiSchema):
    """The questions in force, and what volunteering answers."""

    version = fields.String(required=True)
    asked_yes = fields.List(fields.String(), required=True)
    asked_no = fields.List(fields.String(), required=True)
    source = fields.String(required=True)


class StepReasonSchema(ApiSchema):
    """Why; volunteers read it."""

    reason = Text(1, LONGEST_REASON, load_default=None, allow_none=True)


class FirstDaySchema(ApiSchema):
    """On which day the first shift takes place."""

    first_day = fields.Date(required=True)


class TemplateNameSchema(ApiSchema):
    """What the organisation calls the template."""

    name = Text(1, LONGEST_TITLE, required=True)


class TemplateSchema(ApiSchema):
    """A template."""

    id = KeyField(attribute="key", required=True)
    name = fields.String(required=True)
    organization = KeyField(required=True)
    organization_name = fields.String(required=True)
    project_name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    shifts = fields.Integer(required=True)
    days = fields.Integer(required=True, metadata={"description": "from the first day to the last one"})
    saved_at = InstantField(required=True)


class NewMakeUpSchema(NewProjectSchema):
    """A make-up project, and why it was not announced."""

    reason = Text(1, LONGEST_EXPLANATION, required=True)


class NewMakeUpFormSchema(FactsFormSchema):
    """The same on a page."""

    organization = KeyField(required=True)
    make_up_reason = Text(1, LONGEST_EXPLANATION, required=True)


class EditMakeUpFormSchema(FactsFormSchema):
    """The facts of a make-up project with its reason."""

    make_up_reason = Text(1, LONGEST_EXPLANATION, required=True)


class NewEvidenceSchema(ApiSchema):
    """A picture or PDF."""

    file = Base64Field(required=True, metadata={"type": "string", "description": "PDF, JPEG or PNG"})


class EvidenceCreatedSchema(ApiSchema):
    """What was made."""

    id = fields.String(required=True)


class EvidenceCardSchema(ApiSchema):
    """A file of evidence, without its content."""

    id = KeyField(attribute="key", required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "in bytes"})
    uploaded_at = InstantField(required=True)


class AnswerSchema(ApiSchema):
    """One question as it was answered."""

    question = fields.String(required=True)
    answer = fields.String(required=True)


class ProjectStepSchema(ApiSchema):
    """One change of state."""

    action = fields.String(required=True)
    status = fields.String(required=True)
    at = InstantField(required=True)
    by = fields.String(allow_none=True, metadata={"description": "null where time did it"})
    reason = fields.String(allow_none=True)


class DossierSchema(ApiSchema):
    """What stands behind a project, for its organisation and for who reviews it."""

    project = KeyField(required=True)
    self_check_version = fields.String(allow_none=True)
    self_check_source = fields.String(allow_none=True)
    answers = fields.List(fields.Nested(AnswerSchema), required=True)
    make_up_reason = fields.String(allow_none=True)
    evidence = fields.List(fields.Nested(EvidenceCardSchema), required=True)
    made_up = fields.Integer(
        required=True, metadata={"description": "make-up projects of the organisation in that month"}
    )
    most_made_up = fields.Integer(required=True)
    history = fields.List(fields.Nested(ProjectStepSchema), required=True)


class AttendedSchema(ApiSchema):
    """Who was there, from when to when."""

    number = Text(1, 40, required=True, metadata={"description": "volunteer number or document number"})
    in_at = InstantField(required=True)
    out_at = InstantField(required=True)


class EnteredAttendanceSchema(ApiSchema):
    """Everybody who was at a shift of a make-up project."""

    people = fields.List(
        fields.Nested(AttendedSchema), required=True, validate=validate.Length(1, MOST_LINES)
    )


class AttendanceFormSchema(ApiSchema):
    """The same on a page: a list of numbers with one time for all of them, on the shift's day."""

    numbers = Text(1, 30_000, required=True)
    in_at = fields.Time(required=True)
    out_at = fields.Time(required=True)


class AttendanceLineSchema(ApiSchema):
    """The answer to one line."""

    line = fields.Integer(attribute="number", required=True)
    outcome = fields.String(required=True)
    visit = KeyField(allow_none=True)


class AttendanceLinesSchema(ApiSchema):
    """The answer to every line."""

    items = fields.List(fields.Nested(AttendanceLineSchema), required=True)
