"""Registrations that are not sent in: kept for the holder of the ticket alone, and not for ever."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.support import make_people as make
from tests.support.clock import FakeClock
from tests.support.threads import in_threads
from timebank.kernel.db import session
from timebank.kernel.errors import Conflict, Expired, Forbidden, Invalid, TimebankError
from timebank.kernel.policy import ANONYMOUS, SYSTEM
from timebank.kernel.work import perform
from timebank.volunteers import queries, usecases
from timebank.volunteers.models import RegistrationDraft, Volunteer
from timebank.volunteers.rules import Application, Stated

pytestmark = pytest.mark.usefixtures("app_context")
SAID = {"values": {"name": "诸葛不亮", "document_number": "990101197508090072"}, "done": ["you"]}
DAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _tree(app_context: Flask) -> None:
    make.region_tree()


def keep(ticket: str | None = None, content: dict[str, Any] | None = None) -> str:
    return perform(ANONYMOUS, usecases.keep_draft, ticket=ticket, content=content or SAID)


def content_of(ticket: str | None) -> dict[str, Any] | None:
    session().rollback()
    found = queries.draft(ticket)
    return found.content if found else None


def rows(table: type[Any]) -> list[Any]:
    session().rollback()
    return list(session().scalars(select(table)))


def test_what_was_said_comes_back_to_the_holder_of_the_ticket() -> None:
    ticket = keep()
    assert content_of(ticket) == SAID
    assert keep(ticket, {"values": {}, "done": []}) == ticket
    assert content_of(ticket) == {"values": {}, "done": []}
    assert len(rows(RegistrationDraft)) == 1


@pytest.mark.parametrize("change", [lambda t: t[:-1] + "~", lambda t: t.partition(".")[0], lambda t: t + "x"])
def test_a_ticket_that_is_not_quite_right_opens_nothing(change: Any) -> None:
    ticket = change(keep())
    assert content_of(ticket) is None
    assert keep(ticket) != ticket
    assert len(rows(RegistrationDraft)) == 2


@pytest.mark.parametrize("ticket", [None, "", ".", "x", "000001-nonsense.secret"])
def test_nonsense_is_no_ticket(ticket: str | None) -> None:
    assert content_of(ticket) is None


def test_nothing_of_it_lies_in_the_open() -> None:
    ticket = keep()
    (row,) = rows(RegistrationDraft)
    kept = " ".join(str(value) for value in vars(row).values())
    for secret in ("诸葛不亮", "990101197508090072", ticket.partition(".")[2]):
        assert secret not in kept


def test_a_draft_runs_out_and_is_swept(clock: FakeClock) -> None:
    old = keep()
    clock.advance(days=20)
    young = keep()
    clock.advance(days=10)
    assert content_of(old) is None
    assert content_of(young) == SAID
    assert perform(SYSTEM, usecases.sweep_drafts, on=DAY) == {"drafts": 1}
    assert perform(SYSTEM, usecases.sweep_drafts, on=DAY) == {"drafts": 0}
    assert content_of(young) == SAID


def test_going_on_keeps_it_for_longer(clock: FakeClock) -> None:
    ticket = keep()
    clock.advance(days=20)
    keep(ticket)
    clock.advance(days=20)
    assert content_of(ticket) == SAID


def test_it_can_be_discarded() -> None:
    ticket = keep()
    perform(ANONYMOUS, usecases.discard_draft, ticket=ticket)
    perform(ANONYMOUS, usecases.discard_draft, ticket=ticket)
    assert content_of(ticket) is None


def test_sent_in_it_is_gone() -> None:
    ticket = keep()
    said = Application(**make.application())
    key = perform(ANONYMOUS, usecases.send_in_draft, ticket=ticket, application=said)
    assert [row.key for row in rows(Volunteer)] == [key]
    assert rows(RegistrationDraft) == []
    with pytest.raises(Expired, match="draft-gone"):
        perform(ANONYMOUS, usecases.send_in_draft, ticket=ticket, application=said)
    kept = queries.receipt(key)
    assert (kept.status, kept.reply_due_on) == ("verifying", date(2026, 12, 1))


def test_what_is_refused_stays_a_draft() -> None:
    ticket = keep()
    with pytest.raises(Invalid):
        perform(
            ANONYMOUS,
            usecases.send_in_draft,
            ticket=ticket,
            application=Application(**make.application(name="1")),
        )
    assert content_of(ticket) == SAID


def test_sent_in_many_times_at_once_is_once(app: Flask) -> None:
    ticket = keep()
    said = Application(**make.application())

    def attempt() -> str:
        try:
            perform(ANONYMOUS, usecases.send_in_draft, ticket=ticket, application=said)
        except TimebankError as refused:
            return refused.code
        return "sent"

    assert sorted(in_threads(app, 6, attempt)) == ["draft-gone"] * 5 + ["sent"]
    assert len(rows(Volunteer)) == 1


def test_nobody_but_the_system_sweeps() -> None:
    with pytest.raises(Forbidden):
        perform(make.officer(), usecases.sweep_drafts, on=DAY)


def test_a_document_is_looked_at_before_it_is_registered() -> None:
    number = make.document_number()
    assert queries.new_document("resident_id", number, Stated()).number == number
    make.applicant(document_number=number)
    session().rollback()
    with pytest.raises(Conflict, match="document-registered"):
        queries.new_document("resident_id", number.lower(), Stated())
