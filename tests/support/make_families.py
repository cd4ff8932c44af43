"""Builders of people under age with their guardians; all through the use-cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.support import make_people as make
from timebank.identity.queries import user_by_phone
from timebank.kernel.ids import Key
from timebank.kernel.policy import SYSTEM, Actor
from timebank.kernel.work import perform
from timebank.volunteers import usecases
from timebank.volunteers.rules import GuardianSaid, IdentityMethod

SIXTEEN, TWELVE = date(2010, 6, 1), date(2014, 6, 1)


@dataclass(frozen=True)
class Family:
    """Somebody under age, and who was named as guardian."""

    child: Key
    guardian_phone: str
    guardian_document: str

    @property
    def guardian(self) -> Actor:
        """The guardian, signed in, with whatever rights there are by now."""
        user = user_by_phone(self.guardian_phone)
        assert user
        return make.actor_of_user(user)

    def consent(self) -> None:
        """The guardian agrees."""
        perform(
            self.guardian,
            usecases.consent_as_guardian,
            volunteer=self.child,
            document_number=self.guardian_document,
        )


def guardian_said(**changes: str) -> GuardianSaid:
    """What is said about a guardian; valid, and different from all others."""
    given = {"phone": make.phone(), "document_number": make.document_number(), **changes}
    return GuardianSaid(**{"name": "张大海", "relation": "father", **given})


def family(*, born_on: date = SIXTEEN, **changes: Any) -> Family:
    """Somebody under age who has just registered; the guardian has not answered."""
    said = guardian_said()
    number = make.document_number(born_on=born_on)
    child = make.applicant(document_number=number, guardian=said, **changes)
    return Family(child, said.phone, said.document_number)


def registered_family(*, born_on: date = SIXTEEN, **changes: Any) -> Family:
    """A registered volunteer under age whose guardian has agreed."""
    found = family(born_on=born_on, **changes)
    found.consent()
    perform(SYSTEM, usecases.approve, volunteer=found.child, method=IdentityMethod.IN_PERSON)
    return found
