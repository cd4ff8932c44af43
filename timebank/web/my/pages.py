"""`/my`: hours, star, credit, what is pending, and a statement that reads like a bank's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, ValidationError
from werkzeug.wrappers import Response

from timebank.attendance.queries import moment, my_open_visit
from timebank.hours import queries
from timebank.hours.appeals import my_forgotten_visits
from timebank.kernel.errors import Unauthenticated
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.ledger.rules import AccountKind
from timebank.projects.queries import my_lost_places, my_no_shows, my_sign_ups
from timebank.recognition.queries import star_progress
from timebank.volunteers.queries import open_consents, person, personal_code, ward_requests
from timebank.web.hours.flags import attendance_told
from timebank.web.hours.person import own_volunteer, today, with_period
from timebank.web.hours.schemas import PersonStatementQuery
from timebank.web.kit import qr
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, schema_errors
from timebank.web.kit.sections import MY_PAGES, Section
from timebank.web.kit.words import word
from timebank.web.my import wards
from timebank.web.my.door import pages
from timebank.web.projects import placing
from timebank.web.volunteers.status import ward

MY_PAGES.append(
    Section("my.wards", _l("People in my care"), lambda actor: not actor.is_anonymous, "people", 50)
)
SHIFTS_SHOWN = 5
ACCOUNTS = (AccountKind.SERVICE_TIME, AccountKind.TIME_CREDIT)


@dataclass(frozen=True)
class Span:
    """A period offered beside the form."""

    label: str
    start: date
    end: date


@pages.get("/my")
def index() -> Response | str:
    """One's own account at a glance."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if actor.volunteer is None:
        cares = actor.wards or ward_requests(actor)
        return redirect(url_for("my.wards" if cares else "volunteers.register"))
    return render_template("my/index.html", **_account(actor))


def _account(actor: Actor) -> Mapping[str, Any]:
    volunteer = own_volunteer()
    visit = my_open_visit(actor)
    code = personal_code(actor)
    return {
        "person": person(actor, volunteer),
        "summary": queries.summary(actor, volunteer, year=today().year),
        "star": star_progress(actor, volunteer),
        "inside": moment(actor, visit.shift, visit.visit) if visit else None,
        "shifts": [(each, placing.view(each, volunteer)) for each in my_sign_ups(actor)],
        "forgotten": my_forgotten_visits(actor),
        "missed": [(each, placing.view(each, volunteer)) for each in my_no_shows(actor)],
        "lost": my_lost_places(actor),
        "latest": queries.service_records(actor, volunteer, limit=SHIFTS_SHOWN).items,
        "code": code,
        "code_svg": qr.svg(code, _("My personal code")),
        "requests": ward_requests(actor),
        "open_consents": open_consents(actor, volunteer),
    }


@pages.get("/my/statement", defaults={"volunteer": None})
@pages.get("/my/wards/<key:volunteer>/statement")
def statement(volunteer: Key | None) -> Response | str:
    """One's own statement or a ward's; account and period stand in the address."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    of = ward(volunteer) if volunteer else actor.volunteer
    if of is None:
        return redirect(url_for("volunteers.register"))
    asked = {name: text for name, text in request.args.items() if text}
    given, errors = _loaded(asked)
    account = AccountKind(given.pop("account"))
    found = queries.statement(actor, of, kind=account, **with_period(given))
    return render_template(
        "my/statement.html",
        person=person(actor, of),
        ward=volunteer,
        statement=found,
        records=queries.records_booked(actor, of, found),
        attendance_told=attendance_told,
        tabs=[_tab(kind, account, asked, volunteer) for kind in ACCOUNTS],
        spans=_spans(today()),
        values={"from": found.start.isoformat(), "to": found.end.isoformat(), **asked},
        errors=errors,
    )


def _loaded(asked: dict[str, str]) -> tuple[dict[str, Any], Errors]:
    """The query; where it is wrong, the usual period with what is wrong."""
    schema = PersonStatementQuery()
    try:
        return schema.load(asked, unknown=EXCLUDE), {}
    except ValidationError as error:
        return schema.load({}), schema_errors(error)


def _tab(kind: AccountKind, chosen: AccountKind, asked: dict[str, str], of: Key | None) -> dict[str, Any]:
    period: dict[str, Any] = {name: asked[name] for name in ("from", "to") if name in asked}
    url = url_for("my.statement", volunteer=of, account=kind.value, **period)
    return {"url": url, "label": word(kind, "account_kind"), "current": kind == chosen}


def _spans(day: date) -> list[Span]:
    last = day.year - 1
    return [
        Span(_("This month"), day.replace(day=1), day),
        Span(_("This year"), date(day.year, 1, 1), day),
        Span(_("Last year"), date(last, 1, 1), date(last, 12, 31)),
    ]


__all__ = ["pages", "wards"]
