"""Hours, accounts and stars as JSON."""

from __future__ import annotations

from typing import Any

from timebank.hours import queries, usecases
from timebank.hours.appeals import AppealCard, ForgottenVisit, my_forgotten_visits, shift_appeals
from timebank.hours.queries import RecordCard, SheetCard
from timebank.hours.rules import AppealStatus
from timebank.hours.usecases import Decision
from timebank.kernel.ids import Key
from timebank.kernel.paging import Page
from timebank.ledger import queries as ledger
from timebank.ledger.queries import AccountCard, Statement
from timebank.ledger.rules import AccountKind
from timebank.recognition.queries import StarProgress, star_progress
from timebank.web.hours.person import own_volunteer, with_period
from timebank.web.hours.schemas import (
    AccountSchema,
    AppealAnswerSchema,
    AppealCardsSchema,
    AppealMadeSchema,
    ConfirmationSchema,
    DecisionReasonSchema,
    DecisionsSchema,
    ForgottenVisitsSchema,
    HoursApprovalSchema,
    OutTimeSchema,
    PersonStatementQuery,
    ServiceRecordSchema,
    ShiftHoursSchema,
    StarsSchema,
    StatementQuery,
    StatementSchema,
    VisitAppealSchema,
)
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import api_door
from timebank.web.kit.fields import PageQuery, page_schema
from timebank.web.kit.operation import act, act_once

api = api_door("hours", "Service records, their confirmation, accounts and stars.")
ServiceRecordPage = page_schema(ServiceRecordSchema)
ShiftHoursPage = page_schema(ShiftHoursSchema)


@api.post("/shifts/<key:shift>/close")
@api.response(200, ShiftHoursSchema)
def close(shift: Key) -> SheetCard:
    """Close the gate and make the service records of a shift."""
    act(usecases.close_shift, shift=shift)
    return queries.shift_sheet(current_actor(), shift)


@api.get("/shifts/<key:shift>/service-records")
@api.response(200, ServiceRecordPage)
def shift_records(shift: Key) -> Page[RecordCard]:
    """The records of a shift, what needs a decision first."""
    return Page(queries.shift_records(current_actor(), shift))


@api.post("/shifts/<key:shift>/service-records/submit")
@api.response(200, ShiftHoursSchema)
def submit(shift: Key) -> SheetCard:
    """Hand the records of a shift over for confirmation."""
    act(usecases.submit_records, shift=shift)
    return queries.shift_sheet(current_actor(), shift)


@api.post("/shifts/<key:shift>/service-records/confirm")
@api.arguments(ConfirmationSchema)
@api.response(200, DecisionsSchema)
def confirm(given: dict[str, Any], shift: Key) -> dict[str, list[Decision]]:
    """Confirm records of a shift and book their minutes."""
    return {"items": act(usecases.confirm_records, shift=shift, **given)}


@api.get("/service-records/waiting")
@api.arguments(PageQuery, location="query")
@api.response(200, ShiftHoursPage)
def waiting(given: dict[str, Any]) -> Page[SheetCard]:
    """The shifts whose records wait for one's decision."""
    return queries.shifts_to_confirm(current_actor(), **given)


@api.get("/service-records/<key:record>")
@api.response(200, ServiceRecordSchema)
def record(record: Key) -> RecordCard:
    """One record."""
    return queries.record(current_actor(), record)


@api.post("/service-records/<key:record>/out-time")
@api.arguments(OutTimeSchema)
@api.response(200, ServiceRecordSchema)
def out_time(given: dict[str, Any], record: Key) -> RecordCard:
    """Say when somebody left who did not check out."""
    act(usecases.end_visit, record=record, **given)
    return queries.record(current_actor(), record)


@api.post("/service-records/<key:record>/approve")
@api.arguments(HoursApprovalSchema, required=False)
@api.response(200, ServiceRecordSchema)
def approve(given: dict[str, Any], record: Key) -> RecordCard:
    """Confirm one record and book its minutes; one that is held needs a reason."""
    act(usecases.approve_record, record=record, **given)
    return queries.record(current_actor(), record)


@api.post("/service-records/<key:record>/return")
@api.arguments(DecisionReasonSchema)
@api.response(200, ServiceRecordSchema)
def return_record(given: dict[str, Any], record: Key) -> RecordCard:
    """Give a record back to its organizer."""
    act(usecases.return_records, records=[record], **given)
    return queries.record(current_actor(), record)


@api.post("/service-records/<key:record>/refuse")
@api.arguments(DecisionReasonSchema)
@api.response(200, ServiceRecordSchema)
def refuse(given: dict[str, Any], record: Key) -> RecordCard:
    """Do not recognise a record."""
    act(usecases.refuse_records, records=[record], **given)
    return queries.record(current_actor(), record)


@api.get("/volunteers/<key:volunteer>/service-records")
@api.arguments(PageQuery, location="query")
@api.response(200, ServiceRecordPage)
def service_records(given: dict[str, Any], volunteer: Key) -> Page[RecordCard]:
    """A volunteer's records, the latest first."""
    return queries.service_records(current_actor(), volunteer, **given)


@api.get("/volunteers/me/service-records")
@api.arguments(PageQuery, location="query")
@api.response(200, ServiceRecordPage)
def own_service_records(given: dict[str, Any]) -> Page[RecordCard]:
    """One's own records."""
    return queries.service_records(current_actor(), own_volunteer(), **given)


@api.get("/volunteers/<key:volunteer>/statement")
@api.arguments(PersonStatementQuery, location="query")
@api.response(200, StatementSchema)
def statement(given: dict[str, Any], volunteer: Key) -> Statement:
    """A volunteer's statement, this year's so far unless a period is given."""
    return _statement(volunteer, **given)


@api.get("/volunteers/me/statement")
@api.arguments(PersonStatementQuery, location="query")
@api.response(200, StatementSchema)
def own_statement(given: dict[str, Any]) -> Statement:
    """One's own statement."""
    return _statement(own_volunteer(), **given)


def _statement(volunteer: Key, account: str, **given: Any) -> Statement:
    period = with_period(given)
    return queries.statement(current_actor(), volunteer, kind=AccountKind(account), **period)


@api.get("/volunteers/<key:volunteer>/stars")
@api.response(200, StarsSchema)
def stars(volunteer: Key) -> StarProgress:
    """A volunteer's stars, and what is missing to the next."""
    return star_progress(current_actor(), volunteer)


@api.get("/volunteers/me/stars")
@api.response(200, StarsSchema)
def own_stars() -> StarProgress:
    """One's own stars."""
    return star_progress(current_actor(), own_volunteer())


@api.post("/visits/<key:visit>/appeal")
@api.arguments(VisitAppealSchema)
@api.response(201, AppealMadeSchema)
def appeal(given: dict[str, Any], visit: Key) -> dict[str, Any]:
    """Say until when one stayed at a shift from which one did not check out."""
    made = lambda key: {"id": str(key), "status": AppealStatus.WAITING.value}  # noqa: E731
    return act_once(usecases.appeal, made, visit=visit, **given)


@api.get("/volunteers/me/forgotten-visits")
@api.response(200, ForgottenVisitsSchema)
def forgotten_visits() -> dict[str, list[ForgottenVisit]]:
    """One's own visits that ended by a policy, as long as one may object, and the answers."""
    own_volunteer()
    return {"items": my_forgotten_visits(current_actor())}


@api.get("/shifts/<key:shift>/appeals")
@api.response(200, AppealCardsSchema)
def appeals(shift: Key) -> dict[str, list[AppealCard]]:
    """The objections at a shift, for the people who run it."""
    return {"items": shift_appeals(current_actor(), shift)}


@api.post("/visit-appeals/<key:appeal>/decide")
@api.arguments(AppealAnswerSchema)
@api.response(204)
def decide_appeal(given: dict[str, Any], appeal: Key) -> None:
    """Answer an objection; an accepted time measures the record again."""
    act(usecases.decide_appeal, appeal=appeal, **given)


@api.get("/accounts/<key:account>")
@api.response(200, AccountSchema)
def account(account: Key) -> AccountCard:
    """One account with its balance."""
    return ledger.account(current_actor(), account)


@api.get("/accounts/<key:account>/statement")
@api.arguments(StatementQuery, location="query")
@api.response(200, StatementSchema)
def account_statement(given: dict[str, Any], account: Key) -> Statement:
    """The statement of one account, this year's so far unless a period is given."""
    return ledger.account_statement(current_actor(), account, **with_period(given))
