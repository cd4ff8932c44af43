"""Recording a training of many people, for an organisation or a region."""

from __future__ import annotations

from typing import Any

from flask import make_response, render_template
from werkzeug.wrappers import Response

from timebank.kernel.policy import Permission, require
from timebank.organizations.queries import organization
from timebank.party.rules import read_numbers
from timebank.qualifications import usecases
from timebank.qualifications.rules import Outcome
from timebank.volunteers.rules import mask_document
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices
from timebank.web.qualifications.door import pages
from timebank.web.qualifications.schemas import TrainingListFormSchema, said_of


@pages.get("/office/trainings/new")
def new_training() -> str:
    """The empty form."""
    require(current_actor(), Permission.TRAINING_RECORD)
    return _form({}, {})


@pages.post("/office/trainings/new")
def record_training() -> Response:
    """Record the training and answer every line."""

    def done(given: Values) -> Response:
        numbers = read_numbers(given["numbers"])
        lines = act(
            usecases.record_trainings,
            numbers=numbers,
            said=said_of(given),
            organization=given["organization"],
        )
        answers = [
            {"number": line.number, "text": mask_document(text), "outcome": line.outcome}
            for text, line in zip(numbers, lines, strict=True)
        ]
        return make_response(_form({}, {}, answers))

    return submitted(TrainingListFormSchema(), done, _form)


def _form(values: Values, errors: Errors, answers: list[dict[str, Any]] | None = None) -> str:
    actor = current_actor()
    own = [organization(key) for key in actor.organizations(Permission.TRAINING_RECORD)]
    return render_template(
        "qualifications/training.html",
        organizations=[(str(card.key), card.name) for card in own if card],
        for_region=bool(actor.regions(Permission.TRAINING_RECORD)),
        answers=answers,
        good=(Outcome.RECORDED, Outcome.REPEATED),
        choices=choices,
        today=today(),
        values=values,
        errors=errors,
    )
