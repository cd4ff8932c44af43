"""The pages of a registration in their order: what each asks, whom it concerns, and how it is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from marshmallow import fields, validate

from timebank.identity.rules import check_phone
from timebank.kernel.db import runtime
from timebank.kernel.errors import Invalid
from timebank.regions.queries import region
from timebank.volunteers import queries, usecases
from timebank.volunteers.rules import DOCUMENT_TYPES, GuardianSaid, PersonSaid, check_name, collected
from timebank.volunteers.rules.application import Checks, check_guardian, checks_of_person
from timebank.web.kit.fields import ApiSchema, RegionCodeField, Text
from timebank.web.kit.forms import Values
from timebank.web.kit.operation import act
from timebank.web.volunteers.answers import Answers, policy, today
from timebank.web.volunteers.countries import CountryField
from timebank.web.volunteers.schemas import CODES


class YouSchema(ApiSchema):
    """Who somebody is, and by which document that is shown."""

    name = Text(1, 60, required=True)
    document_type = fields.String(required=True, validate=validate.OneOf(DOCUMENT_TYPES))


class DocumentSchema(ApiSchema):
    """The number, and what it may leave open."""

    document_number = Text(1, 40, required=True)
    nationality = CountryField(load_default=None)
    born_on = fields.Date(load_default=None)
    sex = Text(1, 1, load_default=None)


class NamedGuardianSchema(ApiSchema):
    """The guardian of somebody under age."""

    guardian_name = Text(1, 60, required=True)
    guardian_relation = Text(1, 20, required=True)
    guardian_document_type = Text(1, 20, load_default="resident_id")
    guardian_document_number = Text(1, 40, required=True)
    guardian_nationality = CountryField(load_default=None)
    guardian_phone = Text(1, 30, required=True)


class ContactSchema(ApiSchema):
    """How to reach somebody; the phone is needed for an account."""

    phone = Text(1, 30, load_default=None)
    address = Text(1, 200, load_default=None)
    emergency_name = Text(1, 60, load_default=None)
    emergency_phone = Text(1, 30, load_default=None)


class HomeSchema(ApiSchema):
    """Where somebody lives, and where else they want to help."""

    region_code = RegionCodeField(required=True)
    service_region_code = RegionCodeField(load_default=None)


class AboutSchema(ApiSchema):
    """What the statistics ask of a volunteer."""

    political_status = Text(1, 2, required=True)
    education = Text(1, 2, load_default=None)
    occupation = Text(1, 1, load_default=None)
    employer = Text(1, 200, load_default=None)


class OfferSchema(ApiSchema):
    """What somebody can and likes to do, and when."""

    skills = fields.List(Text(1, 30), load_default=list, validate=CODES)
    categories = fields.List(Text(1, 30), load_default=list, validate=CODES)
    availability = fields.List(Text(1, 30), load_default=list, validate=CODES)


class ConsentsSchema(ApiSchema):
    """What somebody agrees to."""

    consents = fields.List(Text(1, 20), load_default=list, validate=CODES)


def guardian_of(given: Values) -> GuardianSaid:
    """What a loaded form says about a guardian."""
    return GuardianSaid(**{name: given[f"guardian_{name}"] for name in GuardianSaid.__dataclass_fields__})


def _person_checks(given: Values) -> Checks:
    """The rules' checks of those fields that one page gives."""
    said = {name: value for name, value in given.items() if name in PersonSaid.__dataclass_fields__}
    whole = PersonSaid(**{"name": "", "region_code": 0, "political_status": "", **said})
    found = checks_of_person(whole, policy(), runtime().config.demo)
    return {name: check for name, check in found.items() if name in given}


def _check_you(given: Values, answers: Answers) -> None:
    check_name(given["name"])


def _check_document(given: Values, answers: Answers) -> None:
    act(usecases.count_registration, address=request.remote_addr or "unknown")
    kind = str(answers.values["document_type"])
    queries.new_document(kind, given["document_number"], answers.stated)


def _check_guardian(given: Values, answers: Answers) -> None:
    checked = check_guardian(guardian_of(given), today(), policy(), runtime().config.demo)
    document = answers.document
    if document is not None and document.claim == checked.document_number.claim:
        raise Invalid("guardian-is-minor", field="guardian_document_number")


def _check_contact(given: Values, answers: Answers) -> None:
    demo = runtime().config.demo

    def phone() -> None:
        if not answers.may_have_account:
            return
        if not given["phone"]:
            raise Invalid("required", field="phone")
        number = check_phone(given["phone"], demo)
        if answers.is_minor and number == check_phone(answers.values.get("guardian_phone", ""), demo):
            raise Invalid("guardian-phone-is-own", field="phone")

    collected({"phone": phone, **_person_checks(given)})


def _check_home(given: Values, answers: Answers) -> None:
    def home() -> None:
        found = region(given["region_code"])
        if found is None or found.level != "village":
            raise Invalid("unknown-community", field="region_code")

    def service() -> None:
        code = given["service_region_code"]
        if code is not None and region(code) is None:
            raise Invalid("unknown-region", field="service_region_code")

    collected({"region_code": home, "service_region_code": service})


def _check_said(given: Values, answers: Answers) -> None:
    collected(_person_checks(given))


def _check_consents(given: Values, answers: Answers) -> None:
    needed = {each.purpose for each in queries.consent_wordings().values() if each.needed}
    if not needed <= set(given["consents"]):
        raise Invalid("consent-missing", field="consents")


def _everybody(answers: Answers) -> bool:
    return True


@dataclass(frozen=True)
class Step:
    """One page: its address, its heading, what it takes, and the check that the rules make of it."""

    name: str
    title: LazyString
    schema: type[ApiSchema]
    check: Callable[[Values, Answers], None]
    concerns: Callable[[Answers], bool] = _everybody

    @property
    def fields(self) -> list[str]:
        return list(self.schema().load_fields)


STEPS = (
    Step("you", _l("Who you are"), YouSchema, _check_you),
    Step("document", _l("Your document"), DocumentSchema, _check_document),
    Step(
        "guardian",
        _l("Your guardian"),
        NamedGuardianSchema,
        _check_guardian,
        lambda answers: answers.is_minor,
    ),
    Step("contact", _l("How to reach you"), ContactSchema, _check_contact),
    Step("home", _l("Where you live"), HomeSchema, _check_home),
    Step("about", _l("About you"), AboutSchema, _check_said),
    Step("offer", _l("What you can and like to do"), OfferSchema, _check_said),
    Step("consents", _l("Your consent"), ConsentsSchema, _check_consents),
)
LAST = "check"
"""The page on which everything is looked at again and sent in."""


def path_of(answers: Answers) -> list[Step]:
    """The pages that concern this person, in their order."""
    return [step for step in STEPS if step.concerns(answers)]


def first_open(answers: Answers) -> str:
    """The first page that is not done, or the last one when all are."""
    return next((step.name for step in path_of(answers) if step.name not in answers.done), LAST)


def step_of(field: str) -> str:
    """On which page a field is asked."""
    return next((step.name for step in STEPS if field in step.fields), LAST)


def application_values(answers: Answers) -> dict[str, Any]:
    """All pages loaded again, for `application_of`. Raises ValidationError for what is not right."""
    found: dict[str, Any] = {}
    for step in STEPS:
        if step.concerns(answers):
            found |= step.schema().load(
                {name: answers.values[name] for name in step.fields if answers.values.get(name)}
            )
    return found
