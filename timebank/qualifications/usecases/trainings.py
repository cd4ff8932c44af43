"""Training of many people at once, by volunteer numbers; every line is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.organizations.queries import organization as organization_card
from timebank.qualifications.rules import LONGEST_LIST, Kind, Outcome, Said, Status, checked
from timebank.qualifications.usecases.rows import keep, registered
from timebank.volunteers.queries import by_number


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line; `qualification` is what was made."""

    number: int
    qualification: Key | None
    outcome: Outcome


def record_trainings(
    work: Work, *, numbers: Sequence[str], said: Said, organization: Key | None = None
) -> list[Line]:
    """Record a training of everybody in a list of volunteer numbers (Order 67 Art. 8).

    By an officer it counts at once, for people of the own regions; by an organisation somebody else confirms
    it. Raises Invalid naming every wrong field, NotFound for an organisation that is not one's own.
    """
    work.allow(Permission.TRAINING_RECORD)
    if organization is not None:
        _allow_organization(work, organization)
    told = checked(Kind.TRAINING, said, work.today)
    if not numbers:
        raise Invalid("required", field="numbers")
    if len(numbers) > LONGEST_LIST:
        raise Invalid(f"too-many-lines {LONGEST_LIST}", field="numbers")
    found = [by_number(text) for text in numbers]
    outcomes = {key: _record(work, key, told, organization) for key in sorted({k for k in found if k})}
    nothing = (None, Outcome.NOT_FOUND)
    answers = [outcomes[key] if key else nothing for key in found]
    return [Line(number, *answer) for number, answer in enumerate(answers, start=1)]


def _allow_organization(work: Work, organization: Key) -> None:
    card = organization_card(organization)
    if card is None:
        raise NotFound()
    work.allow(Permission.TRAINING_RECORD, organization=organization, region=card.region_code)


def _record(work: Work, key: Key, said: Said, organization: Key | None) -> tuple[Key | None, Outcome]:
    try:
        who = registered(key)
        if organization is None:
            work.allow(Permission.TRAINING_RECORD, region=who.region_code)
            if work.actor.owns(key):
                raise Forbidden("own-registration")
    except NotFound:
        return None, Outcome.NOT_FOUND
    except (Conflict, Forbidden) as refusal:
        return None, Outcome(refusal.code)
    status = Status.ACCEPTED if organization is None else Status.WAITING
    made = keep(work, who, Kind.TRAINING, said, organization=organization, status=status)
    if made is None:
        return None, Outcome.REPEATED
    work.emit("qualification.entered" if organization else "qualification.accepted", made)
    return made, Outcome.RECORDED
