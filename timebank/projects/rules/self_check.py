"""“Is this volunteering?”: the self-check before a project is handed in (MCA Order 67 Art. 19)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from timebank.kernel.errors import Conflict, Invalid

YES, NO = ANSWERS = ("yes", "no")


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """The questions in force from a day on; a row with its source. The words of a question go by its code."""

    version: str
    valid_from: date
    asked_yes: tuple[str, ...]
    """Questions that volunteering answers with yes."""
    asked_no: tuple[str, ...]
    """Questions that volunteering answers with no: what is not service and must not be recorded."""
    source: str

    @property
    def questions(self) -> tuple[str, ...]:
        """In the order in which they are asked."""
        return self.asked_yes + self.asked_no

    def expects(self, question: str) -> str:
        """The answer that volunteering gives."""
        return YES if question in self.asked_yes else NO


def checked_answers(check: SelfCheck, answers: Mapping[str, str]) -> dict[str, str]:
    """The answers, complete and all as volunteering gives them.

    Raises Invalid naming every question that is open (`required`), answered otherwise (`not-volunteering`) or
    not asked.
    """
    wrong = {name: ["unknown-field"] for name in answers if name not in check.questions}
    for question in check.questions:
        given = answers.get(question)
        if not given:
            wrong[question] = ["required"]
        elif given not in ANSWERS:
            wrong[question] = ["not-a-choice"]
        elif given != check.expects(question):
            wrong[question] = ["not-volunteering"]
    if wrong:
        raise Invalid(fields=wrong)
    return {question: str(answers[question]) for question in check.questions}


def require_answered(check: SelfCheck, version: str | None) -> None:
    """Raises Conflict("self-check-needed") where the questions in force were not answered."""
    if version != check.version:
        raise Conflict("self-check-needed", version=check.version)
