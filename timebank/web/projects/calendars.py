"""Calendars that other programs subscribe to (RFC 5545): one of a project, one of a person."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from icalendar import Calendar as Document
from icalendar import Event
from werkzeug.wrappers import Response as BaseResponse

from timebank.kernel.errors import Conflict
from timebank.kernel.ids import Key
from timebank.projects import queries, usecases
from timebank.projects.queries import Calendar, CalendarEvent
from timebank.web.hours.person import own_volunteer
from timebank.web.kit.actor import current_actor
from timebank.web.kit.operation import act
from timebank.web.kit.sections import MY_PAGES, Section
from timebank.web.projects.pages import pages

MY_PAGES.append(
    Section(
        "projects.my_calendar", _l("My calendar"), lambda actor: actor.volunteer is not None, "calendar", 40
    )
)
MEDIA_TYPE = "text/calendar; charset=utf-8"


@pages.get("/projects/<key:key>/calendar.ics")
def calendar(key: Key) -> Response:
    """The shifts of an approved project; public."""
    return _answer(queries.project_calendar(key), private=False)


@pages.get("/calendar/<secret>.ics")
def personal_calendar(secret: str) -> Response:
    """The shifts of whoever has the address; no names in it."""
    return _answer(queries.personal_calendar(secret), private=True)


@pages.get("/my/calendar")
def my_calendar() -> str:
    """Whether the own calendar can be read from elsewhere."""
    return _page(None)


@pages.post("/my/calendar")
def make_calendar() -> BaseResponse:
    """Make its address, or another one in its place; it is shown this once."""
    secret = act(usecases.make_calendar)
    answer = make_response(_page(url_for("projects.personal_calendar", secret=secret, _external=True)))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.post("/my/calendar/end")
def end_calendar() -> BaseResponse:
    """Switch it off."""
    try:
        act(usecases.end_calendar)
        flash(_("The calendar is switched off. Its address leads nowhere any more."), "success")
    except Conflict:
        flash(_("The calendar was off already."), "info")
    return redirect(url_for("projects.my_calendar"))


def _page(address: str | None) -> str:
    made_at = queries.calendar_made_at(current_actor(), own_volunteer())
    return render_template("projects/my_calendar.html", made_at=made_at, address=address)


def _answer(found: Calendar, *, private: bool) -> Response:
    document = Document()
    document.add("prodid", "-//timebank//shifts//EN")
    document.add("version", "2.0")
    document.add("method", "PUBLISH")
    document.add("x-wr-calname", found.name or _("My shifts"))
    for each in found.events:
        document.add_component(_event(each))
    answer = Response(document.to_ical(), content_type=MEDIA_TYPE)
    answer.headers["Cache-Control"] = "private, no-store" if private else "public, max-age=300"
    return answer


def _event(shift: CalendarEvent) -> Event:
    event = Event()
    event.add("uid", f"shift-{shift.shift}@timebank")
    event.add("summary", f"{shift.name} · {shift.title}")
    event.add("location", shift.place)
    event.add("dtstart", shift.starts_at)
    event.add("dtend", shift.ends_at)
    event.add("dtstamp", shift.changed_at)
    event.add("last-modified", shift.changed_at)
    event.add("sequence", shift.revision)
    event.add("status", shift.state.upper())
    event.add("url", url_for("projects.detail", key=shift.project, _external=True))
    told = [_("Post: %(post)s", post=shift.post)] if shift.post else []
    told += [shift.duty] if shift.duty else []
    told += [_("Bring along: %(things)s", things=shift.bring)] if shift.bring else []
    if told:
        event.add("description", "\n".join(told))
    return event


__all__ = ["pages"]
