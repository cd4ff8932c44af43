"""What somebody who registers has said so far: the texts of the forms, kept as they were typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from timebank.kernel.clock import local_date
from timebank.kernel.db import runtime
from timebank.kernel.errors import Invalid
from timebank.volunteers import queries, usecases
from timebank.volunteers.rules import Document, RegistrationPolicy, Stated, check_document
from timebank.web.kit.operation import act
from timebank.web.volunteers.countries import country_code

COOKIE = "timebank_draft"
PATH = "/register"
LONGEST, MOST = 400, 40
"""A draft keeps what people type, not what anybody sends."""


@dataclass
class Answers:
    """The values by field, the pages that are done, and the ticket under which they are kept."""

    values: dict[str, Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    ticket: str | None = None

    @property
    def document(self) -> Document | None:
        """The document, when its page is done and it is still right."""
        if "document" not in self.done:
            return None
        try:
            return check_document(
                str(self.values.get("document_type")),
                str(self.values.get("document_number", "")),
                today(),
                demo=runtime().config.demo,
                stated=self.stated,
            )
        except Invalid:
            return None

    @property
    def stated(self) -> Stated:
        """What was said where the number does not tell it."""
        try:
            born_on = date.fromisoformat(str(self.values.get("born_on", "")))
        except ValueError:
            born_on = None
        country = country_code(str(self.values.get("nationality", "")))
        return Stated(country, born_on, self.values.get("sex"))

    @property
    def is_minor(self) -> bool:
        """Whether a guardian is needed."""
        document = self.document
        return document is not None and policy().is_minor(document.born_on, today())

    @property
    def may_have_account(self) -> bool:
        """Whether this person signs in personally."""
        document = self.document
        return document is None or policy().may_have_account(document.born_on, today())

    def take(self, given: Mapping[str, Any]) -> None:
        """Keep what one page says, cut to what a person would type."""
        for name, value in given.items():
            self.values[name] = (
                [text[:LONGEST] for text in value[:MOST]] if isinstance(value, list) else str(value)[:LONGEST]
            )

    def forget(self, names: list[str]) -> None:
        """Drop what a page would have said and does not say any more."""
        for name in names:
            self.values.pop(name, None)

    def keep(self) -> None:
        """Write the draft."""
        content = {"values": self.values, "done": self.done}
        self.ticket = act(usecases.keep_draft, ticket=self.ticket, content=content)


def current() -> Answers | None:
    """The answers that this browser's ticket leads to."""
    ticket = request.cookies.get(COOKIE)
    found = queries.draft(ticket)
    if found is None:
        return None
    return Answers(found.content.get("values", {}), found.content.get("done", []), ticket)


def with_ticket(answer: Response, answers: Answers) -> Response:
    """The answer with the ticket for this browser, which outlives the window and is read by no script."""
    config = runtime().config
    answer.set_cookie(
        COOKIE,
        answers.ticket or "",
        max_age=policy().draft_days * 24 * 3600,
        path=PATH,
        secure=config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return answer


def without_ticket(answer: Response) -> Response:
    """The answer that makes the browser forget the ticket."""
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def policy() -> RegistrationPolicy:
    """The policy in force today."""
    return queries.registration_policy()


def today() -> date:
    """The local date."""
    return local_date(runtime().clock.now(), runtime().config.time_zone)
