"""Many people at once: chosen from the list of claims, or named by number; every line is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from timebank.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission
from timebank.kernel.work import Work
from timebank.party.rules import LONGEST_LIST, Outcome, check_reason
from timebank.party.usecases.memberships import refuse_claim, verify_member
from timebank.party.usecases.organizations import active
from timebank.volunteers.queries import by_number


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line; `volunteer` is none where nobody of the actor's regions was found."""

    number: int
    volunteer: Key | None
    outcome: Outcome


def decide_each(
    work: Work, *, volunteers: Sequence[Key], organization: Key | None = None, reason: str | None = None
) -> list[Line]:
    """Verify all these people as members of `organization`, or refuse them all for `reason`.

    Whoever cannot be decided about is passed over and told of. Raises Invalid for a missing reason.
    """
    work.allow(Permission.PARTY_VERIFY)
    decide = _deciding(work, organization, reason)
    return _each(work, list(volunteers), decide)


def verify_numbers(work: Work, *, numbers: Sequence[str], organization: Key) -> list[Line]:
    """Verify the people of a list of volunteer numbers or document numbers as members of an organisation."""
    work.allow(Permission.PARTY_VERIFY)
    if len(numbers) > LONGEST_LIST:
        raise Invalid(f"too-many-lines {LONGEST_LIST}", field="numbers")
    decide = _deciding(work, organization, None)
    return _each(work, [by_number(text) for text in numbers], decide)


def _deciding(work: Work, organization: Key | None, reason: str | None) -> Callable[[Key], Outcome]:
    if reason is None:
        if organization is None:
            raise Invalid("required", field="organization")
        active(work, organization)
        return lambda key: verify_member(work, volunteer=key, organization=organization)
    checked = check_reason(reason)

    def refuse(key: Key) -> Outcome:
        refuse_claim(work, volunteer=key, reason=checked)
        return Outcome.DECLINED

    return refuse


def _each(work: Work, keys: list[Key | None], decide: Callable[[Key], Outcome]) -> list[Line]:
    """Decide in the order of the keys, so that two lists at once wait for one another."""
    outcomes = {key: _outcome(key, decide) for key in sorted({key for key in keys if key})}
    work.session.flush()
    answers: list[Line] = []
    for number, key in enumerate(keys, start=1):
        outcome = outcomes[key] if key else Outcome.NOT_FOUND
        hidden = outcome is Outcome.NOT_FOUND
        answers.append(Line(number, None if hidden else key, outcome))
    return answers


def _outcome(key: Key, decide: Callable[[Key], Outcome]) -> Outcome:
    """Refusals come before anything is written, so one person's does not spoil the others'."""
    try:
        return decide(key)
    except (Conflict, Forbidden) as refusal:
        return Outcome(refusal.code)
    except NotFound:
        return Outcome.NOT_FOUND
