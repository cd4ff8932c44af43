"""What the door of volunteers takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from timebank.volunteers.queries import consent_wordings
from timebank.volunteers.rules import (
    AGE_BANDS,
    ASSISTED,
    CATEGORIES,
    CHANNELS,
    REASON_LONGEST,
    SKILLS,
    Application,
    GuardianSaid,
    IdentityMethod,
    PersonSaid,
    Status,
)
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, PageQuery, RegionCodeField, Text

CODES = validate.Length(max=40)
METHODS = validate.OneOf([each.value for each in IdentityMethod])


class CorrectionSchema(ApiSchema):
    """What a person says of themselves; a number is given only to change it."""

    name = Text(1, 60, required=True)
    document_type = Text(1, 20, load_default="resident_id")
    document_number = Text(1, 40, load_default=None)
    nationality = Text(3, 3, load_default=None, metadata={"description": "ISO 3166 alpha-3"})
    born_on = fields.Date(load_default=None)
    sex = Text(1, 1, load_default=None, metadata={"description": "GB/T 2261.1"})
    region_code = RegionCodeField(required=True)
    service_region_code = RegionCodeField(load_default=None)
    address = Text(1, 200, load_default=None)
    political_status = Text(1, 2, required=True)
    education = Text(1, 2, load_default=None)
    occupation = Text(1, 1, load_default=None)
    employer = Text(1, 200, load_default=None)
    emergency_name = Text(1, 60, load_default=None)
    emergency_phone = Text(1, 30, load_default=None)
    skills = fields.List(Text(1, 30), load_default=list, validate=CODES)
    categories = fields.List(Text(1, 30), load_default=list, validate=CODES)
    availability = fields.List(Text(1, 30), load_default=list, validate=CODES)


class RegistrationSchema(CorrectionSchema):
    """Everything needed to register; the guardian only for somebody under age."""

    document_number = Text(1, 40, required=True)
    phone = Text(1, 30, load_default=None)
    consents = fields.List(Text(1, 20), load_default=list, validate=CODES)
    password = fields.String(load_default=None, validate=validate.Length(max=128))
    guardian_name = Text(1, 60, load_default=None)
    guardian_relation = Text(1, 20, load_default=None)
    guardian_document_type = Text(1, 20, load_default="resident_id")
    guardian_document_number = Text(1, 40, load_default=None)
    guardian_nationality = Text(3, 3, load_default=None)
    guardian_phone = Text(1, 30, load_default=None)
    channel = fields.String(load_default="web", validate=validate.OneOf(CHANNELS))
    identity_method = Text(
        1, 20, load_default=None, metadata={"description": "by an officer who compared the document"}
    )
    guardian_signed = fields.Boolean(
        load_default=False, metadata={"description": "by an officer who holds the guardian's written consent"}
    )

    @validates_schema(skip_on_field_errors=False)
    def _consents_given(self, data: dict[str, Any], **_given: object) -> None:
        """Said together with what is missing, not only when all else is right."""
        needed = {each.purpose for each in consent_wordings().values() if each.needed}
        if not needed <= set(data.get("consents", [])):
            raise ValidationError("consent-missing", "consents")


class ProfileSchema(ApiSchema):
    """What a person changes without review; what is left out stays, and null deletes."""

    service_region_code = RegionCodeField(allow_none=True)
    address = Text(1, 200, allow_none=True)
    education = Text(1, 2, allow_none=True)
    occupation = Text(1, 1, allow_none=True)
    employer = Text(1, 200, allow_none=True)
    emergency_name = Text(1, 60, allow_none=True)
    emergency_phone = Text(1, 30, allow_none=True)
    skills = fields.List(Text(1, 30), validate=CODES)
    categories = fields.List(Text(1, 30), validate=CODES)
    availability = fields.List(Text(1, 30), validate=CODES)


class ConsentsGivenSchema(ApiSchema):
    """Which texts in force somebody agrees to."""

    purposes = fields.List(Text(1, 20), load_default=list, validate=CODES)


class ConsentStateSchema(ApiSchema):
    """How somebody stands to the text in force of one purpose."""

    purpose = fields.String(required=True)
    version = fields.String(required=True, metadata={"description": "of the text in force"})
    needed = fields.Boolean(required=True)
    text_zh = fields.String(required=True)
    text_en = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "given, outdated, withdrawn or open"})
    given_version = fields.String(allow_none=True)
    given_at = InstantField(allow_none=True)
    withdrawn_at = InstantField(allow_none=True)


GUARDIAN = tuple(GuardianSaid.__dataclass_fields__)


def said_of(given: dict[str, Any]) -> PersonSaid:
    """What a loaded correction says."""
    return PersonSaid(**given)


def application_of(given: dict[str, Any]) -> Application:
    """What a loaded registration says; a guardian counts as named when anything is said about one."""
    rest = dict(given)
    guardian = {name: rest.pop(f"guardian_{name}", None) for name in GUARDIAN}
    is_named = any(guardian[name] for name in ("name", "phone", "document_number"))
    texts = {name: guardian[name] or "" for name in ("name", "relation", "phone", "document_number")}
    texts["document_type"] = guardian["document_type"] or "resident_id"
    return Application(**rest, guardian=GuardianSaid(**{**guardian, **texts}) if is_named else None)


class CreatedSchema(ApiSchema):
    """What was made, and in which state it is."""

    id = fields.String(required=True)
    status = fields.String(required=True)


class ReasonSchema(ApiSchema):
    """Why; the person reads it."""

    reason = Text(1, REASON_LONGEST, required=True)


class SignedConsentsSchema(ApiSchema):
    """What the person agreed to on the form that the officer holds."""

    purposes = fields.List(Text(1, 20), load_default=list, validate=CODES)


class UnmaskSchema(ApiSchema):
    """Which fields to see in clear, and what for."""

    fields_ = fields.List(
        Text(1, 20), data_key="fields", attribute="fields", load_default=list, validate=CODES
    )
    purpose = Text(1, REASON_LONGEST, required=True)


class ApprovalSchema(ApiSchema):
    """How the identity was verified, where that is done together with the approval."""

    method = fields.String(
        load_default=None, validate=validate.OneOf([each.value for each in IdentityMethod])
    )


class IdentitySchema(ApiSchema):
    """How the identity was verified."""

    method = fields.String(required=True, validate=METHODS)


class ChannelSchema(ApiSchema):
    """By which way somebody asked the clerk."""

    channel = fields.String(load_default="window", validate=validate.OneOf(ASSISTED))


class ClearSchema(ApiSchema):
    """The fields asked for, in clear; what is not known is left out."""

    document_number = fields.String()
    phone = fields.String()
    name = fields.String()
    address = fields.String()
    emergency = fields.String(metadata={"description": "name and phone, a line each"})
    guardian = fields.String(metadata={"description": "name, document number and phone, a line each"})


class RegistryQuery(PageQuery):
    """Which volunteers to list."""

    region = RegionCodeField(load_default=None)
    status = fields.String(load_default=None, validate=validate.OneOf([each.value for each in Status]))
    channel = fields.String(load_default=None, validate=validate.OneOf(CHANNELS))
    age = fields.String(load_default=None, validate=validate.OneOf(list(AGE_BANDS)))
    party = fields.Boolean(
        load_default=None, allow_none=True, metadata={"description": "whether party membership is verified"}
    )
    overdue = fields.Boolean(load_default=False, metadata={"description": "only overdue replies"})
    skill = fields.String(load_default=None, validate=validate.OneOf(SKILLS))
    category = fields.String(load_default=None, validate=validate.OneOf(CATEGORIES))
    newest_first = fields.Boolean(load_default=False)


class SearchSchema(RegistryQuery):
    """A search by what must not stand in an address."""

    text = Text(
        1,
        60,
        load_default=None,
        metadata={
            "description": "whole volunteer or document number or phone, beginning of a name, or initials"
        },
    )
    country = Text(
        3, 3, load_default=None, metadata={"description": "of a passport whose number is searched for"}
    )


class VolunteerRowSchema(ApiSchema):
    """A volunteer in a list; the name is masked for those who only supervise."""

    id = KeyField(attribute="key", required=True)
    volunteer_no = fields.String(required=True)
    name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    party_verified = fields.Boolean(required=True)
    status = fields.String(required=True)
    channel = fields.String(required=True)
    submitted_at = InstantField(required=True)
    reply_due_on = fields.Date(allow_none=True)
    is_overdue = fields.Boolean(required=True)
    registered_on = fields.Date(allow_none=True)


class WaitingSchema(ApiSchema):
    """A registration that waits for an answer of the office."""

    id = KeyField(attribute="key", required=True)
    volunteer_no = fields.String(required=True)
    name = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    status = fields.String(required=True)
    channel = fields.String(required=True)
    reply_due_on = fields.Date(required=True)
    is_overdue = fields.Boolean(required=True)
    is_maker = fields.Boolean(
        required=True, metadata={"description": "taken down by whoever asks: somebody else approves it"}
    )


class HistoryLineSchema(ApiSchema):
    """Something that happened to a registration."""

    name = fields.String(required=True)
    at = InstantField(required=True)
    by = fields.String(allow_none=True)
    channel = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)


class RegistrationHistorySchema(ApiSchema):
    """What happened to a registration, oldest first."""

    items = fields.List(fields.Nested(HistoryLineSchema), required=True)


class ConsentSchema(ApiSchema):
    """A consent that was given."""

    purpose = fields.String(required=True)
    version = fields.String(required=True)
    channel = fields.String(required=True)
    given_at = InstantField(required=True)
    withdrawn_at = InstantField(allow_none=True)


class GuardianSchema(ApiSchema):
    """The guardian of somebody under age, masked."""

    name = fields.String(required=True)
    relation = fields.String(required=True)
    document_type = fields.String(required=True)
    document_number = fields.String(required=True)
    phone = fields.String(required=True)
    consented_at = InstantField(allow_none=True)


class VolunteerSchema(ApiSchema):
    """A volunteer; document number, phone and address are masked."""

    id = KeyField(attribute="key", required=True)
    volunteer_no = fields.String(required=True)
    national_no = fields.String(allow_none=True)
    name = fields.String(required=True)
    document_type = fields.String(required=True)
    document_number = fields.String(allow_none=True)
    nationality = fields.String(required=True)
    phone = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    has_emergency_contact = fields.Boolean(required=True)
    sex = fields.String(required=True)
    born_on = fields.Date(allow_none=True)
    is_minor = fields.Boolean(required=True)
    region_code = RegionCodeField(required=True)
    service_region_code = RegionCodeField(required=True)
    registration_region_code = RegionCodeField(required=True)
    political_status = fields.String(allow_none=True)
    party_verified_at = InstantField(allow_none=True)
    education = fields.String(allow_none=True)
    occupation = fields.String(allow_none=True)
    employer = fields.String(allow_none=True)
    availability = fields.List(fields.String(), required=True)
    skills = fields.List(fields.String(), required=True)
    categories = fields.List(fields.String(), required=True)
    channel = fields.String(required=True)
    identity_method = fields.String(allow_none=True)
    identity_verified_at = InstantField(allow_none=True)
    status = fields.String(required=True)
    status_reason = fields.String(allow_none=True)
    status_changed_at = InstantField(required=True)
    submitted_at = InstantField(required=True)
    reply_due_on = fields.Date(allow_none=True)
    registered_on = fields.Date(allow_none=True)
    erased_at = InstantField(allow_none=True)
    merged_into = KeyField(allow_none=True)
    consents = fields.List(fields.Nested(ConsentSchema), required=True)
    guardian = fields.Nested(GuardianSchema, allow_none=True)
    actions = fields.List(fields.String(), required=True)
