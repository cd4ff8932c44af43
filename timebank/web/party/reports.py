"""Reports to communities: the community's list, taking one down, deciding, and the sheets to print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank.kernel.db import runtime
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.party import queries, usecases
from timebank.regions.queries import full_name, names
from timebank.statistics.queries.party import feedback as feedback_of
from timebank.web.hours.person import today
from timebank.web.kit.actor import current_actor
from timebank.web.kit.fields import ApiSchema
from timebank.web.kit.forms import Errors, Values, form_values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import choices
from timebank.web.party.door import pages, regions_of, sections
from timebank.web.party.schemas import FeedbackQuery, PartyReasonSchema, ReportFormSchema, ReportsQuery
from timebank.web.volunteers.residence import SHOW_NEXT, residence

STEPS: dict[str, tuple[Callable[..., object], type[ApiSchema]]] = {
    "confirm": (usecases.confirm_report, ApiSchema),
    "refuse": (usecases.refuse_report, PartyReasonSchema),
    "end": (usecases.end_report, PartyReasonSchema),
}


@pages.get("/office/party/reports")
def reports() -> str:
    """Reports to communities of one's regions; the filters stand in the address."""
    query = ReportsQuery().load({name: text for name, text in request.args.items() if text})
    page = queries.reports(current_actor(), **query)
    return render_template(
        "party/reports.html",
        sections=sections("party.reports"),
        query=query,
        page=page,
        names=names(row.community_code for row in page.items),
        regions=regions_of(Permission.PARTY_READ),
        states=choices("party_report"),
    )


@pages.get("/office/party/reports/new")
def new_report() -> str:
    """The empty form for a clerk."""
    require(current_actor(), Permission.PARTY_REPORT)
    return _new({}, {})


@pages.post("/office/party/reports/new")
def record_report() -> Response:
    """Take down a report, or only fill the next list of places."""
    if SHOW_NEXT in request.form:
        return make_response(_new(form_values(ReportFormSchema()), {}))

    def done(given: Values) -> Response:
        key = act(usecases.record_report, **given)
        flash(_("The report is on record. Somebody else of the community confirms it."), "success")
        return redirect(url_for("party.report", report=key))

    return submitted(ReportFormSchema(), done, _new)


def _new(values: Values, errors: Errors) -> str:
    known = next(iter(current_actor().regions(Permission.PARTY_REPORT)), None)
    return render_template(
        "party/report_new.html", places=residence(known or None), values=values, errors=errors
    )


@pages.get("/office/party/reports/<key:report>")
def report(report: Key) -> str:
    """One report."""
    return _report(report, {}, {})


@pages.post("/office/party/reports/<key:report>/<step>")
def decide_report(report: Key, step: str) -> Response:
    """Confirm, refuse or end a report."""
    if step not in STEPS:
        abort(404)
    usecase, schema = STEPS[step]

    def done(given: Values) -> Response:
        act(usecase, report=report, **given)
        flash(_("The decision is on record."), "success")
        return redirect(url_for("party.report", report=report))

    return submitted(schema(), done, lambda values, errors: _report(report, values, errors))


def _report(key: Key, values: Values, errors: Errors) -> str:
    card = queries.report(current_actor(), key)
    return render_template(
        "party/report.html",
        report=card,
        region_name=full_name(card.community_code),
        year=today().year,
        values=values,
        errors=errors,
    )


@pages.get("/party/reports/<key:report>/form")
def report_form(report: Key) -> str:
    """The report as a sheet to print, for member, community and unit."""
    card = queries.report(current_actor(), report)
    return render_template(
        "party/report_form.html", report=card, region_name=full_name(card.community_code), back=_back(card)
    )


@pages.get("/party/reports/<key:report>/feedback")
def feedback(report: Key) -> str:
    """What the unit is told of the service of a year or quarter, as a sheet to print."""
    asked = FeedbackQuery().load({name: text for name, text in request.args.items() if text})
    year = asked["year"] or today().year
    now = runtime().clock.now()
    found = feedback_of(current_actor(), key=report, year=year, quarter=asked["quarter"], now=now)
    return render_template(
        "party/feedback.html",
        feedback=found,
        region_name=full_name(found.report.community_code),
        spans=_spans(report, year, asked["quarter"]),
        back=_back(found.report),
    )


def _spans(report: Key, year: int, quarter: int | None) -> list[dict[str, Any]]:
    """The year and its quarters, and the year before."""
    parts = [(year, None), *((year, each) for each in range(1, 5)), (year - 1, None)]
    return [
        {
            "url": url_for("party.feedback", report=report, year=of, quarter=part),
            "label": period_name(of, part),
            "current": (of, part) == (year, quarter),
        }
        for of, part in parts
    ]


def period_name(year: int, quarter: int | None) -> str:
    """2026, or quarter 3 of 2026, in the reader's language."""
    if quarter is None:
        return str(_("Year %(year)s", year=year))
    return str(_("Quarter %(quarter)s of %(year)s", quarter=quarter, year=year))


def _back(card: queries.ReportCard) -> str:
    own = current_actor().owns(card.volunteer)
    return url_for("party.mine") if own else url_for("party.report", report=card.key)
