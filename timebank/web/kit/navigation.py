"""The main navigation: what this person can open, most used first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from timebank.kernel.policy import Actor
from timebank.kernel.policy import Permission as P
from timebank.web.kit.actor import current_actor


@dataclass(frozen=True)
class Place:
    """One page of the navigation and who is offered it; the page itself decides again."""

    endpoint: str
    label: LazyString
    icon: str
    offered: Callable[[Actor], bool]


@dataclass(frozen=True)
class Link:
    """A place as a template shows it."""

    url: str
    label: LazyString
    icon: str
    current: bool


def _holding(*permissions: P) -> Callable[[Actor], bool]:
    return lambda actor: any(actor.can(permission) for permission in permissions)


def _cares(actor: Actor) -> bool:
    """Guardians; and who has an account and nothing else was most likely named as one."""
    has_nothing = actor.user is not None and actor.volunteer is None and not actor.grants
    return bool(actor.wards) or has_nothing


OFFICE = (P.VOLUNTEER_REVIEW, P.PROJECT_REVIEW, P.HOURS_CONFIRM, P.STATISTICS_READ, P.JOB_READ, P.AUDIT_READ)

PLACES = (
    Place("my.index", _l("My account"), "clock", lambda actor: actor.volunteer is not None),
    Place("my.wards", _l("People in my care"), "people", _cares),
    Place("projects.listing", _l("Projects"), "heart", lambda actor: True),
    Place("teams.listing", _l("Teams"), "flag", lambda actor: True),
    Place("organize.index", _l("Organise"), "calendar", _holding(P.PROJECT_WRITE)),
    Place("office.index", _l("Office"), "building", _holding(*OFFICE)),
    Place("window.index", _l("Window"), "person", _holding(P.VOLUNTEER_ASSIST)),
    Place("volunteers.registry", _l("Volunteers"), "people", _holding(P.VOLUNTEER_READ)),
    Place("hours.reviews", _l("Hours"), "check", _holding(P.HOURS_CONFIRM)),
    Place("statistics.dashboard", _l("Statistics"), "chart", _holding(P.STATISTICS_READ)),
    Place("volunteers.register", _l("Register"), "person", lambda actor: actor.is_anonymous),
)


def install(app: Flask) -> None:
    """Tell templates the navigation."""
    app.context_processor(lambda: {"navigation": links})


def links() -> list[Link]:
    """The navigation of whoever asks, with the present page marked."""
    actor = current_actor()
    return [
        Link(url_for(p.endpoint), p.label, p.icon, request.endpoint == p.endpoint)
        for p in PLACES
        if p.offered(actor)
    ]
