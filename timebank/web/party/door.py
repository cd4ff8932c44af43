"""The blueprint of all pages about party members, and what these pages share."""

from __future__ import annotations

from collections.abc import Iterable

from flask import url_for
from flask_babel import gettext as _

from timebank.kernel.policy import Permission
from timebank.kernel.region_code import NATION
from timebank.party.queries import OrganizationRow
from timebank.regions.queries import children, region
from timebank.web.kit.actor import current_actor
from timebank.web.kit.blueprints import pages_door

pages = pages_door("party")


def sections(current: str) -> list[dict[str, object]]:
    """The tabs of /office/party that this person may open."""
    actor = current_actor()
    places = (
        ("party.overview", _("Overview"), Permission.PARTY_READ),
        ("party.claims", _("Membership"), Permission.PARTY_VERIFY),
        ("party.organizations", _("Party organisations"), Permission.PARTY_READ),
        ("party.reports", _("Reporting"), Permission.PARTY_READ),
        ("party.participation", _("Participation"), Permission.PARTY_READ),
    )
    return [
        {"url": url_for(endpoint), "label": label, "current": endpoint == current}
        for endpoint, label, right in places
        if actor.can(right)
    ]


def regions_of(right: Permission) -> list[tuple[str, str]]:
    """The actor's regions for a right and two levels inside them, to choose from."""
    found: dict[str, str] = {}
    for code in current_actor().regions(right):
        own = None if code == NATION else region(code)
        below = children(None if code == NATION else code)
        for card in [own, *below] if own else below:
            found[f"{card.code:012d}"] = card.name
            if card.parent_code == code:
                found |= {f"{each.code:012d}": f"{card.name} {each.name}" for each in children(card.code)}
    return list(found.items())


def as_choices(rows: Iterable[OrganizationRow]) -> list[tuple[str, str]]:
    """Party organisations to choose from."""
    return [(str(row.key), row.name) for row in rows]
