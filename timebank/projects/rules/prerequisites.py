"""What a shift or a post asks of who serves in it (Order 685 Art. 15 and 16: fit age, skill, training)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from timebank.kernel.errors import Invalid
from timebank.volunteers.rules import SKILLS

OLDEST = 120
MOST_ASKED = 10
LONGEST_TRAINING_NAME = 100


@dataclass(frozen=True, slots=True)
class Prerequisites:
    """What is asked; nothing unless said. Ages are completed years on the day of the shift."""

    skills: tuple[str, ...] = ()
    """Codes of skills of which a verified proof is valid on the day."""
    trainings: tuple[str, ...] = ()
    """Names of trainings that were attended, and not failed, by the day."""
    age_from: int | None = None
    age_to: int | None = None
    party_member: bool = False
    """Verified by a party administrator."""

    def __bool__(self) -> bool:
        return self != Prerequisites()

    def document(self) -> dict[str, Any]:
        """As it is kept; empty where nothing is asked."""
        asked = {name: getattr(self, name) for name in Prerequisites.__dataclass_fields__}
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asked.items() if value
        }


@dataclass(frozen=True, slots=True)
class Held:
    """What a person has on the day of a shift."""

    skills: frozenset[str]
    trainings: frozenset[str]
    """Names, folded for comparison."""
    age: int
    party_member: bool


def prerequisites_of(document: dict[str, Any] | None) -> Prerequisites:
    """What a kept document asks."""
    given = dict(document or {})
    for name in ("skills", "trainings"):
        given[name] = tuple(given.get(name, ()))
    return Prerequisites(**given)


def fold(text: str) -> str:
    """Names of trainings are the same whatever their case and spaces."""
    return "".join(text.split()).casefold()


def together(first: Prerequisites, second: Prerequisites) -> Prerequisites:
    """What both ask: the shift for everybody, and one of its posts on top."""
    lower = [age for age in (first.age_from, second.age_from) if age is not None]
    upper = [age for age in (first.age_to, second.age_to) if age is not None]
    return Prerequisites(
        skills=tuple(dict.fromkeys(first.skills + second.skills)),
        trainings=tuple(dict.fromkeys(first.trainings + second.trainings)),
        age_from=max(lower, default=None),
        age_to=min(upper, default=None),
        party_member=first.party_member or second.party_member,
    )


def checked_prerequisites(asked: Prerequisites) -> Prerequisites:
    """What is asked, tidied. Raises Invalid naming every field that is wrong."""
    wrong: dict[str, list[str]] = {}
    if not set(asked.skills) <= set(SKILLS):
        wrong["skills"] = ["not-a-choice"]
    trainings = tuple(dict.fromkeys(text for each in asked.trainings if (text := " ".join(each.split()))))
    if len(trainings) > MOST_ASKED:
        wrong["trainings"] = [f"too-many-chosen {MOST_ASKED}"]
    elif any(len(each) > LONGEST_TRAINING_NAME for each in trainings):
        wrong["trainings"] = [f"too-long {LONGEST_TRAINING_NAME}"]
    for name in ("age_from", "age_to"):
        age = getattr(asked, name)
        if age is not None and not 0 < age <= OLDEST:
            wrong[name] = [f"out-of-range 1 {OLDEST}"]
    if not wrong and asked.age_from and asked.age_to and asked.age_from > asked.age_to:
        wrong["age_to"] = ["age-order"]
    if wrong:
        raise Invalid(fields=wrong)
    skills = tuple(code for code in SKILLS if code in asked.skills)
    return Prerequisites(skills, trainings, asked.age_from, asked.age_to, asked.party_member)


def missing(asked: Prerequisites, held: Held) -> list[str]:
    """Codes of what a person lacks, each with what it is about behind it; empty where nothing is missing."""
    found = [f"missing-skill {code}" for code in asked.skills if code not in held.skills]
    found += [f"missing-training {name}" for name in asked.trainings if fold(name) not in held.trainings]
    if asked.age_from is not None and held.age < asked.age_from:
        found.append(f"too-young {asked.age_from}")
    if asked.age_to is not None and held.age > asked.age_to:
        found.append(f"too-old {asked.age_to}")
    if asked.party_member and not held.party_member:
        found.append("not-party-member")
    return found


def newly_missing(before: Prerequisites, now: Prerequisites, held: Held) -> list[str]:
    """Codes of what a person lacks because something else is asked than before."""
    known = missing(before, held)
    return [code for code in missing(now, held) if code not in known]


def is_about_proof(code: str) -> bool:
    """Whether what is missing is a proof for the work, and not the age or the party of a person."""
    return code.partition(" ")[0] in ("missing-skill", "missing-training")
