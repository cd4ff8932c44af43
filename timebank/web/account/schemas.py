"""What the door of accounts takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from timebank.volunteers.rules import (
    REASON_LONGEST,
    TEXT_LONGEST,
    Correctable,
    IdentityMethod,
    ProposalKind,
    Wanted,
)
from timebank.web.kit.fields import ApiSchema, InstantField, KeyField, RegionCodeField, Text
from timebank.web.kit.words import WORDS
from timebank.web.volunteers.schemas import VolunteerSchema


class MadeSchema(ApiSchema):
    """What was made."""

    id = fields.String(required=True)
    status = fields.String(required=True)


class NewMoveSchema(ApiSchema):
    """Where somebody moves, and why."""

    region_code = RegionCodeField(required=True)
    reason = Text(1, TEXT_LONGEST, required=True)


class OwnProofSchema(ApiSchema):
    """Who one is, once more: the password or a one-time code; an officer says instead what allows it."""

    password = fields.String(load_default=None, validate=validate.Length(max=128))
    code = Text(1, 20, load_default=None)


class CloseSchema(OwnProofSchema):
    """How the will to close is proven."""

    signed = fields.Boolean(
        load_default=False, metadata={"description": "by an officer who holds the signed application"}
    )


class OwnDataRequestSchema(OwnProofSchema):
    """How it is proven that the data go to the right person."""

    purpose = Text(
        1,
        REASON_LONGEST,
        load_default=None,
        metadata={"description": "by an officer, for somebody without an account"},
    )


class NewCorrectionSchema(ApiSchema):
    """What is wrong and what would be right."""

    field = fields.String(required=True, validate=validate.OneOf([each.value for each in Correctable]))
    wrong = Text(1, TEXT_LONGEST, required=True)
    right = Text(1, TEXT_LONGEST, required=True)
    document_type = Text(1, 20, load_default=None)
    nationality = Text(3, 3, load_default=None, metadata={"description": "ISO 3166 alpha-3"})
    record = KeyField(load_default=None, metadata={"description": "the service record that is wrong"})


def correction_of(given: dict[str, Any]) -> dict[str, Any]:
    """What a loaded correction says, as the use-case takes it."""
    rest = dict(given)
    right = rest.pop("right")
    if rest["field"] == Correctable.SEX:
        right = _sex_code(right)
    wanted = Wanted(right, rest.pop("document_type"), rest.pop("nationality"))
    return rest | {"wanted": wanted}


def _sex_code(text: str) -> str:
    """The code of a sex that somebody wrote in words of the page's language; else the text itself."""
    codes = {str(said).casefold(): code for code, said in WORDS["sex"].items()}
    return codes.get(text.strip().casefold(), text)


class AcceptCorrectionSchema(ApiSchema):
    """How it was put right; `method` and `number` only for a new document."""

    reply = Text(1, REASON_LONGEST, load_default=None)
    method = fields.String(
        load_default=None, validate=validate.OneOf([each.value for each in IdentityMethod])
    )
    number = Text(1, 40, load_default=None, metadata={"description": "as read off the new document"})


class ReplySchema(ApiSchema):
    """Why it stays as it is."""

    reply = Text(1, REASON_LONGEST, required=True)


class NoteSchema(ApiSchema):
    """What proves it."""

    note = Text(1, REASON_LONGEST, required=True)


class NewProposalSchema(NoteSchema):
    """What is proposed about a volunteer; `keep` only for a merge."""

    kind = fields.String(required=True, validate=validate.OneOf([each.value for each in ProposalKind]))
    keep = KeyField(load_default=None, metadata={"description": "the registration that goes on"})


class RequestSchema(ApiSchema):
    """What every request tells."""

    id = KeyField(attribute="key", required=True)
    volunteer = KeyField(required=True)
    volunteer_no = fields.String(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True)
    asked_by = fields.String(allow_none=True)
    asked_at = InstantField(required=True)
    decided_at = InstantField(allow_none=True)
    reply = fields.String(allow_none=True)
    may_decide = fields.Boolean(required=True)


class MoveSchema(RequestSchema):
    """A move to another community."""

    from_code = RegionCodeField(required=True)
    to_code = RegionCodeField(required=True)
    reason = fields.String(allow_none=True)
    due_on = fields.Date(required=True)
    may_withdraw = fields.Boolean(required=True)


class CorrectionRequestSchema(RequestSchema):
    """Something to be put right; a document number is masked."""

    field = fields.String(required=True)
    record = KeyField(allow_none=True)
    wrong = fields.String(allow_none=True)
    right = fields.String(allow_none=True)
    document_type = fields.String(allow_none=True)
    due_on = fields.Date(required=True)
    may_withdraw = fields.Boolean(required=True)


class ProposalSchema(RequestSchema):
    """A death or a merge that waits for a second officer."""

    kind = fields.String(required=True)
    region_code = RegionCodeField(required=True)
    kept = KeyField(allow_none=True)
    note = fields.String(allow_none=True)
    may_drop = fields.Boolean(required=True)


class TwinSchema(ApiSchema):
    """One of several registrations with the same name and birth date."""

    id = KeyField(attribute="key", required=True)
    name = fields.String(required=True)
    volunteer_no = fields.String(required=True)
    born_on = fields.Date(required=True)
    region_code = RegionCodeField(required=True)
    status = fields.String(required=True)
    has_account = fields.Boolean(required=True)


class TwinsSchema(ApiSchema):
    """Groups of registrations that may be one person's."""

    groups = fields.List(fields.List(fields.Nested(TwinSchema)), required=True)


class ComparisonSchema(ApiSchema):
    """Two registrations side by side, masked; `same` says which values agree."""

    fold = fields.Nested(VolunteerSchema, required=True)
    keep = fields.Nested(VolunteerSchema, required=True)
    same = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)


class ComparisonQuery(ApiSchema):
    """Which two."""

    fold = KeyField(required=True)
    keep = KeyField(required=True)


class DuplicatesQuery(ApiSchema):
    """Where to look."""

    region = RegionCodeField(load_default=None)


class OwnDataSchema(ApiSchema):
    """Everything kept about a person; see `docs/own-data.md`."""

    schema = fields.String(required=True)
    version = fields.Integer(required=True)
    made_at = fields.String(required=True)
    volunteer = fields.String()
    user = fields.String(metadata={"description": "in place of `volunteer`, for who has no registration"})
    tables = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Dict(keys=fields.String())), required=True
    )
