"""What the phone says about a scan: a word, a name, some lines, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from timebank.attendance import queries
from timebank.attendance.queries import Moment
from timebank.attendance.rules import Direction, Verdict
from timebank.attendance.usecases import ScanResult
from timebank.kernel.policy import Actor
from timebank.web.gate.words import headline
from timebank.web.kit.text import at, clock_time, distance
from timebank.web.kit.words import word


@dataclass(frozen=True)
class Answer:
    """A verdict as the full screen shows it."""

    state: str
    word: str
    name: str
    lines: list[str]
    next: str
    moment: Moment | None = None
    """The shift, for whoever has just come in: how to leave follows from it."""


def answer(actor: Actor, result: ScanResult) -> Answer:
    """The answer to a person's own scan."""
    moment = result.moment
    if moment is None and result.shift:
        moment = queries.moment(actor, result.shift, result.visit)
    lines = [f"{moment.project_name} · {moment.title}"] if moment else []
    if moment:
        lines += _times(actor, result, moment) + _called_off(result, moment)
    if result.distance_m is not None:
        lines.append(_("Distance to the meeting point: %(distance)s", distance=distance(result.distance_m)))
    comes = moment if result.code is None and result.direction is Direction.IN else None
    return Answer(result.verdict, headline(result), actor.name, lines, _next(result), comes)


def refusal(fault: str) -> Answer:
    """The answer to a code that cannot be used, before anybody pressed anything."""
    return Answer(Verdict.REFUSED, word(fault, "refusal"), "", [], word(fault, "refusal_advice"))


def _times(actor: Actor, result: ScanResult, moment: Moment) -> list[str]:
    """Since when somebody is inside or gone; when the gate opens; or where else they still are."""
    if result.code in ("overlaps-other", "wrong-session"):
        return _elsewhere(actor)
    if result.code == "too-early":
        return [_("The gate opens at %(time)s", time=clock_time(moment.opens_at))]
    if moment.in_at and moment.out_at:
        return [_("%(start)s to %(end)s", start=clock_time(moment.in_at), end=clock_time(moment.out_at))]
    if moment.in_at:
        return [_("Inside since %(time)s", time=clock_time(moment.in_at))]
    return []


def _called_off(result: ScanResult, moment: Moment) -> list[str]:
    """Until when service counts of somebody who leaves a shift that was called off."""
    if result.direction is Direction.IN or moment.called_off_at is None or moment.in_at is None:
        return []
    until = at(moment.called_off_at)
    return [_("The shift was called off: %(time)s. Your service until then counts.", time=until)]


def _elsewhere(actor: Actor) -> list[str]:
    visit = queries.my_open_visit(actor)
    moment = queries.moment(actor, visit.shift, visit.visit) if visit else None
    if moment is None:
        return []
    where = f"{moment.project_name} · {moment.title}"
    return [_("Checked in at %(where)s since %(time)s", where=where, time=clock_time(moment.in_at))]


def _next(result: ScanResult) -> str:
    if result.code is not None:
        return word(result.code, "refusal_advice")
    if result.direction is Direction.OUT:
        return str(_("Thank you! The organizer confirms the hours; then they count in your account."))
    return ""
