"""`/office`: what waits for this person's decision, and where to look things up."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l

from timebank.kernel.errors import Forbidden, Unauthenticated
from timebank.kernel.policy import Actor
from timebank.kernel.policy import Permission as P
from timebank.regions.queries import names
from timebank.volunteers.queries import waiting
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door
from timebank.web.kit.navigation import OFFICE
from timebank.web.kit.sections import ReviewQueue, review_queues

pages = pages_door("office")
COUNTED = 99


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


@pages.get("/office/reviews")
def reviews() -> str:
    """Everything that waits for this person: registrations by their deadlines, and the other queues."""
    actor = current_actor()
    if actor.is_anonymous:
        raise Unauthenticated()
    if not review_queues(actor):
        raise Forbidden()
    page = waiting(actor, cursor=request.args.get("cursor")) if actor.can(P.VOLUNTEER_REVIEW) else None
    return render_template(
        "office/reviews.html",
        page=page,
        queues=[task for task in tasks() if task.url != url_for("office.reviews")],
        names=names(row.region_code for row in page.items) if page else {},
    )


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
    return [_task(actor, queue) for queue in review_queues(actor)]


def _task(actor: Actor, queue: ReviewQueue) -> Task:
    page = queue.waiting(actor, COUNTED)
    url = url_for(queue.endpoint, **queue.arguments)
    return Task(str(queue.label), len(page.items), page.next is not None, url, queue.icon)


SHELVES = (
    (
        P.VOLUNTEER_ASSIST,
        _l("Service window"),
        _l("Find somebody, register them, act for them"),
        "window.index",
        "person",
    ),
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
