"""`/office`: what waits for this person's decision, and where to look things up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from timebank.hours.queries import shifts_to_confirm
from timebank.kernel.errors import Forbidden, Unauthenticated
from timebank.kernel.paging import Page
from timebank.kernel.policy import Actor
from timebank.kernel.policy import Permission as P
from timebank.organizations.queries import to_review as organizations_to_review
from timebank.party.queries import claims, reports
from timebank.party.rules import ReportStatus
from timebank.projects.queries import to_review
from timebank.qualifications.queries import RIGHTS as QUALIFYING
from timebank.qualifications.queries import waiting as qualifications_waiting
from timebank.volunteers.queries import (
    corrections_to_decide,
    moves_to_decide,
    persons,
    proposals_to_decide,
)
from timebank.volunteers.rules import Status
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.navigation import OFFICE

pages = pages_door("office")
COUNTED = 99
Queue = Callable[..., Page[Any]]


@dataclass(frozen=True)
class Task:
    """A queue: its name, how much waits in it, and where it is worked off."""

    label: str
    waiting: int
    is_more: bool
    url: str
    icon: str


@dataclass(frozen=True)
class Shelf:
    """Something to look up."""

    label: str
    text: str
    url: str
    icon: str


@pages.get("/office")
def index() -> str:
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if not any(actor.can(right) for right in (*OFFICE, P.PARTY_VERIFY)):
        raise Forbidden()
    return render_template("office/index.html", tasks=tasks(), shelves=shelves())


def tasks() -> list[Task]:
    """The queues this person works off, each counted up to 99."""
    actor = current_actor()
    found: list[Task] = []
    if actor.can(P.VOLUNTEER_REVIEW):
        steps = (
            (Status.VERIFYING, _("Registrations to check")),
            (Status.SUBMITTED, _("Registrations to approve")),
        )
        for status, label in steps:
            waiting = persons(actor, status=status, limit=COUNTED)
            url = url_for("volunteers.registry", status=status)
            found.append(_task(label, waiting.items, waiting.next, url, "person"))
    found += _later(actor)
    if actor.can(P.PROJECT_REVIEW):
        projects = to_review(actor, limit=COUNTED)
        found.append(
            _task(
                _("Projects to review"),
                projects.items,
                projects.next,
                url_for("projects.reviews"),
                "calendar",
            )
        )
    if actor.can(P.ORGANIZATION_REVIEW):
        teams = organizations_to_review(actor, limit=COUNTED)
        found.append(
            _task(
                _("Organisations to review"),
                teams.items,
                teams.next,
                url_for("organizations.reviews"),
                "building",
            )
        )
    if actor.can(P.HOURS_CONFIRM):
        shifts = shifts_to_confirm(actor)
        found.append(
            _task(_("Shifts to confirm"), shifts.items, shifts.next, url_for("hours.reviews"), "clock")
        )
    return found + _party_tasks(actor) + _qualification_tasks(actor)


def _party_tasks(actor: Actor) -> list[Task]:
    found: list[Task] = []
    if actor.can(P.PARTY_VERIFY):
        open_claims = claims(actor, limit=COUNTED)
        url = url_for("party.claims")
        found.append(_task(_("Party members to verify"), open_claims.items, open_claims.next, url, "flag"))
    if actor.can(P.PARTY_REPORT):
        waiting = reports(actor, status=ReportStatus.REPORTED, limit=COUNTED)
        url = url_for("party.reports", status=ReportStatus.REPORTED.value)
        found.append(_task(_("Reports to confirm"), waiting.items, waiting.next, url, "flag"))
    return found


def _later(actor: Actor) -> list[Task]:
    """What is asked for later about people who are registered."""
    reviews, merges = actor.can(P.VOLUNTEER_REVIEW), actor.can(P.VOLUNTEER_MERGE)
    queues: tuple[tuple[bool, str, Queue, str, str], ...] = (
        (reviews, _("Moves to decide"), moves_to_decide, "account.moves", "pin"),
        (
            reviews,
            _("Corrections to answer"),
            corrections_to_decide,
            "account.corrections_to_decide",
            "edit",
        ),
        (reviews or merges, _("For a second officer"), proposals_to_decide, "account.proposals", "people"),
    )
    pages_of = [
        (label, read(actor, limit=COUNTED), end, icon) for may, label, read, end, icon in queues if may
    ]
    return [_task(label, page.items, page.next, url_for(end), icon) for label, page, end, icon in pages_of]


def _qualification_tasks(actor: Actor) -> list[Task]:
    if not any(actor.can(right) for right in QUALIFYING.values()):
        return []
    found = qualifications_waiting(actor, limit=COUNTED)
    url = url_for("qualifications.queue")
    return [_task(_("Proofs, training and awards to decide"), found.items, found.next, url, "star")]


def _task(label: str, items: Sequence[object], more: str | None, url: str, icon: str) -> Task:
    return Task(label, len(items), more is not None, url, icon)


SHELVES = (
    (
        P.STATISTICS_READ,
        _l("Statistics"),
        _l("Where each region stands against its plan"),
        "statistics.dashboard",
        "chart",
    ),
    (P.VOLUNTEER_READ, _l("Registry"), _l("Volunteers of your regions"), "volunteers.registry", "people"),
    (
        P.VOLUNTEER_IMPORT,
        _l("Import of volunteers"),
        _l("Register people from a file, with a dry run first"),
        "imports.listing",
        "upload",
    ),
    (
        P.VOLUNTEER_MERGE,
        _l("Registered twice?"),
        _l("The same name and date of birth"),
        "account.duplicates",
        "people",
    ),
    (
        P.ORGANIZATION_READ,
        _l("Organisations"),
        _l("Who recruits and records"),
        "organizations.listing",
        "building",
    ),
    (
        P.PARTY_READ,
        _l("Party members"),
        _l("Verified membership, reporting to communities, participation"),
        "party.overview",
        "flag",
    ),
    (
        P.ROLE_GRANT,
        _l("Roles"),
        _l("Who may do what in your regions"),
        "grants.listing",
        "lock",
    ),
    (
        P.JOB_READ,
        _l("Scheduled jobs"),
        _l("What ran, when, and with what result"),
        "jobs.history",
        "refresh",
    ),
    (P.AUDIT_READ, _l("Audit trail"), _l("Who did what, when, about what"), "audit.events", "list"),
    (
        P.AUDIT_READ,
        _l("Access log"),
        _l("Who saw personal data in clear, and what for"),
        "audit.accesses",
        "eye",
    ),
)
"""Who is offered it, name, what is there, page, icon."""


def shelves() -> list[Shelf]:
    """What this person may look up."""
    actor = current_actor()
    return [
        Shelf(str(label), str(text), url_for(end), icon)
        for right, label, text, end, icon in SHELVES
        if actor.can(right)
    ]
