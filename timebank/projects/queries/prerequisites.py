"""What a shift or a post asks, and what of it a person lacks. Internal: it takes no actor."""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol

from timebank.kernel.ids import Key
from timebank.projects.rules import Held, Prerequisites, fold, missing, prerequisites_of, together
from timebank.qualifications.queries import held_by
from timebank.volunteers.queries import born_on, standing
from timebank.volunteers.rules import age_on


class Asking(Protocol):
    """A row with prerequisites: a shift or a post."""

    @property
    def prerequisites(self) -> Any: ...


def asked_of(shift: Asking, post: Asking | None) -> Prerequisites:
    """What is asked of who serves in this post of this shift."""
    asked = prerequisites_of(shift.prerequisites)
    return together(asked, prerequisites_of(post.prerequisites)) if post else asked


def lacks(volunteer: Key, asked: Prerequisites, day: date) -> list[str]:
    """Codes of what a volunteer lacks on a day; nothing is looked up where nothing is asked."""
    if not asked:
        return []
    person, born = standing(volunteer), born_on(volunteer)
    if person is None or born is None:
        return ["not-registered"]
    proofs = held_by(volunteer, day)
    held = Held(
        skills=proofs.skills,
        trainings=frozenset(fold(name) for name in proofs.trainings),
        age=age_on(born, day),
        party_member=person.party_member,
    )
    return missing(asked, held)
