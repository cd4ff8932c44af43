"""What a shift or a post asks, and what of it people lack. Internal: it takes no actor."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from timebank.kernel.ids import Key
from timebank.projects.rules import (
    Held,
    Prerequisites,
    fold,
    missing,
    newly_missing,
    prerequisites_of,
    together,
)
from timebank.qualifications.queries import NOTHING_HELD, held_by
from timebank.volunteers.queries import births, standings
from timebank.volunteers.rules import age_on


class Asking(Protocol):
    """A row with prerequisites: a shift or a post."""

    @property
    def prerequisites(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of somebody before and after a change."""

    before: Prerequisites
    now: Prerequisites

    @property
    def is_anew(self) -> bool:
        """Whether anybody could lack something that they did not lack before."""
        return bool(self.now) and self.before != self.now


def asked_of(shift: Asking, post: Asking | None) -> Prerequisites:
    """What is asked of who serves in this post of this shift."""
    asked = prerequisites_of(shift.prerequisites)
    return together(asked, prerequisites_of(post.prerequisites)) if post else asked


def lacks(volunteer: Key, asked: Prerequisites, day: date) -> list[str]:
    """Codes of what a volunteer lacks on a day; nothing is looked up where nothing is asked."""
    if not asked:
        return []
    held = _held([volunteer], day).get(volunteer)
    return ["not-registered"] if held is None else missing(asked, held)


def newly_lacking(asked: Mapping[Key, Asked], day: date) -> dict[Key, list[str]]:
    """Codes of what people lack because something else is asked than before; who lacks nothing is left out.

    Nothing is looked up where nothing else is asked.
    """
    anew = {each: pair for each, pair in asked.items() if pair.is_anew}
    if not anew:
        return {}
    held = _held(anew, day)
    found = {
        each: newly_missing(pair.before, pair.now, held[each]) for each, pair in anew.items() if each in held
    }
    return {each: codes for each, codes in found.items() if codes}


def _held(volunteers: Collection[Key], day: date) -> dict[Key, Held]:
    """What people have on a day, of those who are registered; few statements."""
    people, born, proofs = standings(volunteers), births(volunteers), held_by(volunteers, day)
    return {
        key: Held(
            skills=held.skills,
            trainings=frozenset(fold(name) for name in held.trainings),
            age=age_on(born[key], day),
            party_member=person.party_member,
        )
        for key, person in people.items()
        for held in (proofs.get(key, NOTHING_HELD),)
    }
