"""Builders of certificates: somebody with confirmed hours, a request, an issued certificate.

Call them with an application context pushed, as `make_hours`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support import make_hours as hours
from tests.support import make_people as people
from tests.support.clock import FakeClock
from timebank.kernel.db import session
from timebank.kernel.ids import Key
from timebank.kernel.policy import Actor
from timebank.kernel.work import perform
from timebank.recognition import usecases
from timebank.recognition.models import Certificate

SIGNED = {"head": "周敏", "handler": "赵记录", "phone": "0833-2100001"}


@dataclass(frozen=True)
class Served:
    """Somebody with confirmed hours, and who issues for the unit that recorded them."""

    volunteer: Actor
    organization: Key
    issuer: Actor
    attended: hours.Attended

    @property
    def key(self) -> Key:
        assert self.volunteer.volunteer is not None
        return self.volunteer.volunteer


def served(
    clock: FakeClock, home: int = people.NORTH_COMMUNITY, volunteer: Key | None = None, **given: Any
) -> Served:
    """Two and a half hours of one person, confirmed."""
    whose: dict[str, Any] = {"homes": [], "known": [volunteer]} if volunteer else {"homes": [home]}
    made = hours.confirmed(clock, **whose, **given)
    unit = made.event.organization
    return Served(made.volunteers[0], unit, people.recorder(unit), made)


def asked(who: Actor, unit: Key, **given: Any) -> Key:
    """Somebody asks a unit."""
    return perform(who, usecases.request_certificate, organization=unit, **given).certificate


def certified(issuer: Actor, certificate: Key) -> str:
    """Somebody of the unit issues; the number."""
    return perform(issuer, usecases.issue_certificate, certificate=certificate, **SIGNED)


def requested(of: Served, **given: Any) -> Key:
    """The person asks."""
    return asked(of.volunteer, of.organization, **given)


def issue(of: Served, certificate: Key) -> str:
    """The unit certifies; the number."""
    return certified(of.issuer, certificate)


def issued(of: Served, **given: Any) -> tuple[Key, str]:
    """Asked for and issued: key and number."""
    key = requested(of, **given)
    return key, issue(of, key)


def row(key: Key) -> Certificate:
    """As it is kept now."""
    session().rollback()
    return session().get_one(Certificate, (key.shard, key.id), populate_existing=True)
