"""What somebody who registers says, and the checks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from timebank.identity.rules import check_phone
from timebank.kernel.checks import collected
from timebank.kernel.errors import Invalid
from timebank.volunteers.rules.codes import (
    CATEGORIES,
    EDUCATIONS,
    OCCUPATIONS,
    POLITICAL_STATUSES,
    RELATIONS,
    SKILLS,
    SLOTS,
    check_choice,
    check_codes,
    check_optional,
)
from timebank.volunteers.rules.documents import Document, Stated, check_document
from timebank.volunteers.rules.people import (
    ADDRESS_LONGEST,
    EMPLOYER_LONGEST,
    RegistrationPolicy,
    check_name,
    check_text,
)

Checks = dict[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class GuardianSaid:
    """What is said about the guardian of somebody under age."""

    name: str
    relation: str
    phone: str
    document_number: str
    document_type: str = "resident_id"
    nationality: str | None = None


@dataclass(frozen=True, slots=True)
class PersonSaid:
    """What a person says of themselves and may correct: everything but phone, consents and guardian."""

    name: str
    region_code: int
    political_status: str
    skills: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    document_type: str = "resident_id"
    document_number: str | None = None
    nationality: str | None = None
    born_on: date | None = None
    sex: str | None = None
    address: str | None = None
    service_region_code: int | None = None
    education: str | None = None
    occupation: str | None = None
    employer: str | None = None
    availability: list[str] = field(default_factory=list)
    emergency_name: str | None = None
    emergency_phone: str | None = None

    @property
    def stated(self) -> Stated:
        return Stated(self.nationality, self.born_on, self.sex)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(PersonSaid):
    """Everything needed to register."""

    consents: list[str] = field(default_factory=list)
    phone: str | None = None
    password: str | None = None
    guardian: GuardianSaid | None = None
    national_no: str | None = None
    """The number in the national system, from a file of people registered there."""
    channel: str = "web"
    identity_method: str | None = None
    """Set by an officer who has the document at hand."""
    guardian_signed: bool = False
    """Set by an officer who has the guardian's written consent."""


def checks_of_person(said: PersonSaid, policy: RegistrationPolicy, demo: bool) -> Checks:
    """The checks of what a person says, except document and places."""
    return {
        "name": lambda: check_name(said.name),
        "political_status": lambda: check_choice(said.political_status, POLITICAL_STATUSES),
        "skills": lambda: check_codes(said.skills, SKILLS),
        "categories": lambda: check_codes(said.categories, CATEGORIES, policy.most_categories),
        "address": lambda: check_text(said.address, ADDRESS_LONGEST),
        "education": lambda: check_optional(said.education, EDUCATIONS),
        "occupation": lambda: check_optional(said.occupation, OCCUPATIONS),
        "employer": lambda: check_text(said.employer, EMPLOYER_LONGEST),
        "availability": lambda: check_codes(said.availability, SLOTS),
        "emergency_phone": lambda: check_emergency(said.emergency_name, said.emergency_phone, demo),
    }


PROFILE = (
    "address availability categories education emergency_name emergency_phone employer occupation "
    "service_region_code skills"
).split()
"""What a person changes without anybody looking at it again."""


def checks_of_profile(given: Mapping[str, Any], policy: RegistrationPolicy, demo: bool) -> Checks:
    """The checks of those fields of a profile that are given, except the place.

    The emergency contact is one value, under `emergency_phone`. Raises Invalid for a field that is none.
    """
    unknown = sorted(set(given) - set(PROFILE))
    if unknown:
        raise Invalid(fields={name: ["unknown-field"] for name in unknown})
    said = PersonSaid(
        name="",
        region_code=0,
        political_status="",
        **{name: value for name, value in given.items() if name != "service_region_code"},
    )
    wanted = set(given) | ({"emergency_phone"} if "emergency_name" in given else set())
    checks = checks_of_person(said, policy, demo)
    return {name: check for name, check in checks.items() if name in wanted and name in PROFILE}


def check_emergency(name: str | None, phone: str | None, demo: bool) -> str | None:
    """Name and phone of an emergency contact in two lines, or neither.

    Raises Invalid with field `emergency_name` or `emergency_phone`.
    """
    if not (name or phone):
        return None
    written = _named("emergency_name", lambda: check_name(name or ""))()
    number = _named("emergency_phone", lambda: check_phone(phone or "", demo))()
    return f"{written}\n{number}"


@dataclass(frozen=True, slots=True)
class CheckedGuardian:
    """A guardian whose name, document and phone have the right form."""

    name: str
    relation: str
    document_number: Document
    phone: str


def check_guardian(
    said: GuardianSaid, today: date, policy: RegistrationPolicy, demo: bool
) -> CheckedGuardian:
    """An adult with a document and a phone. Raises Invalid with the fields `guardian_*`."""
    found = collected(
        {
            "guardian_name": _named("guardian_name", lambda: check_name(said.name)),
            "guardian_relation": lambda: check_choice(said.relation, RELATIONS),
            "guardian_document_number": lambda: _adult_document(said, today, policy, demo),
            "guardian_phone": _named("guardian_phone", lambda: check_phone(said.phone, demo)),
        }
    )
    return CheckedGuardian(**{name.removeprefix("guardian_"): value for name, value in found.items()})


def _named(field: str, check: Callable[[], object]) -> Callable[[], object]:
    """The check of somebody else's field, with its own name when it fails."""

    def named() -> object:
        try:
            return check()
        except Invalid as error:
            raise Invalid(error.code, fields={field: [error.code]}) from None

    return named


def _adult_document(said: GuardianSaid, today: date, policy: RegistrationPolicy, demo: bool) -> Document:
    # what the guardian's card does not tell is not asked for: nobody registers by it
    stated = Stated(said.nationality, date(1900, 1, 1), "0")
    try:
        document = check_document(said.document_type, said.document_number, today, demo=demo, stated=stated)
    except Invalid as error:
        code = next(code for codes in error.fields.values() for code in codes)
        raise Invalid(code, field="guardian_document_number") from None
    if policy.is_minor(document.born_on, today):
        raise Invalid("guardian-is-minor", field="guardian_document_number")
    return document
