"""The form of an organisation, as officers and founders fill it."""

from __future__ import annotations

from typing import Any

from timebank.codes import MOST_CATEGORIES
from timebank.kernel.policy import Permission
from timebank.kernel.region_code import NATION
from timebank.organizations.queries import OrganizationDetail
from timebank.regions.queries import children, region
from timebank.web.kit.actor import current_actor
from timebank.web.kit.forms import Values
from timebank.web.kit.words import choices
from timebank.web.organizations.schemas import OrganizationFactsSchema

Choices = list[tuple[str, str]]


def offered() -> dict[str, Any]:
    """What the form offers to choose from, except regions."""
    return {
        "kinds": choices("organization_kind"),
        "categories": choices("service_category"),
        "most_categories": MOST_CATEGORIES,
    }


def regions_of(permission: Permission) -> Choices:
    """The regions in which the actor has a right, and two levels inside them."""
    found: dict[str, str] = {}
    for code in current_actor().regions(permission):
        own = None if code == NATION else region(code)
        below = children(None if code == NATION else code)
        for card in [own, *below] if own else below:
            found[f"{card.code:012d}"] = card.name
            if card.parent_code == code:
                inner = children(card.code)
                found |= {f"{each.code:012d}": f"{card.name} {each.name}" for each in inner}
    return list(found.items())


def values_of(card: OrganizationDetail) -> Values:
    """What the organisation says now; the head's phone is left out, and empty means that it stays."""
    shown = {name: getattr(card, name) for name in OrganizationFactsSchema().fields if name != "head_phone"}
    shown["region_code"] = f"{card.region_code:012d}"
    return {name: value for name, value in shown.items() if value is not None}


def changes(given: Values) -> Values:
    """The submitted facts; without a phone the one that is known stays."""
    return {name: value for name, value in given.items() if name != "head_phone" or value}
