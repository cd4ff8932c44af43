"""The tab “Act for them”: places in shifts, the statement of service hours, the card; all on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import EXCLUDE
from werkzeug.wrappers import Response

from timebank.hours import queries as hours
from timebank.hours.queries import RecordCard
from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.kernel.policy import Permission, require
from timebank.kernel.region_code import county_of
from timebank.ledger.queries import StatementLine
from timebank.projects import queries as projects
from timebank.projects.usecases import accept_place, appeal_no_show, cancel_sign_up, decline_place, sign_up
from timebank.volunteers import usecases
from timebank.volunteers.queries import PersonCard, person
from timebank.web.hours.flags import attendance_told
from timebank.web.hours.person import today, with_period
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Errors, Values, submitted
from timebank.web.kit.operation import act
from timebank.web.kit.words import WORDS, choices, sentence_of, word
from timebank.web.projects import placing
from timebank.web.projects.places import place_choices
from timebank.web.window.door import pages
from timebank.web.window.schemas import (
    AnswerSchema,
    AssistedPlaceSchema,
    AssistSchema,
    GiveBackSchema,
    PeriodSchema,
    ShiftQuery,
)

COUNTY = 1_000_000
LONGEST = 10_000
"""Lines of one printed statement: more than a life of service days."""


@pages.get("/office/volunteers/<key:volunteer>/assist")
def assist(volunteer: Key) -> str:
    """What a clerk may do for this person now; search and channel stand in the address."""
    return _assist(volunteer, {}, {})


@pages.post("/office/volunteers/<key:volunteer>/assist/sign-up")
def take_place(volunteer: Key) -> Response:
    """Take a place in a shift for somebody."""

    def done(given: Values) -> Response:
        key = act(sign_up, volunteer=volunteer, **given)
        flash(word(projects.state_of(key), "assist_done"), "success")
        return _back(volunteer, given)

    return submitted(AssistedPlaceSchema(), _told(volunteer, done), _again(volunteer))


@pages.post("/office/volunteers/<key:volunteer>/assist/give-back")
def give_back(volunteer: Key) -> Response:
    """Give somebody's place back."""

    def done(given: Values) -> Response:
        act(cancel_sign_up, **given)
        flash(_("The place is free for somebody else now."), "success")
        return _back(volunteer, given)

    return submitted(GiveBackSchema(), _told(volunteer, done), _again(volunteer))


@pages.post("/office/volunteers/<key:volunteer>/assist/answer")
def answer(volunteer: Key) -> Response:
    """Say yes or no for somebody to an offered place or an invitation, or object to a no-show."""

    def done(given: Values) -> Response:
        choice, note = given.pop("answer"), given.pop("note")
        key, way = given["sign_up"], given["channel"]
        if choice == "accept":
            flash(word(act(accept_place, **given), "assist_done"), "success")
        elif choice == "decline":
            act(decline_place, sign_up=key, channel=way)
            flash(_("Declined for the person."), "success")
        else:
            act(appeal_no_show, sign_up=key, note=note, channel=way)
            flash(_("The objection is on its way."), "success")
        return _back(volunteer, given)

    return submitted(AnswerSchema(), _told(volunteer, done), _again(volunteer))


@pages.post("/office/volunteers/<key:volunteer>/assist/statement")
def print_statement(volunteer: Key) -> Response:
    """Keep that a statement is printed, and show it."""

    def done(given: Values) -> Response:
        period = with_period({"start": given["start"], "end": given["end"]})
        act(usecases.note_statement, volunteer=volunteer, channel=given["channel"])
        span = {"from": period["start"].isoformat(), "to": period["end"].isoformat()}
        return redirect(url_for("window.statement", volunteer=volunteer, **span))

    return submitted(PeriodSchema(), done, _again(volunteer))


@pages.post("/office/volunteers/<key:volunteer>/assist/card")
def print_card(volunteer: Key) -> Response:
    """Keep that a card is printed, and show it."""

    def done(given: Values) -> Response:
        act(usecases.note_cards, volunteers=[volunteer], **given)
        return redirect(url_for("window.card", volunteer=volunteer))

    return submitted(AssistSchema(), done, _again(volunteer))


@pages.post("/office/volunteers/<key:volunteer>/assist/replace-card")
def replace_card(volunteer: Key) -> Response:
    """Make the code of a lost card void, and show the new card."""

    def done(given: Values) -> Response:
        act(usecases.reissue_personal_code, volunteer=volunteer, **given)
        flash(_("The lost card is void from now on. Print the new one."), "success")
        return redirect(url_for("window.card", volunteer=volunteer))

    return submitted(AssistSchema(), done, _again(volunteer))


@pages.get("/office/volunteers/<key:volunteer>/statement")
def statement(volunteer: Key) -> str:
    """The statement of service hours of a period, to be printed."""
    actor = current_actor()
    require(actor, Permission.VOLUNTEER_ASSIST)
    given = PeriodSchema().load({name: text for name, text in request.args.items() if text}, unknown=EXCLUDE)
    period = with_period({"start": given["start"], "end": given["end"]})
    lines = _lines(volunteer, period)
    return render_template(
        "window/statement.html",
        person=person(actor, volunteer),
        period=period,
        lines=lines,
        total=sum(line.amount for line, _record in lines),
        attendance_told=attendance_told,
        today=today(),
    )


def _lines(volunteer: Key, period: dict[str, Any]) -> list[tuple[StatementLine, RecordCard | None]]:
    """All entries of the period with the records they speak of."""
    found: list[tuple[StatementLine, RecordCard | None]] = []
    cursor: str | None = None
    while len(found) < LONGEST:
        part = hours.statement(current_actor(), volunteer, cursor=cursor, **period)
        records = hours.records_booked(current_actor(), volunteer, part)
        found += [(line, records.get(line.booking_key)) for line in part.lines]
        cursor = part.next
        if cursor is None:
            break
    return found


def _told(volunteer: Key, done: Callable[[Values], Response]) -> Callable[[Values], Response]:
    """What stands in the way is said of the person, and the list is shown as it is by now."""

    def told(given: Values) -> Response:
        try:
            return done(given)
        except Conflict as error:
            words = WORDS["assist_obstacle"]
            flash(str(words[error.code]) if error.code in words else sentence_of(error), "error")
            return _back(volunteer, given)

    return told


def _back(volunteer: Key, given: Values) -> Response:
    return redirect(url_for("window.assist", volunteer=volunteer, channel=given["channel"]))


def _again(volunteer: Key) -> Callable[[Values, Errors], str]:
    return lambda values, errors: _assist(volunteer, values, errors)


def _assist(volunteer: Key, values: Values, errors: Errors) -> str:
    actor = current_actor()
    require(actor, Permission.VOLUNTEER_ASSIST)
    card = person(actor, volunteer)
    asked = ShiftQuery().load({name: text for name, text in request.args.items() if text}, unknown=EXCLUDE)
    region = asked["region"] or county_of(card.region_code) * COUNTY
    shifts = projects.shifts_for(actor, volunteer, region=region, text=asked["text"], cursor=asked["cursor"])
    return render_template(
        "window/assist.html",
        person=card,
        places=[(each, placing.view(each.shift, volunteer)) for each in projects.places_of(actor, volunteer)],
        missed=[(each, placing.view(each, volunteer)) for each in projects.no_shows_of(actor, volunteer)],
        shifts=shifts,
        offers=[(each, placing.view(each, volunteer)) for each in shifts.items],
        asked=asked,
        region=f"{region:012d}",
        regions=place_choices(county_of(region) * COUNTY),
        channels=_channels(volunteer, asked),
        obstacle=_obstacle(card),
        values=values,
        errors=errors,
    )


def _channels(volunteer: Key, asked: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "url": url_for("window.assist", volunteer=volunteer, channel=code),
            "label": label,
            "current": code == asked["channel"],
        }
        for code, label in choices("assisted_by")
    ]


def _obstacle(card: PersonCard) -> str | None:
    """Why this person can take no place at all; a code of `assist_obstacle`."""
    if card.status == "suspended":
        return "volunteer-suspended"
    return None if card.status == "registered" else "volunteer-not-registered"
